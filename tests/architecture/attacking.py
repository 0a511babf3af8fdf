"""How a row is attacked: its parents are made, somebody acts, and what came of it is one word or a number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from core.database.metadata import metadata
from core.database.protection import RUNTIME
from core.database.roles import Endpoints
from tests.architecture.attacks import EVERYBODY, LINES, Actor, Command, Line, World

Outcome: TypeAlias = int | Literal["ungranted", "refused", "no such parent"]
Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

# --- rows --------------------------------------------------------------------------------------------------------


def parents(table: str) -> list[str]:
    """The tables that a row of `table` refers to, and theirs, in the order of making."""
    needed, pending = set[str](), [table]
    while pending:
        name = pending.pop()
        if (held_by := LINES[name].held_by) is not None:
            pending.append(held_by)
        for key in metadata.tables[name].foreign_keys:
            parent = str(key.column.table)
            if parent not in needed:
                needed.add(parent)
                pending.append(parent)
    return [str(found) for found in metadata.sorted_tables if str(found) in needed - {table}]


def insertion(table: str, row: Mapping[str, Any], ending: str) -> tuple[sql.Composed, list[Any]]:
    schema, name = table.split(".")
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) {}").format(
        sql.Identifier(schema, name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
        sql.SQL(ending),
    )
    return query, [Jsonb(value) if isinstance(value, dict) else value for value in row.values()]


def build(builder: Connection, world: World, table: str, *, itself: bool) -> None:
    for name in [*parents(table), *([table] if itself else [])]:
        builder.execute(*insertion(name, LINES[name].row(world), "ON CONFLICT DO NOTHING"))


def key_of(table: str, world: World) -> tuple[str, list[Any]]:
    """The condition that finds the victim's row."""
    row = LINES[table].row(world)
    columns = [column.name for column in metadata.tables[table].primary_key]
    return " AND ".join(f"{column} = %s" for column in columns), [row[column] for column in columns]


# --- actors ------------------------------------------------------------------------------------------------------


@contextmanager
def acting(
    connection: Connection,
    user: UUID | None,
    tenant: UUID | None,
    operator: UUID | None = None,
    *,
    own: str = "*",
    others: str = "",
) -> Iterator[Connection]:
    """As somebody with rights to their own rows, and to others': each `*`, or a list with spaces around every right."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.tenant_id', %s, true),"
            " set_config('app.operator_id', %s, true), set_config('app.own', %s, true),"
            " set_config('app.others', %s, true)",
            (str(user or ""), str(tenant or ""), str(operator or ""), own, others),
        )
        yield connection


@contextmanager
def attacking(runtime: Connection, silent: Connection, actor: Actor, world: World) -> Iterator[Connection]:
    if actor == "nobody":
        with silent.transaction(force_rollback=True):
            yield silent
        return
    if actor in ("operator", "other operator"):
        with acting(runtime, None, None, world.operator if actor == "operator" else uuid4()):
            yield runtime
        return
    if actor in ("system", "other system"):
        with acting(runtime, None, world.tenant if actor == "system" else uuid4()):
            yield runtime
        return
    user: UUID | None = world.user if actor in ("self", "powerless", "elsewhere") else uuid4()
    tenant: UUID | None = world.tenant if actor in ("self", "powerless", "colleague", "admin") else uuid4()
    if actor == "anonymous":
        user = tenant = None
    own = "" if actor == "powerless" else "*"
    others = "*" if actor in ("admin", "stranger", "anonymous") else ""
    with acting(runtime, user, tenant, own=own, others=others):
        yield runtime


def outcome(connection: Connection, query: sql.Composed | str, values: list[Any]) -> Outcome:
    """How many rows it got or changed; or how it was refused."""
    try:
        return connection.execute(query.encode() if isinstance(query, str) else query, values).rowcount
    except psycopg.errors.InsufficientPrivilege as error:
        return "refused" if "row-level security" in str(error) else "ungranted"
    except psycopg.errors.ForeignKeyViolation:
        return "no such parent"


def attempt(connection: Connection, table: str, command: Command, world: World) -> Outcome:
    line, (where, values) = LINES[table], key_of(table, world)
    if command == "insert":  # RETURNING reads, and what one may write need not be one's to read
        readable = (line.insert or frozenset()) <= (line.select or frozenset())
        return outcome(connection, *insertion(table, line.row(world), "RETURNING *" if readable else ""))
    if command == "select":
        return outcome(connection, f"SELECT * FROM {table} WHERE {where}", values)
    if command == "update":
        return outcome(connection, f"UPDATE {table} SET {line.change} WHERE {where} RETURNING *", values)
    return outcome(connection, f"DELETE FROM {table} WHERE {where} RETURNING *", values)


def expected(line: Line, command: Command, actor: Actor) -> Outcome:
    allowed = line.allowed(command)
    if allowed is None:
        return "ungranted"
    if actor in allowed:
        return 1
    return "refused" if command == "insert" else 0


# --- one layer at a time ---------------------------------------------------------------------------------------

PROTECTED: Final = [table for table, line in LINES.items() if line.select != EVERYBODY]
# Instead of a line's change that reads the row.
UNREAD: Final = {"authz.memberships": "role_id = '{row}'"}


class Attackers(msgspec.Struct, frozen=True):
    builder: Connection
    runtime: Connection
    silent: Connection


@contextmanager
def attackers(endpoints: Endpoints, weakening: str = "") -> Iterator[Attackers]:
    """`weakening`: what to do first to every protected table."""
    assert endpoints.owner is not None
    with (
        psycopg.connect(endpoints.owner, autocommit=True) as builder,
        psycopg.connect(endpoints.runtime, autocommit=True) as runtime,
        psycopg.connect(endpoints.runtime, autocommit=True) as silent,
    ):
        for table in PROTECTED:
            builder.execute(weakening.format(table=table, runtime=RUNTIME).encode())
        yield Attackers(builder, runtime, silent)


def attempt_blindly(connection: Connection, table: str, command: Command, world: World) -> Outcome:
    """Without a condition and without RETURNING: nothing is read, so that the policy for reading does not help."""
    line = LINES[table]
    if command == "select":
        return attempt(connection, table, command, world)
    if command == "insert":
        return outcome(connection, *insertion(table, line.row(world), ""))
    change = UNREAD.get(table, line.change).format(row=world.row)
    found = outcome(connection, f"UPDATE {table} SET {change}" if command == "update" else f"DELETE FROM {table}", [])
    return min(found, 1) if isinstance(found, int) else found
