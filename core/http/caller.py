"""Who is calling: the credentials of a request, and what the identity statement made of them."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.types import Uuid

from core.database.identity import Identified, OperatorToken, SessionToken, Subject
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.keys import key_for

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN_PREFIX: Final = "ses_"
_OPERATOR_PREFIX: Final = "ops_"
_JWT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)  # RFC 7515, section 7.1

TOUCH_SESSION: Final = Statement.nullable(
    select(func.app.touch_session(bindparam("session_id", type_=Uuid), type_=Text)), into=str
)


class Caller(msgspec.Struct, frozen=True):
    """A logged-in user, acting for one tenant in one role."""

    session_id: UUID | None
    """None where a trusted issuer vouches for the caller: there is no session of ours."""
    user_id: UUID
    tenant_id: UUID
    role_id: UUID
    policy_version: int
    stale: bool
    """The session was last seen more than a minute ago, so that is worth writing down."""
    in_cookie: bool = False


class Operator(msgspec.Struct, frozen=True):
    """A logged-in operator of the platform."""

    session_id: UUID
    operator_id: UUID


class Presented(msgspec.Struct, frozen=True):
    """What a request carries: a token, the tenant that is asked for, and whether a browser sent it by itself."""

    token: str
    tenant: str | None
    in_cookie: bool


class Vouched(Protocol):
    """A token of a trusted issuer, verified."""

    @property
    def identity(self) -> Subject: ...

    async def settle(self) -> None:
        """Make the user that the token names, or bring the address and the membership up to date."""
        ...


class TrustedIssuers(Protocol):
    """Verifies other people's tokens; the user module implements it."""

    async def verify(self, token: str, tenant: str | None) -> Vouched:
        """Raises `Unauthenticated`, and `Unavailable` where the issuer's keys cannot be had."""
        ...


class CrossSite(Denied):
    """A request with a session cookie must come from this site."""


class Sessions:
    """Tokens of sessions, and how a request carries one.

    A token is 256 random bits; only its HMAC-SHA256 under the application's key is ever stored (OWASP ASVS 5.0,
    7.2.3), so a copy of the table is worth nothing.
    """

    def __init__(self, secret_key: str, *, production: bool) -> None:
        self._key = key_for("session", secret_key)
        self.cookie = "__Host-interna_session" if production else "interna_session"

    def new_token(self, *, operator: bool = False) -> str:
        return (_OPERATOR_PREFIX if operator else _TOKEN_PREFIX) + secrets.token_urlsafe(32)

    def hash(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode("utf-8", "surrogateescape"), "sha256")

    def presented(self, method: str, headers: Mapping[bytes, bytes]) -> Presented:
        """The token that a request carries; raises `Unauthenticated` where there is none."""
        tenant = self._tenant(headers)
        authorization = headers.get(b"authorization")
        if authorization is not None:
            scheme, _, token = authorization.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise Unauthenticated("The Authorization header must be `Bearer <token>`.")
            return Presented(token.strip(), tenant, in_cookie=False)
        token = self.cookie_of(headers)
        if not token:
            raise Unauthenticated
        if method not in _SAFE_METHODS and not _same_origin(headers):
            raise CrossSite
        return Presented(token, tenant, in_cookie=True)

    def cookie_of(self, headers: Mapping[bytes, bytes]) -> str:
        """The session's token in the cookie; empty where there is none."""
        return cookie(headers.get(b"cookie", b"").decode("latin-1"), self.cookie)

    @staticmethod
    def _tenant(headers: Mapping[bytes, bytes]) -> str | None:
        header = headers.get(b"x-tenant-id")
        if header is None:
            return None
        tenant = header.decode("latin-1").strip()
        if not tenant:
            raise Invalid("X-Tenant-ID must be a tenant's id or slug.", path="X-Tenant-ID")
        return tenant


async def identify(
    transaction: Transaction, presented: Presented, sessions: Sessions, issuers: Callable[[], TrustedIssuers]
) -> Caller:
    """Open the request's transaction as whoever the token names, in the round trip of BEGIN."""
    if _JWT.fullmatch(presented.token):
        found = await _identify_subject(transaction, await issuers().verify(presented.token, presented.tenant))
    else:
        transaction.identity = SessionToken(sessions.hash(presented.token), presented.tenant)
        found = await _identified(transaction)
    if found is None:
        raise Unauthenticated("The session is unknown, ended or expired; log in again.")
    if found.tenant_id is None or found.role_id is None or found.policy_version is None:
        raise NotFound("There is no such tenant.")
    return Caller(
        found.session_id,
        found.user_id,
        found.tenant_id,
        found.role_id,
        found.policy_version,
        found.stale and found.session_id is not None,
        presented.in_cookie,
    )


async def identify_operator(transaction: Transaction, presented: Presented, sessions: Sessions) -> Operator:
    """The same for an operator, who comes with a bearer token only."""
    if presented.in_cookie:
        raise Unauthenticated
    transaction.identity = OperatorToken(sessions.hash(presented.token))
    await transaction.open()
    if transaction.identified is None:
        raise Unauthenticated("The session is unknown, ended or expired; log in again.")
    return Operator(*transaction.identified)


async def _identify_subject(transaction: Transaction, vouched: Vouched) -> Identified | None:
    """At first sight there is no such user yet; what an issuer says anew is written down before the request goes on."""
    transaction.identity = vouched.identity
    found = await _identified(transaction)
    if found is None or found.stale or found.tenant_id is None:
        await transaction.rollback()
        await vouched.settle()
        found = await _identified(transaction)
    return found


async def _identified(transaction: Transaction) -> Identified | None:
    await transaction.open()
    return Identified(*transaction.identified) if transaction.identified else None


def cookie(header: str, name: str) -> str:
    """The value of one cookie in a Cookie header; empty where it is not there."""
    for part in header.split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return ""


def _same_origin(headers: Mapping[bytes, bytes]) -> bool:
    origin = headers.get(b"origin")
    if origin is not None:
        return urlsplit(origin.decode("latin-1")).netloc.encode("latin-1") == headers.get(b"host", b"")
    return headers.get(b"sec-fetch-site") == b"same-origin"
