"""Throttling: what may be guessed may be tried a few times only.

An attempt is counted before it is made and forgiven once it turns out to be none, so that a thousand at the same
moment are not all the first one; who comes while it is not known yet waits for that. Counting commits on its own,
because the refusal that it leads to rolls back.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal
from uuid import UUID, uuid4

from core.database.identity import Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import TooMany
from core.http.addresses import throttling_key
from core.keys import key_for
from modules.user.devices import KnownDevices
from modules.user.domain import Device
from modules.user.repositories import AttemptRepository

Trial = Literal["log-in", "sign-up", "mail", "password", "operator", "member"]

PER_ACCOUNT: Final = 10
PER_ADDRESS: Final = 10
PER_DEVICE: Final = 10
IN_ALL: Final = 1000
WINDOW_SECONDS: Final = 300
_MOMENTS: Final = (0.05, 0.05, 0.1, 0.2, 0.3, *[0.5] * 18)
"""Seconds between looks at what others are trying, ten in all."""


class TooManyAttempts(TooMany):
    """Too many attempts; wait a little."""


class Throttle:
    """Counts attempts per account, per network address and in all; those of a known device by the device alone."""

    def __init__(self, transaction: Transaction, database: Database, devices: KnownDevices, secret_key: str) -> None:
        self._tx = transaction
        self._database = database
        self._devices = devices
        self._key = key_for("throttle", secret_key)

    @asynccontextmanager
    async def failures(self, trial: Trial, account: str, device: Device) -> AsyncIterator[None]:
        """What is tried inside counts unless it succeeds. Raises `TooManyAttempts`."""
        attempt = await self._admit(trial, account, device, pending=True)
        try:
            yield
        except Exception:
            await self._tx.rollback()
            async with self._database.unit(Anonymous()) as unit:
                await AttemptRepository(unit.transaction).settle(attempt)
            raise
        await AttemptRepository(self._tx).forgive(attempt)

    async def count(self, trial: Trial, account: str, device: Device) -> None:
        """Count an attempt whatever comes of it. Raises `TooManyAttempts`."""
        await self._admit(trial, account, device, pending=False)

    async def _admit(self, trial: Trial, account: str, device: Device, *, pending: bool) -> UUID:
        """The request's own transaction is committed first: nobody waits for a second connection holding one.

        Where others are being tried at this moment, wait for what comes of them: a class that logs in when the lesson
        begins is no attack.
        """
        await self._tx.commit()
        buckets = self._buckets(trial, account, device)
        hashes, limits, attempt = [self._hash(bucket) for bucket in buckets], list(buckets.values()), uuid4()
        for moment in _MOMENTS:
            async with self._database.unit(Anonymous()) as unit:
                wait = await AttemptRepository(unit.transaction).admit(
                    attempt, hashes, limits, seconds=WINDOW_SECONDS, pending=pending
                )
            if wait is None:
                return attempt
            if wait:
                raise TooManyAttempts(retry_after=wait)
            await asyncio.sleep(moment)
        raise TooManyAttempts(retry_after=1)

    def _buckets(self, trial: Trial, account: str, device: Device) -> dict[str, int]:
        known = self._devices.id_for(device.mark, account)
        if known is not None:
            return {f"{trial} device {known} {account.lower()}": PER_DEVICE}
        address = throttling_key(device.ip) if device.ip else "unknown"
        return {
            f"{trial} account {account.lower()}": PER_ACCOUNT,
            f"{trial} address {address}": PER_ADDRESS,
            f"{trial} all": IN_ALL,
        }

    def _hash(self, bucket: str) -> bytes:
        return hmac.digest(self._key, bucket.encode("utf-8", "surrogateescape"), "sha256")
