"""What things cost: by the price list, unless the plan that counts says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from modules.billing.domain import PRICES
from tests.billing.ledger import Ledger, soon

pytestmark = pytest.mark.anyio


@pytest.fixture
def plans(ledger: Ledger) -> Iterator[None]:
    """A chat costs as many credits as its plan is big; of an analysis only the free plan says anything."""
    for plan, prices in (
        ("free", '{"chat": 1, "analysis": 9}'),
        ("pro", '{"chat": 2}'),
        ("enterprise", '{"chat": 3, "generation": 0}'),
    ):
        ledger.owner.execute("UPDATE billing.plans SET prices = %s::jsonb WHERE id = %s", (prices, plan))
    yield
    ledger.owner.execute("UPDATE billing.plans SET prices = '{}'")


def subscribe(ledger: Ledger, tenant: UUID, plan: str, status: str, days: int) -> None:
    ends = soon(days=days)
    ledger.owner.execute(
        "INSERT INTO billing.subscriptions (tenant_id, provider, provider_subscription_id, plan, status,"
        " current_period_start, current_period_end) VALUES (%s, 'stripe', gen_random_uuid()::text, %s, %s, %s, %s)",
        (tenant, plan, status, ends - timedelta(days=40), ends),
    )


@pytest.mark.parametrize(
    ("subscribed", "chat"),
    [
        ([], 1),
        ([("pro", "active", 3)], 2),
        ([("pro", "past_due", 3)], 2),
        ([("pro", "unpaid", 3)], 1),
        ([("enterprise", "canceled", 30), ("pro", "trialing", 3)], 2),
        ([("free", "canceled", 30)], 1),
        # Both are paid for: that the smaller one lasts longer makes nobody's plan smaller.
        ([("enterprise", "active", 3), ("pro", "active", 300)], 3),
        ([("pro", "active", 3), ("pro", "active", 30)], 2),
    ],
    ids=str,
)
async def test_the_plan_that_counts_sets_the_price(
    ledger: Ledger, plans: None, subscribed: list[tuple[str, str, int]], chat: int
) -> None:
    tenant = ledger.tenant()
    for one in subscribed:
        subscribe(ledger, tenant, *one)
    async with ledger.books(tenant) as books:
        assert await books.credits.price(tenant, "chat") == chat


async def test_what_a_plan_does_not_say_costs_what_the_price_list_says(ledger: Ledger, plans: None) -> None:
    """Not what the free plan says of it."""
    tenant = ledger.tenant()
    subscribe(ledger, tenant, "enterprise", "active", 3)
    async with ledger.books(tenant) as books:
        found = {what: await books.credits.price(tenant, what) for what in PRICES}
    assert found == {**PRICES, "chat": 3, "generation": 0}


async def test_another_tenants_subscription_makes_nothing_cheaper(ledger: Ledger, plans: None) -> None:
    subscribe(ledger, ledger.tenant(), "enterprise", "active", 3)
    tenant = ledger.tenant()
    async with ledger.books(tenant) as books:
        assert await books.credits.price(tenant, "generation") == PRICES["generation"]
