"""The model that answers where no endpoint is configured: deterministic, and honest about what it is.

It reads a request's typed subject, never its messages. What it says is written by the authors that it is
given, one an agent type: plain functions of a subject, run on the event loop, so a few milliseconds at most.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from modules.agents.models.protocol import (
    AgentType,
    Completion,
    ModelFailed,
    ModelRequest,
    Structured,
    Token,
    Usage,
    anything,
)

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

# An author's subject is the Struct of its agent type, which the mapping's type cannot say.
Author: TypeAlias = Callable[[Any], "str | msgspec.Struct"]

_WORD: Final = re.compile(r"(?:\A\s+)?\S+\s*")


class OfflineModel:
    """A `Model` without a network. A mistake of an author (none, the wrong shape) is a `ModelFailed`."""

    provider = "offline"
    name = "offline-1"

    def __init__(self, authors: Mapping[AgentType, Author]) -> None:
        self._authors = dict(authors)

    async def complete(self, request: ModelRequest) -> Completion:
        text = self._text(request)
        return Completion(text, _usage(request, text))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Token | Usage, None]:
        text = self._text(request)
        for word in _WORD.findall(text):
            yield Token(word)
            await asyncio.sleep(0)
        yield _usage(request, text)

    async def structured(
        self,
        request: ModelRequest,
        shape: type[T],
        *,
        fits: Callable[[T], None] = anything,
        heard: Callable[[int], None] = anything,
    ) -> Structured[T]:
        answer = msgspec.json.encode(self._written(request, shape))
        try:
            value = msgspec.json.decode(answer, type=shape)  # constraints are checked only here
            fits(value)
        except (msgspec.ValidationError, ValueError) as error:
            raise ModelFailed(f"The offline model's {shape.__name__} does not fit: {error}.") from None
        heard(len(answer))
        return Structured(value, _usage(request, answer.decode()))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _text(self, request: ModelRequest) -> str:
        text = self._written(request, str)
        if not text.strip():
            raise ModelFailed(f"The offline model wrote nothing for {request.agent_type}.")
        return text

    def _written(self, request: ModelRequest, kind: type[V]) -> V:
        author = self._authors.get(request.agent_type)
        if author is None:
            raise ModelFailed(f"The offline model has no author for {request.agent_type}.")
        written = author(request.subject)
        if not isinstance(written, kind):
            wrote = f"The offline model wrote a {type(written).__name__} for {request.agent_type}"
            raise ModelFailed(f"{wrote}, not a {kind.__name__}.")
        return written


def _usage(request: ModelRequest, text: str) -> Usage:
    return Usage(sum(len(message.content.split()) for message in request.messages), len(text.split()))
