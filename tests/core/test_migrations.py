"""Migrations: one history, one runner, everything or nothing; and drift does not go unnoticed."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.database import migrations
from core.database.functions import UUIDV7
from core.database.migrations import MigrationError, check, current, head, upgrade
from core.database.roles import Endpoints, set_up_roles
from tests.database import Cluster

ROOT = Path(__file__).resolve().parents[2]

REVISION = '''"""{said}"""

from alembic import op

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
    {body}
'''


@contextmanager
def empty(cluster: Cluster) -> Iterator[str]:
    """The owner's conninfo of a database that was set up and never migrated."""
    name = f"interna_trial_{uuid4().hex[:12]}"
    endpoints = cluster.endpoints(name)
    set_up_roles(endpoints)
    assert endpoints.owner is not None
    try:
        yield endpoints.owner
    finally:
        with psycopg.connect(cluster.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the history to which a test may add; the repository's stays as it is."""
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.setattr(migrations, "ROOT", tmp_path)
    return tmp_path / "migrations" / "versions"


def write(history: Path, *bodies: str) -> None:
    """Revisions after the newest, one a body."""
    after = head()
    for body in bodies:
        revision = f"{int(after) + 1:04d}"
        text = REVISION.format(said="A trial.", revision=revision, after=after, body=body)
        (history / f"{revision}_trial.py").write_text(text)
        after = revision


def tables(owner: str) -> int:
    with psycopg.connect(owner) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return int((row.fetchone() or [0])[0])


def test_an_empty_database_is_migrated_to_the_head_and_a_second_run_changes_nothing(cluster: Cluster) -> None:
    with empty(cluster) as owner:
        assert current(owner) is None
        assert upgrade(owner) == (None, head())
        before = tables(owner)
        assert upgrade(owner) == (head(), head())
        assert tables(owner) == before
        assert check(owner) == []


def test_the_head_is_what_alembic_says_it_is() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    assert script.get_heads() == [head()]


def test_no_revision_branches_off_and_none_is_missing() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    revisions = [found.revision for found in script.walk_revisions()]
    assert revisions == [f"{number:04d}" for number in range(len(revisions), 0, -1)]


def test_a_failing_revision_rolls_all_pending_ones_back_and_says_so(endpoints: Endpoints, history: Path) -> None:
    assert endpoints.owner is not None
    before = head()
    write(history, "op.execute('CREATE TABLE app.first (id int)')", "op.execute('SELECT 1 / 0')")
    with pytest.raises(MigrationError) as raised:
        upgrade(endpoints.owner)
    assert (
        str(raised.value)
        == f"a migration failed and was rolled back; the database is still at {before}: division by zero"
    )
    assert current(endpoints.owner) == before
    with psycopg.connect(endpoints.owner) as connection:
        assert connection.execute("SELECT to_regclass('app.first')").fetchone() == (None,)


def test_after_a_failure_the_mended_revision_runs(endpoints: Endpoints, history: Path) -> None:
    assert endpoints.owner is not None
    write(history, "op.execute('SELECT 1 / 0')")
    with pytest.raises(MigrationError):
        upgrade(endpoints.owner)
    wanted = head()
    (history / f"{wanted}_trial.py").unlink()
    write(history, "op.execute('CREATE TABLE app.first (id int)')")
    assert upgrade(endpoints.owner)[1] == wanted == current(endpoints.owner)


def test_a_failure_on_an_empty_database_does_not_speak_of_none(cluster: Cluster, history: Path) -> None:
    (history / "0001_foundation.py").write_text(
        '"""A trial."""\nrevision = "0001"\ndown_revision = None\n\n\ndef upgrade():\n    raise ValueError("no")\n'
    )
    with empty(cluster) as owner:
        with pytest.raises(MigrationError) as raised:
            upgrade(owner)
        assert "None" not in str(raised.value)
        assert current(owner) is None


def test_a_migration_does_not_wait_for_ever_for_a_lock(endpoints: Endpoints, history: Path) -> None:
    assert endpoints.owner is not None
    write(history, "op.execute(\"SET LOCAL lock_timeout = '50ms'; ALTER TABLE users.users ADD COLUMN trial int\")")
    with psycopg.connect(endpoints.owner) as holding:
        holding.execute("LOCK TABLE users.users")
        with pytest.raises(MigrationError, match="lock timeout"):
            upgrade(endpoints.owner)


def test_a_lock_timeout_is_set_for_every_migration(endpoints: Endpoints, history: Path) -> None:
    assert endpoints.owner is not None
    write(history, "op.execute('CREATE TABLE app.said AS SELECT current_setting($$lock_timeout$$) AS said')")
    upgrade(endpoints.owner)
    with psycopg.connect(endpoints.owner) as connection:
        assert connection.execute("SELECT said FROM app.said").fetchone() == ("5s",)


def test_of_two_runners_one_waits_says_so_and_finds_the_work_done(endpoints: Endpoints, history: Path) -> None:
    assert endpoints.owner is not None
    owner = endpoints.owner
    write(history, "op.execute('CREATE TABLE app.once (id int)'); op.execute('SELECT pg_sleep(0.6)')")
    notices: list[str] = []
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(upgrade(owner, notice=notices.append)[1])
        except Exception as error:
            outcomes.append(error)

    first, second = threading.Thread(target=run), threading.Thread(target=run)
    first.start()
    time.sleep(0.2)  # Alembic's context is one a process: only the second's waiting may overlap
    second.start()
    first.join()
    second.join()
    assert outcomes == [head(), head()]
    assert notices == ["another process is migrating this database; waiting for it"]


# What somebody did to the database by hand, and what `check` must then say. All at once: a check takes a second.
DRIFTS = {
    "a policy is gone": (
        "DROP POLICY tenant_isolation ON simulations.simulations",
        "CREATE POLICY tenant_isolation ON simulations.simulations ",
    ),
    "a policy too many": (
        "CREATE POLICY open ON users.credentials FOR SELECT USING (true)",
        "DROP POLICY open ON users.credentials",
    ),
    "a grant too many": (
        "GRANT DELETE ON billing.credit_entries TO interna_runtime",
        "REVOKE DELETE ON billing.credit_entries",
    ),
    "a grant too few": (
        "REVOKE INSERT ON billing.credit_grants FROM interna_runtime",
        "GRANT INSERT ON billing.credit_grants",
    ),
    "a column more may be changed": (
        "GRANT UPDATE (amount) ON billing.credit_holds TO interna_runtime",
        r"REVOKE UPDATE\(.*amount.*\) ON billing.credit_holds",
    ),
    "a grant to everybody": ("GRANT SELECT ON users.operators TO PUBLIC", "REVOKE SELECT ON users.operators"),
    "a grant to a login": (
        "GRANT UPDATE ON billing.credit_entries TO interna_app",
        "REVOKE UPDATE ON billing.credit_entries FROM interna_app",
    ),
    "row-level security is not forced": (
        "ALTER TABLE users.credentials NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE users.credentials FORCE",
    ),
    "row-level security is off": (
        "ALTER TABLE users.sessions DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE users.sessions ENABLE",
    ),
    "a function is gone": (
        "ALTER FUNCTION app.touch_session(uuid) RENAME TO touched",
        "CREATE OR REPLACE FUNCTION app.touch_session",
    ),
    "a function too many": (
        "CREATE FUNCTION app.backdoor() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        r"DROP FUNCTION app.backdoor\(\)",
    ),
    "a function does something else": (
        "CREATE OR REPLACE FUNCTION app.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS"
        " $$ SELECT '00000000-0000-4000-8000-000000000001'::uuid $$",
        "FUNCTION app.user_id",
    ),
    "a function looks where it should not": (
        "ALTER FUNCTION users.find_credentials(text) RESET search_path",
        "FUNCTION users.find_credentials",
    ),
    "a trigger is gone": (
        "DROP TRIGGER touch_updated_at ON users.profiles",
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.profiles",
    ),
    "a trigger is asleep": ("ALTER TABLE users.users DISABLE TRIGGER add_profile", "TRIGGER add_profile"),
    "a check is gone": (
        "ALTER TABLE billing.credit_accounts DROP CONSTRAINT ck_credit_accounts_held_within_balance",
        "ck_credit_accounts_held_within_balance",
    ),
    "a foreign key is gone": (
        "ALTER TABLE users.sessions DROP CONSTRAINT fk_sessions_user_id",
        "add_fk.*fk_sessions_user_id",
    ),
    "an index is gone": ("DROP INDEX simulations.ix_simulations_status", "add_index.*ix_simulations_status"),
    "a column too many": ("ALTER TABLE users.users ADD COLUMN trial int", "remove_column.*trial"),
    "a column may be null": ("ALTER TABLE users.users ALTER COLUMN email DROP NOT NULL", "modify_nullable.*email"),
    "a default is another": (
        "ALTER TABLE authz.tenant_attributes ALTER COLUMN max_users SET DEFAULT 500",
        "modify_default.*max_users",
    ),
}


@pytest.fixture(scope="module")
def drifted(cluster: Cluster) -> Iterator[list[str]]:
    with cluster.copy() as endpoints:
        assert endpoints.owner is not None
        with psycopg.connect(endpoints.owner) as owner:
            for away, _ in DRIFTS.values():
                owner.execute(away.encode())
        yield check(endpoints.owner)


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_noticed(drifted: list[str], drift: str) -> None:
    _, said = DRIFTS[drift]
    assert [line for line in drifted if re.search(said, line, re.IGNORECASE)]


def test_drift_is_told_a_line_each(drifted: list[str]) -> None:
    assert [line for line in drifted if "\n" in line or " at 0x" in line] == []


def before_18() -> str:
    """The expression that makes an id where the server has no uuidv7() of its own."""
    found = re.search(r"END IF;\s*RETURN (.*);\s*END", UUIDV7.create, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_ids_made_before_postgres_18_are_version_7_and_in_order_of_time(shared_endpoints: Endpoints) -> None:
    started = time.time()
    with psycopg.connect(shared_endpoints.runtime, autocommit=True) as connection:
        rows = connection.execute(
            f"SELECT ({before_18()}, pg_sleep(0.002))::text, {before_18()} FROM generate_series(1, 50)".encode()
        ).fetchall()
    ids: list[UUID] = [row[1] for row in rows]
    assert {found.version for found in ids} == {7}
    assert {found.variant for found in ids} == {"specified in RFC 4122"}
    assert ids == sorted(ids)
    assert len(set(ids)) == 50
    made = [(found.int >> 80) / 1000 for found in ids]
    assert started - 1 < made[0] <= made[-1] < time.time() + 1


def test_the_databases_own_ids_are_version_7_and_in_order(shared_endpoints: Endpoints) -> None:
    with psycopg.connect(shared_endpoints.runtime) as connection:
        ids = [row[0] for row in connection.execute("SELECT app.uuidv7() FROM generate_series(1, 1000)")]
    assert {found.version for found in ids} == {7}
    assert ids == sorted(ids)


def test_partitions_force_row_level_security_and_nobody_is_granted_anything(shared_endpoints: Endpoints) -> None:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner) as owner:
        partitions = owner.execute(
            "SELECT oid::regclass::text, relrowsecurity AND relforcerowsecurity,"
            " (SELECT count(*) FROM aclexplode(relacl) WHERE grantee <> relowner)"
            " FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')"
        ).fetchall()
    assert "billing.usage_events_default" in [name for name, _, _ in partitions]
    assert {(forced, grants) for _, forced, grants in partitions} == {(True, 0)}


def test_a_login_that_is_only_a_member_of_the_owner_migrates_as_the_owner(cluster: Cluster) -> None:
    with empty(cluster) as owner, psycopg.connect(cluster.admin, autocommit=True) as admin:
        name = f"interna_trial_{uuid4().hex[:12]}"
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'tests-only' IN ROLE interna_owner".encode())
        try:
            assert upgrade(make_conninfo(owner, user=name, password="tests-only"))[1] == head()
            with psycopg.connect(owner) as connection:
                row = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'users'")
                assert row.fetchall() == [("interna_owner",)]
        finally:
            admin.execute(f"DROP ROLE {name}".encode())
