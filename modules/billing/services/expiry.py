"""What runs out: holds that nobody settled, and credits that nobody spent. Housekeeping does it, as each tenant."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.errors import InternaError
from core.module import Events
from modules.billing.domain import HoldExpired
from modules.billing.repositories import ExpiryRepository, HoldRepository

_log = structlog.get_logger("interna.billing")


class HoldExpiry:
    """Voids the holds that nobody settled in time, each as whoever asked for it, and tells whoever asked for them."""

    def __init__(self, database: Database, holds: Callable[[], HoldRepository], events: Events) -> None:
        self._database = database
        self._holds = holds
        self._events = events

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous(), read_only=True):
            expired = await self._holds().expired()
        voided = 0
        for hold in expired:
            try:
                async with self._database.unit(Acting(hold.user_id, hold.tenant_id)):
                    if await self._holds().void(hold.tenant_id, hold.id):
                        await self._events.publish(HoldExpired(hold.tenant_id, hold.user_id, hold.reference))
                        voided += 1
            except InternaError as error:  # one that others are at must not keep the rest waiting
                _log.warning("an expired hold is voided later", hold=str(hold.id), error=error.detail)
        return voided


class CreditExpiry:
    """Takes what remains of expired grants out of the accounts."""

    def __init__(self, database: Database, expiry: Callable[[], ExpiryRepository]) -> None:
        self._database = database
        self._expiry = expiry

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous(), read_only=True):
            tenants = await self._expiry().tenants()
        entered = 0
        for tenant_id in tenants:
            try:
                async with self._database.unit(Acting(None, tenant_id)):
                    entered += len(await self._expiry().expire(tenant_id))
            except InternaError as error:
                _log.warning("credits expire later", tenant=str(tenant_id), error=error.detail)
        return entered
