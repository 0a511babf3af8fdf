"""GitHub, which speaks OAuth but not OpenID: who somebody is has to be asked. Enterprise servers, too."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from modules.user.domain import ExternalIdentity
from modules.user.oauth.errors import BadSignIn
from modules.user.oauth.exchange import CodeExchange, Said
from modules.user.oauth.flow import Proofs
from modules.user.repositories.accounts import Grant

_SCOPE: Final = "read:user user:email"
_AUTHENTICATION: Final = "client_secret_post"
_MEDIA_TYPE: Final = "application/vnd.github+json"
_PUBLIC: Final = "https://github.com"


class _User(msgspec.Struct, frozen=True):
    id: Annotated[int, Meta(gt=0)]
    login: Said
    name: Said | None = None
    avatar_url: Said | None = None


class _Address(msgspec.Struct, frozen=True):
    email: Said
    primary: bool
    verified: bool


class GitHubProvider:
    """The account is its number: a login can be renamed, and then be somebody else's."""

    def __init__(self, issuer: str, exchange: CodeExchange) -> None:
        self._web = f"{issuer}/login/oauth"
        self._api = "https://api.github.com" if issuer == _PUBLIC else f"{issuer}/api/v3"
        self._issuers = (None, issuer, self._web)
        self._exchange = exchange

    async def departure(self, proofs: Proofs) -> str:
        return await self._exchange.departure(f"{self._web}/authorize", proofs, scope=_SCOPE)

    async def check_issuer(self, iss: str | None) -> None:
        """RFC 9207: GitHub need not say who it is, but if anybody says so, it must be GitHub."""
        if iss not in self._issuers:
            raise BadSignIn("This answer is not from the provider that you left for; begin again.")

    async def arrive(self, code: str, proofs: Proofs) -> tuple[ExternalIdentity, Grant]:
        async with self._exchange.line(token_endpoint_auth_method=_AUTHENTICATION) as line:
            tokens = await self._exchange.redeem(line, f"{self._web}/access_token", code, proofs)
            bearer = tokens.access_token
            user = await line.read(f"{self._api}/user", _User, token=bearer, accept=_MEDIA_TYPE)
            addresses = await line.read(f"{self._api}/user/emails", list[_Address], token=bearer, accept=_MEDIA_TYPE)
        primary = next((address for address in addresses if address.primary), None)
        identity = ExternalIdentity(
            type="oauth",
            provider=self._exchange.name,
            subject=str(user.id),
            email=primary.email if primary else None,
            email_verified=primary.verified if primary else False,
            name=user.name or user.login,
            image_url=user.avatar_url,
        )
        return identity, self._exchange.grant(tokens, identity.subject)
