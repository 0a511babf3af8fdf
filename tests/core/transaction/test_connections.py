"""No connection is ever lost: not to a cancelled task, not to a server that ends it."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from core.database.errors import (
    DatabaseUnavailable,
)
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from core.errors import Unavailable
from tests.core.transaction.trial import (
    ALICE,
    ONE,
    SLEEP,
    WISH,
    WRITE,
    all_work,
    busy,
    count,
    end_connections,
    opened,
    setting,
)

pytestmark = pytest.mark.anyio


async def test_a_transaction_cancelled_anywhere_loses_no_connection(database: Database) -> None:
    chance = random.Random(7)

    async def work() -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(SLEEP, seconds=0.01)
            await unit.transaction.execute(WISH, wish="wait")

    async def cancelled(times: int) -> None:
        task = asyncio.create_task(work())
        for _ in range(times):
            await asyncio.sleep(chance.uniform(0, 0.12))
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    for _ in range(10):
        await asyncio.gather(*(cancelled(1 + number % 2) for number in range(20)))
    await all_work(database, 5)


async def test_a_task_that_waits_for_a_connection_ends_as_cancelled(trial: Endpoints) -> None:
    async with opened(trial, size=1) as database, database.unit(ALICE) as holding:
        await holding.transaction.one(ONE)

        async def wait() -> None:
            async with database.unit(ALICE) as unit:
                await unit.transaction.one(ONE)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_cancelled_statement_stops_on_the_server_too(database: Database, looking: Any) -> None:
    async def work() -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(SLEEP, seconds=20)

    task = asyncio.create_task(work())
    while not busy(looking):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert busy(looking) == 0


async def test_a_rollback_that_is_cancelled_gives_the_connection_back(trial: Endpoints) -> None:
    async with opened(trial, size=1, connect_timeout=2) as database:
        transaction = Transaction(database, ALICE)
        await transaction.one(ONE)
        rolling_back = asyncio.create_task(transaction.rollback())
        await asyncio.sleep(0)
        rolling_back.cancel()
        with suppress(asyncio.CancelledError):
            await rolling_back
        assert not transaction.is_open
        await all_work(database, 1)


async def test_a_dead_idle_connection_is_replaced(trial: Endpoints, looking: psycopg.Connection) -> None:
    async with opened(trial, size=1) as database:
        await all_work(database, 1)
        assert end_connections(looking) == 1
        await all_work(database, 1)


async def test_a_pool_of_dead_idle_connections_is_replaced(database: Database, looking: psycopg.Connection) -> None:
    await all_work(database, 5)
    assert end_connections(looking) == 5
    async with database.unit(ALICE) as unit:
        assert await unit.transaction.one(ONE) == 1


async def test_an_exhausted_pool_is_told_in_time(trial: Endpoints) -> None:
    async with opened(trial, size=1, connect_timeout=0.3) as database, database.unit(ALICE) as holding:
        await holding.transaction.one(ONE)
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            async with database.unit(ALICE) as unit:
                await unit.transaction.one(ONE)
        assert time.monotonic() - started < 3


async def test_a_database_that_is_not_there_is_told_in_time(anyio_backend: str) -> None:
    database = Database("postgresql://interna_app@127.0.0.1:1/nothing", connect_timeout=0.3)
    await database.open()
    try:
        with pytest.raises(DatabaseUnavailable):
            async with database.unit(ALICE) as unit:
                await unit.transaction.one(ONE)
    finally:
        await database.close()


async def test_a_connection_that_dies_in_the_middle_is_unavailable_and_not_lost(
    database: Database, looking: psycopg.Connection
) -> None:
    async def work() -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="x")
            end_connections(looking)
            await unit.transaction.one(ONE)

    with pytest.raises(DatabaseUnavailable):
        await work()
    assert count(looking, "trial.notes") == 0
    await all_work(database, 5)


async def test_a_transaction_that_idles_too_long_is_unavailable_not_a_bug(database: Database) -> None:
    async def idle() -> None:
        async with database.unit(ALICE) as unit:
            await setting(unit.transaction, "idle_in_transaction_session_timeout", "20ms")
            await asyncio.sleep(0.1)
            await unit.transaction.one(ONE)

    with pytest.raises(Unavailable):
        await idle()
    await all_work(database, 5)
