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
    """A question. What is right, and why, is there only once the quiz was answered."""

    question: str
    options: list[str]
    correct_option_index: int | UnsetType = UNSET
    explanation: str | UnsetType = UNSET


class QuizOutcome(msgspec.Struct, frozen=True):
    """How the quiz was answered: the chosen options' places, from 0, and the score, from 0 to 100."""

    score: int
    answers: list[int]
    answered_at: datetime


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
    request_id: UUID | None
    """The call that writes it; see `/agent-requests`."""
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
    rubric: list[list[str]]
    """For each milestone, what the work on it is held against."""
    quiz: list[QuizQuestion]
    quiz_result: QuizOutcome | None
    client_persona: str | None
    client_mood: Mood
    team_mode: TeamMode
    language: Language
    created_at: datetime
    updated_at: datetime


class Simulation(SimulationBody, frozen=True, kw_only=True):
    """The whole simulation, with the people in it."""

    personas: list[Persona]
