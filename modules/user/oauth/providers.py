"""The configured providers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final, Protocol

from core.clock import Clock
from core.settings import OAuthClient, Settings
from modules.user.domain import ExternalIdentity
from modules.user.oauth.calls import Calls
from modules.user.oauth.discovery import Discovery
from modules.user.oauth.exchange import CodeExchange
from modules.user.oauth.flow import Proofs
from modules.user.oauth.github import GitHubProvider
from modules.user.oauth.openid import OpenIdProvider
from modules.user.oauth.sealing import Sealing
from modules.user.repositories.accounts import Grant

CALLBACK: Final = "{origin}/api/v1/auth/oauth/{name}/callback"
_GITHUB: Final = re.compile(r"github(-.+)?")


class Provider(Protocol):
    """Somebody who knows who our users are. All three raise `ProviderUnavailable` and `BadProviderAnswer`."""

    async def departure(self, proofs: Proofs) -> str:
        """The URL to send the browser to."""
        ...

    async def check_issuer(self, iss: str | None) -> None:
        """Raises `BadSignIn` where the browser comes from somebody else (RFC 9207)."""
        ...

    async def arrive(self, code: str, proofs: Proofs) -> tuple[ExternalIdentity, Grant]:
        """Who it is; the provider's tokens are sealed. Raises `CodeRefused`."""
        ...


def providers_of(
    settings: Settings, *, clock: Clock, monotonic: Callable[[], float] = time.monotonic
) -> dict[str, Provider]:
    """By name; one called `github`, or `github-` and more, is a GitHub, all others speak OpenID Connect."""
    calls, sealing = Calls(), Sealing(settings.secret_key)

    def made(name: str, known: OAuthClient) -> Provider:
        redirect_uri = CALLBACK.format(origin=settings.origin, name=name)
        exchange = CodeExchange(name, known, redirect_uri=redirect_uri, calls=calls, sealing=sealing, clock=clock)
        if _GITHUB.fullmatch(name):
            return GitHubProvider(known.issuer, exchange)
        discovery = Discovery(name, known, calls, monotonic)
        return OpenIdProvider(known, exchange, discovery, clock=clock)

    return {name: made(name, known) for name, known in settings.oauth.items()}
