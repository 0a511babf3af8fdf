"""Simulations, the people in them, and what is not told unasked."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import protect, scoped, tenant_isolation, trigger
from modules.simulations.domain import (
    Difficulty,
    Field,
    Language,
    Mood,
    SimulationStatus,
    TeamMode,
)
from modules.simulations.tables.columns import documents, level, tenant, user, words

simulations = Table(
    "simulations",
    metadata,
    tenant(),
    identifier(),
    user(),
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
    level(),
    Column("estimated_duration", Text),
    words("tech_stack"),
    Column("overview", Text),
    words("learning_objectives"),
    words("functional_requirements"),
    words("non_functional_requirements"),
    documents("milestones"),
    documents("resources"),
    documents("quiz"),
    documents("rubric"),
    closed("field", Field, nullable=True),
    Column("duration", Text),
    words("tools"),
    Column("client_persona", Text),
    closed("client_mood", Mood),
    Column("description", Text),
    closed("team_mode", TeamMode),
    closed("language", Language),
    closed("status", SimulationStatus, default="generating"),
    Column("error", Text),
    Column("seed", BigInteger, nullable=False),
    Column("request_id", Uuid),
    Column("quiz_answers", ARRAY(Integer)),
    Column("quiz_score", Integer, CheckConstraint("quiz_score between 0 and 100", name="quiz_score")),
    Column("quiz_answered_at", Instant),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "id", "user_id"),  # so that a persona belongs to its simulation's user
    CheckConstraint("status <> 'ready' or overview is not null", name="ready_is_written"),
    Index("ix_simulations_status", "status"),
    Index("ix_simulations_request_id", "request_id"),
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
    # What is deleted is locked first; a quiz is answered by whoever may move their progress.
    scoped("update", "simulations:update", "simulations:delete", "progress:update"),
    scoped("delete", "simulations:delete"),
    grants={"select", "insert", "update", "delete"},
)
trigger(
    simulations,
    "forget_progress",
    "AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION simulations.forget_progress()",
)

personas = Table(
    "personas",
    metadata,
    tenant(),
    identifier(),
    Column("simulation_id", Uuid, nullable=False),
    user(),
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
    UniqueConstraint("tenant_id", "simulation_id", "id"),  # so that a fact's persona is of its simulation
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

facts = Table(
    "facts",
    metadata,
    tenant(),
    identifier(),
    Column("simulation_id", Uuid, nullable=False),
    Column("persona_id", Uuid, nullable=False),
    user(),
    Column("position", Integer, CheckConstraint("position >= 0", name="position"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("milestone", Integer, CheckConstraint("milestone >= 0", name="milestone")),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(
        ["tenant_id", "simulation_id", "user_id"],
        ["simulations.simulations.tenant_id", "simulations.simulations.id", "simulations.simulations.user_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["tenant_id", "simulation_id", "persona_id"],
        ["simulations.personas.tenant_id", "simulations.personas.simulation_id", "simulations.personas.id"],
        ondelete="CASCADE",
    ),
    UniqueConstraint("tenant_id", "persona_id", "position"),
    Index("ix_facts_simulation", "tenant_id", "simulation_id", "user_id"),
    Index("ix_facts_persona", "tenant_id", "simulation_id", "persona_id"),
    Index("ix_facts_user_id", "user_id"),
    schema="simulations",
)
protect(
    facts,
    tenant_isolation(),
    scoped("select", "messages:create"),
    scoped("insert", "simulations:create"),
    grants={"select", "insert"},
)
