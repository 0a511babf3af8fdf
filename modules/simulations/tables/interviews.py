"""Practice interviews, and what was found in the conversations of a project."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import protect, scoped, tenant_isolation
from modules.simulations.domain import InterviewStatus, Language
from modules.simulations.tables.columns import documents, tenant, user

interviews = Table(
    "interviews",
    metadata,
    tenant(),
    identifier(),
    user(),
    Column(
        "job_description",
        Text,
        CheckConstraint("char_length(job_description) between 1 and 8000", name="job_description_length"),
        nullable=False,
    ),
    closed("language", Language),
    closed("status", InterviewStatus, default="active"),
    documents("transcript"),
    Column("feedback", JSONB),
    # The newest call: nothing else is asked while it is under way.
    Column("agent_request_id", Uuid, nullable=False),
    Column("completed_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    CheckConstraint("(status = 'completed') = (feedback is not null)", name="completed_has_feedback"),
    Index("ix_interviews_status", "status"),
    Index("ix_interviews_active", "updated_at", postgresql_where=text("status = 'active'")),
    Index("ix_interviews_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_interviews_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="simulations",
)
protect(
    interviews,
    tenant_isolation(),
    scoped("select", "interviews:read", "interviews:create"),
    scoped("insert", "interviews:create"),
    scoped("update", "interviews:create"),
    grants={"select", "insert", "update"},
)

analyses = Table(
    "analyses",
    metadata,
    tenant(),
    identifier(),
    user(),
    Column("simulation_id", Uuid, nullable=False),
    Column("agent_request_id", Uuid, nullable=False),
    Column("analysis", JSONB, nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(
        ["tenant_id", "simulation_id"],
        ["simulations.simulations.tenant_id", "simulations.simulations.id"],
        ondelete="CASCADE",
    ),
    Index("ix_analyses_simulation_id", "tenant_id", "simulation_id"),
    Index("ix_analyses_agent_request_id", "tenant_id", "agent_request_id"),
    Index("ix_analyses_user_id_created_at", "user_id", text("created_at DESC")),
    schema="simulations",
)
protect(
    analyses,
    tenant_isolation(),
    scoped("select", "reviews:create"),
    scoped("insert", "reviews:create"),
    grants={"select", "insert"},
)
