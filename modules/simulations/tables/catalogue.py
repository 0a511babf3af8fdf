"""The catalogue: predefined tasks and learning resources, the same for every tenant."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Table,
    Text,
)

from core.database.metadata import closed, created_at, metadata, updated_at
from core.database.protection import shared
from modules.simulations.domain import (
    Difficulty,
    Field,
    Mood,
    ResourceType,
)
from modules.simulations.tables.columns import level, words

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, CheckConstraint("id ~ '^[a-z0-9-]{1,100}$'", name="slug"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    closed("field", Field),
    level(),
    closed("difficulty", Difficulty),
    closed("client_difficulty", Difficulty),
    Column("client_persona", Text, nullable=False),
    closed("client_mood", Mood),
    words("tools"),
    Column("duration", Text, nullable=False),
    words("rubric"),
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
    words("tags"),
    created_at(),
    updated_at(),
    Index("ix_resources_track", "track", "type"),
    schema="simulations",
)
shared(resources)
