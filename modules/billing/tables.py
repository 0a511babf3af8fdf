"""The tables of schema `billing`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import Function, declare, of_tenant, own, protect, shared, tenant_isolation
from modules.billing.domain import EntryKind, HoldStatus, PlanId, SubscriptionStatus


def _tenant(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "tenant_id",
        Uuid,
        ForeignKey("authz.tenants.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
    )


plans = Table(
    "plans",
    metadata,
    closed("id", PlanId),
    Column("name", Text, nullable=False),
    Column("monthly_credits", Integer, at_least("monthly_credits"), nullable=False),
    Column("price_cents", Integer, at_least("price_cents"), nullable=False),
    Column("limits", JSONB, server_default=text("'{}'"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("id"),
    schema="billing",
)
shared(plans)

subscriptions = Table(
    "subscriptions",
    metadata,
    _tenant(),
    identifier(),
    Column("provider", Text, nullable=False),
    Column("provider_subscription_id", Text, nullable=False),
    Column("plan", Text, ForeignKey("billing.plans.id"), nullable=False),
    closed("status", SubscriptionStatus),
    Column("current_period_start", Instant, nullable=False),
    Column("current_period_end", Instant, nullable=False),
    Column("cancel_at_period_end", Boolean, server_default=text("false"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("provider", "provider_subscription_id"),
    Index("ix_subscriptions_plan", "plan"),
    Index("ix_subscriptions_status", "status"),
    CheckConstraint("current_period_end > current_period_start", name="period"),
    schema="billing",
)
protect(subscriptions, tenant_isolation(), *of_tenant("select"), grants={"select"})

credit_accounts = Table(
    "credit_accounts",
    metadata,
    _tenant(primary_key=True),
    Column("balance", Integer, at_least("balance"), server_default=text("0"), nullable=False),
    Column("held", Integer, at_least("held"), server_default=text("0"), nullable=False),
    created_at(),
    updated_at(),
    CheckConstraint("held <= balance", name="held_within_balance"),
    schema="billing",
)
protect(
    credit_accounts,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(balance, held)"},
)

credit_grants = Table(
    "credit_grants",
    metadata,
    _tenant(),
    identifier(),
    Column("amount", Integer, at_least("amount", 1), nullable=False),
    Column("remaining", Integer, at_least("remaining"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    CheckConstraint("remaining <= amount", name="remaining_within_amount"),
    Index("ix_credit_grants_open", "tenant_id", "expires_at", postgresql_where=text("remaining > 0")),
    schema="billing",
)
protect(
    credit_grants,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(remaining)"},
)

credit_entries = Table(
    "credit_entries",
    metadata,
    _tenant(),
    identifier(),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_not_0"), nullable=False),
    closed("kind", EntryKind),
    Column("reason", Text, nullable=False),
    Column("reference", Text),  # what it was for, an id; or who did it, such as `operator:<id>`
    Column("idempotency_key", Text),
    Column("balance_after", Integer, at_least("balance_after"), nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "idempotency_key"),
    Index("ix_credit_entries_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="billing",
)
protect(credit_entries, tenant_isolation(), *of_tenant("select", "insert"), grants={"select", "insert"})

credit_holds = Table(
    "credit_holds",
    metadata,
    _tenant(),
    identifier(),
    Column("amount", Integer, at_least("amount"), nullable=False),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    closed("status", HoldStatus, default="open"),
    Column("reason", Text, nullable=False),
    Column("reference", Uuid, nullable=False),
    Column("expires_at", Instant, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index("ix_credit_holds_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_credit_holds_open", "expires_at", postgresql_where=text("status = 'open'")),
    schema="billing",
)
protect(
    credit_holds,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update(status)"},
)

# A partition's key must be part of every unique one, so `occurred_at` is.
usage_events = Table(
    "usage_events",
    metadata,
    _tenant(),
    identifier(),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    Column("event_type", Text, nullable=False),
    Column("tokens_used", Integer, at_least("tokens_used"), server_default=text("0"), nullable=False),
    Column("cost", Numeric(14, 6), at_least("cost"), server_default=text("0"), nullable=False),
    Column("metadata", JSONB, server_default=text("'{}'"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id", "occurred_at"),
    UniqueConstraint("tenant_id", "idempotency_key", "occurred_at"),
    Index("ix_usage_events_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_usage_events_tenant_id_occurred_at", "tenant_id", "occurred_at"),
    schema="billing",
    postgresql_partition_by="RANGE (occurred_at)",
)
protect(usage_events, tenant_isolation(), *own("select", "insert"), grants={"select", "insert"})

declare(
    metadata,
    # Housekeeping has no tenant yet: it asks which tenants have work, and does it as each of them.
    Function(
        "billing.expired_holds()",
        """
CREATE OR REPLACE FUNCTION billing.expired_holds(
    OUT tenant_id uuid, OUT user_id uuid, OUT id uuid, OUT reference uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT h.tenant_id, h.user_id, h.id, h.reference FROM billing.credit_holds h
WHERE h.status = 'open' AND h.expires_at < now() ORDER BY h.expires_at LIMIT 100 $$""",
    ),
)
