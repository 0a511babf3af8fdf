"""What Interna asks of a language model: complete, stream, and structured output by schema.

A request carries two views of the same thing: the `messages` that a real model reads, and the typed `subject` that
they were rendered from. The compatible client sends the first and never looks at the second; the offline model
writes from the second and never parses a prompt.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from core.errors import BadUpstream, Invalid, TimedOut, Unavailable

AgentType = Literal["create", "edit", "research", "generate", "chat", "review", "interview", "analysis"]
Language = Literal["en", "ar"]
MessageRole = Literal["system", "user", "assistant"]

T = TypeVar("T", bound=msgspec.Struct)


def anything(_: object) -> None:
    """Nothing to check, nobody to tell."""


class Message(msgspec.Struct, frozen=True):
    role: MessageRole
    content: str


class ModelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call: what it is for, in which version of the prompt, and at most how many tokens may come back."""

    agent_type: AgentType
    prompt_version: str
    messages: tuple[Message, ...]
    subject: msgspec.Struct
    max_output_tokens: int = 4096
    seed: int | None = None
    """The same seed asks for the same answer, where the provider can do that."""
    confidential: str = ""
    """What of the messages no answer may repeat."""

    @property
    def letters(self) -> int:
        return sum(len(message.content) for message in self.messages)


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the provider counts them (the offline model counts words)."""

    input_tokens: int
    output_tokens: int

    @classmethod
    def estimated(cls, asked: int, said: int) -> Usage:
        """Where no provider tells: about four letters a token."""
        return cls(max(1, asked // 4), max(1, said // 4))


class Completion(msgspec.Struct, frozen=True):
    text: str
    usage: Usage


class Structured(msgspec.Struct, Generic[T], frozen=True):
    value: T
    usage: Usage


class Token(msgspec.Struct, frozen=True):
    """A piece of a streamed answer, of whatever length the provider chose."""

    text: str


class Model(Protocol):
    """A language model. Closing a stream early ends the call at the provider as well.

    Raises `ModelUnavailable` (not reachable, or it asks us to slow down), `ModelTimedOut` (first byte, idle or
    total) and `ModelFailed` (an answer that is no answer).
    """

    @property
    def provider(self) -> str: ...

    @property
    def name(self) -> str: ...

    async def complete(self, request: ModelRequest) -> Completion: ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Token | Usage, None]:
        """Tokens as they come, then exactly one `Usage`."""
        ...

    async def structured(
        self,
        request: ModelRequest,
        shape: type[T],
        *,
        fits: Callable[[T], None] = anything,
        heard: Callable[[int], None] = anything,
    ) -> Structured[T]:
        """An answer that fits `shape`, whose own constraints (`msgspec.Meta`) are part of the schema sent.

        `fits` raises ValueError, in words for the model, where an answer of that shape is wrong all the same; `heard`
        is told, again and again, how many letters have come.
        """
        ...

    async def aclose(self) -> None: ...


class ModelUnavailable(Unavailable):
    """The language model does not answer at the moment."""


class ModelTimedOut(TimedOut):
    """The language model took too long."""


class ModelFailed(BadUpstream):
    """The language model's answer could not be used."""


class TooLongForModel(Invalid, ModelFailed):
    """This is too long for the language model."""
