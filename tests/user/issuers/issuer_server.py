"""A trusted issuer on loopback, and the tokens that it, and others, may sign."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from modules.user.repositories.accounts import TrustedIssuer
from tests.user.oauth.loopback import Answer, Asked, Loopback

Key = RSAKey | ECKey | OKPKey | OctKey
AUDIENCE = "interna"
DISCOVERY = "/.well-known/openid-configuration"


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


class IssuerServer(Loopback):
    """Publishes `published` and signs with `key`. What a test puts into `metadata` replaces the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.key: Key = new_key("first")
        self.published: list[Key] = [self.key]
        self.metadata: dict[str, Any] = {}
        self.answers = {DISCOVERY: self._configuration, "/jwks": self._jwks}

    @property
    def fetches(self) -> int:
        return self.paths().count("/jwks")

    def rotate(self, kid: str = "second") -> None:
        self.key = new_key(kid)
        self.published = [self.key]

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good ones; a change to None leaves the claim out."""
        now = int(time.time())
        good = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ada-1",
            "email": "ada@example.com",
            "email_verified": True,
            "iat": now,
            "exp": now + 300,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, *, header: dict[str, Any] | None = None, key: Key | None = None, **claims: Any) -> str:
        return sign(self.claims(**claims), key or self.key, header)

    def row(self, **changes: Any) -> TrustedIssuer:
        return trusted(self.url, **changes)

    async def _configuration(self, _: Asked) -> Answer:
        return Answer({"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | self.metadata)

    async def _jwks(self, _: Asked) -> Answer:
        return Answer(KeySet(list(self.published)).as_dict(private=False))


@asynccontextmanager
async def issuer_server() -> AsyncIterator[IssuerServer]:
    server = IssuerServer()
    async with server.listening():
        yield server


def trusted(issuer: str, **changes: Any) -> TrustedIssuer:
    said = {
        "id": uuid4(),
        "issuer": issuer,
        "jwks_uri": None,
        "secret_variable": None,
        "audience": AUDIENCE,
        "algorithms": ["ES256", "RS256"],
        "claims": {},
        "trust_email": False,
        "organisation_claim": None,
        "tenants": {},
    }
    return msgspec.convert(said | changes, TrustedIssuer, builtin_types=(UUID,))


def sign(claims: dict[str, Any], key: Key, header: dict[str, Any] | None = None) -> str:
    usual = {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519", "oct": "HS256"}[key.key_type]
    said = {"alg": usual, **({"kid": key.kid} if key.kid else {}), **(header or {})}
    return jwt.encode({k: v for k, v in said.items() if v is not None}, claims, key, algorithms=[said["alg"]])


def by_hand(header: Any, payload: bytes, secret: bytes | None = None) -> str:
    """What no library would sign: with HMAC-SHA256 under any bytes, or not at all."""
    start = f"{part(msgspec.json.encode(header))}.{part(payload)}"
    signature = b"" if secret is None else hmac.digest(secret, start.encode(), hashlib.sha256)
    return f"{start}.{part(signature)}"


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
