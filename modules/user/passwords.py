"""Password hashes: argon2id, off the event loop."""

from __future__ import annotations

import asyncio
import os
from typing import Final

import argon2

# OWASP Password Storage cheat sheet: argon2id with 19 MiB, two passes, one lane.
_HASHER: Final = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_PASSWORD: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$Yp2sgn0xXMDzO3WdL2hyWg$GeKPzP4KXnDvqg4GSqpDGh6aQDJYhVrrMGgSHfsDGdA"
)


class Passwords:
    """Hashes and verifies; at most as many at once as there are cores, so that log-ins cannot take all memory."""

    def __init__(self, hasher: argon2.PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._places = asyncio.Semaphore(os.cpu_count() or 1)

    async def hash(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """One verification always, also where there is no such user: the time must not tell."""
        async with self._places:
            return await asyncio.to_thread(_verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _HASHER.verify(password_hash or _NOBODYS_PASSWORD, password)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False
    return password_hash is not None
