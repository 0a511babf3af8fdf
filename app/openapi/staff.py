"""The operators' part of the story: Olga, whom the seeds made, looks after the users and tenants of the platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from modules.authorization.contracts.tenants import TenantSummary
from modules.billing.contracts.credits import CreditEntry, NewCredits, NewRefund
from modules.user.contracts import NewUser, OperatorAccount, OperatorLoggedIn, OperatorLogIn, UserChange, UserRecord
from modules.user.domain import Onboarding

_MORNING: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_OLGA: Final = OperatorAccount(
    UUID("00000000-0000-4000-8000-000000000101"), email="operator@example.com", name="Olga Operator"
)
USER_ID: Final = UUID("00000000-0000-4000-8000-000000000003")
_DANA: Final = UserRecord(
    id=USER_ID,
    email="dana@example.com",
    email_verified=True,
    name="Dana Example",
    image_url=None,
    bio=None,
    field="data",
    experience_level="junior",
    interests=["web"],
    region="Cairo",
    onboarding=Onboarding("completed", []),
    created_at=_MORNING,
    deleted_at=None,
    anonymised_at=None,
)
_SALMA: Final = NewUser("salma@example.com", name="Salma Nabil")
NEW_USER: Final = UserRecord(
    id=UUID("019b8d31-7c20-7d4a-8e15-6f0a9b3c2d58"),
    email=_SALMA.email,
    email_verified=False,
    name=_SALMA.name,
    image_url=None,
    bio=None,
    field="frontend",
    experience_level="student",
    interests=[],
    region=None,
    onboarding=Onboarding("pending", ["interests"]),
    created_at=_MORNING,
    deleted_at=None,
    anonymised_at=None,
)
_ACME: Final = TenantSummary(
    id=UUID("10000000-0000-4000-8000-000000000001"),
    name="Acme",
    slug="acme",
    kind="organization",
    plan="enterprise",
    members=2,
    created_at=_MORNING,
)
_GIFT: Final = NewCredits(_ACME.id, 500, "Goodwill for the outage of 4 January")
ADDED: Final = CreditEntry(
    id=UUID("019b8d31-9e40-7b6c-a2f7-1c5d8e0b4a93"),
    amount=_GIFT.amount,
    kind="grant",
    reason=_GIFT.reason,
    reference=f"operator:{_OLGA.id}",
    balance_after=2500,
    created_at=_MORNING,
)
_AMENDS: Final = NewRefund(
    _ACME.id, UUID("80000000-0000-4000-8000-000000000012"), "The project was about another bakery"
)
REFUNDED: Final = CreditEntry(
    id=UUID("019b8d31-a1b2-7c3d-8e4f-5a6b7c8d9e0f"),
    amount=3,
    kind="refund",
    reason=_AMENDS.reason,
    reference=f"operator:{_OLGA.id}",
    balance_after=2503,
    created_at=_MORNING + timedelta(minutes=5),
    refund_of=_AMENDS.entry_id,
)


def examples() -> tuple[Any, ...]:
    """A value of every type that operators send or get."""
    return (
        OperatorLogIn(_OLGA.email, "operator-in-development"),
        OperatorLoggedIn(_OLGA, "ops_4Fk7Tz1wQy9mRb3nVc6xLs2hPd8jGa5eUo0iKq7tXvE", _MORNING + timedelta(hours=12)),
        _SALMA,
        UserChange(region=_DANA.region, field=_DANA.field, email_verified=True),
        _DANA,
        _ACME,
        _GIFT,
        _AMENDS,
    )
