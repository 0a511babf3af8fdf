"""The rows of schema `agents`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class AgentSessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of agents.agent_sessions."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    subject: str
    request_chain: list[UUID]
    context_state: Any
    created_at: datetime
    updated_at: datetime


class AgentSessionInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into agents.agent_sessions says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    user_id: UUID
    subject: str
    request_chain: list[UUID] | UnsetType = UNSET
    context_state: Any | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class AgentSessionPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of agents.agent_sessions."""

    subject: str | UnsetType = UNSET
    request_chain: list[UUID] | UnsetType = UNSET
    context_state: Any | UnsetType = UNSET


class AgentRequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of agents.agent_requests."""

    tenant_id: UUID
    id: UUID
    session_id: UUID
    user_id: UUID
    agent_type: Literal["create", "edit", "research", "generate", "chat", "review", "interview", "analysis"]
    content: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    progress: float
    results: Any
    token_cost: int
    input_tokens: int
    output_tokens: int
    provider: str
    model: str
    prompt_version: str
    hold_id: UUID | None
    reply_id: UUID
    error: str | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AgentRequestInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into agents.agent_requests says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    session_id: UUID
    user_id: UUID
    agent_type: Literal["create", "edit", "research", "generate", "chat", "review", "interview", "analysis"]
    content: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"] | UnsetType = UNSET
    progress: float | UnsetType = UNSET
    results: Any | UnsetType = UNSET
    token_cost: int | UnsetType = UNSET
    input_tokens: int | UnsetType = UNSET
    output_tokens: int | UnsetType = UNSET
    provider: str
    model: str
    prompt_version: str
    hold_id: UUID | None = None
    reply_id: UUID | UnsetType = UNSET
    error: str | None = None
    finished_at: datetime | None = None
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class AgentRequestPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of agents.agent_requests."""

    agent_type: (
        Literal["create", "edit", "research", "generate", "chat", "review", "interview", "analysis"] | UnsetType
    ) = UNSET
    content: str | UnsetType = UNSET
    status: Literal["pending", "processing", "completed", "failed", "cancelled"] | UnsetType = UNSET
    progress: float | UnsetType = UNSET
    results: Any | UnsetType = UNSET
    token_cost: int | UnsetType = UNSET
    input_tokens: int | UnsetType = UNSET
    output_tokens: int | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    prompt_version: str | UnsetType = UNSET
    error: str | None | UnsetType = UNSET
    finished_at: datetime | None | UnsetType = UNSET
