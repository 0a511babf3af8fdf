"""The transaction: when it opens, what it costs, and whose it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.seeding import seed_id
from core.errors import NotFound
from tests.client import log_in
from tests.core.transaction.trial import ALICE, ME, NONE, WRITE, busy, count, opened

pytestmark = pytest.mark.anyio


async def test_what_touches_nothing_holds_no_connection(database: Database) -> None:
    async with database.unit(ALICE) as unit:
        assert not unit.transaction.is_open
        assert database.pool.get_stats().get("requests_num", 0) == 0


async def test_begin_and_the_identity_are_one_round_trip(trial: Endpoints, looking: Any, tmp_path: Path) -> None:
    async with opened(trial, size=1) as database:
        async with traced(database, tmp_path) as trips, database.unit(ALICE) as unit:
            assert await unit.transaction.one(ME) == seed_id(0, 1).hex
            assert unit.transaction.round_trips == 2
        assert trips() == 2 + len(["COMMIT"])


@asynccontextmanager
async def traced(database: Database, folder: Path) -> AsyncIterator[Callable[[], int]]:
    """Counts, afterwards, the round trips on the pool's only connection: each ends with the server's ReadyForQuery."""
    protocol = folder / "protocol"
    with protocol.open("w") as log:
        async with database.connection() as connection:
            connection.pgconn.trace(log.fileno())
        try:
            yield lambda: protocol.read_text().count("ReadyForQuery")
        finally:
            async with database.connection() as connection:
                connection.pgconn.untrace()


@pytest.fixture
def environ() -> dict[str, str]:
    return {"APP_ENV": "test", "DB_POOL_SIZE": "1", "DB_CONNECT_TIMEOUT_SECONDS": "5"}


async def test_who_am_i_costs_one_identity_one_select_and_one_commit(
    client: httpx.AsyncClient, parent: Any, tmp_path: Path
) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    async with traced(parent.database, tmp_path) as trips:
        assert (await bob.get("/users/me")).status_code == 200
    assert trips() == 3


async def test_a_reading_transaction_cannot_write(database: Database, looking: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with database.unit(Anonymous(), read_only=True) as unit:
            await unit.transaction.execute(WRITE, id=1, said="x")
    assert count(looking, "trial.notes") == 0


async def test_commit_gives_the_connection_back_and_the_next_statement_begins_anew(
    database: Database, looking: psycopg.Connection
) -> None:
    async with database.unit(ALICE) as unit:
        await unit.transaction.execute(WRITE, id=1, said="first")
        await unit.transaction.commit()
        assert not unit.transaction.is_open
        assert busy(looking) == 0
        assert await unit.transaction.one(ME) == seed_id(0, 1).hex


async def test_an_identity_does_not_outlive_its_transaction(trial: Endpoints) -> None:
    async with opened(trial, size=1) as database:
        async with database.unit(ALICE) as unit:
            assert await unit.transaction.one(ME) == seed_id(0, 1).hex
        async with database.unit(Anonymous()) as unit:
            assert not await unit.transaction.one(ME)


async def test_to_assume_somebody_else_commits_what_was_done(database: Database, looking: Any) -> None:
    async with database.unit(ALICE) as unit:
        await unit.transaction.execute(WRITE, id=1, said="x")
        await unit.transaction.assume(Acting(seed_id(0, 2), None))
        assert await unit.transaction.one(ME) == seed_id(0, 2).hex
        assert count(looking, "trial.notes") == 1


async def test_an_error_rolls_everything_back(database: Database, looking: Any) -> None:
    async def fail() -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert count(looking, "trial.notes") == 0
    assert busy(looking) == 0


async def test_one_row_is_demanded_or_asked_for(database: Database) -> None:
    async with database.unit(ALICE) as unit:
        assert await unit.transaction.one_or_none(NONE) is None
        assert await unit.transaction.all(NONE) == []
        with pytest.raises(NotFound):
            await unit.transaction.one(NONE)
