"""Every table x every command x everybody, as the runtime's own login on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args
from uuid import uuid4

import msgspec
import psycopg
import pytest

from core.database.metadata import metadata
from core.database.protection import RUNTIME
from core.database.roles import Endpoints
from tests.architecture.attacking import (
    Connection,
    Outcome,
    acting,
    attacking,
    attempt,
    build,
    expected,
    insertion,
    key_of,
    outcome,
)
from tests.architecture.attacks import EXEMPT, LINES, Actor, Command, World


@pytest.fixture(scope="module")
def builder(shared_endpoints: Endpoints) -> Iterator[Connection]:
    """The tables' owner, who makes the victims' rows."""
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def runtime(shared_endpoints: Endpoints) -> Iterator[Connection]:
    with psycopg.connect(shared_endpoints.runtime, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def silent(shared_endpoints: Endpoints) -> Iterator[Connection]:
    """A connection that nobody ever told who acts: the settings do not even exist."""
    with psycopg.connect(shared_endpoints.runtime, autocommit=True) as connection:
        yield connection


# --- attacks -----------------------------------------------------------------------------------------------------


def test_every_table_has_a_line(builder: Connection) -> None:
    rows = builder.execute(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'jobs')"
    ).fetchall()
    assert {name for (name,) in rows} == set(LINES) | set(EXEMPT)


@pytest.mark.parametrize("command", get_args(Command))
@pytest.mark.parametrize("table", LINES)
def test_a_row_is_only_for_whom_it_is_meant(
    builder: Connection, runtime: Connection, silent: Connection, table: str, command: Command
) -> None:
    world = World()
    build(builder, world, table, itself=command != "insert")
    found: dict[Actor, Outcome] = {}
    for actor in get_args(Actor):
        with attacking(runtime, silent, actor, world) as connection:
            found[actor] = attempt(connection, table, command, world)
    assert found == {actor: expected(LINES[table], command, actor) for actor in get_args(Actor)}


UPDATED = [table for table, line in LINES.items() if line.update is not None]


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, name) for table in UPDATED for name in ("tenant_id", "user_id") if name in metadata.tables[table].columns],
)
def test_a_row_is_never_given_to_somebody_else(
    builder: Connection, runtime: Connection, table: str, column: str
) -> None:
    world, other = World(), World()
    build(builder, world, table, itself=True)
    build(builder, other, table, itself=False)
    where, values = key_of(table, world)
    to = other.tenant if column == "tenant_id" else other.user
    with acting(runtime, world.user, world.tenant):
        given = outcome(runtime, f"UPDATE {table} SET {column} = %s WHERE {where} RETURNING *", [to, *values])
    assert given in ("refused", "ungranted")


@pytest.mark.parametrize("table", UPDATED)
def test_an_upsert_changes_nobody_elses_row(builder: Connection, runtime: Connection, table: str) -> None:
    """With the victim's key; once said to be the victim's row, once to be the attacker's own."""
    world = World()
    attacker = msgspec.structs.replace(world, user=uuid4(), tenant=uuid4())
    build(builder, world, table, itself=True)
    build(builder, attacker, table, itself=False)
    key = ", ".join(column.name for column in metadata.tables[table].primary_key)
    ending = f"ON CONFLICT ({key}) DO UPDATE SET {LINES[table].change} RETURNING *"
    where, values = key_of(table, world)
    for claim in (world, attacker):
        with acting(runtime, attacker.user, attacker.tenant):
            got = outcome(runtime, *insertion(table, LINES[table].row(claim), ending))
            if got == 1:  # a row of the attacker's own, because the key holds the tenant or the user
                assert claim is attacker
                assert outcome(runtime, f"SELECT * FROM {table} WHERE {where}", values) == 0
            else:
                assert got in ("refused", "ungranted")


def test_a_row_cannot_refer_to_another_tenants(builder: Connection, runtime: Connection) -> None:
    victim, attacker = World(), World()
    build(builder, victim, "simulations.personas", itself=False)
    build(builder, attacker, "authz.memberships", itself=True)
    row = {**LINES["simulations.personas"].row(attacker), "simulation_id": victim.row}
    with acting(runtime, attacker.user, attacker.tenant):
        assert outcome(runtime, *insertion("simulations.personas", row, "")) == "no such parent"


