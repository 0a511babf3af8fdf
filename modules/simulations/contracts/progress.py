"""Progress, and the projects that it is made on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from modules.simulations.domain import Difficulty, Field, Mood, ProgressStatus, ProjectType


class ProgressChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    status: ProgressStatus | UnsetType = UNSET
    last_review_approved: bool | UnsetType = UNSET


class Progress(msgspec.Struct, frozen=True):
    id: UUID
    user_id: UUID
    project_id: str
    status: ProgressStatus
    last_activity_at: datetime
    last_review_at: datetime | None
    last_review_approved: bool | None
    created_at: datetime


class Project(msgspec.Struct, frozen=True):
    """A task in progress or an own simulation, in one list."""

    id: str
    simulation_id: UUID | None
    type: ProjectType
    title: str
    description: str | None
    field: Field | None
    status: ProgressStatus
    last_activity_at: datetime
    difficulty: Difficulty
    level: int
    duration: str | None
    tools: list[str]
    client_persona: str | None
    client_mood: Mood
