"""What clients of the billing module send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.billing.domain import EntryKind

Credits = Annotated[int, Meta(ge=1, le=10_000)]
Reason = Annotated[str, Meta(min_length=1, max_length=255)]


class CreditBalance(msgspec.Struct, frozen=True):
    """What can be spent is `balance - held`."""

    balance: int
    held: int


class CreditEntry(msgspec.Struct, frozen=True):
    """One line of the ledger; `amount` is negative where credits went out.

    `reference` is the id of what was paid for, or of the grant that expired, or `operator:<id>` where an operator did
    it by hand. `refund_of` is the entry whose credits a refund gives back.
    """

    id: UUID
    amount: int
    kind: EntryKind
    reason: str
    reference: str | None
    balance_after: int
    created_at: datetime
    refund_of: UUID | None = None


class NewCredits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credits that an operator adds by hand, and why."""

    tenant_id: UUID
    amount: Credits
    reason: Reason


class NewRefund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator gives back of something that was spent, and why; without an amount all that is left of it."""

    tenant_id: UUID
    entry_id: UUID
    reason: Reason
    amount: Credits | None = None
