"""A use case's proof of authority is what its route was asked for, and only the authorizer makes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from core.database.metadata import metadata
from core.database.visible import resources
from core.http.authority import Permit, is_for_operators, is_open

pytestmark = pytest.mark.anyio

# Being a member is all that these ask; what they show or change is the caller's own.
WITHOUT_RIGHT = re.compile(
    r"/api/v1/(auth/.*|users/me.*|tenants|tenants/\{tenant_id\}|tenants/\{tenant_id\}/members/\{user_id\}"
    r"|invitations/accept|authorization/check|tasks.*|resources)"
)


def handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if "OPTIONS" not in handler.http_methods:
                    yield route.path_format, handler


def required(handler: HTTPRouteHandler) -> list[tuple[str, str]]:
    return [right for guard in handler.resolve_guards() if (right := getattr(guard, "required", None))]


def permit_of(handler: HTTPRouteHandler) -> tuple[str, str] | None:
    """The action and the resource that the handler's `permit` is typed for."""
    field = handler.parsed_fn_signature.parameters.get("permit")
    if field is None:
        return None
    permit: Any = field.annotation
    assert get_origin(permit) is Permit, permit
    action, resource = (get_args(part)[0] for part in get_args(permit))
    return action, resource


async def test_a_route_gets_the_permit_that_its_first_guard_asks_for(app: Litestar) -> None:
    typed = [(path, handler) for path, handler in handlers(app) if permit_of(handler)]
    assert len(typed) > 20
    wrong = [path for path, handler in typed if required(handler)[:1] != [permit_of(handler)]]
    assert wrong == []


async def test_every_right_that_a_route_asks_for_is_declared_with_its_resource(app: Litestar) -> None:
    """So that the access report tells of it."""
    asked = {right for _, handler in handlers(app) for right in required(handler)}
    declared = {(action, name) for name, found in resources(metadata).items() for action in found.actions}
    assert asked <= declared, asked - declared


async def test_every_route_asks_for_a_right_or_is_known_to_need_none(app: Litestar) -> None:
    without = {
        path
        for path, handler in handlers(app)
        if not required(handler) and not is_open(handler) and not is_for_operators(handler)
    }
    assert [path for path in sorted(without) if WITHOUT_RIGHT.fullmatch(path) is None] == []


def test_only_the_authorizer_makes_a_permit() -> None:
    made = [
        str(path)
        for folder in ("core", "app", "modules")
        for path in Path(folder).rglob("*.py")
        if re.search(r"\bPermit\(", path.read_text()) and "class Permit(" not in path.read_text()
    ]
    assert made == ["modules/authorization/services/decisions.py"]
