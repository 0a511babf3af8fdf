"""The transaction: when it opens, what it costs, and that no connection is ever lost, whatever happens."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from sqlalchemy import (
    Float,
    Integer,
    Text,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    table,
    text,
    update,
)
from structlog.testing import capture_logs

from core.container import current_child
from core.database.errors import (
    AlreadyThere,
    BadValue,
    Contended,
    DatabaseUnavailable,
    OutcomeUnknown,
    QueryTimedOut,
    RowDenied,
    StillReferred,
)
from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.seeding import seed_id
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.errors import InternaError, NotFound, Unavailable
from core.http.authority import OPEN
from core.http.boundary import Boundary
from core.http.problems import answer
from tests.client import log_in

pytestmark = pytest.mark.anyio

SCHEMA = """
CREATE SCHEMA trial;
GRANT USAGE ON SCHEMA trial TO interna_runtime;
CREATE SEQUENCE trial.commits;
CREATE TABLE trial.notes (
    id int CONSTRAINT pk_notes PRIMARY KEY, amount int NOT NULL DEFAULT 0 CHECK (amount >= 0),
    parent int REFERENCES trial.notes DEFERRABLE, said text
);
CREATE TABLE trial.at_commit (wish text NOT NULL);
CREATE FUNCTION trial.fulfil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('trial.commits');
    IF NEW.wish = 'break' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    ELSIF NEW.wish = 'wait' THEN
        PERFORM pg_sleep(0.05);
    ELSE
        RAISE EXCEPTION 'refused at commit' USING ERRCODE = NEW.wish;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fulfil AFTER INSERT ON trial.at_commit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION trial.fulfil();
GRANT ALL ON ALL TABLES IN SCHEMA trial TO interna_runtime;
GRANT ALL ON ALL SEQUENCES IN SCHEMA trial TO interna_runtime;
CREATE TABLE trial.closed (id int);
"""

notes = table(
    "notes",
    column("id", Integer),
    column("amount", Integer),
    column("parent", Integer),
    column("said", Text),
    schema="trial",
)
at_commit = table("at_commit", column("wish", Text), schema="trial")
ONE = Statement(select(literal(1)), into=int)
NONE = Statement(select(literal(1)).where(literal(False)), into=int)
ME = Statement.nullable(select(func.current_setting("app.user_id", True, type_=Text)), into=str)
SLEEP = Statement(select(func.pg_sleep(bindparam("seconds", type_=Float)).is_(None)), into=bool)
WRITE = Statement.command(insert(notes).values(id=bindparam("id"), said=bindparam("said")))
AMOUNT = Statement.command(insert(notes).values(id=bindparam("id"), amount=bindparam("amount")))
PARENT = Statement.command(insert(notes).values(id=bindparam("id"), parent=bindparam("parent")))
WISH = Statement.command(insert(at_commit).values(wish=bindparam("wish")))
COMMITS = Statement(
    select(func.coalesce(func.pg_sequence_last_value(text("'trial.commits'")), 0, type_=Integer)), into=int
)
ALICE = Acting(seed_id(0, 1), seed_id(1, 1))


@pytest.fixture(scope="module")
def trial(shared_endpoints: Endpoints) -> Endpoints:
    """A database with tables that refuse in every way there is."""
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner) as owner:
        owner.execute(SCHEMA)
    return shared_endpoints


@pytest.fixture
def looking(trial: Endpoints) -> Iterator[psycopg.Connection]:
    """A superuser who sees all rows and ends connections."""
    assert trial.admin is not None
    database = psycopg.conninfo.conninfo_to_dict(trial.runtime)["dbname"]
    with psycopg.connect(trial.admin, dbname=str(database), autocommit=True) as connection:
        connection.execute("TRUNCATE trial.notes, trial.at_commit")
        connection.execute("SELECT setval('trial.commits', 1, false)")
        yield connection


@asynccontextmanager
async def opened(endpoints: Endpoints, **options: Any) -> AsyncIterator[Database]:
    database = Database(endpoints.runtime, **{"size": 5, "connect_timeout": 5, **options})
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(trial: Endpoints, looking: psycopg.Connection, anyio_backend: str) -> AsyncIterator[Database]:
    async with opened(trial) as database:
        yield database


def count(looking: psycopg.Connection, what: str) -> int:
    row = looking.execute(f"SELECT count(*) FROM {what}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def busy(looking: psycopg.Connection) -> int:
    """The runtime's connections that are in a transaction."""
    return count(
        looking,
        "pg_stat_activity WHERE datname = current_database() AND usename = 'interna_app' AND state <> 'idle'",
    )


