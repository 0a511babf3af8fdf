"""The ASGI application: the modules' routes behind the boundary."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dependency_injector import providers
from litestar import Litestar, Router
from litestar.datastructures import State
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


def create_app(parent: Parent) -> Litestar:
    """The whole application on a bootstrapped parent container."""
    core = parent.core
    health = Health(parent.database)
    documentation = Documentation(cookie=core.sessions().cookie, origin=parent.settings.origin)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await parent.open()
        try:
            yield
        finally:
            await parent.close()

    app = Litestar(
        route_handlers=[
            Router(path="/api/v1", route_handlers=[route for module in parent.modules for route in module.routes]),
            HealthController,
            SchemaController,
        ],
        dependencies={
            "caller": provided(core.caller),
            "cursors": provided(core.cursors),
            "documentation": provided(providers.Object(documentation)),
            "permit": provided(core.permit),
            "health": provided(providers.Object(health)),
        },
        guards=[Admission(core.sessions(), core.issuers)],
        exception_handlers={HTTPException: answer, Exception: answer},
        lifespan=[lifespan],
        request_class=InternaRequest,
        request_max_body_size=BODY_LIMIT,
        state=State({"authorizer": core.authorizer}),
        openapi_config=None,  # app.openapi writes it, from the contracts themselves
        logging_config=None,
    )
    app.asgi_handler = Boundary(app.asgi_handler, parent.database, Cors(parent.settings.allowed_origins))
    return app
