"""What clients of the billing module get."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from modules.billing.domain import EntryKind


class CreditBalance(msgspec.Struct, frozen=True):
    """What can be spent is `balance - held`."""

    balance: int
    held: int


class CreditEntry(msgspec.Struct, frozen=True):
    """One line of the ledger; `amount` is negative where credits went out."""

    id: UUID
    amount: int
    kind: EntryKind
    reason: str
    reference: UUID | None
    balance_after: int
    created_at: datetime
