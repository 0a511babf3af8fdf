"""The issuers that are trusted, as this worker knows them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final

import msgspec

from core.database.identity import Anonymous
from core.database.pool import Database
from modules.user.issuers.keys import KeySource
from modules.user.repositories import AccountRepository
from modules.user.repositories.accounts import TrustedIssuer

FRESH_SECONDS: Final = 30.0
"""How long a changed row (algorithms, audience, claims) may go unnoticed."""
SEARCH_SECONDS: Final = 1.0
"""The least time between two looks for an issuer that is not in the book."""


class KnownIssuer(msgspec.Struct, frozen=True):
    """A trusted issuer, and where its public keys are."""

    row: TrustedIssuer
    keys: KeySource


class IssuerBook:
    """Reads `users.trusted_issuers`, at most every 30 seconds, or every second for an issuer that is not there.

    That an issuer has been removed needs no reading: the database refuses its users on the very next request, because
    `app.identify_subject` asks for the row by its id. `clock` is in seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, KnownIssuer] = {}
        self._read_at = -math.inf
        self._reading = asyncio.Lock()

    async def find(self, issuer: str) -> KnownIssuer | None:
        """Raises `core.database.errors.DatabaseUnavailable`."""
        if self._is_old(issuer):
            async with self._reading:
                if self._is_old(issuer):
                    await self._read()
        return self._known.get(issuer)

    def _is_old(self, issuer: str) -> bool:
        return self._clock() - self._read_at >= (FRESH_SECONDS if issuer in self._known else SEARCH_SECONDS)

    async def _read(self) -> None:
        async with self._database.unit(Anonymous(), read_only=True) as unit:
            rows = await AccountRepository(unit.transaction).issuers()
        self._known = {row.issuer: KnownIssuer(row, self._keys_of(row)) for row in rows}
        self._read_at = self._clock()

    def _keys_of(self, row: TrustedIssuer) -> KeySource:
        """What is there already stays, with its keys, unless they come from another place now."""
        known = self._known.get(row.issuer)
        if known is not None and known.row.jwks_uri == row.jwks_uri:
            return known.keys
        return KeySource(issuer=row.issuer, jwks_uri=row.jwks_uri)
