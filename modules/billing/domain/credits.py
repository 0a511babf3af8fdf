"""The rules of credits: pure functions of values. Amounts are whole credits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import Conflict, PaymentRequired, Unprocessable
from core.module import Event

EntryKind = Literal["grant", "spend", "refund", "expiry", "adjustment"]
HoldStatus = Literal["open", "settled", "void"]
Priced = Literal["generation", "chat", "review", "interview", "analysis"]

WELCOME_CREDITS: Final = 10
PRICES: Final[dict[Priced, int]] = {"generation": 3, "chat": 0, "review": 0, "interview": 0, "analysis": 0}
"""What a thing costs where the tenant's plan does not say otherwise."""

HOLD_LASTS: Final = timedelta(hours=1)
"""Longer than any call to a model; what nobody settled by then is given back."""

REFUND_LASTS: Final = timedelta(days=7)
"""For credits that are given back after they would have expired: in their own grant they would be lost at once."""


class InsufficientCredits(PaymentRequired):
    """The tenant has too few credits."""


class HoldExceeded(Conflict):
    """More was used than was reserved."""


class NotSpent(Conflict):
    """Only what was spent can be given back."""


class AlreadyRefunded(Conflict):
    """Not that much of it is left to give back."""


class KeyTaken(Unprocessable):
    """The ledger has another entry under this key."""


class LedgerBroken(Exception):
    """The grants of an account do not cover what its balance promises: `python -m scripts.ledger verify` tells more."""


class HoldExpired(Event, frozen=True):
    """A hold ran out and was voided, in this transaction; `reference` names what it was for."""

    tenant_id: UUID
    user_id: UUID
    reference: UUID


class Hold(msgspec.Struct, frozen=True):
    id: UUID
    amount: int


class Part(msgspec.Struct, frozen=True):
    """What an entry adds to a grant, or takes from it where it is negative."""

    grant_id: UUID
    amount: int


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be written into the ledger. At most one entry of a tenant has a certain `idempotency_key`."""

    amount: int
    kind: EntryKind
    reason: str
    reference: str | None = None
    idempotency_key: str | None = None
    refund_of: UUID | None = None


def refundable(spent: int, refunded: int, wanted: int | None) -> int:
    """How much to give back of a spend; all that is left where nobody says. Raises `AlreadyRefunded`."""
    left = spent - refunded
    amount = left if wanted is None else wanted
    if not 0 < amount <= left:
        raise AlreadyRefunded(f"{left} of {spent} credits are left to give back.", left=left, spent=spent)
    return amount
