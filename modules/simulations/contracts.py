"""What clients of the simulations module send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from modules.simulations.domain import (
    Difficulty,
    Field,
    Language,
    Milestone,
    Mood,
    ProgressStatus,
    ProjectType,
    ResourceType,
    SimulationStatus,
    TeamMode,
)

Level = Annotated[int, Meta(ge=1, le=8, description="Decides how hard the project and its client are.")]


class NewSimulation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    context: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
    level: Level
    language: Language = "en"
    team_mode: TeamMode = "solo"


class Accepted(msgspec.Struct, frozen=True):
    id: UUID
    status: SimulationStatus


class Persona(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    role: str
    personality: str
    initial_message: str


class LearningLink(msgspec.Struct, frozen=True):
    title: str
    url: str
    type: str
    description: str


class QuizQuestion(msgspec.Struct, frozen=True):
    """A question as an intern sees it: the right option is told only after answering."""

    question: str
    options: list[str]


class SimulationSummary(msgspec.Struct, frozen=True):
    id: UUID
    user_id: UUID
    title: str
    status: SimulationStatus
    level: int
    difficulty: Difficulty
    client_mood: Mood
    domain: str | None
    field: Field | None
    description: str | None
    language: Language
    team_mode: TeamMode
    error: str | None
    created_at: datetime
    updated_at: datetime


class SimulationBody(msgspec.Struct, frozen=True, kw_only=True):
    """A simulation without its cast; what the model writes is null or empty while it is generating."""

    id: UUID
    user_id: UUID
    title: str
    context: str
    status: SimulationStatus
    error: str | None
    level: int
    difficulty: Difficulty
    domain: str | None
    field: Field | None
    description: str | None
    overview: str | None
    estimated_duration: str | None
    duration: str | None
    tech_stack: list[str]
    tools: list[str]
    learning_objectives: list[str]
    functional_requirements: list[str]
    non_functional_requirements: list[str]
    milestones: list[Milestone]
    resources: list[LearningLink]
    quiz: list[QuizQuestion]
    client_persona: str | None
    client_mood: Mood
    team_mode: TeamMode
    language: Language
    created_at: datetime
    updated_at: datetime


class Simulation(SimulationBody, frozen=True, kw_only=True):
    """The whole simulation, with the people in it."""

    personas: list[Persona]


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    content: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
    language: Language | None = None
    code_context: Annotated[str, Meta(max_length=8000)] | None = None


class Reply(msgspec.Struct, frozen=True):
    reply: str
    agent_request_id: UUID


class Task(msgspec.Struct, frozen=True):
    """A predefined project of the catalogue."""

    id: str
    title: str
    description: str
    field: Field
    level: int
    difficulty: Difficulty
    client_difficulty: Difficulty
    client_persona: str
    client_mood: Mood
    tools: list[str]
    duration: str
    created_at: datetime


class Resource(msgspec.Struct, frozen=True):
    """Something to learn from."""

    id: str
    title: str
    description: str
    url: str
    type: ResourceType
    track: Field
    tags: list[str]
    created_at: datetime


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
