"""An OpenID provider on loopback that knows how to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from tests.user.oauth.loopback import Answer, Asked, Loopback

Key = RSAKey | ECKey | OKPKey | OctKey
_KEY = RSAKey.generate_key(2048, {"kid": "first"})  # a tenth of a second each, were it one a server


class OpenIdServer(Loopback):
    """Signs in `user` without asking. What a test puts into `claims`, `metadata` and `tokens` replaces the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.user: dict[str, Any] = {"sub": "ada-1", "email": "ada@example.com", "email_verified": True, "name": "Ada"}
        self.userinfo: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.key: Key = _KEY
        self.published: list[Key] = [self.key]
        self.signs_with: Key | None = None
        self._begun: dict[str, dict[str, str]] = {}
        self.answers = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": self._jwks,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }

    def authorize(self, url: str) -> str:
        """What the provider does with a browser that comes to `url`: it is sent back with this code."""
        code = secrets.token_urlsafe(8)
        self._begun[code] = dict(parse_qsl(urlsplit(url).query))
        return code

    async def _configuration(self, _: Asked) -> Answer:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=one",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": [self.algorithm],
        }
        return Answer(told | self.metadata)

    async def _jwks(self, _: Asked) -> Answer:
        return Answer(KeySet(list(self.published)).as_dict(private=False))

    async def _token(self, asked: Asked) -> Answer:
        begun = self._begun.pop(asked.form.get("code", ""), None)
        challenge = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != proved or begun["redirect_uri"] != asked.form["redirect_uri"]:
            return Answer({"error": "invalid_grant", "error_description": "no such “code”"}, status=400)
        now = int(time.time())
        claims = {"iss": self.url, "aud": begun["client_id"], "iat": now, "exp": now + 60, "nonce": begun["nonce"]}
        said = {name: value for name, value in (claims | self.user | self.claims).items() if value is not None}
        header = {"alg": self.algorithm, **({"kid": self.key.kid} if self.key.kid else {})}
        token = jws.serialize_compact(header, json.dumps(said), self.signs_with or self.key, [self.algorithm])
        told = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600, "id_token": token}
        return Answer({k: v for k, v in (told | self.tokens).items() if v is not None})

    async def _userinfo(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != "Bearer at-1":
            return Answer(status=401)
        return Answer(self.userinfo)


@asynccontextmanager
async def openid_server() -> AsyncIterator[OpenIdServer]:
    server = OpenIdServer()
    async with server.listening():
        yield server
