"""What clients send and get of usage."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.billing.domain.usage import EVENTS_AT_MOST, Metric

EventType = Annotated[str, Meta(min_length=1, max_length=100)]
EventKey = Annotated[str, Meta(min_length=1, max_length=255)]
Moment = Annotated[datetime, Meta(tz=True)]
Tokens = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
# What every JSON reader can hold exactly; a deeper value would be a document, not a note on an event.
Integer = Annotated[int, Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)]


class NewUsageEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that used something. The same key at the same moment counts once.

    `user_id` is your own where it is left out. `cost` is a decimal, as text or as a number: 0 or more, at most
    6 digits after the point. `metadata` takes at most 2,048 bytes.
    """

    event_type: EventType
    occurred_at: Moment
    idempotency_key: EventKey
    user_id: UUID | None = None
    tokens_used: Tokens = 0
    cost: Decimal = Decimal(0)
    metadata: Annotated[dict[Name, str | Integer | float | bool | None], Meta(max_length=50)] = {}


class NewUsageEvents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them are taken, or none."""

    events: Annotated[list[NewUsageEvent], Meta(min_length=1, max_length=EVENTS_AT_MOST)]


class UsageTaken(msgspec.Struct, frozen=True):
    """How many events are new, and how many had been counted before or were in the request twice."""

    accepted: int
    duplicates: int


class UsageSum(msgspec.Struct, frozen=True):
    """What some usage comes to."""

    requests: int
    tokens: int
    cost: Decimal


class UsageTotal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the usage of one group comes to; what is not grouped by is left out."""

    day: date | None = None
    event_type: str | None = None
    user_id: UUID | None = None
    requests: int
    tokens: int
    cost: Decimal


class UsageAlert(msgspec.Struct, frozen=True):
    """In this month of the plan, so many percent of what it allows are used, or more."""

    metric: Metric
    percent: int
    used: int
    allowed: int
    period_start: datetime
    period_end: datetime
    created_at: datetime


class UsageReport(msgspec.Struct, frozen=True):
    """The tenant's usage in some days, as far as you may see it; `total` is of all pages together."""

    items: list[UsageTotal]
    next_cursor: str | None
    total: UsageSum
    alerts: list[UsageAlert]
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
