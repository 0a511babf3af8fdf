"""The rows of schema `simulations`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class ResourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.resources."""

    id: str
    title: str
    description: str
    url: str
    type: Literal["video", "article", "course", "doc"]
    track: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
    tags: list[str]
    created_at: datetime
    updated_at: datetime


class ResourceInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.resources says; what is unset gets the default."""

    id: str
    title: str
    description: str
    url: str
    type: Literal["video", "article", "course", "doc"]
    track: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
    tags: list[str] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class ResourcePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.resources."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    type: Literal["video", "article", "course", "doc"] | UnsetType = UNSET
    track: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.tasks."""

    id: str
    title: str
    description: str
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
    level: int
    difficulty: Literal["easy", "medium", "hard"]
    client_difficulty: Literal["easy", "medium", "hard"]
    client_persona: str
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"]
    tools: list[str]
    duration: str
    rubric: list[str]
    created_at: datetime
    updated_at: datetime


class TaskInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.tasks says; what is unset gets the default."""

    id: str
    title: str
    description: str
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
    level: int
    difficulty: Literal["easy", "medium", "hard"]
    client_difficulty: Literal["easy", "medium", "hard"]
    client_persona: str
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"]
    tools: list[str] | UnsetType = UNSET
    duration: str
    rubric: list[str] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class TaskPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.tasks."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | UnsetType = UNSET
    level: int | UnsetType = UNSET
    difficulty: Literal["easy", "medium", "hard"] | UnsetType = UNSET
    client_difficulty: Literal["easy", "medium", "hard"] | UnsetType = UNSET
    client_persona: str | UnsetType = UNSET
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"] | UnsetType = UNSET
    tools: list[str] | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    rubric: list[str] | UnsetType = UNSET


class InterviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.interviews."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    job_description: str
    language: Literal["en", "ar"]
    status: Literal["active", "completed", "abandoned"]
    transcript: Any
    feedback: Any | None
    agent_request_id: UUID
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class InterviewInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.interviews says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    job_description: str
    language: Literal["en", "ar"]
    status: Literal["active", "completed", "abandoned"] | UnsetType = UNSET
    transcript: Any | UnsetType = UNSET
    feedback: Any | None = None
    agent_request_id: UUID
    completed_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class InterviewPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.interviews."""

    job_description: str | UnsetType = UNSET
    language: Literal["en", "ar"] | UnsetType = UNSET
    status: Literal["active", "completed", "abandoned"] | UnsetType = UNSET
    transcript: Any | UnsetType = UNSET
    feedback: Any | None | UnsetType = UNSET
    completed_at: datetime | None | UnsetType = UNSET


class ProgressRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.progress."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    project_id: str
    status: Literal["in_progress", "completed"]
    last_activity_at: datetime
    last_review_at: datetime | None
    last_review_approved: bool | None
    created_at: datetime
    updated_at: datetime


class ProgressInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.progress says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    project_id: str
    status: Literal["in_progress", "completed"] | UnsetType = UNSET
    last_activity_at: datetime | UnsetType = UNSET
    last_review_at: datetime | None = None
    last_review_approved: bool | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class ProgressPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.progress."""

    status: Literal["in_progress", "completed"] | UnsetType = UNSET
    last_activity_at: datetime | UnsetType = UNSET
    last_review_at: datetime | None | UnsetType = UNSET
    last_review_approved: bool | None | UnsetType = UNSET


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.reviews."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    project_id: str
    milestone: int | None
    code: str
    language: str
    digest: bytes
    agent_request_id: UUID
    score: int
    approved: bool
    grades: Any
    feedback: str
    strengths: list[str]
    improvements: list[str]
    next_steps: list[str]
    created_at: datetime


class ReviewInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.reviews says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    project_id: str
    milestone: int | None = None
    code: str
    language: str
    digest: bytes
    agent_request_id: UUID
    score: int
    approved: bool
    grades: Any | UnsetType = UNSET
    feedback: str
    strengths: list[str] | UnsetType = UNSET
    improvements: list[str] | UnsetType = UNSET
    next_steps: list[str] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET


class ReviewPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.reviews."""

    milestone: int | None | UnsetType = UNSET
    code: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    digest: bytes | UnsetType = UNSET
    score: int | UnsetType = UNSET
    approved: bool | UnsetType = UNSET
    grades: Any | UnsetType = UNSET
    feedback: str | UnsetType = UNSET
    strengths: list[str] | UnsetType = UNSET
    improvements: list[str] | UnsetType = UNSET
    next_steps: list[str] | UnsetType = UNSET


class SimulationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.simulations."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    title: str
    context: str
    domain: str | None
    difficulty: Literal["easy", "medium", "hard"]
    level: int
    estimated_duration: str | None
    tech_stack: list[str]
    overview: str | None
    learning_objectives: list[str]
    functional_requirements: list[str]
    non_functional_requirements: list[str]
    milestones: Any
    resources: Any
    quiz: Any
    rubric: Any
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | None
    duration: str | None
    tools: list[str]
    client_persona: str | None
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"]
    description: str | None
    team_mode: Literal["solo", "group"]
    language: Literal["en", "ar"]
    status: Literal["generating", "ready", "failed"]
    error: str | None
    seed: int
    request_id: UUID | None
    quiz_answers: list[int] | None
    quiz_score: int | None
    quiz_answered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SimulationInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.simulations says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    title: str
    context: str
    domain: str | None = None
    difficulty: Literal["easy", "medium", "hard"]
    level: int
    estimated_duration: str | None = None
    tech_stack: list[str] | UnsetType = UNSET
    overview: str | None = None
    learning_objectives: list[str] | UnsetType = UNSET
    functional_requirements: list[str] | UnsetType = UNSET
    non_functional_requirements: list[str] | UnsetType = UNSET
    milestones: Any | UnsetType = UNSET
    resources: Any | UnsetType = UNSET
    quiz: Any | UnsetType = UNSET
    rubric: Any | UnsetType = UNSET
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | None = None
    duration: str | None = None
    tools: list[str] | UnsetType = UNSET
    client_persona: str | None = None
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"]
    description: str | None = None
    team_mode: Literal["solo", "group"]
    language: Literal["en", "ar"]
    status: Literal["generating", "ready", "failed"] | UnsetType = UNSET
    error: str | None = None
    seed: int
    request_id: UUID | None = None
    quiz_answers: list[int] | None = None
    quiz_score: int | None = None
    quiz_answered_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class SimulationPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.simulations."""

    title: str | UnsetType = UNSET
    context: str | UnsetType = UNSET
    domain: str | None | UnsetType = UNSET
    difficulty: Literal["easy", "medium", "hard"] | UnsetType = UNSET
    level: int | UnsetType = UNSET
    estimated_duration: str | None | UnsetType = UNSET
    tech_stack: list[str] | UnsetType = UNSET
    overview: str | None | UnsetType = UNSET
    learning_objectives: list[str] | UnsetType = UNSET
    functional_requirements: list[str] | UnsetType = UNSET
    non_functional_requirements: list[str] | UnsetType = UNSET
    milestones: Any | UnsetType = UNSET
    resources: Any | UnsetType = UNSET
    quiz: Any | UnsetType = UNSET
    rubric: Any | UnsetType = UNSET
    field: Literal["frontend", "backend", "fullstack", "mobile", "data", "design"] | None | UnsetType = UNSET
    duration: str | None | UnsetType = UNSET
    tools: list[str] | UnsetType = UNSET
    client_persona: str | None | UnsetType = UNSET
    client_mood: Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"] | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    team_mode: Literal["solo", "group"] | UnsetType = UNSET
    language: Literal["en", "ar"] | UnsetType = UNSET
    status: Literal["generating", "ready", "failed"] | UnsetType = UNSET
    error: str | None | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    quiz_answers: list[int] | None | UnsetType = UNSET
    quiz_score: int | None | UnsetType = UNSET
    quiz_answered_at: datetime | None | UnsetType = UNSET


class AnalyseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.analyses."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    simulation_id: UUID
    agent_request_id: UUID
    analysis: Any
    created_at: datetime


class AnalyseInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.analyses says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    simulation_id: UUID
    agent_request_id: UUID
    analysis: Any
    created_at: datetime | UnsetType = UNSET


class AnalysePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.analyses."""

    analysis: Any | UnsetType = UNSET


class PersonaRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.personas."""

    tenant_id: UUID
    id: UUID
    simulation_id: UUID
    user_id: UUID
    position: int
    name: str
    role: str
    personality: str
    system_prompt: str
    initial_message: str
    created_at: datetime


class PersonaInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.personas says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    simulation_id: UUID
    user_id: UUID
    position: int
    name: str
    role: str
    personality: str
    system_prompt: str
    initial_message: str
    created_at: datetime | UnsetType = UNSET


class PersonaPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.personas."""

    position: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    personality: str | UnsetType = UNSET
    system_prompt: str | UnsetType = UNSET
    initial_message: str | UnsetType = UNSET


class FactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of simulations.facts."""

    tenant_id: UUID
    id: UUID
    simulation_id: UUID
    persona_id: UUID
    user_id: UUID
    position: int
    fact: str
    milestone: int | None
    created_at: datetime


class FactInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into simulations.facts says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    simulation_id: UUID
    persona_id: UUID
    user_id: UUID
    position: int
    fact: str
    milestone: int | None = None
    created_at: datetime | UnsetType = UNSET


class FactPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of simulations.facts."""

    position: int | UnsetType = UNSET
    fact: str | UnsetType = UNSET
    milestone: int | None | UnsetType = UNSET
