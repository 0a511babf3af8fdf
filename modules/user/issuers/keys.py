"""The public keys of an issuer: fetched when they are needed, kept for an hour, and never fetched in a storm.

Whoever sends tokens can invent key ids, so what is fetched, and when, must not be theirs to decide: an unknown key id
makes us look once every 30 seconds, a failure makes us wait twice as long each time, and however many requests wait,
there is one fetch. It belongs to none of them, so none can take it along when its client leaves.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

import structlog

from core.errors import Unavailable
from modules.user.issuers.documents import TOTAL_SECONDS, DocumentError, Reader, reading

if TYPE_CHECKING:
    from joserfc.jwk import Key, KeySet

FRESH_SECONDS: Final = 3600.0
USABLE_SECONDS: Final = 86_400.0
"""How long keys are good for while their issuer cannot be asked."""
SEARCH_SECONDS: Final = 30.0
"""The least time between two searches for an unknown key id."""
LONGEST_PAUSE_SECONDS: Final = 30.0
"""After failures: 1, 2, 4, ... seconds, up to this."""

_MOST_KEYS: Final = 100
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
_PUBLIC: Final = ("kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y")
_RSA_BITS: Final = range(2048, 16_400)  # RFC 7518, 3.3; the upper bound is what a verification may cost
_log = structlog.get_logger("interna.issuers")


class KeysUnavailable(Unavailable):
    """The keys of this token's issuer cannot be had at the moment; try again."""

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = max(1, math.ceil(retry_after))


class KeySource:
    """The keys of one issuer, from `jwks_uri` or through OpenID Connect Discovery.

    `clock` counts seconds; `seconds` is what a fetch may take.
    """

    def __init__(
        self,
        *,
        issuer: str,
        jwks_uri: str | None,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._issuer = issuer
        self._jwks_uri = jwks_uri
        self._clock = clock
        self._seconds = seconds
        self._keys: KeySet | None = None
        self._ids: frozenset[str | None] = frozenset()
        self._fetched_at = -math.inf
        self._searched_at = -math.inf
        self._failed_at = -math.inf
        self._failures = 0
        self._fetching: asyncio.Task[None] | None = None

    async def key_set(self, kid: str | None) -> KeySet:
        """The keys of now, whether or not `kid` is among them. Raises `KeysUnavailable`."""
        keys, known = self._keys, kid is None or kid in self._ids
        age = self._clock() - self._fetched_at
        if keys is not None and known and age < FRESH_SECONDS:
            return keys
        fetching = self._fetching or self._begin(search=age < FRESH_SECONDS)
        # While the issuer is known to be away, old keys that fit are not worth waiting ten seconds for.
        patient = keys is None or age >= USABLE_SECONDS or not known or not self._failures
        if fetching is not None and patient:
            await asyncio.shield(fetching)
        if self._keys is None or self._clock() - self._fetched_at >= USABLE_SECONDS:
            raise KeysUnavailable(self._failed_at + self._pause - self._clock())
        return self._keys

    @property
    def _pause(self) -> float:
        return min(LONGEST_PAUSE_SECONDS, 2.0 ** (self._failures - 1)) if self._failures else 0.0

    def _begin(self, *, search: bool) -> asyncio.Task[None] | None:
        """Start a fetch, unless it is too early. A search is for a key id that is not among fresh keys."""
        now = self._clock()
        if now < self._failed_at + self._pause or (search and now < self._searched_at + SEARCH_SECONDS):
            return None
        if search:
            self._searched_at = now
        # In a context of its own, which keeps no request alive.
        self._fetching = asyncio.get_running_loop().create_task(self._fetch(), context=Context())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            self._keys = await fetch_keys(self._issuer, self._jwks_uri, self._seconds)
        except DocumentError as error:
            self._failures += 1
            self._failed_at = self._clock()
            _log.warning("an issuer's keys cannot be had", issuer=self._issuer, why=str(error))
        else:
            self._ids = frozenset(key.kid for key in self._keys)
            self._fetched_at = self._clock()
            self._failures = 0
        finally:
            self._fetching = None


async def fetch_keys(issuer: str, jwks_uri: str | None, seconds: float = TOTAL_SECONDS) -> KeySet:
    """Fetch the keys, now. Raises `DocumentError`, also where there is no key that could verify a token."""
    async with reading(seconds) as reader:
        uri = jwks_uri or await _discover(reader, issuer)
        return usable_keys(await reader.read(uri))


async def _discover(reader: Reader, issuer: str) -> str:
    """OpenID Connect Discovery 1.0, 4.3: whose issuer is not exactly the one that was asked speaks for another."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    found = await reader.read(url)
    said = found.get("issuer") if isinstance(found, dict) else None
    if said != issuer:
        raise DocumentError(f"{url} is the document of another issuer: {str(said)[:200]!r}")
    uri = found.get("jwks_uri")
    if not isinstance(uri, str):
        raise DocumentError(f"{url} has no jwks_uri")
    return uri


def usable_keys(jwks: Any) -> KeySet:
    """The public keys for signatures in a JWK Set (RFC 7517, 5: what is not understood is left out).

    Raises `DocumentError` where none is left.
    """
    from joserfc.jwk import KeySet

    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(listed, list):
        raise DocumentError("this is no JWK Set: it has no list `keys`")
    keys = [key for one in listed[:_MOST_KEYS] if isinstance(one, dict) and (key := _usable(one)) is not None]
    if not keys:
        raise DocumentError("no public key for signatures is among its keys")
    return KeySet(keys)


def _usable(jwk: dict[str, Any]) -> Key | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry, RSAKey

    try:
        if jwk["kty"] not in _KINDS or jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
            return None
        if jwk["kty"] == "RSA" and len(jwk["n"]) * 6 not in _RSA_BITS:
            return None
        key = JWKRegistry.import_key({name: jwk[name] for name in _PUBLIC if name in jwk})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None if isinstance(key, RSAKey) and key.public_key.key_size not in _RSA_BITS else key
