"""Agents: every call to a language model, with its tokens.

Owns the schema `agents`: agent_sessions, agent_requests; and the `Model` protocol with its two implementations, the
compatible client (any OpenAI-compatible endpoint) and the offline model, which answers where no endpoint is set.

A call is three steps, so that no connection is held while a model thinks: `begin` in one transaction, the call itself
outside any, `complete` or `fail` in another, together with what the call was for.
"""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from core.http.pages import Position
from modules.agents.domain import ChatMessage, Exchange, Outcome
from modules.agents.models.protocol import (
    AgentType,
    Completion,
    Message,
    Model,
    ModelFailed,
    ModelRequest,
    ModelTimedOut,
    ModelUnavailable,
    Structured,
    Token,
    Usage,
)

__all__ = [
    "AgentType",
    "Agents",
    "ChatMessage",
    "Completion",
    "Exchange",
    "Message",
    "Model",
    "ModelFailed",
    "ModelRequest",
    "ModelTimedOut",
    "ModelUnavailable",
    "Outcome",
    "Structured",
    "Token",
    "Usage",
]


class Agents(Protocol):
    """The record of conversations and calls, for the user and tenant that this child acts for."""

    async def session(self, subject: str) -> UUID:
        """The user's session about `subject`, made where there is none."""
        ...

    async def begin(self, session_id: UUID, agent_type: AgentType, content: str, prompt_version: str) -> UUID:
        """Write down a call that is about to be made; answers its id."""
        ...

    async def complete(self, request_id: UUID, results: dict[str, Any], usage: Usage) -> None:
        """The call is done: its results are stored, its tokens metered."""
        ...

    async def fail(self, request_id: UUID, error: str, *, cancelled: bool = False, partial: str = "") -> None:
        """The call came to nothing, or to a part; `error` is for people."""
        ...

    async def outcome(self, request_id: UUID) -> Outcome | None:
        """What became of a call of the user's; None where there is no such call."""
        ...

    async def exchanges(self, session_id: UUID, limit: int) -> list[Exchange]:
        """The last `limit` completed questions and answers, oldest first."""
        ...

    async def messages(self, subject: str, user_id: UUID, after: Position, limit: int) -> list[ChatMessage]:
        """A page of the user's conversation about `subject`, oldest first."""
        ...
