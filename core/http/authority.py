"""What a route demands of its caller.

Every route is closed unless it says `**OPEN`: a forgotten guard locks a door instead of leaving one open. On top of
being logged in, `requires("create", "simulations")` asks the tenant's policies.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from core.container import current_child
from core.http.caller import Caller

_JSON: Final = frozenset({b"application/json"})

OPEN: Final[dict[str, Any]] = {"opt": {"open": True}, "security": []}
"""Spread into a route's decorator: the route answers everybody."""


WRITES: Final[dict[str, Any]] = {"opt": {"open": True, "writes": True}, "security": []}
"""For an open GET that writes, such as the way back from an OAuth provider; any other GET is READ ONLY."""

OPERATORS: Final[dict[str, Any]] = {"opt": {"operators": True}}
"""The route answers operators of the platform only; to users it is closed, as theirs are to operators."""


class Authorizer(Protocol):
    """Answers whether the caller may do something; the authorization module implements it."""

    async def require(self, caller: Caller, action: str, resource: str) -> None:
        """Raises `core.errors.Denied` where no policy allows it."""
        ...


def is_open(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("open"))


def writes(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("writes"))


def is_for_operators(handler: BaseRouteHandler) -> bool:
    return bool(handler.opt.get("operators"))


def media_types(handler: BaseRouteHandler) -> frozenset[bytes]:
    """What a body may be: JSON, unless the route's `opt` names other `media_types`."""
    found: frozenset[bytes] = handler.opt.get("media_types", _JSON)
    return found


def requires(action: str, resource: str) -> Guard:
    """A guard: the caller's role must be allowed to do `action` on `resource`."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        child = current_child()
        assert child.caller is not None, "an open route cannot require a right"
        authorizer: Authorizer = connection.app.state.authorizer()
        await authorizer.require(child.caller, action, resource)

    guard.required = (action, resource)  # type: ignore[attr-defined]  # `python -m app routes` prints it
    return guard
