"""Each right on its own: which ones open a row to its user and to others, and what none of them opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args
from uuid import UUID, uuid4

import pytest

from core.database.roles import Endpoints
from tests.architecture.attacking import Attackers, acting, attackers, attempt_blindly, build, insertion, outcome
from tests.architecture.attacks import EXEMPT, LINES, Actor, Command, Line, World

# What the runtime may do with some columns only: the others are the database's, or are never changed.
COLUMNS: Final = {
    ("agents.agent_sessions", "UPDATE"): {"request_chain"},
    ("authz.tenants", "UPDATE"): {"name", "slug"},
    ("authz.roles", "UPDATE"): {"name"},
    ("authz.memberships", "UPDATE"): {"agreed", "role_id"},
    ("authz.invitations", "UPDATE"): {"withdrawn_at"},
    ("authz.policies", "UPDATE"): {"actions", "conditions", "digest", "effect", "resource", "scope"},
    ("billing.subscriptions", "UPDATE"): {
        "plan",
        "status",
        "current_period_start",
        "current_period_end",
        "cancel_at_period_end",
        "credited",
        "credited_until",
        "synced_at",
        "sync_due_at",
    },
    ("billing.customers", "UPDATE"): {"provider_customer_id"},
    ("billing.credit_accounts", "UPDATE"): {"balance", "held"},
    ("billing.credit_grants", "UPDATE"): {"remaining"},
    ("billing.credit_holds", "UPDATE"): {"spent", "status"},
}

# Whoever may cause a call to a model may write it down, and see what became of it.
_CAUSES: Final = {
    f"{resource}:create"
    for resource in ("agent_requests", "agent_sessions", "interviews", "messages", "reviews", "simulations")
}

# Which rights open a row, to its user (`own`) or to others, by command; any one of them does.
RIGHTS: Final[dict[tuple[str, Command], set[str]]] = {
    ("authz.tenants", "insert"): {"tenants:create"},
    ("authz.tenants", "update"): {"tenants:update"},
    ("authz.tenants", "delete"): {"tenants:delete"},
    ("authz.roles", "insert"): {"roles:create"},
    ("authz.roles", "update"): {"roles:update"},
    ("authz.roles", "delete"): {"roles:delete"},
    ("authz.memberships", "select"): {"members:read", "users:read"},
    ("authz.memberships", "insert"): {"members:create"},
    ("authz.memberships", "update"): {"members:update"},
    ("authz.memberships", "delete"): {"members:delete"},
    ("authz.policies", "insert"): {"policies:create"},
    ("authz.policies", "update"): {"policies:update"},
    ("authz.policies", "delete"): {"policies:delete"},
    ("authz.tenant_attributes", "insert"): {"tenants:create"},
    ("authz.invitations", "select"): {"invitations:read"},
    ("authz.invitations", "insert"): {"invitations:create"},
    ("authz.invitations", "update"): {"invitations:delete"},
    ("billing.usage_events", "select"): {"usage:read"},
    ("billing.usage_events", "insert"): {"usage:create"},
    ("billing.usage_totals", "select"): {"usage:read"},
    ("billing.usage_alerts", "select"): {"usage:read"},
    ("agents.agent_sessions", "select"): _CAUSES | {"agent_requests:read", "agent_sessions:read", "messages:read"},
    ("agents.agent_sessions", "insert"): _CAUSES,
    ("agents.agent_sessions", "update"): _CAUSES,
    ("agents.agent_requests", "select"): _CAUSES | {"agent_requests:read", "agent_sessions:read", "messages:read"},
    ("agents.agent_requests", "insert"): _CAUSES,
    ("agents.agent_requests", "update"): _CAUSES | {"agent_requests:delete"},
    ("simulations.simulations", "select"): {"simulations:read"},
    ("simulations.simulations", "insert"): {"simulations:create"},
    ("simulations.simulations", "update"): {"simulations:update", "simulations:delete", "progress:update"},
    ("simulations.simulations", "delete"): {"simulations:delete"},
    ("simulations.personas", "select"): {"simulations:read"},
    ("simulations.personas", "insert"): {"simulations:create"},
    ("simulations.facts", "select"): {"messages:create"},
    ("simulations.facts", "insert"): {"simulations:create"},
    ("simulations.reviews", "select"): {"reviews:read", "reviews:create"},
    ("simulations.reviews", "insert"): {"reviews:create"},
    ("simulations.interviews", "select"): {"interviews:create", "interviews:read"},
    ("simulations.interviews", "insert"): {"interviews:create"},
    ("simulations.interviews", "update"): {"interviews:create"},
    ("simulations.analyses", "select"): {"reviews:create"},
    ("simulations.analyses", "insert"): {"reviews:create"},
    ("simulations.progress", "select"): {"progress:read"},
    ("simulations.progress", "insert"): {"progress:update"},
    ("simulations.progress", "update"): {"progress:update"},
}

DIRECTORY: Final = {"users:read", "members:read"}


@pytest.fixture(scope="module")
def whole(shared_endpoints: Endpoints) -> Iterator[Attackers]:
    with attackers(shared_endpoints) as found:
        yield found


def all_but(rights: set[str]) -> str:
    return " ".join({right for known in RIGHTS.values() for right in known} - rights)


def by_rights(line: Line, command: Command) -> list[Actor]:
    """To whom a right opens the row: not those to whom it is open anyhow."""
    allowed = line.allowed(command) or frozenset()
    found: list[Actor] = ["self"] if "self" in allowed and "powerless" not in allowed else []
    return found + (["admin"] if "admin" in allowed and "colleague" not in allowed else [])


@pytest.mark.parametrize(
    ("table", "command"),
    [(table, command) for table, line in LINES.items() for command in get_args(Command) if by_rights(line, command)],
)
def test_a_row_is_opened_by_its_rights_one_by_one_and_by_no_other(
    whole: Attackers, table: str, command: Command
) -> None:
    needed = RIGHTS[table, command]
    others = all_but(needed)
    world = World()
    build(whole.builder, world, table, itself=command != "insert")
    for actor in by_rights(LINES[table], command):
        user = world.user if actor == "self" else uuid4()
        found: dict[str, bool] = {}
        for rights in (*needed, others):
            own, all_ = (f" {rights} ", "") if actor == "self" else ("", f" {rights} ")
            with acting(whole.runtime, user, world.tenant, own=own, others=all_) as connection:
                found[rights] = attempt_blindly(connection, table, command, world) == 1
        assert found == {**dict.fromkeys(needed, True), others: False}, actor


@pytest.mark.parametrize(("table", "key"), [("users.users", "id"), ("users.profiles", "user_id")])
def test_who_may_read_users_or_members_sees_the_tenants_members_and_nobody_else(
    whole: Attackers, table: str, key: str
) -> None:
    member, outsider = World(), World()
    build(whole.builder, member, "authz.memberships", itself=True)
    build(whole.builder, outsider, "authz.memberships", itself=True)

    def seen(who: UUID, rights: str) -> Any:
        with acting(whole.runtime, uuid4(), member.tenant, others=f" {rights} ") as connection:
            return outcome(connection, f"SELECT FROM {table} WHERE {key} = %s", [who])

    assert {right: seen(member.user, right) for right in DIRECTORY} == dict.fromkeys(DIRECTORY, 1)
    assert seen(member.user, all_but(DIRECTORY)) == 0
    assert seen(outsider.user, " ".join(DIRECTORY)) == 0


@pytest.mark.parametrize("statement", ["UPDATE authz.roles SET name = 'y'", "DELETE FROM authz.roles"])
def test_a_role_of_the_system_is_nobodys_to_change(whole: Attackers, statement: str) -> None:
    world = World()
    build(whole.builder, world, "authz.roles", itself=False)
    row = {**LINES["authz.roles"].row(world), "is_system": True}
    whole.builder.execute(*insertion("authz.roles", row, ""))
    with acting(whole.runtime, uuid4(), world.tenant, others="*") as connection:
        assert outcome(connection, statement, []) == 0


def test_a_role_of_the_system_is_made_with_its_tenant_and_by_no_other_right(whole: Attackers) -> None:
    world = World()
    build(whole.builder, world, "authz.roles", itself=False)
    row = {**LINES["authz.roles"].row(world), "is_system": True}
    for others, wanted in (("*", 1), (" roles:create tenants:create ", 1), (" roles:create ", "refused")):
        with acting(whole.runtime, uuid4(), world.tenant, others=others) as connection:
            assert outcome(connection, *insertion("authz.roles", row, "")) == wanted


def test_a_personal_tenant_is_not_deleted(whole: Attackers) -> None:
    world = World()
    build(whole.builder, world, "authz.memberships", itself=False)
    row = {"id": world.row, "name": "x", "slug": uuid4().hex, "kind": "personal", "owner_id": world.user}
    whole.builder.execute(*insertion("authz.tenants", row, ""))
    with acting(whole.runtime, world.user, world.row, others="*") as connection:
        assert outcome(connection, "DELETE FROM authz.tenants", []) == 0


def test_a_personal_tenant_is_made_by_its_owner_only(whole: Attackers) -> None:
    world = World()
    build(whole.builder, world, "authz.memberships", itself=False)
    row = {"id": world.row, "name": "x", "slug": uuid4().hex, "kind": "personal", "owner_id": world.user}
    for user, wanted in ((world.user, 1), (uuid4(), "refused")):
        with acting(whole.runtime, user, world.row, others="*") as connection:
            assert outcome(connection, *insertion("authz.tenants", row, "")) == wanted


def test_the_runtime_has_the_rights_that_the_lines_say_and_no_other(whole: Attackers) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for table, privilege, column in whole.builder.execute(
        """SELECT oid::regclass::text, privilege_type, '*' FROM pg_class, aclexplode(relacl)
        WHERE grantee = to_regrole('interna_runtime')::oid AND relnamespace <> 'jobs'::regnamespace
        UNION ALL
        SELECT attrelid::regclass::text, privilege_type, attname FROM pg_attribute, aclexplode(attacl)
        WHERE grantee = to_regrole('interna_runtime')::oid"""
    ):
        found.setdefault((table, privilege), set()).add(column)
    wanted = {
        (table, command.upper()): COLUMNS.get((table, command.upper()), {"*"})
        for table, line in LINES.items()
        for command in get_args(Command)
        if line.allowed(command) is not None
    }
    assert found == wanted | {(table, "SELECT"): {"*"} for table in EXEMPT}
