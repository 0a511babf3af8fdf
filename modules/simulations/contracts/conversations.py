"""Messages to personas, and their answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.simulations.domain import Language


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    content: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
    language: Language | None = None
    code_context: Annotated[str, Meta(max_length=8000)] | None = None


class Reply(msgspec.Struct, frozen=True):
    reply: str
    agent_request_id: UUID
