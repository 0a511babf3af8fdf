"""Calls to a provider: bounded in time and size, straight to where they are meant for, and failing in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import structlog

from core.errors import InternaError
from core.settings import OAuthClient
from modules.user.issuers.documents import DocumentError, secure
from modules.user.oauth.errors import BadProviderAnswer, ProviderUnavailable

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")

_CONNECT_SECONDS: Final = 5.0
_log = structlog.get_logger("interna.oauth")


class Line:
    """An open line to one provider; `client` is Authlib's, which knows the protocol."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def read(self, url: str, into: type[T], *, token: str | None = None, accept: str = "application/json") -> T:
        """GET a document, as the bearer of `token`."""
        headers = {"Accept": accept}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        response = await self.client.request("GET", secure(url), headers=headers, withhold_token=True)
        response.raise_for_status()  # a redirect, too: nobody is sent on with a token in hand
        return msgspec.json.decode(response.content, type=into)


class Calls:
    """Opens lines. `seconds` is for all calls of one line together."""

    def __init__(self, *, seconds: float = 10.0) -> None:
        self._seconds = seconds
        self._trust: ssl.SSLContext | None = None

    @asynccontextmanager
    async def line(self, provider: str, known: OAuthClient, **client: Any) -> AsyncIterator[Line]:
        """Raises `ProviderUnavailable` and `BadProviderAnswer` for whatever goes wrong inside."""
        if self._trust is None:
            self._trust = await asyncio.to_thread(_load)
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

        from modules.user.oauth.transport import BoundedTransport

        try:
            async with (
                asyncio.timeout(self._seconds),
                AsyncOAuth2Client(
                    known.client_id,
                    known.client_secret,
                    headers={"Accept-Encoding": "identity", "User-Agent": "Interna"},
                    timeout=_timeouts(self._seconds),
                    transport=BoundedTransport(verify=self._trust, trust_env=False),
                    follow_redirects=False,
                    trust_env=False,
                    **client,
                ) as opened,
            ):
                yield Line(opened)
        except InternaError:
            raise
        except Exception as error:
            if (failure := _failure(error, provider)) is None:
                raise
            _log.warning("a provider failed", provider=provider, why=f"{type(error).__name__}: {error}"[:500])
            raise failure from error


def _load() -> ssl.SSLContext:
    """In a thread: the client and the certificates take a third of a second, once."""
    import httpx2
    import joserfc.jwt  # noqa: F401
    from authlib.integrations import httpx_client  # type: ignore[import-untyped]  # noqa: F401

    import modules.user.oauth.transport  # noqa: F401

    return httpx2.create_ssl_context(trust_env=False)


def _timeouts(seconds: float) -> Any:
    import httpx2

    return httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))


def _failure(error: Exception, provider: str) -> InternaError | None:
    """None where it is a bug of ours."""
    import httpx2

    unavailable = ProviderUnavailable(f"{provider} does not answer at the moment; begin again a little later.")
    if isinstance(error, httpx2.HTTPStatusError):
        status = error.response.status_code
        return unavailable if status == 429 or status >= 500 else BadProviderAnswer(f"{provider} answered {status}.")
    nonsense = (httpx2.ProtocolError, httpx2.UnsupportedProtocol, httpx2.DecodingError, httpx2.InvalidURL)
    if isinstance(error, (*nonsense, DocumentError, ValueError, RecursionError)):
        return BadProviderAnswer(f"{provider} gave an answer that makes no sense.")
    return unavailable if isinstance(error, (TimeoutError, OSError, httpx2.TransportError)) else None
