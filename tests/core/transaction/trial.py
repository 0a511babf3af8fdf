"""Tables that refuse in every way there is, and what the tests of transactions say to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import (
    Float,
    Integer,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    table,
    text,
)

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.seeding import seed_id
from core.database.statement import Statement
from core.database.transaction import Transaction

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


@asynccontextmanager
async def opened(endpoints: Endpoints, **options: Any) -> AsyncIterator[Database]:
    database = Database(endpoints.runtime, **{"size": 5, "connect_timeout": 5, **options})
    await database.open()
    try:
        yield database
    finally:
        await database.close()


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


async def setting(transaction: Transaction, name: str, value: str) -> None:
    """A setting of the server, until the transaction ends."""
    await (await transaction.connection()).execute(f"SET LOCAL {name} = '{value}'".encode())
