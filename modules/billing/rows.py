"""The rows of schema `billing`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.plans."""

    id: Literal["free", "pro", "enterprise"]
    name: str
    monthly_credits: int
    price_cents: int
    limits: Any
    created_at: datetime
    updated_at: datetime


class PlanInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.plans says; what is unset gets the default."""

    id: Literal["free", "pro", "enterprise"]
    name: str
    monthly_credits: int
    price_cents: int
    limits: Any | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class PlanPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.plans."""

    name: str | UnsetType = UNSET
    monthly_credits: int | UnsetType = UNSET
    price_cents: int | UnsetType = UNSET
    limits: Any | UnsetType = UNSET


class CreditAccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_accounts."""

    tenant_id: UUID
    balance: int
    held: int
    created_at: datetime
    updated_at: datetime


class CreditAccountInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.credit_accounts says; what is unset gets the default."""

    tenant_id: UUID
    balance: int | UnsetType = UNSET
    held: int | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CreditAccountPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_accounts."""

    balance: int | UnsetType = UNSET
    held: int | UnsetType = UNSET


class CreditEntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_entries."""

    tenant_id: UUID
    id: UUID
    amount: int
    kind: Literal["grant", "spend", "refund", "expiry", "adjustment"]
    reason: str
    reference: str | None
    idempotency_key: str | None
    balance_after: int
    created_at: datetime


class CreditEntryInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.credit_entries says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    amount: int
    kind: Literal["grant", "spend", "refund", "expiry", "adjustment"]
    reason: str
    reference: str | None = None
    idempotency_key: str | None = None
    balance_after: int
    created_at: datetime | UnsetType = UNSET


class CreditEntryPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_entries."""

    amount: int | UnsetType = UNSET
    kind: Literal["grant", "spend", "refund", "expiry", "adjustment"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    reference: str | None | UnsetType = UNSET
    idempotency_key: str | None | UnsetType = UNSET
    balance_after: int | UnsetType = UNSET


class CreditGrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_grants."""

    tenant_id: UUID
    id: UUID
    amount: int
    remaining: int
    reason: str
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CreditGrantInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.credit_grants says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    amount: int
    remaining: int
    reason: str
    expires_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CreditGrantPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_grants."""

    amount: int | UnsetType = UNSET
    remaining: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    expires_at: datetime | None | UnsetType = UNSET


class CreditHoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_holds."""

    tenant_id: UUID
    id: UUID
    amount: int
    user_id: UUID
    status: Literal["open", "settled", "void"]
    reason: str
    reference: UUID
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


class CreditHoldInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.credit_holds says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    amount: int
    user_id: UUID
    status: Literal["open", "settled", "void"] | UnsetType = UNSET
    reason: str
    reference: UUID
    expires_at: datetime
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CreditHoldPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_holds."""

    amount: int | UnsetType = UNSET
    status: Literal["open", "settled", "void"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    reference: UUID | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET


class SubscriptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.subscriptions."""

    tenant_id: UUID
    id: UUID
    provider: str
    provider_subscription_id: str
    plan: str
    status: Literal["incomplete", "trialing", "active", "past_due", "canceled", "unpaid"]
    current_period_start: datetime
    current_period_end: datetime
    cancel_at_period_end: bool
    created_at: datetime
    updated_at: datetime


class SubscriptionInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.subscriptions says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    provider: str
    provider_subscription_id: str
    plan: str
    status: Literal["incomplete", "trialing", "active", "past_due", "canceled", "unpaid"]
    current_period_start: datetime
    current_period_end: datetime
    cancel_at_period_end: bool | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class SubscriptionPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.subscriptions."""

    provider: str | UnsetType = UNSET
    plan: str | UnsetType = UNSET
    status: Literal["incomplete", "trialing", "active", "past_due", "canceled", "unpaid"] | UnsetType = UNSET
    current_period_start: datetime | UnsetType = UNSET
    current_period_end: datetime | UnsetType = UNSET
    cancel_at_period_end: bool | UnsetType = UNSET


class UsageEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.usage_events."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    event_type: str
    tokens_used: int
    cost: Decimal
    metadata: Any
    idempotency_key: str
    occurred_at: datetime
    created_at: datetime


class UsageEventInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.usage_events says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    event_type: str
    tokens_used: int | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET
    metadata: Any | UnsetType = UNSET
    idempotency_key: str
    occurred_at: datetime
    created_at: datetime | UnsetType = UNSET


class UsageEventPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.usage_events."""

    event_type: str | UnsetType = UNSET
    tokens_used: int | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET
    metadata: Any | UnsetType = UNSET
    idempotency_key: str | UnsetType = UNSET
