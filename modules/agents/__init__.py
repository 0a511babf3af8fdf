"""Agents: every call to a language model, with its tokens, and what it costs.

Owns the schema `agents`: agent_sessions, agent_requests; and the `Model` protocol with its two implementations, the
compatible client (any OpenAI-compatible endpoint) and the offline model, which answers where no endpoint is set.

A call is three steps, so that no connection is held while a model thinks: `Agents.begin` writes it down and reserves
its price in one transaction; `Calls` puts it to the model outside any; and its end, good or bad, is stored in another,
together with what the call was for, its tokens and its credits. `Streams` tells the answer, as often as anybody asks.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from core.database.visible import Rows
from core.http.events import ServerEvent
from core.http.pages import Position
from modules.agents.domain import (
    Call,
    CallFailed,
    Cancelled,
    ChatMessage,
    Exchange,
    Outcome,
    Seen,
    SubjectExchange,
    Taken,
    keep_nothing,
)
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
    anything,
)
from modules.agents.window import newest_that_fit, tokens_needed, tokens_of
from modules.billing import Priced

__all__ = [
    "AgentType",
    "Agents",
    "Call",
    "CallFailed",
    "Calls",
    "Cancelled",
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
    "Seen",
    "Streams",
    "Structured",
    "SubjectExchange",
    "Taken",
    "Token",
    "Usage",
    "newest_that_fit",
    "tokens_needed",
    "tokens_of",
]

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")


class Agents(Protocol):
    """The record of conversations and calls, for the user and tenant that this child acts for."""

    async def begin(
        self,
        subject: str,
        agent_type: AgentType,
        content: str,
        prompt_version: str,
        *,
        price: Priced | None = None,
        waits: bool = False,
    ) -> UUID:
        """Write down a call that is about to be made, and reserve its price; answers its id.

        It is the last of the user's session about `subject`, which is made where there is none.
        One that `waits` is taken up later, by a job. Raises `InsufficientCredits`, and `TooManyRunning` where too many
        of the user's calls are under way.
        """
        ...

    async def take(self, request_id: UUID) -> Taken | None:
        """Begin to answer a call that waits; None where it has ended or was cancelled."""
        ...

    async def give_up(self, request_id: UUID) -> bool:
        """End a call for which the model stayed unavailable; False where it had ended before."""
        ...

    async def cancel(self, request_id: UUID, rows: Rows, error: str) -> bool:
        """Say that nobody wants the answer any more; False where it is not one of the rows, or has ended."""
        ...

    async def stands(self, request_id: UUID) -> bool:
        """Whether an earlier call's answer stands, for `core.http.idempotency.Once`. Raises `StillRunning`."""
        ...

    async def outcome(self, request_id: UUID) -> Outcome | None:
        """What became of a call of the user's; None where there is no such call."""
        ...

    async def exchanges(self, subject: str, *, beside: int, before: UUID | None = None) -> list[Exchange]:
        """The newest questions and answers that fit into the model's window beside so many tokens, oldest first.

        Only what was asked before the request `before`, where one is named.
        """
        ...

    async def exchanges_about(self, subjects: Sequence[str]) -> list[SubjectExchange]:
        """The user's newest thousand questions with answers about any of these subjects, oldest first."""
        ...

    async def messages(self, subject: str, user_id: UUID, after: Position, limit: int) -> list[ChatMessage]:
        """A page of a user's conversation about `subject`, oldest first."""
        ...


class Calls(Protocol):
    """Puts questions to the model. A call goes on when whoever asked leaves, and is stored and settled once."""

    def speak(self, call: Call, keep: Callable[[str], Awaitable[None]] = keep_nothing) -> object:
        """Begin an answer in words; `keep` is called with the whole of it in the transaction that stores it."""
        ...

    async def ask(
        self,
        call: Call,
        shape: type[T],
        keep: Callable[[T], Awaitable[R]],
        *,
        fits: Callable[[T], None] = anything,
    ) -> R:
        """An answer that fits `shape`, and what `keep` makes of it in the transaction that stores it.

        Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed` and `Cancelled`.
        """
        ...

    async def work(
        self,
        call: Call,
        shape: type[T],
        keep: Callable[[T], Awaitable[R]],
        *,
        fits: Callable[[T], None] = anything,
    ) -> R:
        """The same for a job: it ends with whoever asks, and a call whose model was unavailable is not over yet."""
        ...

    def cancel(self, request_id: UUID, why: str) -> None:
        """End a call of this process, at once; one of another process ends when that looks, a moment later."""
        ...


class Streams(Protocol):
    """Answers to a user's own questions, wherever and whenever they are given."""

    def events(
        self, user_id: UUID, tenant_id: UUID, request_id: UUID, after: int | None = None
    ) -> AsyncGenerator[ServerEvent, None]:
        """`start`, `token`s and `done`; or what comes after the event with the id `after`."""
        ...

    async def whole(self, user_id: UUID, tenant_id: UUID, request_id: UUID) -> Completion:
        """The answer once it is complete; raises what the call ended with."""
        ...

    def progress(self, tenant_id: UUID, request_id: UUID) -> AsyncGenerator[Seen, None]:
        """How far a call is, now and whenever that changes, until it has ended."""
        ...
