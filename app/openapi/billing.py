"""The part of the story about money: what Acme's plan is, what it opens, and what was used of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from app.openapi.note import Answer, Note
from core.errors import InternaError
from modules.billing.contracts.plans import Plan
from modules.billing.contracts.subscriptions import HostedPage, NewCheckout, Subscription
from modules.billing.contracts.usage import (
    NewUsageEvent,
    NewUsageEvents,
    UsageAlert,
    UsageReport,
    UsageSum,
    UsageTaken,
    UsageTotal,
)
from modules.billing.domain.landings import BadReturnUrl
from modules.billing.domain.plans import PlanLimits
from modules.billing.domain.subscriptions import AlreadySubscribed, NeverSubscribed
from modules.billing.domain.usage import NotAMember
from modules.billing.domain.webhooks import BadEvent
from modules.billing.stripe import BadSignature, BadStripeAnswer, NotConfigured, StripeUnavailable

_PRO: Final = PlanLimits(25, ["advanced-analytics"], "standard", 20_000, 20_000_000, 200)
_SUBSCRIPTION: Final = Subscription(
    plan="enterprise",
    status="active",
    current_period_start=datetime(2026, 1, 1, tzinfo=UTC),
    current_period_end=datetime(2027, 1, 1, tzinfo=UTC),
    cancel_at_period_end=False,
    requests=14,
    tokens=18_320,
    credits=3,
)
_CHECKOUT: Final = HostedPage("https://checkout.stripe.com/c/pay/cs_test_a1Xv")
_PORTAL: Final = HostedPage("https://billing.stripe.com/p/session/test_YWNjdF8x")
_REVIEWED: Final = NewUsageEvent(
    event_type="code_review",
    occurred_at=datetime(2026, 1, 5, 9, 12, tzinfo=UTC),
    idempotency_key="review-4711",
    tokens_used=2_310,
    cost=Decimal("0.0462"),
    metadata={"language": "python"},
)
_USED: Final = UsageReport(
    items=[
        UsageTotal(day=date(2026, 1, 5), event_type="chat", requests=12, tokens=14_120, cost=Decimal(0)),
        UsageTotal(day=date(2026, 1, 5), event_type="code_review", requests=1, tokens=2_310, cost=_REVIEWED.cost),
    ],
    next_cursor=None,
    total=UsageSum(13, 16_430, _REVIEWED.cost),
    alerts=[
        UsageAlert(
            metric="credits",
            percent=80,
            used=1_602,
            allowed=2_000,
            period_start=datetime(2026, 1, 1, tzinfo=UTC),
            period_end=datetime(2026, 2, 1, tzinfo=UTC),
            created_at=datetime(2026, 1, 5, 9, 13, tzinfo=UTC),
        )
    ],
    first=date(2026, 1, 1),
    last=date(2026, 1, 31),
)
_TABLE: Final = (
    "day,event_type,requests,tokens,cost\r\n2026-01-05,chat,12,14120,0.000000\r\n"
    "2026-01-05,code_review,1,2310,0.046200\r\n"
)


def examples() -> tuple[Any, ...]:
    """An example of every type of this part."""
    return (
        Plan("pro", "Pro", 200, 4_900, 49_000, "usd", _PRO),
        _SUBSCRIPTION,
        NewCheckout("pro", "month", "http://127.0.0.1:8000/welcome"),
        _CHECKOUT,
        NewUsageEvents([_REVIEWED]),
        UsageTaken(1, 0),
        _USED,
    )


def notes() -> dict[str, Note]:
    stripe: tuple[InternaError, ...] = (NotConfigured(), StripeUnavailable(), BadStripeAnswer())
    page = "To the payment provider's page."
    return {
        "billing_subscription": Note(
            description="A tenant that never bought anything is on `free`, and its period is the month. `past_due` "
            "keeps the plan and brings no new credits; what is `unpaid`, `incomplete` or `canceled` opens no more than "
            "`free` does."
        ),
        "billing_checkout": Note(
            description="The plan is the tenant's once the provider has told us of the payment, seconds after it.",
            answers=(Answer(status=201, kind=HostedPage, description=page, example=_CHECKOUT),),
            problems=(BadReturnUrl(path="success_url"), AlreadySubscribed(), *stripe),
        ),
        "billing_portal": Note(
            description="There the plan is changed or ended, cards and invoices are looked after.",
            answers=(Answer(status=201, kind=HostedPage, description=page, example=_PORTAL),),
            problems=(NeverSubscribed(), *stripe),
        ),
        "billing_stripe": Note(
            description="For Stripe, which signs what it sends (`Stripe-Signature`). An event is stored once, then "
            "applied; at most 256 KiB.",
            answers=(Answer(status=204, description="It is stored."),),
            problems=(BadSignature(), BadEvent(), NotConfigured()),
        ),
        "billing_report": Note(
            description="All events are taken, or none. The same `idempotency_key` at the same `occurred_at` counts "
            "once, in one request and in all. What happened in the last year is taken, as far as it is kept here; at "
            "most 8 MiB.",
            problems=(NotAMember(path="events[3].user_id"),),
        ),
        "billing_usage": Note(
            description="Totals as far as you may see them, by day of UTC: your own, or the whole tenant's. With "
            "`Accept: text/csv` all of them as a table, without pages.",
            answers=(Answer(status=200, kind=UsageReport, description="The totals.", example=_USED, table=_TABLE),),
        ),
    }
