"""Subscriptions: in whatever order, how often and how late events come, they end the same."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Anonymous
from modules.billing.domain.periods import months_after
from modules.billing.services import EventJob, SubscriptionSync
from tests.billing.provider import ENTERPRISE, FREE, NOW, PRO, START, Provider, by_provider
from tests.billing.stripe_server import event
from tests.billing.subscribers import account, billing, events, kept, monthly, organization

pytestmark = pytest.mark.anyio


# A subscription's life: the events, and how it is at the provider when each of them is sent.
LIFE: list[tuple[str, dict[str, Any]]] = [
    ("customer.subscription.created", {"status": "active"}),
    ("customer.subscription.updated", {"status": "past_due", "paid": False}),
    ("customer.subscription.updated", {"status": "active"}),
    ("invoice.paid", {"status": "active"}),
    ("customer.subscription.deleted", {"status": "canceled", "ended_at": NOW - timedelta(hours=1)}),
]


async def receive(parent: Parent, content: bytes) -> UUID | None:
    async with parent.database.unit(Anonymous()):
        return await billing(parent).webhook_events().receive(msgspec.json.decode(content), ours=True)


def state(owner: psycopg.Connection, tenant: UUID) -> tuple[Any, ...]:
    """All that there is of a subscription, but for its names and the moments at which it was written down."""
    row = owner.execute(
        "SELECT plan, status, current_period_start, current_period_end, cancel_at_period_end, credited, credited_until"
        " FROM billing.subscriptions WHERE tenant_id = %s",
        (tenant,),
    ).fetchone()
    grants = owner.execute(
        "SELECT amount, remaining, reason, expires_at FROM billing.credit_grants WHERE tenant_id = %s", (tenant,)
    ).fetchall()
    return (row, account(owner, tenant), grants, monthly(owner, tenant))


async def test_all_orders_of_a_lifes_events_with_duplicates_and_gaps_end_in_the_same_state(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    """An event is sent after what it tells of: when the third comes first, the provider is at least at the third."""
    job = EventJob(opened.database, billing(opened).webhook_events, sync)
    ends: list[tuple[Any, ...]] = []
    for number, order in enumerate(itertools.permutations(range(len(LIFE)))):
        name, tenant = f"sub_{number}", organization(owner, f"order-{number}")
        gap = order[1] if number % 3 == 0 and order[1] != len(LIFE) - 1 else None
        latest = 0
        for place in (place for step in order for place in (step, step) if step != gap):
            latest = max(latest, place)
            kind, at_provider = LIFE[place]
            provider.told[name] = by_provider(name, tenant, **at_provider | LIFE[latest][1])
            told = {"subscription": name} if kind.startswith("invoice") else {"id": name}
            stored = await receive(opened, event(kind, told, name=f"evt_{number}_{place}"))
            if stored is not None:
                await job(stored)
                await job(stored)
        ends.append(state(owner, tenant))
    assert len(ends) == 120
    assert ends[0][0] == ("pro", "canceled", START, months_after(START, 1), False, 200, months_after(START, 1))
    assert ends[0][1:] == (
        msgspec.structs.replace(FREE, balance=200),
        [(200, 200, "monthly credits", months_after(START, 1))],
        [200],
    )
    assert all(end == ends[0] for end in ends)
    assert {outcome for _, outcome, _ in events(owner)} == {"applied"}


async def test_an_answer_that_comes_late_does_not_undo_a_later_question(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    tenant = organization(owner, "late")
    provider.told["sub_1"] = by_provider("sub_1", tenant)
    gate = provider.slow["sub_1"] = asyncio.Event()
    slow = asyncio.create_task(sync("sub_1"))
    while provider.asked < 1:
        await asyncio.sleep(0.01)
    provider.told["sub_1"] = by_provider("sub_1", tenant, status="canceled", paid=False, ended_at=NOW)
    await sync("sub_1")
    gate.set()
    await slow
    assert kept(owner, tenant) == [("sub_1", "pro", "canceled")]
    assert account(owner, tenant) == FREE


async def test_many_events_at_the_same_instant_grant_once(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    tenant = organization(owner, "rush")
    provider.told["sub_1"] = by_provider("sub_1", tenant)
    chore = billing(opened).monthly_credits()
    await asyncio.gather(*(sync("sub_1") for _ in range(8)), *(chore() for _ in range(4)))
    assert account(owner, tenant) == PRO
    assert monthly(owner, tenant) == [200]


async def test_two_subscriptions_that_change_at_once_leave_the_plan_of_the_bigger_one(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    for number in range(10):
        tenant = organization(owner, f"two-{number}")
        small, big = f"small_{number}", f"big_{number}"
        provider.told[small] = by_provider(small, tenant, customer_id=f"cus_{number}")
        provider.told[big] = by_provider(big, tenant, plan="enterprise", customer_id=f"cus_{number}")
        await asyncio.gather(sync(small), sync(big))
        assert account(owner, tenant) == msgspec.structs.replace(ENTERPRISE, balance=2200)
        provider.told[big] = by_provider(big, tenant, plan="enterprise", status="canceled", paid=False, ended_at=NOW)
        provider.told[small] = by_provider(small, tenant, cancel_at_period_end=True)
        await asyncio.gather(sync(small), sync(big))
        assert account(owner, tenant).plan == "pro"


async def test_another_tenants_subscription_is_never_taken_over(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    first, second = organization(owner, "first"), organization(owner, "second")
    provider.told["sub_1"] = by_provider("sub_1", first)
    await sync("sub_1")
    provider.told["sub_1"] = by_provider("sub_1", second)
    await sync("sub_1", second)
    assert (kept(owner, first), kept(owner, second)) == ([("sub_1", "pro", "active")], [])
