"""Reviews of work that was handed in."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.types import Uuid

from core.database.metadata import created_at, identifier, metadata
from core.database.protection import protect, scoped, tenant_isolation
from modules.simulations.tables.columns import documents, tenant, user, words

reviews = Table(
    "reviews",
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
    Column("milestone", Integer, CheckConstraint("milestone >= 0", name="milestone")),
    Column("code", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of the work and of what it is held against
    Column("agent_request_id", Uuid, nullable=False),
    Column("score", Integer, CheckConstraint("score between 0 and 100", name="score"), nullable=False),
    Column("approved", Boolean, nullable=False),
    documents("grades"),
    Column("feedback", Text, nullable=False),
    words("strengths"),
    words("improvements"),
    words("next_steps"),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index("ix_reviews_project", "tenant_id", "user_id", "project_id", text("created_at DESC"), text("id DESC")),
    Index("ix_reviews_tenant_id_project_id", "tenant_id", "project_id", text("created_at DESC"), text("id DESC")),
    Index("ix_reviews_digest", "tenant_id", "user_id", "digest"),
    Index("ix_reviews_user_id_created_at", "user_id", text("created_at DESC")),
    schema="simulations",
)
protect(
    reviews,
    tenant_isolation(),
    scoped("select", "reviews:read", "reviews:create"),
    scoped("insert", "reviews:create"),
    grants={"select", "insert"},
)
