"""Which algorithms there are, and which of them a row may name."""

from __future__ import annotations

from typing import Final

SECRET_BYTES: Final = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Algorithms with a shared secret, and the fewest bytes that it may have (RFC 7518, 3.2)."""

ASYMMETRIC: Final = frozenset(
    "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 Ed448".split()  # RFC 7518, 8037, 9864
)


def fits(algorithm: str, *, shared_secret: bool) -> bool:
    """One issuer has one kind of key: with both, whoever knows the public key could sign with it as a secret."""
    return algorithm in (SECRET_BYTES if shared_secret else ASYMMETRIC)
