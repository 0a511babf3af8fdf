"""What clients of the agents module send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.agents.domain import Assigned, RequestStatus
from modules.agents.models.protocol import AgentType


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")] | None = None


class AgentSession(msgspec.Struct, frozen=True):
    """What belongs together: requests of the same conversation, in order."""

    id: UUID
    user_id: UUID
    subject: str
    """What it is about: `persona:<id>`, `task:<slug>`, ..., or `session:<id>` of one that was opened by hand."""
    context_state: dict[str, Any]
    request_chain: list[UUID]
    created_at: datetime
    updated_at: datetime


class NewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to do; without a session one is opened for it."""

    agent_type: Assigned
    content: Annotated[str, Meta(min_length=1, max_length=32_000, pattern=r"\S")]
    session_id: UUID | None = None


class AgentRequest(msgspec.Struct, frozen=True):
    """One call to a language model, and what became of it."""

    id: UUID
    session_id: UUID
    user_id: UUID
    agent_type: AgentType
    content: str
    status: RequestStatus
    progress: float
    """From 0 to 1: an estimate while it is written, 1 once it is completed."""
    results: dict[str, Any]
    error: str | None
    token_cost: int
    input_tokens: int
    output_tokens: int
    provider: str
    model: str
    prompt_version: str
    created_at: datetime
    finished_at: datetime | None
