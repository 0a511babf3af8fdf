"""The way to the endpoint: its connections, how long we wait for it, and what its failures mean."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from core.clock import system_clock
from core.errors import InternaError
from modules.agents.models.protocol import ModelFailed, ModelTimedOut, ModelUnavailable, TooLongForModel

if TYPE_CHECKING:
    import httpx2

V = TypeVar("V")

_REFUSAL_LIMIT: Final = 16 * 2**10
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_RETRIED: Final = frozenset({429, 500, 502, 503})
_SLOW_DOWN: Final = frozenset({429, 503})
_OF_INPUT: Final = frozenset({400, 413, 422})
# OpenAI's `context_length_exceeded`, llama.cpp's `exceed_context_size_error`, vLLM's "maximum context length".
_TOO_LONG: Final = re.compile(rb"context[_ ](length|size|window)", re.IGNORECASE)


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: to connect; from each try to its first byte; between two pieces; for the call and its retries.

    `total` runs on while a stream's consumer is slow; `idle` does not.
    """

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 30.0
    total: float = 300.0


class Patience:
    """The deadlines of one call; the error says which one it was."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._clock = asyncio.get_running_loop().time
        self._end = self._clock() + timeouts.total
        self._first: float | None = None

    def tried(self) -> None:
        self._first = self._clock() + self._timeouts.first_byte

    def heard(self) -> None:
        self._first = None

    def outlasts(self, pause: float) -> bool:
        return self._clock() + pause < self._end

    async def wait(self, awaitable: Awaitable[V]) -> V:
        idle = (self._clock() + self._timeouts.idle, "idle")
        until, limit = min(idle if self._first is None else (self._first, "first byte"), (self._end, "total"))
        try:
            async with asyncio.timeout_at(until):
                return await awaitable
        except TimeoutError:
            raise ModelTimedOut(f"The language model took too long ({limit}).", limit=limit) from None


class Unanswered(Exception):
    """The endpoint was not reached, or the connection broke before an answer; the cause says how."""


class Refused(Unanswered):
    """An answer that is no success: its status, what it says of the next try, and the beginning of its body."""

    def __init__(self, status: int, retry_after: str | None, words: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after
        self.words = words


class Endpoint:
    """Where the model is: its address, our key for it, and connections that are kept for the next call."""

    def __init__(self, base_url: str, key: str, timeouts: Timeouts) -> None:
        import httpx2

        self._url = httpx2.URL(base_url.rstrip("/") + "/chat/completions")
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(None, connect=timeouts.connect, write=timeouts.first_byte),
            # Servers close idle connections after about 5 s; one that closes as we send would fail the call.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=3),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",  # nothing is unpacked, so nothing unpacks to gigabytes
                "User-Agent": "interna",
            },
            follow_redirects=False,  # a prompt goes nowhere else
            trust_env=False,
            # Loading the certificates takes 70 ms; without TLS, and as no redirect is followed, none is looked at.
            verify=self._url.scheme != "http",
        )

    async def ask(self, stack: AsyncExitStack, body: dict[str, Any], patience: Patience) -> httpx2.Response:
        """A success whose body is still to come; `stack` closes it. Raises `Unanswered`."""
        request = self._client.build_request("POST", self._url, content=msgspec.json.encode(body))
        try:
            response = await patience.wait(self._client.send(request, stream=True))
        except broken() as error:
            raise Unanswered from error
        stack.push_async_callback(response.aclose)
        if response.is_success:
            return response
        words = await patience.wait(_beginning(response))
        await response.aclose()
        raise Refused(response.status_code, response.headers.get("Retry-After"), words)

    async def aclose(self) -> None:
        await self._client.aclose()


async def _beginning(response: httpx2.Response) -> bytes:
    """What a refusal says, up to a bound."""
    body = bytearray()
    with suppress(*broken()):
        async for piece in response.aiter_raw():
            body += piece
            if len(body) >= _REFUSAL_LIMIT:
                break
    return bytes(body)


def broken() -> tuple[type[Exception], ...]:
    """What a connection that broke raises: a failure of TLS comes as the last two."""
    import anyio
    import httpx2

    return httpx2.HTTPError, OSError, anyio.EndOfStream


def failure_of(error: Unanswered, tries: int) -> tuple[InternaError, float | None]:
    """The error as ours, and how many seconds to wait before another try; None where there is none."""
    import httpx2

    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (tries - 1))
    if isinstance(error, Refused):
        if error.status in _OF_INPUT and _TOO_LONG.search(error.words):
            return TooLongForModel(), None
        return _refused(error.status, _seconds(error.retry_after), pause)
    if isinstance(error.__cause__, httpx2.ConnectError):
        return _unavailable(None), pause
    if isinstance(error.__cause__, httpx2.ConnectTimeout):
        return _unavailable(None), None
    return ModelFailed("The language model's answer broke off before it began."), None


def _refused(status: int, asked: float | None, pause: float) -> tuple[InternaError, float | None]:
    """A refusal that asks for a longer pause than ours is final: whoever calls decides about waiting."""
    failure: InternaError = ModelFailed(f"The language model's server answered {status}.", status=status)
    if status in _SLOW_DOWN:
        failure = _unavailable(asked)
    if status not in _RETRIED or (asked is not None and asked > _LONGEST_PAUSE):
        return failure, None
    return failure, pause if asked is None else asked


def _unavailable(seconds: float | None) -> ModelUnavailable:
    error = ModelUnavailable()
    if seconds is not None:
        error.retry_after = math.ceil(min(60.0, max(1.0, seconds)))
    return error


def _seconds(retry_after: str | None) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date."""
    if retry_after is None:
        return None
    with suppress(ValueError):
        seconds = float(retry_after)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    with suppress(ValueError, TypeError):  # the second where the date names no zone
        return max(0.0, (parsedate_to_datetime(retry_after) - system_clock()).total_seconds())
    return None
