"""A GitHub Enterprise server on loopback, as far as signing in goes."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.user.oauth.loopback import Answer, Asked, Loopback


class GitHubServer(Loopback):
    """Signs in `user` with `addresses` without asking."""

    def __init__(self) -> None:
        super().__init__()
        self.user: dict[str, Any] = {"id": 583231, "login": "octo", "name": None, "avatar_url": "https://img.example/1"}
        self.addresses: list[dict[str, Any]] = [
            {"email": "old@example.com", "primary": False, "verified": True, "visibility": None},
            {"email": "octo@example.com", "primary": True, "verified": True, "visibility": "public"},
        ]
        self._begun: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self.answers = {
            "/login/oauth/access_token": self._token,
            "/api/v3/user": self._who,
            "/api/v3/user/emails": self._emails,
        }

    def authorize(self, url: str) -> str:
        code = secrets.token_hex(10)
        self._begun[code] = dict(parse_qsl(urlsplit(url).query))
        return code

    async def _token(self, asked: Asked) -> Answer:
        begun = self._begun.pop(asked.form.get("code", ""), None)
        digest = hashlib.sha256(asked.form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != proved:
            return Answer({"error": "bad_verification_code", "error_description": "incorrect or expired"})
        if (asked.form.get("client_id"), asked.form.get("client_secret")) != ("interna", "hush"):
            return Answer({"error": "incorrect_client_credentials"})
        token = f"gho_{secrets.token_hex(8)}"
        self._tokens.add(token)
        return Answer({"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"})

    def _knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    async def _who(self, asked: Asked) -> Answer:
        return Answer(self.user) if self._knows(asked) else Answer({"message": "Bad credentials"}, status=401)

    async def _emails(self, asked: Asked) -> Answer:
        return Answer(self.addresses) if self._knows(asked) else Answer({"message": "Bad credentials"}, status=401)


@asynccontextmanager
async def github_server() -> AsyncIterator[GitHubServer]:
    server = GitHubServer()
    async with server.listening():
        yield server
