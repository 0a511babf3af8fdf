"""Each policy, right and layer on its own: what another one hides today must hold when that one is changed.

A row is mostly kept by two things at once, so that an attack which fails says nothing of either. Here one of them is
taken away, or avoided: a command that reads nothing does not need the policy for reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args
from uuid import uuid4

import pytest

from core.database.metadata import metadata
from core.database.roles import Endpoints
from tests.architecture.attacking import (
    PROTECTED,
    Attackers,
    Outcome,
    acting,
    attackers,
    attacking,
    attempt_blindly,
    build,
    expected,
    key_of,
    outcome,
)
from tests.architecture.attacks import EXEMPT, LINES, Actor, Command, World
from tests.database import Cluster

ISOLATED: Final = [
    table for table in PROTECTED if "tenant_id" in metadata.tables[table].columns or table == "authz.tenants"
]
OUTSIDERS: Final[tuple[Actor, ...]] = ("elsewhere", "stranger", "other system", "anonymous", "nobody")

# Policies that say nothing of the tenant, for the isolation says it.
ONLY_ISOLATED: Final = {("authz.tenants", "select"): "whoever is somebody sees the tenant that they act for"}


@pytest.fixture(scope="module")
def whole(shared_endpoints: Endpoints) -> Iterator[Attackers]:
    with attackers(shared_endpoints) as found:
        yield found


@pytest.fixture(scope="module")
def only_isolated(cluster: Cluster) -> Iterator[Attackers]:
    """Where a careless policy and a careless grant open everything that the isolation does not keep."""
    weakening = (
        "CREATE POLICY careless ON {table} TO {runtime} USING (true) WITH CHECK (true);"
        " GRANT ALL ON {table} TO {runtime}"
    )
    with cluster.copy() as endpoints, attackers(endpoints, weakening) as found:
        yield found


@pytest.fixture(scope="module")
def not_isolated(cluster: Cluster) -> Iterator[Attackers]:
    """Where only what is permitted is left, and every column may be written."""
    weakening = "DROP POLICY IF EXISTS tenant_isolation ON {table}; GRANT UPDATE ON {table} TO {runtime}"
    with cluster.copy() as endpoints, attackers(endpoints, weakening) as found:
        yield found


# --- layer by layer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", get_args(Command)[1:])
@pytest.mark.parametrize("table", LINES)
def test_whoever_reads_nothing_changes_nothing_either(whole: Attackers, table: str, command: Command) -> None:
    world = World()
    build(whole.builder, world, table, itself=command != "insert")
    found: dict[Actor, Outcome] = {}
    for actor in get_args(Actor):
        with attacking(whole.runtime, whole.silent, actor, world) as connection:
            found[actor] = attempt_blindly(connection, table, command, world)
    assert found == {actor: expected(LINES[table], command, actor) for actor in get_args(Actor)}


@pytest.mark.parametrize("table", ISOLATED)
def test_the_isolation_alone_keeps_everybody_out_who_acts_for_another_tenant(
    only_isolated: Attackers, table: str
) -> None:
    found: dict[tuple[Command, Actor], Outcome] = {}
    for command in get_args(Command):
        world = World()
        build(only_isolated.builder, world, table, itself=command != "insert")
        for actor in OUTSIDERS:
            with attacking(only_isolated.runtime, only_isolated.silent, actor, world) as connection:
                found[command, actor] = attempt_blindly(connection, table, command, world)
    assert found == {(command, actor): "refused" if command == "insert" else 0 for command, actor in found}


@pytest.mark.parametrize(
    ("table", "command"),
    [
        (table, command)
        for table in ISOLATED
        for command in get_args(Command)
        if "colleague" in (LINES[table].allowed(command) or ()) and (table, command) not in ONLY_ISOLATED
    ],
)
def test_what_is_a_whole_tenants_is_kept_to_it_without_the_isolation_too(
    not_isolated: Attackers, table: str, command: Command
) -> None:
    world = World()
    build(not_isolated.builder, world, table, itself=command != "insert")
    found: dict[Actor, Outcome] = {}
    for actor in OUTSIDERS:
        with attacking(not_isolated.runtime, not_isolated.silent, actor, world) as connection:
            found[actor] = attempt_blindly(connection, table, command, world)
    assert found == dict.fromkeys(OUTSIDERS, "refused" if command == "insert" else 0)


@pytest.mark.parametrize(
    ("table", "command"),
    [
        (table, command)
        for table in ISOLATED
        for command in get_args(Command)
        if "system" in (LINES[table].allowed(command) or ())
    ],
)
def test_what_a_job_may_for_its_tenant_it_may_for_no_other_without_the_isolation_too(
    not_isolated: Attackers, table: str, command: Command
) -> None:
    world = World()
    build(not_isolated.builder, world, table, itself=command != "insert")
    with attacking(not_isolated.runtime, not_isolated.silent, "other system", world) as connection:
        assert attempt_blindly(connection, table, command, world) == ("refused" if command == "insert" else 0)


@pytest.mark.parametrize("table", [table for table, line in LINES.items() if line.update])
def test_a_row_is_not_given_away_without_being_read_and_without_the_isolation(
    not_isolated: Attackers, table: str
) -> None:
    line, world, other = LINES[table], World(), World()
    build(not_isolated.builder, world, table, itself=True)
    build(not_isolated.builder, other, table, itself=False)
    given = {
        column: {world.user: other.user, world.tenant: other.tenant, world.operator: other.operator}[value]
        for column, value in line.row(world).items()
        if value in (world.user, world.tenant, world.operator)
    }
    setting = ", ".join(f"{column} = %s" for column in given)
    assert given
    actors: tuple[Actor, ...] = ("self", "operator", "system")
    for actor in [actor for actor in actors if actor in (line.update or ())]:
        with attacking(not_isolated.runtime, not_isolated.silent, actor, world) as connection:
            assert outcome(connection, f"UPDATE {table} SET {setting}", list(given.values())) == "refused"


def test_a_tenant_is_seen_by_somebody_who_acts_for_it_not_by_a_job_without_a_user(whole: Attackers) -> None:
    world = World()
    build(whole.builder, world, "authz.tenants", itself=True)
    where, values = key_of("authz.tenants", world)
    with acting(whole.runtime, None, world.tenant) as connection:
        assert outcome(connection, f"SELECT FROM authz.tenants WHERE {where}", values) == 0


@pytest.mark.parametrize(("table", "key"), [("users.users", "id"), ("users.profiles", "user_id")])
def test_the_directory_asks_for_the_tenant_itself(not_isolated: Attackers, table: str, key: str) -> None:
    member = World()
    build(not_isolated.builder, member, "authz.memberships", itself=True)
    query = f"SELECT FROM {table} WHERE {key} = %s"
    for tenant, seen in ((member.tenant, 1), (uuid4(), 0)):
        with acting(not_isolated.runtime, uuid4(), tenant, others="*") as connection:
            assert outcome(connection, query, [member.user]) == seen


@pytest.mark.parametrize(("table", "key"), [("users.users", "id"), ("users.profiles", "user_id")])
def test_the_directory_asks_for_a_right_itself_whoever_sees_memberships(whole: Attackers, table: str, key: str) -> None:
    member = World()
    build(whole.builder, member, "authz.memberships", itself=True)
    whole.builder.execute("CREATE POLICY careless ON authz.memberships FOR SELECT USING (true)")
    try:
        for rights, seen in (("*", 1), ("", 0)):
            with acting(whole.runtime, uuid4(), member.tenant, others=rights) as connection:
                assert outcome(connection, f"SELECT FROM {table} WHERE {key} = %s", [member.user]) == seen
    finally:
        whole.builder.execute("DROP POLICY careless ON authz.memberships")


@pytest.mark.parametrize(
    "table",
    [
        table
        for table, line in LINES.items()
        if line.update and "colleague" not in line.update and "admin" in line.update
        if "user_id" in metadata.tables[table].columns
    ],
)
def test_whoever_may_change_others_rows_only_makes_none_their_own(not_isolated: Attackers, table: str) -> None:
    world, taker = World(), uuid4()
    build(not_isolated.builder, world, table, itself=True)
    with acting(not_isolated.runtime, taker, world.tenant, own="", others="*") as connection:
        assert outcome(connection, f"UPDATE {table} SET user_id = %s", [taker]) == "refused"


def test_a_role_does_not_become_the_systems(not_isolated: Attackers) -> None:
    world = World()
    build(not_isolated.builder, world, "authz.roles", itself=True)
    with acting(not_isolated.runtime, uuid4(), world.tenant, others="*") as connection:
        assert outcome(connection, "UPDATE authz.roles SET is_system = true WHERE id = %s", [world.row]) == "refused"


# --- how they are written -------------------------------------------------------------------------------------------


def test_what_opens_rows_opens_them_to_one_command(whole: Attackers) -> None:
    """Else what is meant for reading lets write as soon as somebody grants that."""
    rows = whole.builder.execute(
        "SELECT polrelid::regclass::text, polname FROM pg_policy"
        " WHERE polpermissive AND polcmd = '*' AND polroles <> ARRAY[to_regrole('interna_owner')::oid]"
    ).fetchall()
    assert rows == []


def test_row_level_security_binds_the_owner_too(whole: Attackers) -> None:
    """Its functions run for everybody: without FORCE no policy would be asked in them."""
    rows = whole.builder.execute(
        "SELECT coalesce(inhparent, c.oid)::regclass::text, relrowsecurity, relforcerowsecurity"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_inherits ON inhrelid = c.oid"
        " WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'jobs')"
    ).fetchall()
    assert {table for table, _, _ in rows} == set(LINES) | set(EXEMPT)
    assert [row for row in rows if row[1:] != (row[0] in PROTECTED, row[0] in PROTECTED)] == []
