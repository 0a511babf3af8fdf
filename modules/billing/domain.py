"""The rules of credits: pure functions of values. Amounts are whole credits."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import PaymentRequired
from core.module import Event

EntryKind = Literal["grant", "spend", "refund", "expiry", "adjustment"]
HoldStatus = Literal["open", "settled", "void"]
PlanId = Literal["free", "pro", "enterprise"]
SubscriptionStatus = Literal["incomplete", "trialing", "active", "past_due", "canceled", "unpaid"]
Priced = Literal["generation", "chat", "review", "interview", "analysis"]

WELCOME_CREDITS: Final = 10
PRICES: Final[dict[Priced, int]] = {"generation": 3, "chat": 0, "review": 0, "interview": 0, "analysis": 0}


class InsufficientCredits(PaymentRequired):
    """The tenant has too few credits."""


class HoldExpired(Event, frozen=True):
    """A hold ran out and was voided, in this transaction; `reference` names what it was for."""

    tenant_id: UUID
    user_id: UUID
    reference: UUID


class Hold(msgspec.Struct, frozen=True):
    id: UUID
    amount: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that used something: counted once per tenant, key and moment."""

    user_id: UUID
    event_type: str
    tokens_used: int
    idempotency_key: str
