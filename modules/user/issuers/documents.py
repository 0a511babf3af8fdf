"""JSON documents of issuers: bounded in time and size, from the very place where they are said to be, or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    import ssl

    import httpx2

TOTAL_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 5.0
LONGEST_BYTES: Final = 1 << 20

_UNFIT: Final = re.compile(r"[^\x21-\x7e]|[\\#@]")


class DocumentError(Exception):
    """A document cannot be had, or cannot be used. The text is one line for the operator."""


def secure(url: str) -> str:
    """The URL, if it is https or leads to this machine; raises `DocumentError`. OWASP ASVS 5.0, 12.3.1."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise DocumentError("it is not a URL") from None
    if _UNFIT.search(url) or not host:
        raise DocumentError("it is not a URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise DocumentError("it must begin with https:// (http:// is for this machine only)")
    return url


class Reader:
    """Reads documents while `reading` lasts."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def read(self, url: str) -> Any:  # JSON of somebody else
        """Raises `DocumentError`. Redirects are not followed: an issuer's keys are where its operator says."""
        async with self._client.stream("GET", secure(url)) as response:
            if response.status_code != 200:
                raise DocumentError(f"{url} answered {response.status_code}")
            body = bytearray()
            async for piece in response.aiter_raw():  # nothing that would have to be unpacked is asked for
                body += piece
                if len(body) > LONGEST_BYTES:
                    raise DocumentError(f"{url} answered more than {LONGEST_BYTES >> 20} MiB")
        try:
            return msgspec.json.decode(body)
        except (ValueError, RecursionError):
            raise DocumentError(f"{url} did not answer JSON") from None


@asynccontextmanager
async def reading(seconds: float = TOTAL_SECONDS) -> AsyncIterator[Reader]:
    """All documents together have `seconds`. Raises `DocumentError` for whatever goes wrong on the way."""
    trust = await asyncio.to_thread(_load)
    import httpx2

    try:
        async with (
            asyncio.timeout(seconds),
            httpx2.AsyncClient(
                verify=trust,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
                headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Interna"},
            ) as client,
        ):
            yield Reader(client)
    except TimeoutError:
        raise DocumentError(f"no answer within {seconds:g} seconds") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise DocumentError(f"{type(error).__name__}: {error}"[:300]) from error


def _load() -> ssl.SSLContext:
    """In a thread: the client and the certificates take a third of a second."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
