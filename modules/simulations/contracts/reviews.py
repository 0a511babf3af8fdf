"""Work that is handed in, and its reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.simulations.domain import Grade


class NewWork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to review: code, or a text."""

    code: Annotated[str, Meta(min_length=1, max_length=64_000, pattern=r"\S")]
    language: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=40,
            pattern=r"^\S[^\x00-\x1f]*$",
            description="A programming language's name; of a text, `en` or `ar`.",
        ),
    ]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Work, and how it was graded. Lines are numbered from 1, as `\\n`, `\\r\\n` and `\\r` end them."""

    id: UUID
    user_id: UUID
    project_id: str
    """A task's slug or a simulation's id."""
    milestone: int | None
    """Its place in the simulation's milestones, from 0; null where the whole project was reviewed."""
    code: str
    language: str
    score: int
    """From 0 to 100: the share of the criteria that are met; one that is partly met counts half."""
    approved: bool
    """Whether the score is 70 or more."""
    grades: list[Grade]
    feedback: str
    strengths: list[str]
    improvements: list[str]
    next_steps: list[str]
    agent_request_id: UUID
    """The call that graded it; see `/agent-requests`. The same work is graded by one call, however often it comes."""
    created_at: datetime
