"""Any provider that speaks OpenID Connect: Google, Keycloak, Microsoft, Auth0, ..."""

from __future__ import annotations

from typing import Final

import msgspec

from core.clock import Clock
from core.settings import OAuthClient
from modules.user.domain import ExternalIdentity
from modules.user.issuers.keys import KeySource
from modules.user.oauth.calls import Line
from modules.user.oauth.discovery import Discovery, Metadata
from modules.user.oauth.errors import BadProviderAnswer, BadSignIn
from modules.user.oauth.exchange import CodeExchange, Tokens
from modules.user.oauth.flow import Proofs
from modules.user.oauth.id_token import Claims, Expected, verified
from modules.user.repositories.accounts import Grant

_SCOPE: Final = "openid email profile"


class OpenIdProvider:
    """Discovers where everything is, and believes an ID token that holds."""

    def __init__(self, known: OAuthClient, exchange: CodeExchange, discovery: Discovery, *, clock: Clock) -> None:
        self._client_id = known.client_id
        self._exchange = exchange
        self._discovery = discovery
        self._clock = clock
        self._keys: tuple[str, KeySource] | None = None

    async def departure(self, proofs: Proofs) -> str:
        metadata = await self._discovery.metadata()
        return await self._exchange.departure(metadata.authorization_endpoint, proofs, scope=_SCOPE, nonce=proofs.nonce)

    async def check_issuer(self, iss: str | None) -> None:
        """RFC 9207, 2.4: a code of another provider must not end up here."""
        metadata = await self._discovery.metadata()
        missing = iss is None and metadata.authorization_response_iss_parameter_supported
        if missing or iss not in (None, metadata.issuer):
            raise BadSignIn("This answer is not from the provider that you left for; begin again.")

    async def arrive(self, code: str, proofs: Proofs) -> tuple[ExternalIdentity, Grant]:
        metadata = await self._discovery.metadata()
        async with self._exchange.line(token_endpoint_auth_method=metadata.client_authentication) as line:
            tokens = await self._exchange.redeem(line, metadata.token_endpoint, code, proofs)
            claims = await self._claims(tokens, metadata, proofs)
            if claims.email is None and metadata.userinfo_endpoint is not None:
                claims = await self._asked(line, metadata.userinfo_endpoint, tokens, claims)
        identity = ExternalIdentity(
            type="oidc",
            provider=self._exchange.name,
            subject=claims.sub,
            email=claims.email or None,
            email_verified=claims.email_verified in (True, "true"),
            name=claims.name,
            image_url=claims.picture,
        )
        return identity, self._exchange.grant(tokens, claims.sub)

    async def _claims(self, tokens: Tokens, metadata: Metadata, proofs: Proofs) -> Claims:
        if tokens.id_token is None:
            raise BadProviderAnswer(f"{self._exchange.name} gave no ID token.")
        algorithms = metadata.id_token_signing_alg_values_supported
        expected = Expected(metadata.issuer, self._client_id, proofs.nonce, algorithms)
        return await verified(tokens.id_token, expected, self._keys_of(metadata), now=self._clock())

    async def _asked(self, line: Line, endpoint: str, tokens: Tokens, claims: Claims) -> Claims:
        """OpenID Connect Core, 5.3.2: an answer about somebody else must not be used."""
        said = await line.read(endpoint, Claims, token=tokens.access_token)
        if said.sub != claims.sub:
            raise BadProviderAnswer(f"{self._exchange.name} spoke of somebody else.")
        return msgspec.structs.replace(said, name=claims.name or said.name, picture=claims.picture or said.picture)

    def _keys_of(self, metadata: Metadata) -> KeySource:
        if self._keys is None or self._keys[0] != metadata.jwks_uri:
            self._keys = (metadata.jwks_uri, KeySource(issuer=metadata.issuer, jwks_uri=metadata.jwks_uri))
        return self._keys[1]
