"""One sign-in, from leaving for the provider to coming back, without a row in the database.

The browser keeps a cookie with 256 random bits, the time and where to go afterwards. State, nonce and code verifier
are HMACs of that cookie as a whole, for one provider, under a key of ours: the right state at the callback proves
that this browser began this sign-in, at this provider, and that nobody has touched the time or the destination.
A table of begun sign-ins was rejected: whoever begins thousands would fill it.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Final

import msgspec

from core.keys import key_for
from modules.user.oauth.errors import BadSignIn, SignInExpired

LIFETIME_SECONDS: Final = 600
_SKEW_SECONDS: Final = 60
_SEPARATOR: Final = "."


class Proofs(msgspec.Struct, frozen=True):
    """What ties the two ends of a sign-in together: RFC 6749, 10.12; OpenID Connect Core, 3.1.2.1; RFC 7636."""

    state: str
    nonce: str
    code_verifier: str

    def __repr__(self) -> str:
        return "Proofs()"


class Begun(msgspec.Struct, frozen=True):
    """`cookie` is for the browser, the proofs are for the provider."""

    cookie: str
    proofs: Proofs


class Returned(msgspec.Struct, frozen=True):
    """`landing` is where the browser wanted to go, or None."""

    proofs: Proofs
    landing: str | None


class Flow:
    """Begins sign-ins and recognises them when they come back."""

    def __init__(self, secret_key: str, *, production: bool) -> None:
        self._key = key_for("oauth flow", secret_key)
        self.cookie = "__Host-interna_oauth" if production else "interna_oauth"

    def begin(self, provider: str, landing: str | None, *, secret: bytes, now: datetime) -> Begun:
        """`secret`: 32 random bytes."""
        parts = (_encoded(secret), str(int(now.timestamp())), _encoded((landing or "").encode()))
        cookie = _SEPARATOR.join(parts)
        return Begun(cookie, self._proofs(provider, cookie))

    def finish(self, provider: str, cookie: str, state: str | None, *, now: datetime) -> Returned:
        """Raises `BadSignIn` and `SignInExpired`."""
        proofs = self._proofs(provider, cookie)
        if not hmac.compare_digest(proofs.state.encode(), _bytes(state or "")):
            raise BadSignIn
        _, begun, landing = cookie.split(_SEPARATOR)  # ours, as the state proves
        if not -_SKEW_SECONDS <= now.timestamp() - int(begun) <= LIFETIME_SECONDS:
            raise SignInExpired
        return Returned(proofs, base64.urlsafe_b64decode(landing + "==").decode() or None)

    def _proofs(self, provider: str, cookie: str) -> Proofs:
        return Proofs(*(self._derived(purpose, provider, cookie) for purpose in Proofs.__struct_fields__))

    def _derived(self, *parts: str) -> str:
        return _encoded(hmac.digest(self._key, b"\0".join(_bytes(part) for part in parts), "sha256"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
