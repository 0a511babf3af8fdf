"""Progress on projects."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import protect, scoped, tenant_isolation
from modules.simulations.domain import (
    ProgressStatus,
)
from modules.simulations.tables.columns import tenant, user

progress = Table(
    "progress",
    metadata,
    tenant(),
    identifier(),
    user(),
    Column(
        "project_id",
        Text,
        CheckConstraint("char_length(project_id) between 1 and 100", name="project"),
        nullable=False,
    ),
    closed("status", ProgressStatus, default="in_progress"),
    Column("last_activity_at", Instant, server_default=text("now()"), nullable=False),
    Column("last_review_at", Instant),
    Column("last_review_approved", Boolean),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "user_id", "project_id"),
    Index("ix_progress_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_progress_status", "status"),
    Index("ix_progress_project_id", "tenant_id", "project_id"),
    Index("ix_progress_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="simulations",
)
protect(
    progress,
    tenant_isolation(),
    scoped("select", "progress:read"),
    scoped("insert", "progress:update"),
    scoped("update", "progress:update"),
    grants={"select", "insert", "update"},
)
