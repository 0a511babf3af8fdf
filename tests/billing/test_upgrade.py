"""Installations from before billing granted anything by itself: what they have stays, and nothing comes twice."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.database import migrations
from core.database.migrations import ROOT, upgrade
from core.database.roles import Endpoints, set_up_roles
from modules.billing.domain.periods import month_at, months_after
from modules.billing.repositories.audit import LedgerAudit
from modules.billing.services import MonthlyCredits
from tests.billing.subscribers import billing, monthly
from tests.database import Cluster

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
SECOND = timedelta(seconds=1)
# When each period began, in days from now, and how many months it has.
PERIODS = {"yearly": (-100, 12), "monthly": (-9, 1), "quarterly": (-80, 3), "over": (-40, 1), "ahead": (3, 1)}


@pytest.fixture
def before(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoints]:
    """A database at the revision before the one that this is about."""
    endpoints = cluster.endpoints(f"interna_upgrade_{uuid4().hex[:12]}")
    set_up_roles(endpoints)
    assert endpoints.owner is not None
    (billing_revision,) = (ROOT / "migrations" / "versions").glob("*_billing.py")
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for revision in (tmp_path / "migrations" / "versions").glob("[0-9]*.py"):
        if revision.name >= billing_revision.name:
            revision.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "ROOT", tmp_path)
        upgrade(endpoints.owner)
    yield endpoints
    with psycopg.connect(cluster.admin, autocommit=True) as admin:
        name = sql.Identifier(str(conninfo_to_dict(endpoints.owner)["dbname"]))
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def old(before: Endpoints) -> Iterator[psycopg.Connection]:
    assert before.owner is not None
    with psycopg.connect(before.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO billing.plans (id, name, monthly_credits, price_cents, limits)"
            " VALUES ('free', 'Free', 0, 0, '{}'), ('pro', 'Pro', 200, 4900, '{\"max_users\": 25}')"
        )
        yield connection


@pytest.fixture
async def upgraded(before: Endpoints, environ: dict[str, str], anyio_backend: str) -> AsyncIterator[Parent]:
    parent = bootstrap(compose, environ, endpoints=before)
    yield parent
    await parent.close()


def subscriber(old: psycopg.Connection, name: str) -> UUID:
    """A tenant as it was: its credits were granted by hand, and some were spent in two ways."""
    row = old.execute(
        "INSERT INTO authz.tenants (name, slug, kind) VALUES (%s, %s, 'organization') RETURNING id", (name, name)
    ).fetchone()
    assert row is not None
    tenant = UUID(str(row[0]))
    days, months = PERIODS[name]
    start = NOW + timedelta(days=days)
    for query in (
        "INSERT INTO authz.tenant_attributes (tenant_id, plan) VALUES (%(tenant)s, 'pro')",
        "INSERT INTO billing.subscriptions (tenant_id, provider, provider_subscription_id, plan, status,"
        " current_period_start, current_period_end)"
        " VALUES (%(tenant)s, 'stripe', 'sub_' || %(tenant)s, 'pro', 'active', %(start)s, %(end)s)",
        "INSERT INTO billing.credit_accounts (tenant_id, balance, held) VALUES (%(tenant)s, 195, 2)",
        "INSERT INTO billing.credit_grants (tenant_id, amount, remaining, reason)"
        " VALUES (%(tenant)s, 200, 195, 'monthly credits')",
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%(tenant)s, 200, 'grant', 'monthly credits', 200)",
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%(tenant)s, -5, 'spend', 'generation', 195)",
    ):
        old.execute(query.encode(), {"tenant": tenant, "start": start, "end": months_after(start, months)})
    return tenant


async def grant(parent: Parent, at: datetime) -> int:
    container = billing(parent)
    return await MonthlyCredits(parent.database, container.subscriptions, container.keeping, lambda: at)()


async def test_the_month_that_runs_is_not_granted_again_and_the_next_one_is(
    before: Endpoints, old: psycopg.Connection, upgraded: Parent
) -> None:
    tenants = {name: subscriber(old, name) for name in PERIODS}
    assert before.owner is not None
    upgrade(before.owner)
    await upgraded.open()
    assert await grant(upgraded, NOW) == 0
    ends = {}
    for name, tenant in tenants.items():
        row = old.execute(
            "SELECT current_period_start, current_period_end, credited, credited_until FROM billing.subscriptions"
            " WHERE tenant_id = %s",
            (tenant,),
        ).fetchone()
        assert row is not None
        month = month_at(row[0], row[1], NOW)
        ends[name] = None if month is None else month.end
        assert row[2:] == ((0, None) if month is None else (200, month.end)), name
    assert {name for name, end in ends.items() if end is not None} == {"yearly", "quarterly", "monthly"}
    assert ends["yearly"] is not None
    await grant(upgraded, ends["yearly"] - SECOND)
    assert monthly(old, tenants["yearly"]) == [200]
    await grant(upgraded, ends["yearly"])
    assert monthly(old, tenants["yearly"]) == [200, 200]


async def test_the_ledger_is_whole_in_the_order_in_which_it_was_entered(
    before: Endpoints, old: psycopg.Connection
) -> None:
    """The place of a deleted tenant's entries is used again: the second entry lies before the first one."""
    gone = subscriber(old, "over")
    tenant = subscriber(old, "monthly")
    old.execute("DELETE FROM authz.tenants WHERE id = %s", (gone,))
    old.execute("VACUUM billing.credit_entries")
    old.execute("UPDATE billing.credit_accounts SET balance = 194, held = 0")
    old.execute("UPDATE billing.credit_grants SET remaining = 194")
    old.execute(
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%s, -1, 'spend', 'generation', 194)",
        (tenant,),
    )
    lying = [row[0] for row in old.execute("SELECT amount FROM billing.credit_entries ORDER BY ctid").fetchall()]
    assert lying == [-1, 200, -5]
    assert before.owner is not None
    upgrade(before.owner)
    assert LedgerAudit(old).run().faults == []
    numbered = old.execute("SELECT amount FROM billing.credit_entries ORDER BY number").fetchall()
    assert numbered == [(200,), (-5,), (-1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        old.execute("UPDATE billing.credit_entries SET amount = 1")
    row = old.execute(
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%s, 1, 'adjustment', 'x', 195) RETURNING number > ALL (SELECT number FROM billing.credit_entries)",
        (tenant,),
    ).fetchone()
    assert row == (True,)
