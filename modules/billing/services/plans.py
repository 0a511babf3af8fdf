"""What a subscription means for its tenant: the plan it opens, and the credits that each month brings.

All of it happens in one transaction that acts for the tenant with no user, behind a lock of the tenant's: what a web
hook, a chore and another web hook do at the same instant is done one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from core.clock import Clock
from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.errors import InternaError
from modules.authorization import Entitlements, TenantPlans
from modules.billing.domain.periods import Month, grant_of, month_at
from modules.billing.domain.plans import PlanId
from modules.billing.domain.subscriptions import EARNING, KeptSubscription, ProviderSubscription, earned_month, ruling
from modules.billing.repositories import CreditRepository, PlanRepository, SubscriptionRepository

PATIENCE: Final = timedelta(hours=1)
"""How long after a period's end the provider may be silent before it is asked."""
REASON: Final = "monthly credits"
_log = structlog.get_logger("interna.billing")


class PlanKeeping:
    """Keeps a tenant's subscriptions, and with them its plan and its monthly credits."""

    def __init__(
        self,
        subscriptions: SubscriptionRepository,
        plans: PlanRepository,
        credits: CreditRepository,
        tenant_plans: TenantPlans,
    ) -> None:
        self._subscriptions = subscriptions
        self._plans = plans
        self._credits = credits
        self._tenant_plans = tenant_plans

    async def keep(self, tenant_id: UUID, told: ProviderSubscription, *, asked_at: datetime, at: datetime) -> None:
        """Write down what the provider told when it was asked at `asked_at`, and all that follows from it.

        Whoever asked earlier and comes later changes nothing. Who asked last asked after the last event, so all
        orders, repetitions and gaps of events end the same; to compare the events' own times was rejected, because
        they are in whole seconds, and a lost one would stay lost.
        """
        await self._subscriptions.lock(tenant_id)
        kept = await self._subscriptions.keep(tenant_id, told, asked_at, told.period_end + PATIENCE)
        if kept is None:
            return
        await self._subscriptions.set_customer(tenant_id, told.customer_id)
        rules = ruling(await self._subscriptions.all(tenant_id))
        await self._apply("free" if rules is None else rules.plan)
        await self._grant(tenant_id, kept, earned_month(told, at), at)

    async def credit(self, tenant_id: UUID, subscription_id: UUID, at: datetime) -> bool:
        """Grant the month's credits, unless that was done or the subscription brings none now.

        Months that nobody was there for are not made up for: their credits would have expired.
        """
        await self._subscriptions.lock(tenant_id)
        kept = await self._subscriptions.for_credits(tenant_id, subscription_id)
        if kept is None or kept.status not in EARNING:
            return False
        month = month_at(kept.current_period_start, kept.current_period_end, at)
        return await self._grant(tenant_id, kept, month, at)

    async def _apply(self, plan: PlanId) -> None:
        limits = (await self._plans.all())[plan].limits
        changed = await self._tenant_plans.apply(
            Entitlements(plan, limits.contract_type, limits.features, limits.max_users)
        )
        if changed:
            _log.info("a tenant's plan changed", plan=plan)

    async def _grant(self, tenant_id: UUID, kept: KeptSubscription, month: Month | None, at: datetime) -> bool:
        if month is None:
            return False
        monthly = (await self._plans.all())[kept.plan].monthly_credits
        grant = grant_of(month, monthly, credited=kept.credited, credited_until=kept.credited_until, at=at)
        if grant is None:
            return False
        await self._credits.grant(
            tenant_id,
            grant.amount,
            REASON,
            reference=kept.provider_subscription_id,
            expires_at=grant.expires_at,
            # Twice the same month and sum is the same grant, whatever else should fail.
            idempotency_key=f"monthly:{kept.id}:{grant.expires_at.isoformat()}:{grant.credited}",
        )
        await self._subscriptions.credited(tenant_id, kept.id, grant.credited, grant.expires_at)
        return True


class MonthlyCredits:
    """Grants each live subscription its month's credits: of a yearly one every month, and what nobody was there for."""

    def __init__(
        self,
        database: Database,
        subscriptions: Callable[[], SubscriptionRepository],
        keeping: Callable[[], PlanKeeping],
        clock: Clock,
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._keeping = keeping
        self._clock = clock

    async def __call__(self) -> int:
        at = self._clock()
        async with self._database.unit(Anonymous(), read_only=True):
            due = await self._subscriptions().due_for_credits(at)
        granted = 0
        for who in due:
            try:
                async with self._database.unit(Acting(None, who.tenant_id)):
                    granted += await self._keeping().credit(who.tenant_id, who.id, at)
            except InternaError as error:  # one tenant's trouble keeps nobody else's credits back
                _log.warning("monthly credits were not granted", tenant=str(who.tenant_id), why=error.detail)
        return granted
