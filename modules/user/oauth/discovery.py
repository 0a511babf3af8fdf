"""What an OpenID provider says about itself (OpenID Connect Discovery 1.0), asked once an hour."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Final

import msgspec

from core.settings import OAuthClient
from modules.user.issuers.documents import secure
from modules.user.oauth.calls import Calls
from modules.user.oauth.errors import BadProviderAnswer

_LIFETIME_SECONDS: Final = 3600.0


class Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def client_authentication(self) -> str:
        methods = self.token_endpoint_auth_methods_supported
        return "client_secret_post" if "client_secret_basic" not in methods else "client_secret_basic"


class Discovery:
    """One provider's metadata. However many ask at once, it is fetched once; a failure is not remembered."""

    def __init__(self, name: str, known: OAuthClient, calls: Calls, clock: Callable[[], float]) -> None:
        self._name = name
        self._known = known
        self._calls = calls
        self._clock = clock
        self._metadata: Metadata | None = None
        self._fresh_until = 0.0
        self._fetching: asyncio.Task[Metadata] | None = None

    async def metadata(self) -> Metadata:
        """Raises `ProviderUnavailable` and `BadProviderAnswer`."""
        if self._metadata is not None and self._clock() < self._fresh_until:
            return self._metadata
        if self._fetching is None:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch(), context=Context())
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)  # who asked first may leave, the others still wait

    def _fetched(self, task: asyncio.Task[Metadata]) -> None:
        self._fetching = None
        if not task.cancelled() and task.exception() is None:
            self._metadata, self._fresh_until = task.result(), self._clock() + _LIFETIME_SECONDS

    async def _fetch(self) -> Metadata:
        issuer = self._known.issuer
        async with self._calls.line(self._name, self._known) as line:
            found = await line.read(f"{issuer.rstrip('/')}/.well-known/openid-configuration", Metadata)
            for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint):
                if url is not None:
                    secure(url)
        # Settings take the last slash away; with or without it, it is the same document at the same place.
        if found.issuer not in (issuer, f"{issuer}/"):
            raise BadProviderAnswer(f"{self._name} says that it is somebody else.")
        return found