def test_without_a_condition_nobody_sees_or_changes_more_than_their_own(
    builder: Connection, runtime: Connection
) -> None:
    victim, attacker = World(), World()
    for world in (victim, attacker):
        build(builder, world, "simulations.simulations", itself=True)
    with acting(runtime, attacker.user, attacker.tenant):
        assert outcome(runtime, "SELECT * FROM simulations.simulations", []) == 1
        assert outcome(runtime, "UPDATE simulations.simulations SET title = 'y' RETURNING *", []) == 1
        assert outcome(runtime, "DELETE FROM simulations.simulations RETURNING *", []) == 1


@pytest.mark.parametrize(
    "command", ["SELECT * FROM {}", "DELETE FROM {} RETURNING *", "UPDATE {} SET cost = 0 RETURNING *"]
)
def test_a_partition_is_no_way_around(builder: Connection, runtime: Connection, command: str) -> None:
    world = World()
    build(builder, world, "billing.usage_events", itself=True)
    found = partitions(builder)
    assert "billing.usage_events_default" in found
    for name in found:
        with acting(runtime, world.user, world.tenant):
            assert outcome(runtime, command.format(name), []) == "ungranted"


def test_whoever_keeps_a_partition_may_work_on_it_by_its_own_name(builder: Connection) -> None:
    """To back it up, or to move what fell into the default one."""
    world = World()
    build(builder, world, "authz.tenants", itself=True)
    for name in partitions(builder):
        with builder.transaction(force_rollback=True):
            bounds = builder.execute(
                "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = %s::regclass", (name,)
            ).fetchone()
            assert bounds is not None
            begins = bounds[0].split("'")[1] if "FROM" in bounds[0] else "1999-01-01"
            builder.execute(
                "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, idempotency_key,"
                " occurred_at) VALUES (%s, %s, 'chat', 1, 'x', %s)",
                (world.tenant, world.user, begins),
            )
            assert builder.execute(f"DELETE FROM {name} WHERE tenant_id = %s".encode(), (world.tenant,)).rowcount == 1


def partitions(builder: Connection) -> list[str]:
    query = (
        "SELECT inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE c.relkind = 'r'"
    )
    return [name for (name,) in builder.execute(query.encode()).fetchall()]


def test_truncate_and_copy_are_no_way_around(builder: Connection, runtime: Connection) -> None:
    for table in LINES:
        with acting(runtime, uuid4(), uuid4()), pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute(f"TRUNCATE {table} CASCADE".encode())
    world = World()
    build(builder, world, "simulations.simulations", itself=True)
    copying = "COPY simulations.simulations TO STDOUT"
    with acting(runtime, uuid4(), world.tenant), runtime.cursor().copy(copying) as copy:
        assert list(copy) == []


def test_a_hidden_row_is_not_told_by_an_error_of_a_function(builder: Connection, runtime: Connection) -> None:
    """A function that raises on what it is shown must be shown nothing that the policies hide."""
    victim = World()
    build(builder, victim, "simulations.simulations", itself=True)
    with acting(runtime, uuid4(), uuid4()):
        rows = runtime.execute("SELECT 1 FROM simulations.simulations WHERE 1 / (length(title) - length(title)) = 1")
        assert rows.fetchall() == []


