"""Whether a token is what it says it is: whose, how signed, for whom and until when (RFC 7519, 7.2; RFC 8725).

Imported with the first token, as it loads the cryptography.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key, OctKey
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact
from joserfc.jwt import JWTClaimsRegistry

from core.settings import NamedSecrets
from modules.user.issuers.algorithms import ASYMMETRIC, SECRET_BYTES, fits
from modules.user.issuers.book import KnownIssuer
from modules.user.issuers.refusals import IssuerMisconfigured, IssuerNotTrusted, TokenRefused
from modules.user.repositories.accounts import TrustedIssuer

LONGEST_BYTES: Final = 8192
SKEW_SECONDS: Final = 60

_MOST_TRIED: Final = 10
"""How many keys are tried for a token that names none."""
_NOT_A_JWT: Final = "The token is not a signed JWT."
_TEXTS: Final = {
    "exp": "The token says not until when it is valid (exp).",
    "aud": "The token is for another audience.",
    "nbf": "The token is not valid yet (nbf); is the clock right?",
    "iat": "The token is from the future (iat); is the clock right?",
}
_log = structlog.get_logger("interna.issuers")

Find = Callable[[str], Awaitable[KnownIssuer | None]]


class _Registry(JWSRegistry):
    """Ignores unknown header parameters, as RFC 7515, 4 demands. What brings a key along (jku, jwk, x5u, x5c) is
    never looked at; which algorithm is allowed has been decided by the row."""

    max_header_length = LONGEST_BYTES

    def get_alg(self, name: str) -> JWSAlgModel:
        """Without the library's warnings about the older of two names of one algorithm."""
        if name not in ASYMMETRIC and name not in SECRET_BYTES:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


_REGISTRY: Final = _Registry(strict_check_header=False)


class Verified(msgspec.Struct, frozen=True):
    """The claims of a token that holds, and the issuer that stands for them."""

    issuer: TrustedIssuer
    claims: dict[str, Any]


async def verified(token: str, find: Find, secrets: NamedSecrets, now: datetime) -> Verified:
    """Raises `TokenRefused`, and `KeysUnavailable` or `IssuerMisconfigured` where there is nothing to verify with.

    Nothing in the token decides how it is verified: its `iss` picks a row, and the row says the rest.
    """
    signed, claims = _taken_apart(token)
    issuer = claims.get("iss")
    known = await find(issuer) if isinstance(issuer, str) else None
    if known is None:
        raise IssuerNotTrusted
    algorithm = signed.protected.get("alg")
    shared_secret = known.row.secret_variable is not None
    if algorithm not in known.row.algorithms or not fits(algorithm, shared_secret=shared_secret):
        raise TokenRefused("The token is signed with an algorithm that its issuer is not known to use.")
    keys: Sequence[Key]
    if known.row.secret_variable is not None:
        keys = [_secret(known.row.secret_variable, algorithm, secrets)]
    else:
        keys = await _published(known, signed.protected.get("kid"))
    if not any(_holds(signed, key) for key in keys):
        raise TokenRefused("The token's signature does not hold.")
    _check(claims, known.row.audience, now)
    return Verified(known.row, claims)


def _taken_apart(token: str) -> tuple[CompactSignature, dict[str, Any]]:
    """The header and the claims, of which nothing is proved yet."""
    if len(token) > LONGEST_BYTES:
        raise TokenRefused("The token is longer than 8 KiB.")
    try:
        signed = extract_compact(token.encode("ascii"), registry=_REGISTRY)
        if not isinstance(signed.protected, dict):
            raise TokenRefused(_NOT_A_JWT)
        if "crit" in signed.protected:
            raise TokenRefused("The token's header demands an extension (crit), and we know none.")
        _REGISTRY.check_header(signed.protected)
        claims = msgspec.json.decode(signed.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused(_NOT_A_JWT) from None
    if not isinstance(claims, dict):
        raise TokenRefused(_NOT_A_JWT)
    return signed, claims


async def _published(known: KnownIssuer, kid: str | None) -> list[Key]:
    key_set = await known.keys.key_set(kid)
    keys = [key for key in key_set if kid is None or key.kid == kid]
    if not keys:
        raise TokenRefused("The token is signed with a key that its issuer does not publish.")
    return keys[:_MOST_TRIED]


def _secret(variable: str, algorithm: str, secrets: NamedSecrets) -> OctKey:
    value = (secrets.get(variable) or "").encode()
    if len(value) < SECRET_BYTES[algorithm]:
        why = f"shorter than {SECRET_BYTES[algorithm]} bytes" if value else "not set"
        _log.error("an issuer's secret cannot be used", variable=variable, why=why)
        raise IssuerMisconfigured
    try:
        return OctKey.import_key(value)
    except ValueError:
        _log.error("an issuer's secret cannot be used", variable=variable, why="it is a public key")
        raise IssuerMisconfigured from None


def _holds(signed: CompactSignature, key: Key) -> bool:
    try:
        return validate_compact(signed, key, registry=_REGISTRY)
    except (JoseError, ValueError):
        return False  # a key of another kind, curve or algorithm


def _check(claims: dict[str, Any], audience: str, now: datetime) -> None:
    try:
        _expected(audience, now).validate(claims)
    except ExpiredTokenError:
        raise TokenRefused("The token has expired.") from None
    except ClaimError as error:
        raise TokenRefused(_TEXTS.get(error.claim.partition(",")[0], "The token's claims do not fit.")) from None


def _expected(audience: str, now: datetime) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW_SECONDS,
        exp={"essential": True},
        aud={"essential": True, "value": audience},
    )
