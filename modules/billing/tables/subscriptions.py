"""What tenants subscribed to at the payment provider, as which customers, and what is to be ended there."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.database.metadata import Instant, at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    Policy,
    of_tenant,
    protect,
    tenant_isolation,
    trigger,
)
from modules.billing.domain import SubscriptionStatus
from modules.billing.tables.columns import NOBODY, tenant

subscriptions = Table(
    "subscriptions",
    metadata,
    tenant(),
    identifier(),
    Column("provider", Text, nullable=False),
    Column("provider_subscription_id", Text, nullable=False),
    Column("plan", Text, ForeignKey("billing.plans.id"), nullable=False),
    closed("status", SubscriptionStatus),
    Column("current_period_start", Instant, nullable=False),
    Column("current_period_end", Instant, nullable=False),
    Column("cancel_at_period_end", Boolean, server_default=text("false"), nullable=False),
    # How many credits the month that runs has brought, and when it ends.
    Column("credited", Integer, at_least("credited"), server_default=text("0"), nullable=False),
    Column("credited_until", Instant),
    # The provider was asked no earlier than this, and is asked again then, should no web hook come before.
    Column("synced_at", Instant, server_default=text("now()"), nullable=False),
    Column("sync_due_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("provider", "provider_subscription_id"),
    Index("ix_subscriptions_plan", "plan"),
    Index("ix_subscriptions_status", "status"),
    Index("ix_subscriptions_sync_due_at", "sync_due_at", postgresql_where=text("sync_due_at is not null")),
    Index(
        "ix_subscriptions_credited_until",
        "credited_until",
        postgresql_where=text("status in ('active', 'trialing')"),
    ),
    CheckConstraint("current_period_end > current_period_start", name="period"),
    schema="billing",
)
# What a tenant pays for is not its users' to write: only who acts for it without a user, after asking the provider.
protect(
    subscriptions,
    tenant_isolation(),
    *of_tenant("select"),
    Policy("system_insert", "insert", NOBODY),
    Policy("system_update", "update", NOBODY),
    grants={
        "select",
        "insert",
        "update(cancel_at_period_end, credited, credited_until, current_period_end, current_period_start, plan,"
        " status, sync_due_at, synced_at)",
    },
)
# Rows are only deleted with their tenant, whoever deletes that: nobody is to be charged for what is gone.
trigger(
    subscriptions,
    "end_at_provider",
    "AFTER DELETE ON {table} FOR EACH ROW WHEN (OLD.status <> 'canceled') EXECUTE FUNCTION billing.end_at_provider()",
)

customers = Table(
    "customers",
    metadata,
    tenant(primary_key=True),
    Column("provider", Text, nullable=False),
    Column("provider_customer_id", Text, nullable=False),
    created_at(),
    updated_at(),
    UniqueConstraint("provider", "provider_customer_id"),
    schema="billing",
)
protect(
    customers,
    tenant_isolation(),
    *of_tenant("select"),
    Policy("system_insert", "insert", NOBODY),
    Policy("system_update", "update", NOBODY),
    grants={"select", "insert", "update(provider_customer_id)"},
)

# Subscriptions that are to be ended at the provider, because nobody is left who could use or end them. Of no tenant: it
# may be gone. Only functions touch it.
cancellations = Table(
    "cancellations",
    metadata,
    identifier(primary_key=True),
    Column("provider", Text, nullable=False),
    Column("provider_subscription_id", Text, nullable=False),
    Column("attempts", Integer, at_least("attempts"), server_default=text("0"), nullable=False),
    Column("next_attempt_at", Instant, server_default=text("now()")),
    Column("ended_at", Instant),
    Column("error", Text),
    created_at(),
    updated_at(),
    UniqueConstraint("provider", "provider_subscription_id"),
    CheckConstraint("(ended_at is null) = (next_attempt_at is not null)", name="ended"),
    Index("ix_cancellations_next_attempt_at", "next_attempt_at", postgresql_where=text("next_attempt_at is not null")),
    schema="billing",
)
protect(cancellations, grants=())
