"""The transport under every call to a provider. Imported on the first call: it loads the HTTP client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx2

ANSWER_BYTES: Final = 1 << 20


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """Gives up an answer after its first MiB, and one that would have to be unpacked at once."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.stream.aclose()
            raise httpx2.DecodingError("the answer is packed, which was not asked for")
        response.stream = _Bounded(response.stream)
        return response


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._inner:
            size += len(piece)
            if size > ANSWER_BYTES:
                raise httpx2.DecodingError("the answer is too long")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
