"""Subscriptions: what a status opens, and which of a tenant's subscriptions counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

import msgspec

from core.errors import Conflict
from modules.billing.domain.periods import Month, month_at
from modules.billing.domain.plans import RANKS, PlanId, SubscriptionStatus

LIVE: Final[frozenset[SubscriptionStatus]] = frozenset({"trialing", "active", "past_due"})
"""The plan is open. `past_due` only keeps new monthly credits back: a card that expired should stop nobody's work."""
EARNING: Final[frozenset[SubscriptionStatus]] = frozenset({"trialing", "active"})


class AlreadySubscribed(Conflict):
    """There is a subscription already: change it in the customer portal."""


class NeverSubscribed(Conflict):
    """There is nothing to manage yet: begin with a checkout."""


class ProviderSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as the provider tells it: `paid` says whether its latest invoice was."""

    id: str
    customer_id: str
    tenant_id: UUID | None
    plan: PlanId
    status: SubscriptionStatus
    period_start: datetime
    period_end: datetime
    cancel_at_period_end: bool
    ended_at: datetime | None
    paid: bool


class KeptSubscription(msgspec.Struct, frozen=True):
    """A subscription as we know it. `credited` of this month's credits were granted, until `credited_until`."""

    id: UUID
    provider_subscription_id: str
    plan: PlanId
    status: SubscriptionStatus
    current_period_start: datetime
    current_period_end: datetime
    cancel_at_period_end: bool
    credited: int
    credited_until: datetime | None


class Subscribed(Protocol):
    """What decides between subscriptions."""

    @property
    def plan(self) -> PlanId: ...
    @property
    def status(self) -> SubscriptionStatus: ...
    @property
    def current_period_end(self) -> datetime: ...


S = TypeVar("S", bound=Subscribed)


def ruling(subscriptions: Iterable[S]) -> S | None:
    """The one that decides the tenant's plan: of the live ones the biggest, and of equals the one that ends last.

    All of them are paid for, so nobody who bought the bigger plan gets the smaller one because that lasts longer.
    """
    live = (found for found in subscriptions if found.status in LIVE)
    return max(live, key=lambda found: (RANKS[found.plan], found.current_period_end), default=None)


def told(subscriptions: Iterable[KeptSubscription]) -> KeptSubscription | None:
    """The one to show: what rules, or else what waits for a payment. None where it is as if there never was one."""
    every = list(subscriptions)
    waiting = (found for found in every if found.status in ("unpaid", "incomplete"))
    return ruling(every) or max(waiting, key=lambda found: found.current_period_end, default=None)


def earned_month(told: ProviderSubscription, at: datetime) -> Month | None:
    """The month at `at` whose credits the subscription brings; None where it brings none.

    One that was ended in the middle of a month that was paid for brings that month's credits as well: whether we heard
    of its beginning before we heard of its end must make no difference.
    """
    month = month_at(told.period_start, told.period_end, at)
    if month is None or told.status in EARNING:
        return month
    ended = told.status == "canceled" and told.paid and told.ended_at is not None and month.start < told.ended_at
    return month if ended else None
