"""Months of a subscription, and what each brings: pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.billing.domain.periods import Month, calendar_month, grant_of, month_at, months_after
from modules.billing.domain.plans import PlanId, SubscriptionStatus
from modules.billing.domain.subscriptions import (
    KeptSubscription,
    ProviderSubscription,
    earned_month,
    ruling,
    told,
)

JANUARY = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
STARTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def kept(plan: PlanId = "pro", status: SubscriptionStatus = "active", ends: int = 1) -> KeptSubscription:
    end = months_after(JANUARY, ends)
    return KeptSubscription(UUID(int=ends), f"sub_{ends}", plan, status, JANUARY, end, False, 0, None)


def by_provider(
    status: SubscriptionStatus, *, ended_at: datetime | None = None, paid: bool = True
) -> ProviderSubscription:
    return ProviderSubscription(
        id="sub_1",
        customer_id="cus_1",
        tenant_id=None,
        plan="pro",
        status=status,
        period_start=JANUARY,
        period_end=months_after(JANUARY, 12),
        cancel_at_period_end=False,
        ended_at=ended_at,
        paid=paid,
    )


def test_months_end_on_the_same_day_or_on_their_last() -> None:
    ends = [months_after(JANUARY, number).strftime("%m-%d %H:%M") for number in range(4)]
    assert ends == ["01-31 09:30", "02-28 09:30", "03-31 09:30", "04-30 09:30"]


@given(start=STARTS, months=st.sampled_from([1, 3, 12, 36]), part=st.floats(0, 0.999999))
def test_every_moment_of_a_period_is_in_one_month_and_the_months_follow_each_other(
    start: datetime, months: int, part: float
) -> None:
    end = months_after(start, months)
    found: list[Month] = []
    at = start
    while (month := month_at(start, end, at)) is not None:
        found.append(month)
        at = month.end
    assert len(found) == months
    assert (found[0].start, found[-1].end) == (start, end)
    assert [month.end for month in found[:-1]] == [month.start for month in found[1:]]
    moment = start + (end - start) * part
    assert [month for month in found if month.start <= moment < month.end] == [month_at(start, end, moment)]


def test_a_period_that_stripe_made_longer_than_its_first_day_says_is_still_one_month() -> None:
    """From an anchor on the 31st: the period that begins on 28 February lasts until 31 March."""
    start, end = datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
    assert month_at(start, end, datetime(2026, 3, 30, tzinfo=UTC)) == Month(start, end)


def test_a_trial_of_two_weeks_is_a_month_of_its_own() -> None:
    end = JANUARY + timedelta(days=14)
    assert month_at(JANUARY, end, JANUARY + timedelta(days=13)) == Month(JANUARY, end)


def test_before_and_after_its_period_a_subscription_has_no_month() -> None:
    end = months_after(JANUARY, 12)
    assert month_at(JANUARY, end, JANUARY - timedelta(microseconds=1)) is None
    assert month_at(JANUARY, end, end) is None


def test_a_month_brings_its_credits_once() -> None:
    month = Month(JANUARY, months_after(JANUARY, 1))
    first = grant_of(month, 200, credited=0, credited_until=None, at=JANUARY)
    assert first is not None
    assert (first.amount, first.expires_at, first.credited) == (200, month.end, 200)
    assert grant_of(month, 200, credited=200, credited_until=month.end, at=month.end - timedelta(seconds=1)) is None


def test_the_next_month_brings_all_of_them_again() -> None:
    month = Month(months_after(JANUARY, 1), months_after(JANUARY, 2))
    again = grant_of(month, 200, credited=200, credited_until=month.start, at=month.start)
    assert again is not None
    assert again.amount == 200


def test_a_bigger_plan_brings_the_difference_and_a_smaller_one_takes_nothing_back() -> None:
    month = Month(JANUARY, months_after(JANUARY, 1))
    later = JANUARY + timedelta(days=9)
    more = grant_of(month, 2000, credited=200, credited_until=month.end, at=later)
    assert more is not None
    assert (more.amount, more.expires_at, more.credited) == (1800, month.end, 2000)
    assert grant_of(month, 200, credited=2000, credited_until=month.end, at=later) is None


def test_a_plan_without_credits_brings_none() -> None:
    assert grant_of(Month(JANUARY, months_after(JANUARY, 1)), 0, credited=0, credited_until=None, at=JANUARY) is None


@pytest.mark.parametrize("status", get_args(SubscriptionStatus))
def test_only_what_is_active_or_on_trial_earns(status: SubscriptionStatus) -> None:
    assert (earned_month(by_provider(status), JANUARY) is not None) == (status in ("active", "trialing"))


def test_one_that_was_ended_within_a_month_that_was_paid_for_has_earned_that_month() -> None:
    ended = JANUARY + timedelta(days=3)
    assert earned_month(by_provider("canceled", ended_at=ended), ended + timedelta(days=1)) is not None
    assert earned_month(by_provider("canceled", ended_at=ended, paid=False), ended + timedelta(days=1)) is None
    assert earned_month(by_provider("canceled", ended_at=ended), months_after(JANUARY, 1)) is None


def test_of_two_subscriptions_the_bigger_live_one_rules() -> None:
    pro, enterprise = kept("pro", ends=3), kept("enterprise", "past_due", ends=2)
    assert ruling([pro, enterprise]) == enterprise
    assert ruling([pro, kept("enterprise", "unpaid")]) == pro
    assert ruling([pro, kept("pro", ends=5)]) == kept("pro", ends=5)


@pytest.mark.parametrize("status", ["unpaid", "incomplete", "canceled"])
def test_what_is_not_live_rules_nothing(status: SubscriptionStatus) -> None:
    assert ruling([kept(status=status)]) is None


def test_what_waits_for_its_payment_is_shown_and_what_was_canceled_is_as_if_there_never_was_one() -> None:
    assert told([kept(status="unpaid")]) == kept(status="unpaid")
    assert told([kept(status="canceled")]) is None
    assert told([kept(status="unpaid"), kept("enterprise", ends=2)]) == kept("enterprise", ends=2)
    assert told([]) is None


def test_who_pays_nothing_has_the_month_of_the_calendar() -> None:
    month = calendar_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert (month.start, month.end) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
