"""An application that the tests of one file share: they found tenants of their own and leave the seeds' alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest

from app.asgi import create_app
from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.database.roles import Endpoints
from tests.authorization.inviting import Inviter
from tests.authorization.scenes import found
from tests.client import sign_up
from tests.conftest import working


@pytest.fixture(scope="module")
def shared_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"APP_ENV": "test", "DATA_DIR": str(tmp_path_factory.mktemp("data"))}


@pytest.fixture(scope="module")
def shared_parent(shared_endpoints: Endpoints, shared_environ: dict[str, str]) -> Parent:
    return bootstrap(compose, shared_environ, endpoints=shared_endpoints)


@pytest.fixture(scope="module")
async def shared_client(shared_parent: Parent, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(shared_parent)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's ASGI is narrower
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://interna.test", timeout=30) as client,
    ):
        yield client


@pytest.fixture
async def shared_worker(shared_client: httpx.AsyncClient, shared_parent: Parent) -> AsyncIterator[None]:
    async with working(shared_parent):
        yield


@pytest.fixture
def shared_owner(shared_endpoints: Endpoints) -> Iterator[psycopg.Connection]:
    """The tables' owner, to look at what is really there."""
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def inviter(shared_client: httpx.AsyncClient, shared_worker: None, shared_environ: dict[str, str]) -> Inviter:
    admin = await sign_up(shared_client)
    return Inviter(admin, await found(admin), shared_environ)
