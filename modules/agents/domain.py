"""What the agents module writes down of a call, and its rules."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final, Literal, TypeGuard, get_args
from uuid import UUID

import msgspec

from core.database.identity import Acting
from core.errors import BadUpstream, Conflict, InternaError, TimedOut, TooMany, Unavailable
from core.module import Event
from modules.agents.models.protocol import (
    AgentType,
    ModelFailed,
    ModelRequest,
    ModelTimedOut,
    ModelUnavailable,
    TooLongForModel,
    Usage,
)

RequestStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
Speaker = Literal["user", "assistant"]

UNREACHABLE: Final = "The language model was not available; try again later."

MOST_RUNNING: Final = 100
"""Calls that one user may have under way in one process."""

Assigned = Literal["create", "edit", "research"]
"""What a user orders by hand, and a job does."""
ASSIGNED: Final[tuple[Assigned, ...]] = get_args(Assigned)

MOST_WAITING: Final = 20
"""Documents that one user may have ordered and not got yet, so that the others' jobs need not wait for all of them."""


class Call(msgspec.Struct, frozen=True):
    """A request that is written down and about to be put to the model, for whom."""

    request_id: UUID
    user_id: UUID
    tenant_id: UUID
    request: ModelRequest

    @property
    def who(self) -> Acting:
        return Acting(self.user_id, self.tenant_id)


async def keep_nothing(_: str) -> None:
    """Nothing depends on what was said."""


class Exchange(msgspec.Struct, frozen=True):
    """One question and its answer, as far as there was one."""

    question: str
    reply: str | None


class SubjectExchange(Exchange, frozen=True):
    """One question and its answer, and what they were about."""

    subject: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of a call. `reply` is what was said, of one that is not completed as far as it got."""

    status: RequestStatus
    asked: int
    """Letters of the question; what the model was given besides is not stored."""
    reply: str | None
    error: str | None
    failure: str | None
    input_tokens: int
    output_tokens: int
    abandoned: bool
    """Nobody has ended it, and nobody will: who answered has not been heard of for too long."""

    @property
    def usage(self) -> Usage:
        return Usage(self.input_tokens, self.output_tokens)

    @property
    def usage_left(self) -> Usage:
        """What it has used at least, of one that whoever answered could not tell any more."""
        return usage_of_part(self.asked, len(self.reply or ""))

    @property
    def trouble(self) -> InternaError | None:
        """What is told of one that came to nothing: now what was told at its end."""
        if self.status == "failed":
            return _TROUBLES.get(self.failure or "failed", ModelFailed)(self.error)
        return Cancelled(self.error) if self.status == "cancelled" else None


class Seen(msgspec.Struct, frozen=True):
    """How far a call is."""

    tenant_id: UUID
    id: UUID
    status: RequestStatus
    progress: float
    letters: int
    """How much of the reply is stored."""
    ended: bool
    """Nothing of it changes any more. One that was cancelled while it was being answered ends a moment later."""


class Part(msgspec.Struct, frozen=True):
    """How far a call is that is being answered."""

    tenant_id: UUID
    id: UUID
    reply: str | None
    """What was said so far, where others may hear it before it is whole."""
    progress: float


class Taken(msgspec.Struct, frozen=True):
    """A call that a worker has taken up."""

    session_id: UUID
    agent_type: AgentType
    content: str


class Ended(msgspec.Struct, frozen=True):
    """A call that was just ended, once and for all."""

    user_id: UUID
    agent_type: AgentType
    hold_id: UUID | None


class Stopped(Ended, frozen=True):
    """A call that was cancelled; one that is being answered at that moment is not over yet."""

    over: bool


class Abandoned(msgspec.Struct, frozen=True):
    """A call whose process died."""

    tenant_id: UUID
    user_id: UUID
    id: UUID


class CallFailed(Event, frozen=True):
    """A call came to nothing, or was cancelled, in this transaction."""

    tenant_id: UUID
    user_id: UUID
    request_id: UUID
    agent_type: AgentType
    error: str


class ChatMessage(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    id: UUID
    role: Speaker
    content: str
    created_at: datetime


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Something to create, edit or research, after what was asked and answered before in the same session."""

    agent_type: Assigned
    content: str
    history: list[Exchange]


class Cancelled(Conflict):
    """It was cancelled."""


class AlreadyEnded(Conflict):
    """It has ended: there is nothing to cancel."""


class TooManyRunning(TooMany):
    """Too many of your requests are under way; wait until one has ended."""


class OfAConversation(Conflict):
    """This session belongs to a conversation: go on where that takes place, or open a session of your own."""


Failure = Literal["failed", "too long", "timed out", "unavailable", "conflict"]
"""The kind of a failure that is stored with its words, so that it is told with the same status later."""

_TROUBLES: Final[dict[str, type[InternaError]]] = {
    "failed": ModelFailed,
    "too long": TooLongForModel,
    "timed out": ModelTimedOut,
    "unavailable": ModelUnavailable,
    "conflict": Conflict,
}


def failure_of(error: BaseException) -> Failure:
    if isinstance(error, TooLongForModel):
        return "too long"
    if isinstance(error, TimedOut):
        return "timed out"
    if isinstance(error, Conflict):
        return "conflict"
    return "unavailable" if isinstance(error, Unavailable) else "failed"


def words_of(error: BaseException) -> str:
    """For people; what went wrong in us is not for them."""
    return error.detail if isinstance(error, InternaError) else "Something went wrong."


def as_told(error: BaseException) -> InternaError:
    """The error, where it can be told again later; a failure of the model, where all that is left of it are words."""
    if isinstance(error, (BadUpstream, Conflict, TimedOut, Unavailable)):
        return error
    return ModelFailed(words_of(error))


def progress_after(letters: int, *, expected: int) -> float:
    """From 0 to below 1: three quarters when as many letters have come as were expected, and never the end itself."""
    return round(1 - math.exp(-1.386 * letters / expected), 3)


def is_assigned(agent_type: AgentType) -> TypeGuard[Assigned]:
    return agent_type in ASSIGNED


def subject_of(session_id: UUID) -> str:
    """What a session is about that a user opened by hand."""
    return f"session:{session_id}"


def usage_of_part(asked: int, said: int) -> Usage:
    """What an answer that broke off after so many letters has used; one that never began, nothing."""
    return Usage.estimated(asked, said) if said else Usage(0, 0)
