"""The parts of a sign-in, without the application around them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from core.clock import system_clock
from core.settings import load_settings
from modules.user.oauth import Flow, Provider, providers_of
from modules.user.oauth.flow import Begun

SECRET = "a secret of thirty-two characters or more"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def environ_for(name: str, issuer: str, client_id: str = "interna") -> dict[str, str]:
    prefix = f"OAUTH_{name.upper().replace('-', '_')}"
    return {
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://interna.test",
        f"{prefix}_CLIENT_ID": client_id,
        f"{prefix}_CLIENT_SECRET": "hush",
        f"{prefix}_ISSUER": issuer,
    }


def provider(name: str, issuer: str) -> Provider:
    return providers_of(load_settings(environ_for(name, issuer)), clock=system_clock)[name]


def begin(name: str) -> Begun:
    return Flow(SECRET, production=False).begin(name, None, secret=b"r" * 32, now=NOON)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
