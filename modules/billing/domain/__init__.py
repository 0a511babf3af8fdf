"""The rules of billing: pure functions of values."""

from modules.billing.domain.credits import (
    HOLD_LASTS,
    PRICES,
    REFUND_LASTS,
    WELCOME_CREDITS,
    AlreadyRefunded,
    EntryKind,
    Hold,
    HoldExceeded,
    HoldExpired,
    HoldStatus,
    InsufficientCredits,
    KeyTaken,
    LedgerBroken,
    NewEntry,
    NotSpent,
    Part,
    Priced,
    refundable,
)
from modules.billing.domain.plans import PlanId, SubscriptionStatus
from modules.billing.domain.usage import Usage
from modules.billing.domain.webhooks import WebhookOutcome

__all__ = [
    "HOLD_LASTS",
    "PRICES",
    "REFUND_LASTS",
    "WELCOME_CREDITS",
    "AlreadyRefunded",
    "EntryKind",
    "Hold",
    "HoldExceeded",
    "HoldExpired",
    "HoldStatus",
    "InsufficientCredits",
    "KeyTaken",
    "LedgerBroken",
    "NewEntry",
    "NotSpent",
    "Part",
    "PlanId",
    "Priced",
    "SubscriptionStatus",
    "Usage",
    "WebhookOutcome",
    "refundable",
]
