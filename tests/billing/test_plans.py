"""The catalogue, and the credits that a plan brings every month: once, whoever grants them and when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from modules.billing.domain.periods import months_after
from modules.billing.services import MonthlyCredits
from tests.billing.subscribers import account, billing, monthly, organization
from tests.client import sign_up

pytestmark = pytest.mark.anyio

START = datetime(2030, 1, 31, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def subscribe(owner: psycopg.Connection, tenant: UUID, *, months: int = 12, status: str = "active") -> None:
    owner.execute(
        "INSERT INTO billing.subscriptions (tenant_id, provider, provider_subscription_id, plan, status,"
        " current_period_start, current_period_end) VALUES (%s, 'stripe', %s, 'pro', %s, %s, %s)",
        (tenant, f"sub_{tenant}", status, START, months_after(START, months)),
    )


async def grant(parent: Parent, at: datetime) -> int:
    """What a worker does at this moment."""
    container = billing(parent)
    return await MonthlyCredits(parent.database, container.subscriptions, container.keeping, lambda: at)()


async def test_the_catalogue_is_everybodys_to_read(shared_client: httpx.AsyncClient) -> None:
    answer = await shared_client.get("/api/v1/billing/plans")
    assert answer.status_code == 200
    plans = answer.json()["items"]
    assert [plan["id"] for plan in plans] == ["free", "pro", "enterprise"]
    assert plans[1] == {
        "id": "pro",
        "name": "Pro",
        "monthly_credits": 200,
        "price_cents": 4900,
        "yearly_price_cents": 49000,
        "currency": "usd",
        "limits": {
            "max_users": 25,
            "features": ["advanced-analytics"],
            "contract_type": "standard",
            "requests": 20_000,
            "tokens": 20_000_000,
            "credits": 200,
        },
    }


async def test_a_new_tenant_is_what_the_free_plan_says(shared_client: httpx.AsyncClient) -> None:
    free = (await shared_client.get("/api/v1/billing/plans")).json()["items"][0]
    mine = (await (await sign_up(shared_client)).get("/tenants")).json()["items"][0]
    opened = ("max_users", "features", "contract_type")
    assert {name: mine[name] for name in opened} == {name: free["limits"][name] for name in opened}


async def test_the_month_brings_its_credits_once_however_often_the_chore_runs(
    opened: Parent, owner: psycopg.Connection
) -> None:
    tenant = organization(owner, "often")
    subscribe(owner, tenant)
    assert [await grant(opened, START + number * SECOND) for number in range(4)] == [1, 0, 0, 0]
    assert monthly(owner, tenant) == [200]
    assert account(owner, tenant).balance == 200


async def test_many_workers_at_once_grant_once(opened: Parent, owner: psycopg.Connection) -> None:
    tenants = [organization(owner, f"many-{number}") for number in range(5)]
    for tenant in tenants:
        subscribe(owner, tenant)
    granted = await asyncio.gather(*(grant(opened, START) for _ in range(8)))
    assert sum(granted) == 5
    assert [monthly(owner, tenant) for tenant in tenants] == [[200]] * 5


async def test_a_yearly_plan_brings_twelve_months_credits_a_month_at_a_time(
    opened: Parent, owner: psycopg.Connection
) -> None:
    tenant = organization(owner, "yearly")
    subscribe(owner, tenant)
    day, granted = START - timedelta(days=2), []
    while day < months_after(START, 13):
        if await grant(opened, day):
            granted.append(day)
        day += timedelta(hours=6)
    assert len(granted) == 12
    assert monthly(owner, tenant) == [200] * 12
    late = [day - months_after(START, number) for number, day in enumerate(granted)]
    assert all(timedelta(0) <= lateness < timedelta(hours=6) for lateness in late)


async def test_a_grant_expires_when_the_next_ones_month_begins(opened: Parent, owner: psycopg.Connection) -> None:
    tenant = organization(owner, "expiry")
    subscribe(owner, tenant)
    for number in range(12):
        await grant(opened, months_after(START, number) + timedelta(days=3))
    rows = owner.execute(
        "SELECT expires_at FROM billing.credit_grants WHERE tenant_id = %s ORDER BY expires_at", (tenant,)
    ).fetchall()
    assert [at for (at,) in rows] == [months_after(START, number) for number in range(1, 13)]


async def test_months_that_nobody_was_there_for_are_not_made_up_for(opened: Parent, owner: psycopg.Connection) -> None:
    tenant = organization(owner, "late")
    subscribe(owner, tenant)
    await grant(opened, START)
    await grant(opened, months_after(START, 5) + timedelta(days=11))
    assert monthly(owner, tenant) == [200, 200]


@pytest.mark.parametrize("status", ["past_due", "unpaid", "canceled", "incomplete"])
async def test_what_is_not_paid_brings_none_until_it_is(opened: Parent, owner: psycopg.Connection, status: str) -> None:
    tenant = organization(owner, "unpaid")
    subscribe(owner, tenant, status=status)
    assert await grant(opened, START) == 0
    owner.execute("UPDATE billing.subscriptions SET status = 'active' WHERE tenant_id = %s", (tenant,))
    assert await grant(opened, START + timedelta(days=3)) == 1
    assert monthly(owner, tenant) == [200]


async def test_before_and_after_its_period_a_subscription_brings_none(
    opened: Parent, owner: psycopg.Connection
) -> None:
    tenant = organization(owner, "outside")
    subscribe(owner, tenant, months=1)
    assert await grant(opened, START - SECOND) == 0
    assert await grant(opened, months_after(START, 1)) == 0
    assert await grant(opened, months_after(START, 1) - SECOND) == 1


async def test_the_seeds_year_brings_what_the_seeds_granted_and_no_more(
    opened: Parent, owner: psycopg.Connection
) -> None:
    for month in range(1, 13):
        assert await grant(opened, datetime(2026, month, 15, tzinfo=UTC)) == 0
    assert account(owner, UUID("10000000-0000-4000-8000-000000000001")).balance == 2000


async def test_one_tenants_trouble_keeps_nobody_elses_credits_back(opened: Parent, owner: psycopg.Connection) -> None:
    broken, sound = organization(owner, "broken"), organization(owner, "sound")
    for tenant in (broken, sound):
        subscribe(owner, tenant)
    owner.execute("DELETE FROM billing.credit_accounts WHERE tenant_id = %s", (broken,))
    assert await grant(opened, START) == 1
    assert monthly(owner, sound) == [200]
