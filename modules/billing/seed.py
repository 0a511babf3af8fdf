"""The plans, which production needs too, and the development tenants' credits and subscriptions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from core.database.seeding import Plot, seed_id
from modules.billing.domain import WELCOME_CREDITS, PlanId
from modules.billing.rows import (
    CreditAccountInsert,
    CreditAllocationInsert,
    CreditEntryInsert,
    CreditGrantInsert,
    PlanInsert,
    SubscriptionInsert,
    UsageEventInsert,
)
from modules.billing.tables import (
    credit_accounts,
    credit_allocations,
    credit_entries,
    credit_grants,
    plans,
    subscriptions,
    usage_events,
)

_START = datetime(2026, 1, 1, tzinfo=UTC)
PLANS = (
    PlanInsert(
        id="free",
        name="Free",
        monthly_credits=0,
        price_cents=0,
        limits={
            "max_users": 5,
            "features": [],
            "contract_type": "standard",
            "requests": 1_000,
            "tokens": 1_000_000,
        },
    ),
    PlanInsert(
        id="pro",
        name="Pro",
        monthly_credits=200,
        price_cents=4900,
        yearly_price_cents=49000,
        limits={
            "max_users": 25,
            "features": ["advanced-analytics"],
            "contract_type": "standard",
            "requests": 20_000,
            "tokens": 20_000_000,
            "credits": 200,
        },
    ),
    PlanInsert(
        id="enterprise",
        name="Enterprise",
        monthly_credits=2000,
        price_cents=39900,
        yearly_price_cents=399000,
        limits={
            "max_users": 100,
            "features": ["advanced-analytics", "sso", "audit-log"],
            "contract_type": "enterprise",
            "requests": 200_000,
            "tokens": 200_000_000,
            "credits": 2_000,
        },
    ),
)


class Subscriber(msgspec.Struct, frozen=True):
    """A tenant and who works there; without a plan it is a personal tenant."""

    tenant_id: UUID
    name: str
    members: list[UUID]
    plan: PlanId | None = None


def seed_plans(plot: Plot) -> None:
    plot.plant(plans, PLANS)


def seed_subscribers(plot: Plot, subscribers: list[Subscriber]) -> None:
    credits_of = {plan.id: plan.monthly_credits for plan in PLANS}
    for number, subscriber in enumerate(subscribers, start=1):
        amount = WELCOME_CREDITS if subscriber.plan is None else credits_of[subscriber.plan]
        reason = "welcome" if subscriber.plan is None else "monthly credits"
        _credits(plot, number, subscriber.tenant_id, amount, reason)
        if subscriber.plan is not None:
            _subscription(plot, number, subscriber, subscriber.plan, amount)
        _usage(plot, number, subscriber)
    plot.execute("SELECT billing.keep_usage_months(NULL)")  # a partition for the months of what was just planted


def _credits(plot: Plot, number: int, tenant_id: UUID, amount: int, reason: str) -> None:
    plot.plant(credit_accounts, [CreditAccountInsert(tenant_id=tenant_id, balance=amount)])
    plot.plant(
        credit_grants,
        [CreditGrantInsert(tenant_id=tenant_id, id=seed_id(7, number), amount=amount, remaining=amount, reason=reason)],
    )
    plot.plant(
        credit_entries,
        [
            CreditEntryInsert(
                tenant_id=tenant_id,
                id=seed_id(8, number),
                amount=amount,
                kind="grant",
                reason=reason,
                balance_after=amount,
            )
        ],
    )
    plot.plant(
        credit_allocations,
        [
            CreditAllocationInsert(
                tenant_id=tenant_id, entry_id=seed_id(8, number), grant_id=seed_id(7, number), amount=amount
            )
        ],
    )


def _subscription(plot: Plot, number: int, subscriber: Subscriber, plan: PlanId, credits: int) -> None:
    plot.plant(
        subscriptions,
        [
            SubscriptionInsert(
                tenant_id=subscriber.tenant_id,
                id=seed_id(4, number),
                provider="stripe",
                provider_subscription_id=f"sub_{subscriber.name}_dev_001",
                plan=plan,
                status="active",
                current_period_start=_START,
                current_period_end=_START.replace(year=_START.year + 1),
                # The credits above are all that the seeds' year brings: a worker adds none.
                credited=credits,
                credited_until=_START.replace(year=_START.year + 1),
            )
        ],
    )


def _usage(plot: Plot, number: int, subscriber: Subscriber) -> None:
    plot.plant(
        usage_events,
        [
            UsageEventInsert(
                tenant_id=subscriber.tenant_id,
                user_id=user_id,
                event_type=event_type,
                tokens_used=tokens * (place + 1),
                metadata={"seeded": True},
                idempotency_key=f"seed:{number}:{place}:{event_type}",
                occurred_at=_START + timedelta(days=place, hours=9 + kind),
            )
            for place, user_id in enumerate(subscriber.members)
            for kind, (event_type, tokens) in enumerate((("generate", 4200), ("chat", 380)))
        ],
    )
