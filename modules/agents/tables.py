"""The tables of schema `agents`."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import protect, scoped, tenant_isolation
from modules.agents.domain import RequestStatus
from modules.agents.models.protocol import AgentType

# Whoever may cause a call may write it down, and see what became of it.
_CAUSES = tuple(
    f"{what}:create"
    for what in ("agent_requests", "agent_sessions", "interviews", "messages", "reviews", "simulations")
)
_READERS = ("agent_requests:read", "agent_sessions:read", "messages:read", *_CAUSES)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False),
    identifier(),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("request_chain", ARRAY(Uuid), server_default=text("'{}'"), nullable=False),
    Column("context_state", JSONB, server_default=text("'{}'"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "user_id", "subject"),
    Index("ix_agent_sessions_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_agent_sessions_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="agents",
)
protect(
    agent_sessions,
    tenant_isolation(),
    scoped("select", *_READERS),
    scoped("insert", *_CAUSES),
    scoped("update", *_CAUSES),
    grants={"select", "insert", "update(request_chain)"},
)

agent_requests = Table(
    "agent_requests",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False),
    identifier(),
    Column("session_id", Uuid, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    closed("agent_type", AgentType),
    Column("content", Text, nullable=False),
    closed("status", RequestStatus, default="pending"),
    Column(
        "progress",
        REAL,
        CheckConstraint("progress between 0 and 1", name="progress"),
        server_default=text("0"),
        nullable=False,
    ),
    Column("results", JSONB, server_default=text("'{}'"), nullable=False),
    Column("token_cost", Integer, at_least("token_cost"), server_default=text("0"), nullable=False),
    Column("input_tokens", Integer, at_least("input_tokens"), server_default=text("0"), nullable=False),
    Column("output_tokens", Integer, at_least("output_tokens"), server_default=text("0"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("hold_id", Uuid),
    Column("reply_id", Uuid, server_default=text("app.uuidv7()"), nullable=False),
    Column("error", Text),
    Column("finished_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(
        ["tenant_id", "session_id"],
        ["agents.agent_sessions.tenant_id", "agents.agent_sessions.id"],
        ondelete="CASCADE",
    ),
    Index("ix_agent_requests_session_id", "tenant_id", "session_id", "created_at"),
    Index("ix_agent_requests_status", "status"),
    Index("ix_agent_requests_unfinished", "created_at", postgresql_where=text("finished_at IS NULL")),
    Index("ix_agent_requests_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    Index("ix_agent_requests_user_id_created_at", "user_id", text("created_at DESC")),
    schema="agents",
)
protect(
    agent_requests,
    tenant_isolation(),
    scoped("select", *_READERS),
    scoped("insert", *_CAUSES),
    scoped("update", *_CAUSES, "agent_requests:delete"),
    grants={"select", "insert", "update"},
)
