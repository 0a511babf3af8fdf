"""Stripe's answers, as far as we read them, and what we make of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, get_args

import msgspec
from msgspec import Meta

from modules.billing.domain.plans import PlanId, SubscriptionStatus
from modules.billing.domain.subscriptions import ProviderSubscription
from modules.billing.domain.webhooks import uuid_or_none
from modules.billing.stripe.errors import BadStripeAnswer

# Ours are Stripe's names but for two: a first payment that never came, and a trial that ended without a card.
_STATUSES: Final[dict[str, SubscriptionStatus]] = {
    **{status: status for status in get_args(SubscriptionStatus)},
    "incomplete_expired": "canceled",
    "paused": "unpaid",
}
_LATEST: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
Seconds = Annotated[int, Meta(ge=int(datetime(1, 1, 1, tzinfo=UTC).timestamp()), le=_LATEST)]
Id = Annotated[str, Meta(min_length=1, max_length=255)]


class Price(msgspec.Struct, frozen=True):
    id: Id
    unit_amount: int | None = None
    currency: str = ""
    metadata: dict[str, str] = {}


class Prices(msgspec.Struct, frozen=True):
    data: list[Price]


class Created(msgspec.Struct, frozen=True):
    id: Id


class Session(msgspec.Struct, frozen=True):
    url: Annotated[str, Meta(pattern="^https?://")]


class Item(msgspec.Struct, frozen=True):
    price: Price
    current_period_start: Seconds
    current_period_end: Seconds


class Items(msgspec.Struct, frozen=True):
    data: Annotated[list[Item], Meta(min_length=1)]


class Invoice(msgspec.Struct, frozen=True):
    status: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    id: Id
    customer: Id
    status: str
    items: Items
    cancel_at_period_end: bool = False
    cancel_at: Seconds | None = None
    ended_at: Seconds | None = None
    latest_invoice: Invoice | str | None = None
    metadata: dict[str, str] = {}

    def translated(self) -> ProviderSubscription:
        """Raises `BadStripeAnswer` for a status or a plan that we do not know."""
        item = self.items.data[0]
        status = _STATUSES.get(self.status)
        plan = item.price.metadata.get("plan") or self.metadata.get("plan")
        if status is None:
            raise BadStripeAnswer(f"The subscription has the unknown status {self.status!r}.")
        if plan not in get_args(PlanId):
            raise BadStripeAnswer(f"The price {item.price.id} names no plan of ours in its metadata.")
        ends = item.current_period_end
        return ProviderSubscription(
            id=self.id,
            customer_id=self.customer,
            tenant_id=uuid_or_none(self.metadata.get("tenant_id")),
            plan=msgspec.convert(plan, PlanId),
            status=status,
            period_start=instant(item.current_period_start),
            period_end=instant(ends),
            cancel_at_period_end=self.cancel_at_period_end or (self.cancel_at is not None and self.cancel_at <= ends),
            ended_at=None if self.ended_at is None else instant(self.ended_at),
            paid=isinstance(self.latest_invoice, Invoice) and self.latest_invoice.status == "paid",
        )


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
