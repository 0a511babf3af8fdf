"""Conventions of the schema, read from the catalogue: what every table, key and function has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import psycopg
import pytest

from core.database.metadata import metadata
from core.database.roles import Endpoints

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

TENANTS = {name for name, table in metadata.tables.items() if "tenant_id" in table.columns}

# A key of a tenant's table without tenant_id keeps the table from being distributed by tenant. So each has a reason.
KEYS_WITHOUT_TENANT = {
    "uq_invitations_token_hash": "whoever holds a token does not say of which tenant",
    "uq_subscriptions_provider_provider_subscription_id": "a web hook of the provider knows no tenant",
    "uq_customers_provider_provider_customer_id": "the same",
}

# The few that act as the owner: each needs what row-level security hides from whoever calls it.
DEFINERS = {
    "app.identify_session(text,text)": "there is no identity before it",
    "app.identify_subject(uuid,text,text,text)": "there is no identity before it",
    "app.identify_operator(text)": "there is no identity before it",
    "authz.find_tenant(text)": "of a tenant that one is no member of yet, nothing is visible",
    "authz.forget_owner(uuid)": "a personal tenant loses its owner's name, and only that",
    "users.find_credentials(text)": "there is no identity before a log-in",
    "users.find_operator(text)": "there is no identity before a log-in",
    "users.find_arrival(text,text,text)": "there is no identity before somebody arrives from elsewhere",
    "users.end_session(bytea)": "a log-in replaces whatever session the browser had",
    "users.request_token(text,text,integer)": "whoever forgot a password has no identity",
    "users.prepare_token(uuid,bytea)": "a mail is sent by a job, which is nobody",
    "users.use_token(bytea,text)": "the token is the identity",
    "users.admit(uuid,boolean,bytea[],integer[],integer)": "counts what nobody has proved yet",
    "users.settle(uuid)": "the same",
    "users.forgive(uuid)": "the same",
    "users.forget()": "housekeeping has no user",
    "users.due_for_anonymising(integer)": "asks which users have work; it tells their ids only",
    "users.add_profile()": "a trigger: profiles are never inserted directly",
    "authz.facts(uuid,uuid,uuid)": "what a role's rights rest on; only other functions call it",
    "authz.evaluate(uuid,uuid,jsonb)": "the same",
    "authz.compile_rights(uuid,uuid)": "the same: nobody writes what row-level security opens",
    "authz.recompile_rights()": "a trigger",
    "authz.guard_seats()": "a trigger: it counts members that whoever joins does not see",
    "authz.guard_admins()": "a trigger: it counts admins that whoever leaves does not see",
    "authz.note_departures()": "a trigger: who left is nobody's to write down, or to forget",
    "authz.has_left()": "the same: nobody reads who left",
    "authz.annul_invitations()": "a trigger: whoever leaves, or removes somebody, need not see invitations",
    "authz.guard_deletion()": "a trigger: a tenant with members stays, whoever of them the deleter sees",
    "authz.guard_role()": "a trigger: a role stays for whom it was promised to, whoever sees invitations",
    "authz.role_members()": "who may read roles may be shown no members, but how many there are",
    "authz.make_room(text)": "an invitation takes the place of the pending one, for who may not delete it",
    "authz.my_tenants()": "row-level security shows one tenant at a time",
    "authz.solely_mine()": "the same",
    "authz.founded()": "the same",
    "authz.find_person(text)": "who may add members finds people who are none yet",
    "authz.prepare_invitation(uuid,bytea)": "a mail is sent by a job, which has no rights",
    "authz.find_invitation(bytea)": "whoever is invited is no member yet",
    "authz.accept_invitation(uuid)": "the same",
    "authz.bump_policy_version()": "a trigger: a tenant is never updated by its members' changes otherwise",
    "authz.apply_plan(text,text,text[],integer)": "what a plan opens is nobody's to write",
    "authz.strangers(uuid[])": "who may report a member's usage need not be allowed to read members",
    "authz.admins_to_write_to()": "a mail is sent by a job, which has no rights",
    "billing.count_usage()": "a trigger: nobody writes totals",
    "billing.keep_usage_months(integer)": "housekeeping owns no table; it makes and drops these partitions only",
    "billing.tenants_using(timestamp with time zone,integer)": "housekeeping asks which tenants have work",
    "billing.period_use(tstzrange)": "who may see the subscription need not see who used what",
    "billing.receive_event(jsonb,boolean)": "a web hook of the provider is nobody",
    "billing.read_event(uuid)": "the same",
    "billing.finish_event(uuid,text,text)": "the same",
    "billing.claim_events()": "the same",
    "billing.find_subscriber(text,text,uuid)": "the same: it tells the tenant's id only",
    "billing.end_at_provider()": "a trigger: what is to be ended is of no tenant any more",
    "billing.end_my_subscriptions()": "the same: of tenants whose last member is whoever leaves",
    "billing.claim_cancellations()": "the same",
    "billing.read_cancellation(uuid)": "the same",
    "billing.finish_cancellation(uuid,text)": "the same",
    "billing.claim_subscriptions()": "asks which tenants have work; it tells their ids only",
    "billing.due_for_credits(timestamp with time zone)": "the same",
    "agents.look(uuid[],uuid[])": "one look for all who wait: it tells how far calls are, to who knows their ids",
    "agents.keep(uuid[],uuid[],text[],real[])": "a process says how far what it is answering is, for all at once",
    "agents.abandoned_requests()": "housekeeping asks which tenants have work",
    "simulations.abandon_interviews(interval)": "housekeeping has no tenant",
    "simulations.forget_progress()": "a trigger: who may delete a simulation need not see what others did on it",
    "app.forget_idempotency_keys()": "housekeeping has no tenant",
    "billing.expired_holds()": "housekeeping asks which tenants have work",
    "billing.tenants_with_expired_credits()": "the same",
}

GONE_BY_TRIGGER = {
    "billing.usage_events": "a foreign key takes two fifths of the time of writing; its totals take it along",
}

NOT_LISTED_BY_USER = {
    "authz.memberships": "one row a user and tenant",
    "authz.departures": "the same",
    "simulations.facts": "read by their simulation and persona",
    "simulations.personas": "read by their simulation",
    "billing.usage_events": "what is listed is totals; an index more takes a third of the time of writing",
}


@pytest.fixture(scope="module")
def catalogue(shared_endpoints: Endpoints) -> Iterator[Connection]:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner, autocommit=True) as connection:
        yield connection


def keys(catalogue: Connection, kinds: str) -> list[tuple[str, str, str, list[str], str | None]]:
    """Table, constraint, kind, columns, and the table it refers to."""
    return catalogue.execute(
        """SELECT conrelid::regclass::text, conname, contype,
                  ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, place)
                        JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = n ORDER BY place),
                  CASE WHEN confrelid <> 0 THEN confrelid::regclass::text END
           FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
           WHERE contype = ANY(%s::"char"[]) AND NOT relispartition AND conparentid = 0
             AND nspname NOT IN ('pg_catalog', 'information_schema', 'jobs')
           ORDER BY 1, 2""",
        (list(kinds),),
    ).fetchall()


def indexes(catalogue: Connection) -> list[tuple[str, list[str], str | None]]:
    """Table, columns (an expression is written out), and the condition of a partial one."""
    return catalogue.execute(
        """SELECT indrelid::regclass::text,
                  ARRAY(SELECT pg_get_indexdef(indexrelid, place, true)
                               || CASE WHEN indoption[place - 1] & 1 = 1 THEN ' DESC' ELSE '' END
                        FROM generate_series(1, indnkeyatts) place),
                  pg_get_expr(indpred, indrelid)
           FROM pg_index i JOIN pg_class t ON t.oid = indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
           WHERE NOT relispartition AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'jobs')"""
    ).fetchall()


def test_the_database_holds_the_tables_of_the_metadata(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT n.nspname || '.' || relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND nspname NOT IN ('pg_catalog', 'information_schema', 'jobs')"
    ).fetchall()
    assert {name for (name,) in rows} == set(metadata.tables) | {"app.alembic_version"}


def test_every_key_of_a_tenants_table_holds_the_tenant(catalogue: Connection) -> None:
    without = {
        name: (table, columns)
        for table, name, _, columns, _ in keys(catalogue, "pu")
        if table in TENANTS and "tenant_id" not in columns
    }
    assert set(without) == set(KEYS_WITHOUT_TENANT), without


def test_every_unique_index_of_a_tenants_table_holds_the_tenant_too(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indrelid::regclass::text = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        " AND pg_get_indexdef(indexrelid) !~ 'tenant_id'",
        (sorted(TENANTS),),
    ).fetchall()
    assert rows == []


def test_no_foreign_key_can_cross_tenants(catalogue: Connection) -> None:
    crossing = [
        name
        for table, name, _, columns, parent in keys(catalogue, "f")
        if parent in TENANTS and "tenant_id" not in columns
    ]
    assert crossing == []


def test_what_a_tenants_row_refers_to_without_its_tenant_is_nobodys_tenant(catalogue: Connection) -> None:
    parents = {
        parent
        for table, _, _, columns, parent in keys(catalogue, "f")
        if table in TENANTS and columns != ["tenant_id"] and "tenant_id" not in columns
    }
    assert parents == {"users.users", "billing.plans"}


def test_every_row_of_a_tenant_goes_with_its_tenant(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c'"
        " AND confrelid = 'authz.tenants'::regclass AND conparentid = 0"
    ).fetchall()
    assert TENANTS - {name for (name,) in rows} == set(GONE_BY_TRIGGER)


def test_every_foreign_key_has_an_index(catalogue: Connection) -> None:
    whole = [
        (table, columns)
        for table, columns, condition in indexes(catalogue)
        if condition is None or condition == f"({columns[-1]} IS NOT NULL)"  # a null refers to nothing
    ]
    bare = [
        name
        for table, name, _, columns, _ in keys(catalogue, "f")
        if not any(on == table and set(indexed[: len(columns)]) == set(columns) for on, indexed in whole)
    ]
    assert bare == []


def test_every_status_is_indexed(catalogue: Connection) -> None:
    tables = {name for name, table in metadata.tables.items() if "status" in table.columns}
    indexed = {
        table
        for table, columns, condition in indexes(catalogue)
        if columns[0] == "status" or "status" in (condition or "")
    }
    assert tables - indexed == set()


def test_every_table_of_users_is_indexed_by_user_and_time(catalogue: Connection) -> None:
    tables = {
        name
        for name, table in metadata.tables.items()
        if "user_id" in table.columns and [column.name for column in table.primary_key] != ["user_id"]
    }
    indexed = {table for table, columns, _ in indexes(catalogue) if columns == ["user_id", "created_at DESC"]}
    assert tables - indexed == set(NOT_LISTED_BY_USER)


def columns(catalogue: Connection, name: str) -> dict[str, tuple[str, str, str | None]]:
    """By table: type, nullability and default of the column `name`."""
    rows = catalogue.execute(
        "SELECT table_schema || '.' || table_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE column_name = %s"
        " AND table_schema NOT IN ('pg_catalog', 'information_schema', 'jobs')",
        (name,),
    ).fetchall()
    return {table: (kind, nullable, default) for table, kind, nullable, default in rows if table in metadata.tables}


def test_every_table_knows_when_a_row_was_made(catalogue: Connection) -> None:
    assert columns(catalogue, "created_at") == dict.fromkeys(
        metadata.tables, ("timestamp with time zone", "NO", "now()")
    )


def test_every_updated_at_is_kept_by_its_trigger(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'app.touch_updated_at()'::regprocedure"
        " AND tgenabled = 'O' AND tgtype = 19"  # before, each row, update
    ).fetchall()
    found = columns(catalogue, "updated_at")
    assert {name for (name,) in rows} == set(found)
    assert set(found.values()) == {("timestamp with time zone", "NO", "now()")}


def test_every_table_whose_rows_change_has_updated_at(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT DISTINCT table_schema || '.' || table_name FROM information_schema.column_privileges"
        " WHERE grantee = 'interna_runtime' AND privilege_type = 'UPDATE' AND table_schema <> 'jobs'"
    ).fetchall()
    assert {name for (name,) in rows} - set(columns(catalogue, "updated_at")) == set()


def test_ids_are_version_7_made_by_the_database(catalogue: Connection) -> None:
    made = {table: default for table, (kind, _, default) in columns(catalogue, "id").items() if kind == "uuid"}
    assert made
    assert set(made.values()) == {"app.uuidv7()"}


def test_closed_sets_are_text_with_a_check(catalogue: Connection) -> None:
    """Comparing an enum is not leakproof, so row-level security would keep an index from being used."""
    rows = catalogue.execute(
        "SELECT t.oid::regtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace"
        " WHERE typtype = 'e' AND nspname NOT IN ('pg_catalog', 'information_schema', 'jobs')"
    ).fetchall()
    assert rows == []


def test_times_have_a_zone(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE data_type = 'timestamp without time zone'"
        " AND table_schema NOT IN ('pg_catalog', 'information_schema', 'jobs')"
    ).fetchall()
    assert rows == []


def test_every_quantity_has_a_lower_bound(catalogue: Connection) -> None:
    """`seed` may be any number, an `amount` is negative where it is spent, and a trigger counts versions."""
    free = {
        ("simulations.simulations", "seed"),
        ("billing.credit_entries", "amount"),
        ("billing.credit_allocations", "amount"),
        ("authz.tenants", "policy_version"),
    }
    numbers = {
        (table, name)
        for table, name in catalogue.execute(
            "SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns"
            " WHERE data_type IN ('integer', 'bigint', 'smallint', 'numeric', 'real', 'double precision')"
        ).fetchall()
        if table in metadata.tables
    }
    checks = catalogue.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
    ).fetchall()
    bounded = {
        (table, name)
        for table, name in numbers
        if any(table == on and "CASE" not in said and re.search(rf"\b{name}\W* (>=|>)", said) for on, said in checks)
    }
    assert numbers - bounded == free


# --- functions and rights ------------------------------------------------------------------------------------------

OURS = "JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname !~ '^(pg_|information_schema$|jobs$)'"


def test_few_functions_act_as_the_owner_and_each_has_a_reason(catalogue: Connection) -> None:
    rows = catalogue.execute(
        f"SELECT p.oid::regprocedure::text FROM pg_proc p {OURS} AND prosecdef".encode()
    ).fetchall()
    assert {name for (name,) in rows} == set(DEFINERS)


def test_functions_that_act_as_the_owner_look_nothing_up_by_a_search_path(catalogue: Connection) -> None:
    rows = catalogue.execute(
        f"""SELECT p.oid::regprocedure::text FROM pg_proc p {OURS} AND prosecdef
            AND NOT coalesce(proconfig, '{{}}') @> ARRAY['search_path=""']""".encode()
    ).fetchall()
    assert rows == []


def test_no_function_may_be_executed_by_everybody(catalogue: Connection) -> None:
    """A null list of rights means the default, which is EXECUTE for PUBLIC."""
    rows = catalogue.execute(
        f"""SELECT p.oid::regprocedure::text FROM pg_proc p {OURS} AND EXISTS (
            SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)""".encode()
    ).fetchall()
    assert [name for (name,) in rows] == []


def test_nobody_but_the_owner_may_create_anything(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT nspname, r FROM pg_namespace, unnest(ARRAY['interna_runtime', 'interna_app']) r"
        " WHERE nspname !~ '^pg_' AND has_schema_privilege(r, oid, 'CREATE')"
    ).fetchall()
    assert rows == []


def test_everything_belongs_to_the_owner(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        " AND relowner <> to_regrole('interna_owner')::oid"
    ).fetchall()
    assert rows == []


def test_only_the_group_is_granted_anything_on_a_table(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT DISTINCT c.oid::regclass::text, grantee::regrole::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace, aclexplode(relacl)"
        " WHERE nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND grantee NOT IN (relowner, to_regrole('interna_runtime'))"
    ).fetchall()
    assert rows == []


def test_names_never_need_quoting(catalogue: Connection) -> None:
    rows = catalogue.execute(
        "SELECT s || '.' || t || '.' || c FROM (SELECT table_schema::text s, table_name::text t, column_name::text c"
        " FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'jobs')) x"
        " WHERE quote_ident(s) <> s OR quote_ident(t) <> t"
    ).fetchall()
    assert rows == []
