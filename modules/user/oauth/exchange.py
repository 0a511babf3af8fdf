"""The part of the code flow that is the same everywhere: leaving, and turning the code into tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
import structlog
from msgspec import Meta

from core.clock import Clock
from core.settings import OAuthClient
from modules.user.issuers.documents import secure
from modules.user.oauth.calls import Calls, Line
from modules.user.oauth.errors import BadProviderAnswer, CodeRefused, ProviderUnavailable
from modules.user.oauth.flow import Proofs
from modules.user.oauth.sealing import Sealing
from modules.user.repositories.accounts import Grant

Said = Annotated[str, Meta(pattern=r"\A[^\x00]*\Z", max_length=4000)]
"""Text of a provider: PostgreSQL holds no NUL."""
Secret = Annotated[str, Meta(pattern=r"\A[\x20-\x7e]+\Z", max_length=64_000)]  # RFC 6749, appendix A.12

_BAD_CODE: Final = ("invalid_grant", "bad_verification_code")  # the second is GitHub's
_LATER: Final = ("temporarily_unavailable", "server_error")
_log = structlog.get_logger("interna.oauth")


class Tokens(msgspec.Struct, frozen=True):
    """RFC 6749, 5.1."""

    access_token: Secret
    token_type: Annotated[str, Meta(pattern=r"\A[Bb][Ee][Aa][Rr][Ee][Rr]\Z")]
    id_token: str | None = None
    refresh_token: Secret | None = None
    expires_in: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    scope: Said | None = None

    def __repr__(self) -> str:
        return "Tokens()"


class CodeExchange:
    """Our side of the flow at one provider."""

    def __init__(
        self, name: str, known: OAuthClient, *, redirect_uri: str, calls: Calls, sealing: Sealing, clock: Clock
    ) -> None:
        self.name = name
        self._known = known
        self._redirect_uri = redirect_uri
        self._calls = calls
        self._sealing = sealing
        self._clock = clock

    async def departure(self, endpoint: str, proofs: Proofs, **more: str) -> str:
        """Where to send the browser. RFC 6749, 4.1.1, with PKCE (RFC 7636), always S256."""
        async with self.line(code_challenge_method="S256") as line:
            url: str
            url, _ = line.client.create_authorization_url(
                secure(endpoint), state=proofs.state, code_verifier=proofs.code_verifier, **more
            )
            return url

    @asynccontextmanager
    async def line(self, **client: Any) -> AsyncIterator[Line]:
        async with self._calls.line(self.name, self._known, redirect_uri=self._redirect_uri, **client) as line:
            yield line

    async def redeem(self, line: Line, endpoint: str, code: str, proofs: Proofs) -> Tokens:
        """Raises `CodeRefused` where the provider does not take the code."""
        from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]

        try:
            found = await line.client.fetch_token(
                secure(endpoint), grant_type="authorization_code", code=code, code_verifier=proofs.code_verifier
            )
        except OAuthError as error:
            if error.error in _BAD_CODE:
                raise CodeRefused from error
            if error.error in _LATER:
                raise ProviderUnavailable from error
            _log.error("a provider refuses us", provider=self.name, why=str(error)[:500])
            raise BadProviderAnswer(f"{self.name} does not accept our way of asking.") from error
        except (TypeError, OverflowError) as error:  # Authlib reckons with whatever `expires_in` is
            raise BadProviderAnswer from error
        return msgspec.convert(dict(found), Tokens, strict=False)

    def grant(self, tokens: Tokens, subject: str) -> Grant:
        """The tokens as they are kept."""
        kept = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
        expires_at = None if tokens.expires_in is None else self._clock() + timedelta(seconds=tokens.expires_in)
        sealed = self._sealing.seal(msgspec.json.encode(kept), provider=self.name, subject=subject)
        return Grant(sealed, expires_at, tokens.scope)