def end_connections(looking: psycopg.Connection) -> int:
    rows = looking.execute(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'interna_app'"
    ).fetchall()
    return len(rows)


async def all_work(database: Database, size: int) -> None:
    """Hold `size` connections at once: more than are left hangs, and fails in time."""
    async with asyncio.timeout(10), AsyncExitStack() as stack:
        for _ in range(size):
            unit = await stack.enter_async_context(database.unit(Anonymous()))
            assert await unit.transaction.one(ONE) == 1


# --- opening -----------------------------------------------------------------------------------------------------


async def test_what_touches_nothing_holds_no_connection(database: Database) -> None:
    async with database.unit(ALICE) as unit:
        assert not unit.transaction.is_open
        assert database.pool.get_stats().get("requests_num", 0) == 0


async def test_begin_and_the_identity_are_one_round_trip(trial: Endpoints, looking: Any, tmp_path: Path) -> None:
    async with opened(trial, size=1) as database:
        async with traced(database, tmp_path) as trips:
            async with database.unit(ALICE) as unit:
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
    with pytest.raises(ZeroDivisionError):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="x")
            raise ZeroDivisionError
    assert count(looking, "trial.notes") == 0
    assert busy(looking) == 0


async def test_one_row_is_demanded_or_asked_for(database: Database) -> None:
    async with database.unit(ALICE) as unit:
        assert await unit.transaction.one_or_none(NONE) is None
        assert await unit.transaction.all(NONE) == []
        with pytest.raises(NotFound):
            await unit.transaction.one(NONE)


# --- cancellation ------------------------------------------------------------------------------------------------


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


# --- connections that die or are missing ---------------------------------------------------------------------------


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
        assert time.monotonic() - started < 1


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
    with pytest.raises(DatabaseUnavailable):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="x")
            end_connections(looking)
            await unit.transaction.one(ONE)
    assert count(looking, "trial.notes") == 0
    await all_work(database, 5)


async def test_a_transaction_that_idles_too_long_is_unavailable_not_a_bug(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.unit(ALICE) as unit:
            await (await unit.transaction.connection()).execute("SET LOCAL idle_in_transaction_session_timeout = 20")
            await asyncio.sleep(0.1)
            await unit.transaction.one(ONE)
    await all_work(database, 5)


# --- commit ------------------------------------------------------------------------------------------------------


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
    with pytest.raises(Exception, match=r"."):
        async with database.unit(ALICE) as unit:
            await unit.transaction.execute(WRITE, id=1, said="lost without a word")
            with suppress(AlreadyThere):
                await unit.transaction.execute(WRITE, id=1, said="again")
    assert count(looking, "trial.notes") == 0


# --- errors ------------------------------------------------------------------------------------------------------


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


async def setting(transaction: Transaction, name: str, value: str) -> None:
    await (await transaction.connection()).execute(f"SET LOCAL {name} = '{value}'".encode())


async def test_a_lock_that_is_not_given_in_time_is_contended(database: Database, looking: Any) -> None:
    with looking.transaction():
        looking.execute("LOCK TABLE trial.notes")
        with pytest.raises(Contended):
            async with database.unit(ALICE) as unit:
                await setting(unit.transaction, "lock_timeout", "20ms")
                await unit.transaction.execute(WRITE, id=1, said="x")


async def test_a_statement_that_takes_too_long_is_timed_out(database: Database) -> None:
    with pytest.raises(QueryTimedOut):
        async with database.unit(ALICE) as unit:
            await setting(unit.transaction, "statement_timeout", "20ms")
            await unit.transaction.execute(SLEEP, seconds=5)


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
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [Contended]
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


# --- over HTTP ---------------------------------------------------------------------------------------------------


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
    app.asgi_handler = Boundary(app.asgi_handler, database)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
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
