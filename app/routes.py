"""The routes as people look for them: method, path, and what a caller must be allowed to do."""

from __future__ import annotations

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from core.http.authority import is_for_operators, is_open


class Route(msgspec.Struct, frozen=True):
    method: str
    path: str
    requires: str
    summary: str


def routes_of(app: Litestar) -> list[Route]:
    found = {
        (method, route.path_format): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method not in ("OPTIONS", "HEAD")
    }
    return [
        Route(str(method), path, _requires(handler), handler.summary or "")
        for (method, path), handler in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    ]


def _requires(handler: HTTPRouteHandler) -> str:
    if is_open(handler):
        return "nothing"
    if is_for_operators(handler):
        return "an operator"
    rights = [required for guard in handler.resolve_guards() if (required := getattr(guard, "required", None))]
    return " and ".join(f"{action} {resource}" for action, resource in rights) or "a log-in"
