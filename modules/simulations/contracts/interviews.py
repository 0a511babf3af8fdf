"""Practice interviews, and the feedback on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.simulations.domain import InterviewStatus, Language

_Score = Annotated[int, Meta(ge=0, le=10)]


class NewInterview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    job_description: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
    language: Language = "en"


class NewAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the candidate says."""

    content: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]


class TranscriptTurn(msgspec.Struct, frozen=True):
    """What was said: by the interviewer (`assistant`) or the candidate (`user`)."""

    role: Literal["user", "assistant"]
    content: str
    created_at: datetime


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    overall_score: _Score
    went_well: list[str]
    improvements: list[str]
    communication: str
    technical_accuracy: str


class InterviewSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An interview without what was said."""

    id: UUID
    user_id: UUID
    job_description: str
    language: Language
    status: InterviewStatus
    overall_score: _Score | None
    """The feedback's, once there is one."""
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Interview(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    user_id: UUID
    job_description: str
    language: Language
    status: InterviewStatus
    transcript: list[TranscriptTurn]
    """Oldest first; it begins with a question, and an answer is there together with the next one."""
    feedback: Feedback | None
    agent_request_id: UUID
    """The newest call: while it is under way, `/agent-requests/{id}/events` tells its words."""
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
