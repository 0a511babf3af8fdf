"""What clients send and get of subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from modules.billing.domain.plans import Interval, PaidPlanId, PlanId, SubscriptionStatus

LandingUrl = Annotated[str, Meta(min_length=1, max_length=2000)]


class Subscription(msgspec.Struct, frozen=True):
    """The tenant's subscription, and what its period has used so far.

    `unpaid` and `incomplete` open no more than `free` until they are paid. Who has none is on `free`, whose period is
    the month.
    """

    plan: PlanId
    status: SubscriptionStatus
    current_period_start: datetime
    current_period_end: datetime
    cancel_at_period_end: bool
    requests: int
    tokens: int
    credits: int


class NewCheckout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to buy, and where the browser goes afterwards: to a URL of this installation or of an allowed origin."""

    plan: PaidPlanId
    interval: Interval = "month"
    success_url: LandingUrl | None = None
    cancel_url: LandingUrl | None = None


class HostedPage(msgspec.Struct, frozen=True):
    """A page of the payment provider: send the browser there, soon."""

    url: str
