"""What is used: events, counted once; what they come to; and when a tenant nears what its plan allows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import Invalid
from modules.billing.domain.periods import calendar_month, months_after

EVENTS_AT_MOST: Final = 10_000
OLDEST: Final = timedelta(days=366)
"""How long ago something may have happened that is reported now."""
AHEAD: Final = timedelta(minutes=5)
"""How far in the future: other people's clocks."""
METADATA_BYTES: Final = 2048
DAYS_AT_MOST: Final = 366
LEVELS: Final = (80, 100)
"""Percent of what a plan allows in a month at which its admins are told."""

Metric = Literal["requests", "tokens", "credits"]
Grouping = Literal["day", "event_type", "user"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("day", "event_type", "user")

_MICRO: Final = Decimal("0.000001")
_COST_BELOW: Final = Decimal(100_000_000)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that used something: counted once per tenant, key and moment."""

    user_id: UUID
    event_type: str
    tokens_used: int
    idempotency_key: str


class NotAMember(Invalid):
    """The user is no member of the tenant."""


class Days(msgspec.Struct, frozen=True):
    """From a day to another, both included; of UTC."""

    first: date
    last: date


class Level(msgspec.Struct, frozen=True):
    """So many percent of what the plan allows of something are used."""

    metric: Metric
    percent: int
    used: int
    allowed: int


class Window(msgspec.Struct, frozen=True):
    """When something may have happened that is reported now."""

    earliest: datetime
    latest: datetime

    def error(self, occurred_at: datetime) -> str | None:
        """Why an event of this moment is not taken; None where it is."""
        if occurred_at > self.latest:
            return f"It lies in the future: at most {AHEAD.seconds // 60} minutes are taken for a clock that is wrong."
        if occurred_at < self.earliest:
            return f"It is too long ago: events are taken from {self.earliest:%Y-%m-%d} on."
        return None


def window(now: datetime, kept_months: int | None) -> Window:
    """At most a year back, and no further than events are kept."""
    kept = now - OLDEST
    if kept_months is not None:
        kept = max(kept, months_after(calendar_month(now).start, -kept_months))
    return Window(kept, now + AHEAD)


def cost_error(cost: Decimal) -> str | None:
    """Why this is no cost that can be kept as it is; None where it is one."""
    if not (cost.is_finite() and 0 <= cost < _COST_BELOW):
        return f"A cost is 0 or more, and less than {_COST_BELOW:,}."
    return None if cost.quantize(_MICRO) == cost else "A cost has at most 6 digits after the point."


def asked_day(said: str | None, path: str) -> date | None:
    """`2026-10-31` (RFC 3339). Raises `Invalid`."""
    try:
        return None if said is None else msgspec.convert(said, date)
    except msgspec.ValidationError:
        raise Invalid("A day is a date such as 2026-10-31.", path=path) from None


def asked_days(first: date | None, last: date | None, today: date) -> Days:
    """The days that are asked for: this month, unless one or both are said. Raises `Invalid`."""
    if first is None:
        first = (last or today).replace(day=1)
    if last is None:
        last = max(first, today)
    if last < first:
        raise Invalid("The last day comes before the first.", path="to")
    if (last - first).days >= DAYS_AT_MOST:
        raise Invalid(f"At most {DAYS_AT_MOST} days at once.", path="from")
    return Days(first, last)


def asked_groups(said: str) -> tuple[Grouping, ...]:
    """`day,event_type` taken apart, in the order in which totals are sorted. Raises `Invalid`."""
    wanted = said.split(",")
    if len(set(wanted)) < len(wanted) or not set(wanted) <= set(GROUPINGS):
        raise Invalid(f"Some of {', '.join(GROUPINGS)}, each once, with commas between.", path="group_by")
    return tuple(name for name in GROUPINGS if name in wanted)


def levels_reached(used: dict[Metric, int], allowed: dict[Metric, int | None]) -> list[Level]:
    """The levels that are reached, the lower before the higher; of what is not limited, none."""
    return [
        Level(metric, percent, used[metric], most)
        for metric, most in allowed.items()
        if most is not None and most > 0
        for percent in LEVELS
        if used[metric] * 100 >= most * percent
    ]
