"""The ASGI application: the modules' routes behind the boundary.

Litestar takes a tenth of a second to register the routes, and nothing of that is about a database. So it is a step of
its own, which parents of one composition can share, as the hundreds of applications of the tests do. Whatever a request
is given comes from its child container, and so from its own parent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from app.openapi import Documentation, SchemaController
from core.bootstrap import Parent
from core.http.body import InternaRequest
from core.http.boundary import Admission, Boundary
from core.http.cors import Cors
from core.http.health import Health, HealthController
from core.http.problems import answer
from core.module import provided

BODY_LIMIT = 1 << 20


class Registered(msgspec.Struct, frozen=True):
    """The routes as Litestar knows them, and the parent whose providers they name."""

    litestar: Litestar
    parent: Parent


def register(parent: Parent) -> Registered:
    """Register the routes of every module."""
    core = parent.core
    litestar = Litestar(
        route_handlers=[
            Router(path="/api/v1", route_handlers=[route() for module in parent.modules for route in module.routes]),
            HealthController,
            SchemaController,
        ],
        dependencies={
            "caller": provided(core.caller),
            "cursors": provided(core.cursors),
            "documentation": Provide(_documentation, sync_to_thread=False),
            "permit": provided(core.permit),
            "health": Provide(_health, sync_to_thread=False),
        },
        guards=[Admission(core.sessions, core.issuers)],
        exception_handlers={HTTPException: answer, Exception: answer},
        request_class=InternaRequest,
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,  # app.openapi writes it, from the contracts themselves
        logging_config=None,
    )
    return Registered(litestar, parent)


def _documentation(state: State) -> Documentation:
    found: Documentation = state.documentation
    return found


def _health(state: State) -> Health:
    found: Health = state.health
    return found


def create_app(parent: Parent, registered: Registered | None = None) -> Litestar:
    """The whole application on a bootstrapped parent container, and on routes that were registered before, if any."""
    registered = registered or register(parent)
    core = parent.core

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await parent.open()
        try:
            yield
        finally:
            await parent.close()

    app = Litestar(
        lifespan=[lifespan],
        request_class=InternaRequest,
        state=State(
            {
                "authorizer": core.authorizer,
                "documentation": Documentation(cookie=core.sessions().cookie, origin=parent.settings.origin),
                "health": Health(parent.database),
            }
        ),
        openapi_config=None,
        logging_config=None,
    )
    app.routes = list(registered.litestar.routes)
    app.asgi_handler = Boundary(
        registered.litestar.asgi_handler,
        parent.database,
        Cors(parent.settings.allowed_origins),
        None if parent is registered.parent else parent.counterparts(registered.parent),
    )
    return app
