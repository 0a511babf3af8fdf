"""The cluster's roles: made once, and the refusal to run as one that is too strong."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.database.protection import OWNER, RUNTIME
from core.database.roles import Endpoints, SetupError, refusals, set_up_roles
from tests.database import PASSWORD, Cluster


class Logins:
    """Roles of this test alone: they belong to the whole cluster, so each has a name of its own."""

    def __init__(self, admin: psycopg.Connection, endpoints: Endpoints) -> None:
        self.admin = admin
        self._endpoints = endpoints
        self._made: list[str] = []

    def name(self) -> str:
        name = f"interna_trial_{uuid4().hex[:12]}"
        self._made.append(name)
        return name

    def make(self, options: str = "", *, member_of: str | None = RUNTIME) -> str:
        name = self.name()
        self.admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {options}".encode())
        self.admin.execute(f"GRANT CONNECT ON DATABASE {self.admin.info.dbname} TO {name}".encode())
        if member_of:
            self.admin.execute(f"GRANT {member_of} TO {name}".encode())
        return name

    def refusals(self, name: str) -> list[str]:
        with psycopg.connect(self.conninfo(name)) as connection:
            return refusals(connection)

    def conninfo(self, name: str) -> str:
        return make_conninfo(self._endpoints.runtime, user=name, password=PASSWORD)

    def drop(self) -> None:
        for name in reversed(self._made):
            if self.admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
                self.admin.execute(f"DROP OWNED BY {name} CASCADE".encode())
                self.admin.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def logins(shared_endpoints: Endpoints) -> Iterator[Logins]:
    assert shared_endpoints.admin is not None
    conninfo = make_conninfo(shared_endpoints.admin, dbname=shared_endpoints.database())
    with psycopg.connect(conninfo, autocommit=True) as admin:
        found = Logins(admin, shared_endpoints)
        try:
            yield found
        finally:
            found.drop()


def test_the_runtime_as_setup_made_it_is_not_refused(shared_endpoints: Endpoints) -> None:
    with psycopg.connect(shared_endpoints.runtime) as connection:
        assert refusals(connection) == []


def test_a_plain_member_of_the_runtime_group_is_not_refused(logins: Logins) -> None:
    assert logins.refusals(logins.make()) == []


def test_a_superuser_is_refused(logins: Logins) -> None:
    name = logins.make("SUPERUSER")
    assert logins.refusals(name) == [f"{name} is a superuser"]


def test_a_login_that_bypasses_row_level_security_is_refused(logins: Logins) -> None:
    name = logins.make("BYPASSRLS")
    assert logins.refusals(name) == [f"{name} bypasses row-level security"]


def test_an_owner_of_tables_is_refused(logins: Logins) -> None:
    name = logins.make()
    logins.admin.execute(f"CREATE TABLE public.mine (id int); ALTER TABLE public.mine OWNER TO {name}".encode())
    assert logins.refusals(name) == [f"{name} owns tables"]


def test_the_owner_of_the_schemas_is_refused(shared_endpoints: Endpoints) -> None:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner) as connection:
        found = refusals(connection)
    assert f"{OWNER} owns tables" in found
    assert f"{OWNER} can act as {OWNER}" in found


def test_a_member_of_the_owner_is_refused(logins: Logins) -> None:
    name = logins.make()
    logins.admin.execute(f"GRANT {OWNER} TO {name} WITH INHERIT FALSE".encode())
    assert logins.refusals(name) == [f"{name} can act as {OWNER}"]


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS"])
def test_a_login_that_can_become_somebody_stronger_is_refused(logins: Logins, power: str) -> None:
    strong = logins.make(power, member_of=None)
    name = logins.make()
    logins.admin.execute(f"GRANT {strong} TO {name}".encode())
    assert logins.refusals(name) != []


def test_a_login_outside_the_group_is_told_to_run_setup(logins: Logins) -> None:
    name = logins.make(member_of=None)
    assert logins.refusals(name) == [f"{name} is not a member of {RUNTIME}: run `python -m app setup`"]


@pytest.mark.parametrize("undone", ["NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"])
def test_a_protected_table_without_force_is_refused(shared_endpoints: Endpoints, logins: Logins, undone: str) -> None:
    logins.admin.execute(f"ALTER TABLE simulations.simulations {undone}".encode())
    try:
        with psycopg.connect(shared_endpoints.runtime) as connection:
            assert refusals(connection) == ["simulations.simulations does not force row-level security"]
    finally:
        logins.admin.execute("ALTER TABLE simulations.simulations ENABLE ROW LEVEL SECURITY")
        logins.admin.execute("ALTER TABLE simulations.simulations FORCE ROW LEVEL SECURITY")


def test_a_database_that_was_never_set_up_is_refused_in_words(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin) as connection:
        assert any("is a superuser" in reason for reason in refusals(connection))


def test_a_second_setup_makes_nothing(shared_endpoints: Endpoints) -> None:
    assert set_up_roles(shared_endpoints) == []


def test_setup_makes_a_login_that_is_missing_and_it_works(shared_endpoints: Endpoints, logins: Logins) -> None:
    name = logins.name()
    mine = msgspec.structs.replace(shared_endpoints, runtime=logins.conninfo(name))
    assert set_up_roles(mine) == [f"role {name}"]
    assert logins.refusals(name) == []


def test_setup_makes_the_database_and_gives_it_to_the_owner(cluster: Cluster) -> None:
    name = f"interna_trial_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.admin, autocommit=True) as admin:
        try:
            assert set_up_roles(cluster.endpoints(name)) == [f"database {name}"]
            row = admin.execute(
                "SELECT datdba::regrole::text, has_database_privilege('interna_app', datname, 'CREATE')"
                " FROM pg_database WHERE datname = %s",
                (name,),
            ).fetchone()
            assert row == (OWNER, False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_strangers_may_not_even_connect(shared_endpoints: Endpoints, logins: Logins) -> None:
    name = logins.make(member_of=None)
    logins.admin.execute(f"REVOKE CONNECT ON DATABASE {logins.admin.info.dbname} FROM {name}".encode())
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(logins.conninfo(name))


def test_no_role_of_ours_is_stronger_than_it_must_be(shared_endpoints: Endpoints, logins: Logins) -> None:
    rows = logins.admin.execute(
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
        " FROM pg_roles WHERE rolname IN ('interna_owner', 'interna_runtime', 'interna_app') ORDER BY 1"
    ).fetchall()
    assert rows == [("interna_app", True, False), ("interna_owner", True, False), ("interna_runtime", False, False)]


def test_an_owner_url_with_another_login_is_set_up_too(shared_endpoints: Endpoints, logins: Logins) -> None:
    name = logins.name()
    mine = msgspec.structs.replace(shared_endpoints, owner=logins.conninfo(name))
    set_up_roles(mine)
    with psycopg.connect(logins.conninfo(name), options=f"-c role={OWNER}") as connection:
        assert connection.execute("SELECT current_user").fetchone() == (OWNER,)


@pytest.mark.parametrize("missing", ["admin", "owner"])
def test_setup_says_which_urls_it_needs(shared_endpoints: Endpoints, missing: str) -> None:
    with pytest.raises(SetupError, match="DATABASE_ADMIN_URL and DATABASE_OWNER_URL"):
        set_up_roles(msgspec.structs.replace(shared_endpoints, **{missing: None}))


def test_setup_says_so_when_the_runtime_url_names_no_login(shared_endpoints: Endpoints) -> None:
    nameless = "postgresql:///interna"
    with pytest.raises(SetupError):
        set_up_roles(msgspec.structs.replace(shared_endpoints, runtime=nameless), database=shared_endpoints.database())


def test_a_password_with_a_quote_in_it_is_only_a_password(shared_endpoints: Endpoints, logins: Logins) -> None:
    name = logins.name()
    runtime = make_conninfo(shared_endpoints.runtime, user=name, password="o'; DROP ROLE x; --")
    set_up_roles(msgspec.structs.replace(shared_endpoints, runtime=runtime))
    with psycopg.connect(runtime) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (name,)
