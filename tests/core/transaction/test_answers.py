"""Over HTTP: the answer leaves only after COMMIT."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from core.container import current_child
from core.database.errors import (
    AlreadyThere,
)
from core.database.pool import Database
from core.database.roles import Endpoints
from core.http.authority import OPEN
from core.http.boundary import Boundary
from core.http.cors import Cors
from core.http.problems import answer
from tests.core.transaction.trial import ALICE, ONE, WISH, WRITE, count, opened

pytestmark = pytest.mark.anyio


@post("/wish/{wish:str}", **OPEN)
async def make_a_wish(wish: FromPath[str]) -> dict[str, str]:
    await current_child().transaction.execute(WISH, wish=wish)
    return {"said": "it is done"}


@post("/swallowed", **OPEN)
async def swallow_an_error() -> dict[str, str]:
    tx = current_child().transaction
    await tx.execute(WRITE, id=1, said="lost without a word")
    with suppress(AlreadyThere):
        await tx.execute(WRITE, id=1, said="again")
    return {"said": "it is done"}


@get("/looked", **OPEN)
async def look() -> dict[str, int]:
    return {"one": await current_child().transaction.one(ONE)}


@get("/written", **OPEN)
async def write_while_reading() -> dict[str, int]:
    return {"rows": await current_child().transaction.execute(WRITE, id=1, said="x")}


@get("/untouched", **OPEN)
async def touch_nothing() -> dict[str, bool]:
    return {"open": current_child().transaction.is_open}


@asynccontextmanager
async def served(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A small application behind the real boundary."""
    app = Litestar(
        route_handlers=[make_a_wish, swallow_an_error, look, write_while_reading, touch_nothing],
        exception_handlers={HTTPException: answer, Exception: answer},
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = Boundary(app.asgi_handler, database, Cors(frozenset()))
    asgi: Any = app  # the two libraries spell the protocol's types differently
    transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        yield client


@pytest.mark.parametrize(("code", "status"), [("23505", 409), ("23514", 400), ("42501", 403), ("XX000", 500)])
async def test_a_commit_that_fails_is_what_the_client_gets(database: Database, code: str, status: int) -> None:
    async with served(database) as client:
        found = await client.post(f"/wish/{code}")
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
    assert found.json()["status"] == status
    assert "it is done" not in found.text


async def test_a_broken_commit_is_a_503_that_warns(database: Database) -> None:
    async with served(database) as client:
        found = await client.post("/wish/break")
    assert found.status_code == 503
    assert "look before you repeat" in found.json()["detail"]


async def test_a_broken_commit_asks_nobody_to_retry(database: Database) -> None:
    async with served(database) as client:
        found = await client.post("/wish/break")
    assert "retry-after" not in found.headers


async def test_an_answer_never_says_done_when_the_transaction_had_failed(database: Database, looking: Any) -> None:
    async with served(database) as client:
        found = await client.post("/swallowed")
    assert count(looking, "trial.notes") == 0
    assert found.status_code >= 400


async def test_an_exhausted_pool_is_a_503_with_retry_after(trial: Endpoints) -> None:
    async with opened(trial, size=1, connect_timeout=0.3) as database, served(database) as client:
        async with database.unit(ALICE) as holding:
            await holding.transaction.one(ONE)
            found = await client.get("/looked")
            assert (found.status_code, found.headers["retry-after"]) == (503, "2")
            assert (await client.get("/untouched")).json() == {"open": False}
        assert (await client.get("/looked")).json() == {"one": 1}


async def test_a_get_is_read_only(database: Database, looking: psycopg.Connection) -> None:
    async with served(database) as client:
        assert (await client.get("/written")).status_code == 500
    assert count(looking, "trial.notes") == 0
