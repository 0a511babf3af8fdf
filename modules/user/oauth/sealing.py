"""Sealing what must be kept but not be read: a provider's tokens, for one account, under a key of ours.

AES-256-GCM with a random nonce; the first byte says how it was sealed, so that the way can change. The account is
associated data: a row's tokens put into another row do not open.
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from core.keys import key_for

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """The sealed value is not what was sealed for this account under this key."""


class Sealing:
    """Seals and opens."""

    def __init__(self, secret_key: str) -> None:
        self._key = key_for("oauth tokens", secret_key)

    def seal(self, value: bytes, *, provider: str, subject: str) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(self._key).encrypt(nonce, value, _account(provider, subject))

    def open(self, sealed: bytes, *, provider: str, subject: str) -> bytes:
        """Raises `SealBroken`."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, nonce, secret = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if version != _VERSION or len(nonce) != _NONCE_BYTES:
            raise SealBroken
        try:
            return AESGCM(self._key).decrypt(nonce, secret, _account(provider, subject))
        except InvalidTag:
            raise SealBroken from None


def _account(provider: str, subject: str) -> bytes:
    return _VERSION + msgspec.json.encode([provider, subject])
