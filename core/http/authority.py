"""What a route demands of its caller, and the proof that a use case gets of it.

Every route is closed unless it says `**OPEN`: a forgotten guard locks a door instead of leaving one open. On top of
being logged in, `requires("create", "simulations")` asks the tenant's policies. What they answer is a permit, and a
use case that takes a `Permit[Literal["create"], Literal["simulations"]]` cannot be called without having asked.
"""

from __future__ import annotations

from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from core.container import current_child
from core.database.visible import Rows
from core.http.caller import Caller

_JSON: Final = frozenset({b"application/json"})
Action = TypeVar("Action")
Subject = TypeVar("Subject")

OPEN: Final[dict[str, Any]] = {"opt": {"open": True}, "security": []}
"""Spread into a route's decorator: the route answers everybody."""


WRITES: Final[dict[str, Any]] = {"opt": {"open": True, "writes": True}, "security": []}
"""For an open GET that writes, such as the way back from an OAuth provider; any other GET is READ ONLY."""

OPERATORS: Final[dict[str, Any]] = {"opt": {"operators": True}}
"""The route answers operators of the platform only; to users it is closed, as theirs are to operators."""

IN_PATH: Final[dict[str, Any]] = {"opt": {"tenant_in_path": True}}
"""The path's `tenant_id` names the tenant that is acted for, whatever X-Tenant-ID says."""


class Permit(msgspec.Struct, Generic[Action, Subject], frozen=True):
    """Proof that the caller may do `action` on `resource`, and on which `rows` of it. Only an authorizer makes one."""

    caller: Caller
    action: str
    resource: str
    rows: Rows
    demand: Demand
    """Raises `core.errors.Denied` unless the caller may do it to something with these attributes, in the order of
    their names; whose it is goes by the name of the resource's owner."""


class Demand(Protocol):
    def __call__(self, **attributes: Any) -> None: ...  # attributes of the resource's own kinds


class Authorizer(Protocol):
    """Answers whether the caller may do something; the authorization module implements it."""

    async def permit(self, caller: Caller, action: str, resource: str) -> Permit[Any, Any]:
        """Raises `core.errors.Denied` where no policy could allow it, whatever the rows are."""
        ...


def is_open(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("open"))


def writes(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("writes"))


def is_for_operators(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("operators"))


def has_tenant_in_path(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("tenant_in_path"))


def media_types(handler: BaseRouteHandler) -> frozenset[bytes]:
    """What a body may be: JSON, unless the route's `opt` names other `media_types`."""
    found: frozenset[bytes] = handler.opt.get("media_types", _JSON)
    return found


def requires(action: str, resource: str) -> Guard:
    """A guard: the caller must be allowed to do `action` on `resource`; the permit is the handler's to inject."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        child = current_child()
        assert child.caller is not None, "an open route cannot require a right"
        authorizer: Authorizer = connection.app.state.authorizer()
        child.permits.append(await authorizer.permit(child.caller, action, resource))

    guard.required = (action, resource)  # type: ignore[attr-defined]  # `python -m app routes` prints it
    return guard
