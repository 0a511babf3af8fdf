"""Keys for separate purposes out of the application's one secret: a value made for one is worth nothing for another."""

from __future__ import annotations

import hashlib


def key_for(purpose: str, secret_key: str) -> bytes:
    """32 bytes. Changing a purpose's name voids all that was made for it."""
    return hashlib.sha256(b"interna " + purpose.encode() + b"\0" + secret_key.encode()).digest()
