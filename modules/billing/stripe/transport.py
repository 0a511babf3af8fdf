"""How the library speaks HTTP: with the client that we have anyway, bounded, and past no proxy of the environment.

Imported by the first call. The library's own async client would be another package, with limits of its own.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, ClassVar, Final, NoReturn

import httpx2
import stripe

CONNECT_SECONDS: Final = 5.0
ANSWER_BYTES: Final = 1 << 20


class BoundedClient(stripe.HTTPClient):
    """Gives up an answer after its first MiB; `seconds` is for one try. The library repeats tries."""

    name: ClassVar[str] = "httpx2"

    def __init__(self, trust: ssl.SSLContext | bool, seconds: float) -> None:
        super().__init__()
        self._http = httpx2.AsyncClient(
            verify=trust,
            timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers={"Accept-Encoding": "identity"},  # nothing is unpacked, so nothing unpacks to gigabytes
            follow_redirects=False,  # a key goes nowhere else
            trust_env=False,
        )
        self._seconds = seconds

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # what the library made of the parameters: text, or nothing
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._http.stream(method, url, headers=dict(headers), content=post_data or None) as response,
            ):
                return await _read(response), response.status_code, response.headers
        except (TimeoutError, OSError, httpx2.HTTPError) as error:
            _give_up(error)

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._http.aclose()


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > ANSWER_BYTES:
            raise httpx2.DecodingError("the answer is too long")
    return bytes(body)


def _give_up(error: Exception) -> NoReturn:
    """A try that could have reached Stripe is repeated too: every POST carries an idempotency key."""
    slow = isinstance(error, (TimeoutError, httpx2.TimeoutException))
    raise stripe.APIConnectionError(type(error).__name__, should_retry=not slow) from error  # type: ignore[no-untyped-call]  # the library's own
