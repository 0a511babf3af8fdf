"""Applications that share their registered routes share nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.asgi import Registered, create_app
from app.composition import compose
from core.bootstrap import Parent, WiringError, bootstrap
from core.container import Child
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from tests.client import PASSWORD, sign_up
from tests.database import Cluster

pytestmark = pytest.mark.anyio
HERE, THERE = "https://here.test", "https://there.test"


@asynccontextmanager
async def served(endpoints: Endpoints, registered: Registered, origin: str) -> AsyncIterator[httpx.AsyncClient]:
    environ = {"APP_ENV": "test", "DATA_DIR": "/nowhere", "CORS_ORIGINS": origin, "SECRET_KEY": origin * 4}
    app = create_app(bootstrap(compose, environ, endpoints=endpoints), registered)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's ASGI is narrower
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        yield client


async def test_each_answers_from_its_own_database_and_settings(cluster: Cluster, registered: Registered) -> None:
    with cluster.copy() as first, cluster.copy() as second:
        async with served(first, registered, HERE) as here, served(second, registered, THERE) as there:
            person = await sign_up(here)
            known = {"email": person.email, "password": PASSWORD}
            assert (await here.post("/api/v1/auth/login", json=known)).status_code == 200
            assert (await there.post("/api/v1/auth/login", json=known)).status_code == 401
            assert (await person.get("/users/me")).status_code == 200
            person.client = there
            assert (await person.get("/users/me")).status_code == 401
            for client, own, other in ((here, HERE, THERE), (there, THERE, HERE)):
                told = {
                    origin: (await client.get("/health/ready", headers={"origin": origin})).headers
                    for origin in (own, other)
                }
                assert "access-control-allow-origin" in told[own]
                assert "access-control-allow-origin" not in told[other]


async def test_a_provider_without_a_counterpart_is_never_taken_from_the_other_parent(parent: Parent) -> None:
    nowhere = bootstrap(compose, {"APP_ENV": "test"}, endpoints=Endpoints(runtime="host=/nowhere dbname=none"))
    child = Child(Transaction(parent.database), counterparts=parent.counterparts(nowhere))
    assert child.own(nowhere.core.sessions) is parent.core.sessions
    with pytest.raises(LookupError):
        child.own(parent.core.sessions)


async def test_parents_of_different_compositions_share_no_routes(parent: Parent, registered: Registered) -> None:
    part = Parent(parent.settings, parent.core, parent.modules[:-1])
    with pytest.raises(WiringError):
        create_app(part, registered)
