"""The tables of what was used: the events, what they come to by day, and the alerts that followed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
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
from core.database.protection import (
    Policy,
    managed,
    own,
    protect,
    scoped,
    tenant_isolation,
    trigger,
)
from modules.billing.domain.usage import Metric
from modules.billing.tables.columns import NOBODY, tenant

# An event is its key: there is no id beside it, and no foreign key, because each index and each foreign key is looked
# after row by row: that of the tenant alone took two fifths of the time of writing. That tenant and user exist is asked
# once a group, by `usage_totals`, which the same statement writes; and what deletes totals, which only a tenant's end
# does, deletes its events. A partition's key must be part of every unique one, so `occurred_at` is.
usage_events = Table(
    "usage_events",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("tokens_used", Integer, at_least("tokens_used"), server_default=text("0"), nullable=False),
    Column("cost", Numeric(14, 6), at_least("cost"), server_default=text("0"), nullable=False),
    Column("metadata", JSONB, server_default=text("'{}'"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "idempotency_key", "occurred_at"),
    Index("ix_usage_events_tenant_id_occurred_at", "tenant_id", "occurred_at"),
    schema="billing",
    postgresql_partition_by="RANGE (occurred_at)",
)
protect(
    usage_events,
    tenant_isolation(),
    scoped("select", "usage:read"),
    *own("insert"),  # whatever the role: what one uses is metered
    Policy("others_insert", "insert", "user_id <> (select app.others('usage:create'))"),
    grants={"select", "insert"},
)
trigger(
    usage_events,
    "count_usage",
    "AFTER INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.count_usage()",
)

# Kept by the trigger above, in the transaction of the events; days are UTC's. Summing the events was rejected: a month
# of ten million takes seconds. What a day's totals are made of may be dropped, they stay.
usage_totals = Table(
    "usage_totals",
    metadata,
    tenant(),
    Column("day", Date, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    Column("requests", BigInteger, at_least("requests", 1), nullable=False),
    Column("tokens", BigInteger, at_least("tokens"), nullable=False),
    Column("cost", Numeric(20, 6), at_least("cost"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "day", "event_type", "user_id"),
    Index("ix_usage_totals_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_usage_totals_day", "day"),
    schema="billing",
)
protect(usage_totals, tenant_isolation(), scoped("select", "usage:read"), grants={"select"})
trigger(
    usage_totals,
    "forget_usage",
    "AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION billing.forget_usage()",
)

# Housekeeping writes them, for the tenant and as nobody in it.
usage_alerts = Table(
    "usage_alerts",
    metadata,
    tenant(),
    identifier(),
    closed("metric", Metric),
    Column("percent", Integer, CheckConstraint("percent >= 1", name="percent_at_least_1"), nullable=False),
    Column("used", BigInteger, at_least("used"), nullable=False),
    Column("allowed", BigInteger, at_least("allowed"), nullable=False),
    Column("period_start", Instant, nullable=False),
    Column("period_end", Instant, nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "period_start", "metric", "percent"),
    schema="billing",
)
protect(
    usage_alerts,
    tenant_isolation(),
    managed("select", "usage:read"),
    Policy("system_select", "select", NOBODY),
    Policy("system_insert", "insert", NOBODY),
    grants={"select", "insert"},
)
