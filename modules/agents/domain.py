"""What the agents module writes down of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

RequestStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
Speaker = Literal["user", "assistant"]


class Exchange(msgspec.Struct, frozen=True):
    """One question and its answer, as far as there was one."""

    question: str
    reply: str | None


class Outcome(msgspec.Struct, frozen=True):
    """What became of a call. `reply` is what was said, of one that was cancelled as far as it got."""

    status: RequestStatus
    reply: str | None
    input_tokens: int
    output_tokens: int
    abandoned: bool
    """Nobody has ended it, and nobody will: it began longer ago than any model may take."""


class ChatMessage(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    id: UUID
    role: Speaker
    content: str
    created_at: datetime
