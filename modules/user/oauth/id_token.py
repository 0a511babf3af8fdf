"""ID tokens: whose word it is, for whom, how fresh, and for which sign-in (OpenID Connect Core, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from modules.user.issuers.algorithms import ASYMMETRIC
from modules.user.issuers.keys import KeySource
from modules.user.oauth.errors import BadProviderAnswer, CodeRefused
from modules.user.oauth.exchange import Said

_LEEWAY_SECONDS: Final = 60


class Claims(msgspec.Struct, frozen=True):
    """What is said of a user, in an ID token or at the userinfo endpoint."""

    sub: Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", max_length=255)]
    email: Said | None = None
    email_verified: bool | Literal["true", "false"] | None = None
    """Some providers say it in text."""
    name: Said | None = None
    picture: Said | None = None


class Expected(msgspec.Struct, frozen=True):
    """What the token must be like; `algorithms` are those that the provider says it uses."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]


async def verified(token: str, expected: Expected, keys: KeySource, *, now: datetime) -> Claims:
    """Raises `BadProviderAnswer`, and `CodeRefused` where the token is for another sign-in than this one.

    By public key only: with a shared secret, or none, anybody who knows our client could sign.
    """
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    registry = jws.JWSRegistry(
        algorithms=sorted(ASYMMETRIC.intersection(expected.algorithms)) or ["RS256"], strict_check_header=False
    )
    try:
        kid = jws.extract_compact(token.encode(), registry=registry).headers().get("kid")
        key_set = await keys.key_set(kid if isinstance(kid, str) else None)
        found = jwt.decode(token, key_set, registry=registry)
        _claims(expected, now).validate(found.claims)
        # Through JSON, as its decoder refuses what no text can hold.
        claims = msgspec.json.decode(msgspec.json.encode(found.claims), type=Claims)
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadProviderAnswer("The provider's ID token does not hold.") from error
    _check_audience(found.claims, expected.client_id)
    if found.claims["nonce"] != expected.nonce:
        raise CodeRefused
    return claims


def _claims(expected: Expected, now: datetime) -> Any:
    from joserfc.jwt import JWTClaimsRegistry

    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )


def _check_audience(claims: dict[str, Any], client_id: str) -> None:
    """Who is one of several audiences must be the one that the token was made for."""
    audience, party = claims["aud"], claims.get("azp")
    alone = audience in (client_id, [client_id])
    if party != client_id and not (alone and party is None):
        raise BadProviderAnswer("The provider's ID token is for somebody else.")
