"""The tables of schema `simulations`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import protect, scoped, shared, tenant_isolation
from modules.simulations.domain import (
    Difficulty,
    Field,
    Language,
    Mood,
    ProgressStatus,
    ResourceType,
    SimulationStatus,
    TeamMode,
)


def _tenant() -> Column[object]:
    return Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False)


def _user() -> Column[object]:
    return Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False)


def _level() -> Column[object]:
    return Column("level", Integer, CheckConstraint("level between 1 and 8", name="level"), nullable=False)


def _list(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), server_default=text("'{}'"), nullable=False)


def _documents(name: str) -> Column[object]:
    return Column(name, JSONB, server_default=text("'[]'"), nullable=False)


simulations = Table(
    "simulations",
    metadata,
    _tenant(),
    identifier(),
    _user(),
    Column(
        "title",
        Text,
        CheckConstraint("char_length(title) between 1 and 200", name="title_length"),
        nullable=False,
    ),
    Column(
        "context",
        Text,
        CheckConstraint("char_length(context) between 1 and 8000", name="context_length"),
        nullable=False,
    ),
    Column("domain", Text),
    closed("difficulty", Difficulty),
    _level(),
    Column("estimated_duration", Text),
    _list("tech_stack"),
    Column("overview", Text),
    _list("learning_objectives"),
    _list("functional_requirements"),
    _list("non_functional_requirements"),
    _documents("milestones"),
    _documents("resources"),
    _documents("quiz"),
    closed("field", Field, nullable=True),
    Column("duration", Text),
    _list("tools"),
    Column("client_persona", Text),
    closed("client_mood", Mood),
    Column("description", Text),
    closed("team_mode", TeamMode),
    closed("language", Language),
    closed("status", SimulationStatus, default="generating"),
    Column("error", Text),
    Column("seed", BigInteger, nullable=False),
    Column("hold_id", Uuid),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "id", "user_id"),  # so that a persona belongs to its simulation's user
    CheckConstraint("status <> 'ready' or overview is not null", name="ready_is_written"),
    Index("ix_simulations_status", "status"),
    Index("ix_simulations_user_id_created_at", "user_id", text("created_at DESC")),
    Index(
        "ix_simulations_tenant_id_user_id_created_at",
        "tenant_id",
        "user_id",
        text("created_at DESC"),
        text("id DESC"),
    ),
    Index("ix_simulations_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="simulations",
)
protect(
    simulations,
    tenant_isolation(),
    scoped("select", "simulations:read"),
    scoped("insert", "simulations:create"),
    scoped("update", "simulations:update", "simulations:delete"),  # what is deleted is locked first
    scoped("delete", "simulations:delete"),
    grants={"select", "insert", "update", "delete"},
)

personas = Table(
    "personas",
    metadata,
    _tenant(),
    identifier(),
    Column("simulation_id", Uuid, nullable=False),
    _user(),
    Column("position", Integer, CheckConstraint("position >= 0", name="position"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("personality", Text, nullable=False),
    Column("system_prompt", Text, nullable=False),
    Column("initial_message", Text, nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(
        ["tenant_id", "simulation_id", "user_id"],
        ["simulations.simulations.tenant_id", "simulations.simulations.id", "simulations.simulations.user_id"],
        ondelete="CASCADE",
    ),
    UniqueConstraint("tenant_id", "simulation_id", "position"),
    Index("ix_personas_simulation", "tenant_id", "simulation_id", "user_id"),
    Index("ix_personas_user_id", "user_id"),
    schema="simulations",
)
protect(
    personas,
    tenant_isolation(),
    scoped("select", "simulations:read"),
    scoped("insert", "simulations:create"),
    grants={"select", "insert"},
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, CheckConstraint("id ~ '^[a-z0-9-]{1,100}$'", name="slug"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    closed("field", Field),
    _level(),
    closed("difficulty", Difficulty),
    closed("client_difficulty", Difficulty),
    Column("client_persona", Text, nullable=False),
    closed("client_mood", Mood),
    _list("tools"),
    Column("duration", Text, nullable=False),
    created_at(),
    updated_at(),
    Index("ix_tasks_field", "field"),
    schema="simulations",
)
shared(tasks)

resources = Table(
    "resources",
    metadata,
    Column("id", Text, CheckConstraint("id ~ '^[a-z0-9-]{1,100}$'", name="slug"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("url", Text, nullable=False),
    closed("type", ResourceType),
    closed("track", Field),
    _list("tags"),
    created_at(),
    updated_at(),
    Index("ix_resources_track", "track", "type"),
    schema="simulations",
)
shared(resources)

progress = Table(
    "progress",
    metadata,
    _tenant(),
    identifier(),
    _user(),
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
    Index("ix_progress_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="simulations",
)
protect(
    progress,
    tenant_isolation(),
    scoped("select", "progress:read"),
    scoped("insert", "progress:update"),
    scoped("update", "progress:update"),
    scoped("delete", "progress:delete", "simulations:delete"),
    grants={"select", "insert", "update", "delete"},
)
