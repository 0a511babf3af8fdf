"""Subscriptions as their tenant's admins see them: how it stands, buying one, changing it."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from core.clock import Clock
from core.database.identity import Acting
from core.database.transaction import Transaction
from modules.billing.contracts.subscriptions import HostedPage, NewCheckout, Subscription
from modules.billing.domain.landings import Landings
from modules.billing.domain.periods import calendar_month
from modules.billing.domain.plans import Offer
from modules.billing.domain.subscriptions import AlreadySubscribed, NeverSubscribed, ruling, told
from modules.billing.permits import ReadSubscriptions, UpdateSubscriptions
from modules.billing.repositories import PlanRepository, SubscriptionRepository
from modules.billing.stripe import NotAtStripe, Stripe


class Subscribing:
    """One tenant's subscription."""

    def __init__(
        self,
        transaction: Transaction,
        subscriptions: SubscriptionRepository,
        plans: PlanRepository,
        stripe: Stripe,
        landings: Landings,
        clock: Clock,
    ) -> None:
        self._tx = transaction
        self._subscriptions = subscriptions
        self._plans = plans
        self._stripe = stripe
        self._landings = landings
        self._clock = clock

    async def show(self, permit: ReadSubscriptions) -> Subscription:
        tenant_id = permit.caller.tenant_id
        kept = told(await self._subscriptions.all(tenant_id))
        month = calendar_month(self._clock())
        start, end = (month.start, month.end) if kept is None else (kept.current_period_start, kept.current_period_end)
        used = await self._subscriptions.use(tenant_id, start, end)
        return Subscription(
            plan="free" if kept is None else kept.plan,
            status="active" if kept is None else kept.status,
            current_period_start=start,
            current_period_end=end,
            cancel_at_period_end=kept is not None and kept.cancel_at_period_end,
            requests=used.requests,
            tokens=used.tokens,
            credits=used.credits,
        )

    async def checkout(self, permit: UpdateSubscriptions, wish: NewCheckout) -> HostedPage:
        """Raises `BadReturnUrl`, `AlreadySubscribed` and what `Stripe` does."""
        self._stripe.demand()
        success_url = self._landings.check(wish.success_url, path="success_url")
        cancel_url = self._landings.check(wish.cancel_url, path="cancel_url")
        tenant_id = permit.caller.tenant_id
        if ruling(await self._subscriptions.all(tenant_id)) is not None:
            raise AlreadySubscribed
        plan = (await self._plans.all())[wish.plan]
        customer = await self._subscriptions.customer(tenant_id)
        await self._tx.assume(Acting(None, tenant_id))  # no connection is held from here on
        cents = plan.price_cents if wish.interval == "month" else plan.yearly_price_cents
        offer = Offer(wish.plan, plan.name, wish.interval, cents, plan.currency)
        if customer is not None:
            with suppress(NotAtStripe):  # somebody deleted it there, or the key is another account's now
                return HostedPage(await self._sell(tenant_id, customer, offer, success_url, cancel_url))
        customer = await self._stripe.new_customer(tenant_id, instead_of=customer)
        await self._subscriptions.set_customer(tenant_id, customer)
        await self._tx.commit()
        return HostedPage(await self._sell(tenant_id, customer, offer, success_url, cancel_url))

    async def portal(self, permit: UpdateSubscriptions) -> HostedPage:
        """Raises `NeverSubscribed` and what `Stripe` does."""
        self._stripe.demand()
        customer = await self._subscriptions.customer(permit.caller.tenant_id)
        await self._tx.commit()
        if customer is None:
            raise NeverSubscribed
        try:
            return HostedPage(await self._stripe.portal(customer, return_url=self._landings.home))
        except NotAtStripe:
            raise NeverSubscribed from None

    async def _sell(self, tenant_id: UUID, customer: str, offer: Offer, success_url: str, cancel_url: str) -> str:
        return await self._stripe.checkout(tenant_id, customer, offer, success_url=success_url, cancel_url=cancel_url)
