"""What a statement or a commit came to, in our own words."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    bindparam,
    delete,
    table,
    update,
)
from structlog.testing import capture_logs

from core.database.errors import (
    AlreadyThere,
    BadValue,
    Contended,
    OutcomeUnknown,
    QueryTimedOut,
    RowDenied,
    StillReferred,
)
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.statement import Statement
from core.errors import InternaError
from tests.core.transaction.trial import (
    ALICE,
    AMOUNT,
    ONE,
    PARENT,
    SLEEP,
    WISH,
    WRITE,
    all_work,
    count,
    notes,
    opened,
    setting,
)

pytestmark = pytest.mark.anyio


async def test_a_commit_whose_connection_broke_is_unknown_and_never_repeated(
    database: Database, looking: psycopg.Connection
) -> None:
    with pytest.raises(OutcomeUnknown):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WISH, wish="break")
    assert count(looking, "trial.at_commit") == 0
    assert looking.execute("SELECT last_value, is_called FROM trial.commits").fetchone() == (1, True)
    await all_work(database, 5)


@pytest.mark.parametrize(
    ("code", "error"),
    [("23505", AlreadyThere), ("23503", StillReferred), ("23514", BadValue), ("42501", RowDenied)],
)
async def test_what_is_refused_at_commit_is_the_error_that_it_is(
    database: Database, code: str, error: type[InternaError]
) -> None:
    with pytest.raises(error):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WISH, wish=code)
    await all_work(database, 5)


@pytest.mark.parametrize(
    ("code", "error"),
    [("40001", Contended), ("40P01", Contended), ("55P03", Contended), ("57014", QueryTimedOut)],
)
async def test_a_commit_that_the_server_refused_has_a_known_outcome(
    database: Database, code: str, error: type[InternaError]
) -> None:
    with pytest.raises(error):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WISH, wish=code)


async def test_the_commit_of_a_failed_transaction_is_an_error_not_a_silent_rollback(
    database: Database, looking: psycopg.Connection
) -> None:
    async def swallow() -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="lost without a word")
            with suppress(AlreadyThere):
                await unit.transaction.execute(WRITE, id=1, said="again")

    with pytest.raises(Exception, match=r"."):
        await swallow()
    assert count(looking, "trial.notes") == 0


@pytest.mark.parametrize(
    ("statement", "binds", "error"),
    [
        (WRITE, {"id": 1, "said": "x"}, AlreadyThere),
        (PARENT, {"id": 2, "parent": 99}, StillReferred),
        (AMOUNT, {"id": 2, "amount": -1}, BadValue),
        (AMOUNT, {"id": 2, "amount": None}, BadValue),
        (AMOUNT, {"id": 2, "amount": 2**31}, BadValue),
        (AMOUNT, {"id": 2, "amount": 2**80}, BadValue),
        (WRITE, {"id": 2, "said": "nul\0"}, BadValue),
        (WRITE, {"id": 2, "said": "\ud800"}, BadValue),
    ],
    ids=["unique", "foreign key", "check", "null", "out of int4", "out of int8", "NUL", "surrogate"],
)
async def test_the_drivers_errors_become_ours(
    database: Database,
    looking: Any,
    statement: Statement[None],
    binds: dict[str, Any],
    error: type[Exception],
) -> None:
    looking.execute("INSERT INTO trial.notes (id) VALUES (1)")
    with pytest.raises(error) as raised:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(statement, **binds)
    if isinstance(raised.value, AlreadyThere):
        assert raised.value.constraint == "pk_notes"
    assert count(looking, "trial.notes") == 1


async def test_what_is_not_granted_is_denied(database: Database) -> None:
    with pytest.raises(RowDenied):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(Statement.command(delete(table("closed", schema="trial"))))


async def test_an_error_tells_no_value_to_the_client(database: Database, looking: Any) -> None:
    looking.execute("INSERT INTO trial.notes (id, said) VALUES (1, 'x')")
    with pytest.raises(AlreadyThere) as raised:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="a secret")
    assert (raised.value.detail, raised.value.facts) == ("This is there already.", {})


async def test_a_lock_that_is_not_given_in_time_is_contended(database: Database, looking: Any) -> None:
    with looking.transaction():
        looking.execute("LOCK TABLE trial.notes")
        async with database.unit(ALICE) as unit:
            await setting(unit.transaction, "lock_timeout", "20ms")
            with pytest.raises(Contended):
                await unit.transaction.execute(WRITE, id=1, said="x")
            await unit.transaction.rollback()


async def test_a_statement_that_takes_too_long_is_timed_out(database: Database) -> None:
    async with database.unit(ALICE) as unit:
        await setting(unit.transaction, "statement_timeout", "20ms")
        with pytest.raises(QueryTimedOut):
            await unit.transaction.execute(SLEEP, seconds=5)
        await unit.transaction.rollback()


async def test_of_two_in_a_deadlock_one_is_contended_and_the_other_goes_on(database: Database, looking: Any) -> None:
    looking.execute("INSERT INTO trial.notes (id) VALUES (1), (2)")
    lock = Statement.command(update(notes).where(notes.c.id == bindparam("key")).values(amount=notes.c.amount + 1))
    both = asyncio.Barrier(2)

    async def cross(first: int, second: int) -> None:
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(lock, key=first)
            await both.wait()
            await unit.transaction.execute(lock, key=second)

    outcomes = await asyncio.gather(cross(1, 2), cross(2, 1), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Contended]
    assert count(looking, "trial.notes WHERE amount = 1") == 2


async def test_a_slow_query_is_logged_without_its_parameters(trial: Endpoints) -> None:
    async with opened(trial, slow_query_ms=20) as database, database.unit(ALICE) as unit:
        with capture_logs() as logs:
            await unit.transaction.execute(SLEEP, seconds=0.0456)
            await unit.transaction.one(ONE)
    assert [event["event"] for event in logs] == ["slow query"]
    assert "pg_sleep" in logs[0]["sql"]
    assert logs[0]["ms"] >= 45
    assert "0.0456" not in re.sub(r"ms.*", "", str(logs[0]))


async def test_a_statement_that_timed_out_is_logged_as_slow_too(trial: Endpoints) -> None:
    with capture_logs() as logs:
        async with opened(trial, slow_query_ms=20) as database:
            with suppress(QueryTimedOut):
                async with database.unit(ALICE) as unit:
                    await setting(unit.transaction, "statement_timeout", "60ms")
                    await unit.transaction.execute(SLEEP, seconds=5)
    assert "slow query" in [event["event"] for event in logs]
