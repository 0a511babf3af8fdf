"""Fixtures that most tests lean on: a database of their own, the application on it, and a worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import argon2
import httpx
import psycopg
import pytest
import structlog
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from app.asgi import Registered, create_app, register
from app.composition import compose
from core.bootstrap import Parent, bootstrap, read_settings
from core.database.roles import Endpoints
from modules.user.passwords import Passwords
from tests.agents.stage import Stage, stage
from tests.database import Cluster
from tests.database import cluster as start_cluster

# The rich tracebacks that structlog prints by itself take half a second each.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for other processes."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with (
        tempfile.TemporaryDirectory(prefix="interna-tests-", dir=_in_memory()) as folder,
        start_cluster(read_settings().test_database_url, Path(folder)) as found,
    ):
        yield found


def _in_memory() -> str | None:
    """Where the cluster is five times faster, if there is room: a copy of the template is 10 MB of files."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return str(memory) if roomy else None


@pytest.fixture
def endpoints(cluster: Cluster) -> Iterator[Endpoints]:
    """A migrated and seeded database that belongs to this test alone."""
    with cluster.copy() as found:
        yield found


@pytest.fixture(scope="module")
def shared_endpoints(cluster: Cluster) -> Iterator[Endpoints]:
    """A database that the tests of one file share: they leave it as they found it, or make rows of their own."""
    with cluster.copy() as found:
        yield found


@pytest.fixture
def owner(endpoints: Endpoints) -> Iterator[psycopg.Connection]:
    """The tables' owner, to look at what is really there."""
    assert endpoints.owner is not None
    with psycopg.connect(endpoints.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared_owner(shared_endpoints: Endpoints) -> Iterator[psycopg.Connection]:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The variables that the application under test reads; a test may change them before it asks for `app`."""
    return {
        "APP_ENV": "test",
        "DATA_DIR": str(tmp_path / "data"),
        "DB_POOL_SIZE": "10",
        "DB_CONNECT_TIMEOUT_SECONDS": "5",
    }


@pytest.fixture
def parent(endpoints: Endpoints, environ: dict[str, str]) -> Parent:
    return cheap_passwords(bootstrap(compose, environ, endpoints=endpoints))


_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap_passwords(parent: Parent) -> Parent:
    """New passwords are hashed a hundred times faster: most tests sign somebody up."""
    (user,) = (module for module in parent.modules if module.name == "user")
    user.container.passwords.override(Passwords(_HASHER))
    return parent


@pytest.fixture(scope="session")
def registered() -> Registered:
    """The routes, which know no database, so that each test's application need not register them again."""
    return register(bootstrap(compose, {"APP_ENV": "test"}, endpoints=Endpoints(runtime="host=/nowhere dbname=none")))


@pytest.fixture
async def app(parent: Parent, registered: Registered, anyio_backend: str) -> AsyncIterator[Litestar]:
    app = create_app(parent, registered)
    async with app.lifespan():
        yield app


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test", timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
async def shared_client(
    shared_endpoints: Endpoints,
    registered: Registered,
    tmp_path_factory: pytest.TempPathFactory,
    anyio_backend: str,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that the tests of one file share: for questions that change nothing."""
    environ = {"APP_ENV": "test", "DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    app = create_app(cheap_passwords(bootstrap(compose, environ, endpoints=shared_endpoints)), registered)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://interna.test", timeout=30) as client,
    ):
        yield client


@asynccontextmanager
async def working(parent: Parent) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(parent.core.jobs().run_worker(stop))
    try:
        yield
    finally:
        stop.set()
        await task


@pytest.fixture
async def worker(app: Litestar, parent: Parent) -> AsyncIterator[None]:
    """A job worker beside the application."""
    async with working(parent):
        yield


@pytest.fixture
def start_worker(app: Litestar, parent: Parent) -> Callable[[], AbstractAsyncContextManager[None]]:
    """For tests that decide themselves when a worker runs."""
    return lambda: working(parent)


@pytest.fixture(scope="module")
async def on(
    shared_endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[Stage]:
    """Two processes of the application and their model, which the tests of one file share."""
    async with stage(shared_endpoints, str(tmp_path_factory.mktemp("data"))) as found:
        yield found


@pytest.fixture
async def live(parent: Parent, registered: Registered, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real HTTP server on loopback, for what only sockets can show: streams and clients that leave."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(parent, registered)
    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for _ in range(200):
            with suppress(httpx.TransportError):
                await client.get("/health/live")
                break
            await asyncio.sleep(0.02)
        yield client
    server.stop()
    await asyncio.wait_for(serving, 10)
