"""The events of the payment provider."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database.metadata import Instant, at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    protect,
)
from modules.billing.domain import WebhookOutcome

# Of no tenant until it was read, and full of people's addresses: only functions touch it.
webhook_events = Table(
    "webhook_events",
    metadata,
    identifier(primary_key=True),
    Column("provider", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("payload", JSONB, nullable=False),
    closed("outcome", WebhookOutcome, nullable=True),
    Column("processed_at", Instant),
    Column("error", Text),
    Column("attempts", Integer, at_least("attempts"), server_default=text("0"), nullable=False),
    Column("next_attempt_at", Instant),
    created_at(),
    updated_at(),
    UniqueConstraint("provider", "event_id"),
    CheckConstraint("(outcome is null) = (processed_at is null)", name="processed"),
    Index("ix_webhook_events_next_attempt_at", "next_attempt_at", postgresql_where=text("next_attempt_at is not null")),
    schema="billing",
)
protect(webhook_events, grants=())
