"""The rows of schema `billing`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class CancellationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.cancellations."""

    id: UUID
    provider: str
    provider_subscription_id: str
    attempts: int
    next_attempt_at: datetime | None
    ended_at: datetime | None
    error: str | None
    created_at: datetime
    updated_at: datetime


class CancellationInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.cancellations says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    provider: str
    provider_subscription_id: str
    attempts: int | UnsetType = UNSET
    next_attempt_at: datetime | None | UnsetType = UNSET
    ended_at: datetime | None = None
    error: str | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CancellationPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.cancellations."""

    provider: str | UnsetType = UNSET
    attempts: int | UnsetType = UNSET
    next_attempt_at: datetime | None | UnsetType = UNSET
    ended_at: datetime | None | UnsetType = UNSET
    error: str | None | UnsetType = UNSET


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.plans."""

    id: Literal["free", "pro", "enterprise"]
    name: str
    monthly_credits: int
    price_cents: int
    yearly_price_cents: int
    currency: str
    limits: Any
    prices: Any
    created_at: datetime
    updated_at: datetime


class PlanInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.plans says; what is unset gets the default."""

    id: Literal["free", "pro", "enterprise"]
    name: str
    monthly_credits: int
    price_cents: int
    yearly_price_cents: int | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    limits: Any | UnsetType = UNSET
    prices: Any | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class PlanPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.plans."""

    name: str | UnsetType = UNSET
    monthly_credits: int | UnsetType = UNSET
    price_cents: int | UnsetType = UNSET
    yearly_price_cents: int | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    limits: Any | UnsetType = UNSET
    prices: Any | UnsetType = UNSET


class UsageEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.usage_events."""

    tenant_id: UUID
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


class WebhookEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.webhook_events."""

    id: UUID
    provider: str
    event_id: str
    type: str
    occurred_at: datetime
    payload: Any
    outcome: Literal["applied", "ignored"] | None
    processed_at: datetime | None
    error: str | None
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookEventInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.webhook_events says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    provider: str
    event_id: str
    type: str
    occurred_at: datetime
    payload: Any
    outcome: Literal["applied", "ignored"] | None = None
    processed_at: datetime | None = None
    error: str | None = None
    attempts: int | UnsetType = UNSET
    next_attempt_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class WebhookEventPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.webhook_events."""

    provider: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    occurred_at: datetime | UnsetType = UNSET
    payload: Any | UnsetType = UNSET
    outcome: Literal["applied", "ignored"] | None | UnsetType = UNSET
    processed_at: datetime | None | UnsetType = UNSET
    error: str | None | UnsetType = UNSET
    attempts: int | UnsetType = UNSET
    next_attempt_at: datetime | None | UnsetType = UNSET


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
    refund_of: UUID | None
    balance_after: int
    number: int
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
    refund_of: UUID | None = None
    balance_after: int
    number: int | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET


class CreditEntryPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_entries."""

    amount: int | UnsetType = UNSET
    kind: Literal["grant", "spend", "refund", "expiry", "adjustment"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    reference: str | None | UnsetType = UNSET
    idempotency_key: str | None | UnsetType = UNSET
    refund_of: UUID | None | UnsetType = UNSET
    balance_after: int | UnsetType = UNSET
    number: int | UnsetType = UNSET


class CreditGrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_grants."""

    tenant_id: UUID
    id: UUID
    amount: int
    remaining: int
    open: bool
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
    spent: int | None
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
    spent: int | None = None
    reason: str
    reference: UUID
    expires_at: datetime
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CreditHoldPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_holds."""

    amount: int | UnsetType = UNSET
    status: Literal["open", "settled", "void"] | UnsetType = UNSET
    spent: int | None | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    reference: UUID | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.customers."""

    tenant_id: UUID
    provider: str
    provider_customer_id: str
    created_at: datetime
    updated_at: datetime


class CustomerInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.customers says; what is unset gets the default."""

    tenant_id: UUID
    provider: str
    provider_customer_id: str
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class CustomerPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.customers."""

    provider: str | UnsetType = UNSET


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
    credited: int
    credited_until: datetime | None
    synced_at: datetime
    sync_due_at: datetime | None
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
    credited: int | UnsetType = UNSET
    credited_until: datetime | None = None
    synced_at: datetime | UnsetType = UNSET
    sync_due_at: datetime | None = None
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
    credited: int | UnsetType = UNSET
    credited_until: datetime | None | UnsetType = UNSET
    synced_at: datetime | UnsetType = UNSET
    sync_due_at: datetime | None | UnsetType = UNSET


class UsageAlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.usage_alerts."""

    tenant_id: UUID
    id: UUID
    metric: Literal["requests", "tokens", "credits"]
    percent: int
    used: int
    allowed: int
    period_start: datetime
    period_end: datetime
    created_at: datetime


class UsageAlertInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.usage_alerts says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    metric: Literal["requests", "tokens", "credits"]
    percent: int
    used: int
    allowed: int
    period_start: datetime
    period_end: datetime
    created_at: datetime | UnsetType = UNSET


class UsageAlertPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.usage_alerts."""

    metric: Literal["requests", "tokens", "credits"] | UnsetType = UNSET
    percent: int | UnsetType = UNSET
    used: int | UnsetType = UNSET
    allowed: int | UnsetType = UNSET
    period_start: datetime | UnsetType = UNSET
    period_end: datetime | UnsetType = UNSET


class UsageTotalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.usage_totals."""

    tenant_id: UUID
    day: date
    event_type: str
    user_id: UUID
    requests: int
    tokens: int
    cost: Decimal
    created_at: datetime
    updated_at: datetime


class UsageTotalInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.usage_totals says; what is unset gets the default."""

    tenant_id: UUID
    day: date
    event_type: str
    user_id: UUID
    requests: int
    tokens: int
    cost: Decimal
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class UsageTotalPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.usage_totals."""

    requests: int | UnsetType = UNSET
    tokens: int | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET


class CreditAllocationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of billing.credit_allocations."""

    tenant_id: UUID
    entry_id: UUID
    grant_id: UUID
    amount: int
    created_at: datetime


class CreditAllocationInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into billing.credit_allocations says; what is unset gets the default."""

    tenant_id: UUID
    entry_id: UUID
    grant_id: UUID
    amount: int
    created_at: datetime | UnsetType = UNSET


class CreditAllocationPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of billing.credit_allocations."""

    amount: int | UnsetType = UNSET
