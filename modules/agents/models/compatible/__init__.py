"""Any language model behind an OpenAI-compatible endpoint (chat completions).

Every call streams, `complete` and `structured` too: only a stream has a first byte and a pause to measure, so
only there can a dead model be told from a slow one.

The protocol is spoken here, over httpx2. The openai library takes a second to import, one or two milliseconds to
open a stream, and builds a pydantic model of each token, 150 to 340 us on one shared core where this takes 7 (the
socket's read, 40 and more, comes on top of both); it holds an event of any size in memory, and its retries know
nothing of our deadlines.

Structured output: endpoints differ. We send `response_format: json_schema`, not strict (OpenAI's strict mode
refuses optional fields and several of msgspec's constraints), and say the schema in the system message too,
for those that ignore the field. One that refuses it, or `max_tokens`, or `stream_options`, names it in a 400:
we take the other way and remember it. What comes back is decoded strictly and, where it does not fit, asked
for once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from modules.agents.models.compatible.connection import Endpoint, Patience, Refused, Timeouts, Unanswered, failure_of
from modules.agents.models.compatible.dialect import Dialect
from modules.agents.models.compatible.events import (
    Chunk,
    Ended,
    Events,
    chunk_of,
    drain,
    next_piece,
    usage_of,
)
from modules.agents.models.compatible.shape import REPAIR, Misfit, fit, schema_of, with_schema
from modules.agents.models.protocol import (
    Completion,
    Message,
    ModelFailed,
    ModelRequest,
    Structured,
    Token,
    Usage,
    anything,
)

if TYPE_CHECKING:
    import httpx2

__all__ = ["TEXT_LIMIT", "CompatibleModel", "Timeouts"]

T = TypeVar("T", bound=msgspec.Struct)

TEXT_LIMIT: Final = 2**20
_TRIES: Final = 3


class CompatibleModel:
    """A `Model` over HTTP.

    Of the key, the prompt and the answer nothing is ever part of an error, but for the name of what does not
    fit. A call is tried three times at most, and again only while nothing has been received.
    """

    provider = "openai-compatible"

    def __init__(self, *, base_url: str, api_key: str, name: str, timeouts: Timeouts | None = None) -> None:
        """ValueError: a key that no header can carry."""
        key = api_key.strip() or "unused"
        if not (key.isascii() and key.isprintable()):
            raise ValueError("The language model's API key holds characters that no header can carry.")
        self.name = name
        self._timeouts = timeouts or Timeouts()
        self._dialect = Dialect()
        self._endpoint = Endpoint(base_url, key, self._timeouts)

    async def complete(self, request: ModelRequest) -> Completion:
        text, ended = await self._whole(request, Patience(self._timeouts))
        return Completion(text, ended.usage)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Token | Usage, None]:
        async with aclosing(self._say(request, Patience(self._timeouts))) as said:
            async for piece in said:
                yield piece.usage if isinstance(piece, Ended) else piece

    async def structured(
        self,
        request: ModelRequest,
        shape: type[T],
        *,
        fits: Callable[[T], None] = anything,
        heard: Callable[[int], None] = anything,
    ) -> Structured[T]:
        patience = Patience(self._timeouts)
        schema = schema_of(shape)
        asked = msgspec.structs.replace(request, messages=with_schema(request.messages, schema))
        text, ended = await self._whole(asked, patience, schema, heard)
        try:
            return Structured(fit(text, shape, fits), ended.usage)
        except Misfit as misfit:
            messages = (*asked.messages, Message("assistant", text), Message("user", REPAIR.format(misfit)))
        text, again = await self._whole(msgspec.structs.replace(asked, messages=messages), patience, schema, heard)
        usage = Usage(
            ended.usage.input_tokens + again.usage.input_tokens,
            ended.usage.output_tokens + again.usage.output_tokens,
        )
        try:
            return Structured(fit(text, shape, fits), usage)
        except Misfit as misfit:
            raise ModelFailed(f"The language model's answer does not fit: {misfit.told}.") from None

    async def aclose(self) -> None:
        await self._endpoint.aclose()

    async def _whole(
        self,
        request: ModelRequest,
        patience: Patience,
        schema: dict[str, Any] | None = None,
        heard: Callable[[int], None] = anything,
    ) -> tuple[str, Ended]:
        texts: list[str] = []
        letters = 0
        async with aclosing(self._say(request, patience, schema)) as said:
            async for piece in said:
                if isinstance(piece, Token):
                    texts.append(piece.text)
                    letters += len(piece.text)
                    heard(letters)
                else:
                    ended = piece
        if schema is not None and ended.reason == "length":
            raise ModelFailed("The language model's answer was cut off at its longest length.")
        return "".join(texts), ended

    async def _say(
        self, request: ModelRequest, patience: Patience, schema: dict[str, Any] | None = None
    ) -> AsyncGenerator[Token | Ended, None]:
        size, letters, spoken, counted, reason = 0, 0, False, None, None
        async with aclosing(self._chunks(request, patience, schema)) as chunks:
            async for chunk in chunks:
                counted = chunk.usage or counted
                for choice in chunk.choices or ():
                    reason = choice.finish_reason or reason
                    # PostgreSQL's text cannot hold NUL.
                    text = choice.said.replace("\0", "")
                    size += len(text.encode())
                    letters += len(text)
                    if size > TEXT_LIMIT:
                        raise ModelFailed("The language model's answer is too long.", limit_bytes=TEXT_LIMIT)
                    if text:
                        spoken = spoken or not text.isspace()
                        yield Token(text)
        if reason == "content_filter":
            raise ModelFailed("The language model's provider withheld its answer.")
        if not spoken:
            raise ModelFailed("The language model's answer is empty.")
        yield Ended(usage_of(counted, request.letters, letters), reason)

    async def _chunks(
        self, request: ModelRequest, patience: Patience, schema: dict[str, Any] | None
    ) -> AsyncGenerator[Chunk, None]:
        events, finished = Events(), False
        async with AsyncExitStack() as stack:
            response = await self._open(stack, request, patience, schema)
            pieces = response.aiter_raw()
            await stack.enter_async_context(aclosing(pieces))
            while (piece := await patience.wait(next_piece(pieces))) is not None:
                patience.heard()
                for data in events.feed(piece):
                    if data == b"[DONE]":
                        await drain(pieces)
                        return
                    chunk = chunk_of(data)
                    finished = finished or any(choice.finish_reason for choice in chunk.choices or ())
                    yield chunk
        if not finished:
            raise ModelFailed("The language model's answer broke off.")

    async def _open(
        self, stack: AsyncExitStack, request: ModelRequest, patience: Patience, schema: dict[str, Any] | None
    ) -> httpx2.Response:
        tries = 0
        while True:
            patience.tried()
            body = self._dialect.body(self.name, request, schema)
            try:
                return await self._endpoint.ask(stack, body, patience)
            except Unanswered as error:
                if isinstance(error, Refused) and self._dialect.learns(error, body):
                    continue
                tries += 1
                failure, pause = failure_of(error, tries)
            if pause is None or tries == _TRIES or not patience.outlasts(pause):
                raise failure
            await asyncio.sleep(pause)