def test_switching_row_level_security_off_is_refused_not_obeyed(runtime: Connection) -> None:
    with runtime.transaction(force_rollback=True):
        runtime.execute("SET LOCAL row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute("SELECT * FROM simulations.simulations")


def test_the_owner_role_is_out_of_reach(runtime: Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute("SET ROLE interna_owner")


# --- how the policies are written ----------------------------------------------------------------------------------


def test_every_table_of_a_tenant_is_isolated_restrictively(builder: Connection) -> None:
    rows = builder.execute(
        "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'tenant_isolation' AND NOT polpermissive"
        " AND polcmd = '*' AND polroles = ARRAY[to_regrole(%s)::oid]",
        (RUNTIME,),
    ).fetchall()
    tenants = {name for name, table in metadata.tables.items() if "tenant_id" in table.columns} | {"authz.tenants"}
    assert {name for (name,) in rows} == tenants


def test_every_policy_asks_who_acts_once_a_query(builder: Connection) -> None:
    """A function called bare is called for every row (20 ms against 6.6 on 100,000)."""
    rows = builder.execute(
        "SELECT polrelid::regclass::text || ' ' || polname, coalesce(pg_get_expr(polqual, polrelid), '')"
        " || coalesce(pg_get_expr(polwithcheck, polrelid), '') FROM pg_policy WHERE polname <> 'owner'"
    ).fetchall()
    wrapped = re.compile(
        r"\( SELECT app\.(user_id|tenant_id|operator_id)\(\) AS \1\)"
        r"|\( SELECT app\.(own|others)\('[a-z_:]+'::text\) AS \2\)"
        r"|\( SELECT COALESCE\(app\.(own|others)\('[a-z_:]+'::text\)"
        r"(, app\.\3\('[a-z_:]+'::text\))+\) AS \"coalesce\"\)"
    )
    bare = [name for name, said in rows if "app." in wrapped.sub("", said)]
    assert rows
    assert bare == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM simulations.simulations ORDER BY created_at DESC, id DESC LIMIT 20",
        "SELECT count(*) FROM simulations.simulations",
        "SELECT * FROM simulations.simulations WHERE id = '00000000-0000-4000-8000-000000000000'",
    ],
)
def test_of_20_000_rows_a_user_finds_theirs_by_an_index(
    builder: Connection, runtime: Connection, many: World, query: str
) -> None:
    with acting(runtime, many.user, many.tenant):
        plan = "\n".join(line for (line,) in runtime.execute(f"EXPLAIN {query}".encode()))
    assert "InitPlan" in plan
    assert "Index" in plan
    assert "Seq Scan" not in plan


@pytest.fixture(scope="module")
def many(builder: Connection) -> World:
    """A user with 20 simulations, in a table of 20,000 that are others' in 100 tenants."""
    world = World()
    build(builder, world, "simulations.simulations", itself=True)
    builder.execute(
        """WITH owners AS (
            INSERT INTO users.users (email) SELECT 'many' || n || '@example.com' FROM generate_series(1, 100) n
            RETURNING id)
        INSERT INTO authz.tenants (name, slug, kind, owner_id)
        SELECT 'x', 'many-' || id, 'personal', id FROM owners"""
    )
    columns = "title, context, difficulty, level, client_mood, team_mode, language, seed"
    values = "'x', 'x', 'easy', 1, 'friendly', 'solo', 'en', 1"
    builder.execute(
        f"INSERT INTO simulations.simulations (tenant_id, user_id, {columns})"
        f" SELECT id, owner_id, {values} FROM authz.tenants, generate_series(1, 200) WHERE slug LIKE 'many-%'".encode()
    )
    builder.execute(
        f"INSERT INTO simulations.simulations (tenant_id, user_id, {columns})"
        f" SELECT %s, %s, {values} FROM generate_series(1, 19)".encode(),
        (world.tenant, world.user),
    )
    builder.execute("ANALYZE simulations.simulations")
    return world


def test_a_token_opens_its_own_session_and_no_other(builder: Connection, runtime: Connection) -> None:
    world, other = World(), World()
    for one in (world, other):
        build(builder, one, "users.sessions", itself=True)
    identify = "SELECT session_id, user_id, tenant_id FROM app.identify_session(%s, NULL)"
    with runtime.transaction(force_rollback=True):
        assert outcome(runtime, "SELECT * FROM users.sessions", []) == 0
        assert runtime.execute(identify.encode(), (world.row.bytes.hex(),)).fetchall() == [
            (world.row, world.user, None)
        ]
        assert runtime.execute("SELECT id FROM users.sessions").fetchall() == [(world.row,)]
    with runtime.transaction(force_rollback=True):
        assert runtime.execute(identify.encode(), (uuid4().hex,)).fetchall() == []
        assert outcome(runtime, "SELECT * FROM users.sessions", []) == 0
