"""What comes back: server-sent events, each a chunk of the answer, of which only what we need is decoded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec

from modules.agents.models.compatible.connection import broken
from modules.agents.models.protocol import ModelFailed, Usage

_EVENT_LIMIT: Final = 4 * 2**20  # a text at its limit written as JSON escapes, and room for the envelope
_DRAIN_SECONDS: Final = 0.1
_MOST_TOKENS: Final = 10_000_000


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None

    @property
    def said(self) -> str:
        return (self.delta and self.delta.content) or ""


class Counted(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Chunk(msgspec.Struct):
    """What we read of a `chat.completion.chunk`."""

    choices: list[_Choice] | None = None
    usage: Counted | None = None
    error: Any = None


class Ended(msgspec.Struct):
    usage: Usage
    reason: str | None


class Events:
    """The data of server-sent events (WHATWG HTML, 9.2.6) from bytes that come cut anywhere."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._held = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        *lines, rest = piece.split(b"\n")
        for line in lines:
            self._line += line
            whole = bytes(self._line).removesuffix(b"\r")
            self._line.clear()
            if whole.startswith(b"data:"):
                self._data.append(whole[5:].removeprefix(b" "))
                self._held += len(whole)
            elif not whole and self._data:
                yield b"\n".join(self._data)
                self._data.clear()
                self._held = 0
        self._line += rest
        if len(self._line) + self._held > _EVENT_LIMIT:
            raise ModelFailed("The language model's answer is too long.", limit_bytes=_EVENT_LIMIT)


def chunk_of(data: bytes) -> Chunk:
    try:
        chunk = msgspec.json.decode(data, type=Chunk)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ModelFailed("The language model's answer is not what its protocol says.") from None
    if chunk.error is not None:
        raise ModelFailed("The language model reported an error in its answer.")
    return chunk


async def next_piece(pieces: AsyncGenerator[bytes, None]) -> bytes | None:
    try:
        return await anext(pieces, None)
    except broken():
        raise ModelFailed("The language model's answer broke off.") from None


async def drain(pieces: AsyncGenerator[bytes, None]) -> None:
    """Reads what follows the last event, normally just the end, so that the connection serves again."""
    with suppress(ModelFailed, TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await next_piece(pieces) is not None:
                pass


def usage_of(counted: Counted | None, asked: int, said: int) -> Usage:
    """What the server counted, where that can be; else an estimate from the letters that were asked and said."""
    if counted is not None and 0 < counted.completion_tokens <= _MOST_TOKENS >= counted.prompt_tokens >= 0:
        return Usage(counted.prompt_tokens, counted.completion_tokens)
    return Usage.estimated(asked, said)
