"""Periods: how the months of a subscription follow each other, and which credits a month brings."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

_MONTH: Final = timedelta(days=365.2425 / 12)


class Month(msgspec.Struct, frozen=True):
    """From `start` until just before `end`."""

    start: datetime
    end: datetime


class MonthlyGrant(msgspec.Struct, frozen=True):
    """Credits for the month that runs; `credited` is what the month has brought with them."""

    amount: int
    expires_at: datetime
    credited: int


def months_after(start: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last one: as Stripe counts, from the first day each time."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def month_at(start: datetime, end: datetime, at: datetime) -> Month | None:
    """The month of the period that `at` is in; None before and after the period.

    A period is cut into as many months as it is long; the last one ends with it. So a period from 28 February to
    31 March is one month, though 28 March comes before its end.
    """
    if not start <= at < end:
        return None
    last = max(1, round((end - start) / _MONTH)) - 1
    number = (at.year - start.year) * 12 + at.month - start.month
    if months_after(start, number) > at:
        number -= 1
    number = min(number, last)
    return Month(months_after(start, number), end if number == last else months_after(start, number + 1))


def grant_of(
    month: Month, monthly_credits: int, *, credited: int, credited_until: datetime | None, at: datetime
) -> MonthlyGrant | None:
    """What is still to be granted at `at`; None where the month has brought it all.

    A bigger plan brings the difference at once: who buys it has run out. Whoever goes back and forth gets it once a
    month; that a smaller plan begins with the next period is a setting of the customer portal.
    """
    running = credited_until is not None and credited_until > at
    before = credited if running else 0
    if monthly_credits <= before:
        return None
    expires_at = credited_until if running and credited_until is not None else month.end
    return MonthlyGrant(monthly_credits - before, expires_at, monthly_credits)


def calendar_month(at: datetime) -> Month:
    """The month of the calendar, in UTC: the period of whoever pays nothing."""
    start = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Month(start, months_after(start, 1))
