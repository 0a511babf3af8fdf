"""Who is calling: the credentials of a request, and what the identity statement made of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.types import Uuid

from core.database.identity import Identified, SessionToken
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.errors import Denied, Invalid, NotFound, Unauthenticated

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN_PREFIX: Final = "ses_"


TOUCH_SESSION: Final = Statement.nullable(
    select(func.app.touch_session(bindparam("session_id", type_=Uuid), type_=Text)), into=str
)


class Caller(msgspec.Struct, frozen=True):
    """A logged-in user, acting for one tenant in one role."""

    session_id: UUID
    user_id: UUID
    tenant_id: UUID
    role_id: UUID
    policy_version: int
    stale: bool
    """The session was last seen more than a minute ago, so that is worth writing down."""


class CrossSite(Denied):
    """A request with a session cookie must come from this site."""


class Sessions:
    """Tokens of sessions, and how a request carries one.

    A token is 256 random bits; only its HMAC-SHA256 under the application's key is ever stored (OWASP ASVS 5.0,
    7.2.3), so a copy of the table is worth nothing.
    """

    def __init__(self, secret_key: str, *, production: bool) -> None:
        self._key = hashlib.sha256(b"interna session\0" + secret_key.encode()).digest()
        self.cookie = "__Host-interna_session" if production else "interna_session"

    def new_token(self) -> str:
        return _TOKEN_PREFIX + secrets.token_urlsafe(32)

    def hash(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode("utf-8", "surrogateescape"), "sha256")

    def set_cookie(self, token: str, max_age: int) -> str:
        """The Set-Cookie value; `max_age` in seconds, 0 takes the cookie away."""
        return f"{self.cookie}={token}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=Lax"

    def credentials(self, method: str, headers: Mapping[bytes, bytes]) -> SessionToken:
        """The token that a request carries; raises `Unauthenticated` where there is none."""
        tenant = self._tenant(headers)
        authorization = headers.get(b"authorization")
        if authorization is not None:
            scheme, _, token = authorization.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise Unauthenticated("The Authorization header must be `Bearer <token>`.")
            return SessionToken(self.hash(token.strip()), tenant)
        token = self._cookie(headers.get(b"cookie", b"").decode("latin-1"))
        if not token:
            raise Unauthenticated
        if method not in _SAFE_METHODS and not _same_origin(headers):
            raise CrossSite
        return SessionToken(self.hash(token), tenant)

    def _cookie(self, header: str) -> str:
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.cookie:
                return value
        return ""

    @staticmethod
    def _tenant(headers: Mapping[bytes, bytes]) -> str | None:
        header = headers.get(b"x-tenant-id")
        if header is None:
            return None
        tenant = header.decode("latin-1").strip()
        if not tenant:
            raise Invalid("X-Tenant-ID must be a tenant's id or slug.", path="X-Tenant-ID")
        return tenant


async def identify(transaction: Transaction, credentials: SessionToken) -> Caller:
    """Open the request's transaction as the owner of the token, in the round trip of BEGIN."""
    transaction.identity = credentials
    await transaction.open()
    if transaction.identified is None:
        raise Unauthenticated("The session is unknown, ended or expired; log in again.")
    found = Identified(*transaction.identified)
    if found.tenant_id is None or found.role_id is None or found.policy_version is None:
        raise NotFound("There is no such tenant.")
    return Caller(found.session_id, found.user_id, found.tenant_id, found.role_id, found.policy_version, found.stale)


def _same_origin(headers: Mapping[bytes, bytes]) -> bool:
    origin = headers.get(b"origin")
    if origin is not None:
        return urlsplit(origin.decode("latin-1")).netloc.encode("latin-1") == headers.get(b"host", b"")
    return headers.get(b"sec-fetch-site") == b"same-origin"
