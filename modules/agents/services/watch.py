"""What processes know of each other's calls: one look at the database for all who wait in this one, and one word to it
of all that are answered here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextvars import Context
from typing import Final
from uuid import UUID

import structlog

from core.database.identity import Anonymous
from core.database.pool import Database
from core.errors import InternaError
from modules.agents.domain import Part, Seen
from modules.agents.repositories import CallsEverywhere

_PAUSE: Final = 0.05
_PAUSE_AFTER_FAULT: Final = 1.0
_log = structlog.get_logger("interna.agents")


class Watch:
    """Tells how calls get on. A connection is held for a few milliseconds at a time, and none if nobody waits."""

    def __init__(self, database: Database, calls: Callable[[], CallsEverywhere]) -> None:
        self._database = database
        self._calls = calls
        self._waiting: dict[asyncio.Future[Seen | None], tuple[UUID, UUID, Seen | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def changes(self, tenant_id: UUID, request_id: UUID) -> AsyncGenerator[Seen, None]:
        """The call as it stands, then again whenever it has changed, until it has ended or is gone."""
        seen: Seen | None = None
        while True:
            seen = await self._next(tenant_id, request_id, seen)
            if seen is None:
                return
            yield seen
            if seen.ended:
                return

    async def end(self, tenant_id: UUID, request_id: UUID) -> None:
        """Wait until the call has ended or is gone."""
        async for _ in self.changes(tenant_id, request_id):
            pass

    async def look(self, keys: Collection[tuple[UUID, UUID]]) -> dict[UUID, Seen]:
        """How these calls (tenant and id of each) stand."""
        async with self._database.unit(Anonymous(), read_only=True):
            return {seen.id: seen for seen in await self._calls().look(keys)}

    async def stopped(self, keys: Collection[tuple[UUID, UUID]]) -> list[UUID]:
        """Those of these calls that were ended elsewhere, before they were answered."""
        async with self._database.unit(Anonymous(), read_only=True):
            return await self._calls().stopped(keys)

    async def keep(self, parts: Collection[Part]) -> None:
        """Say that these are being answered, and how far they are."""
        async with self._database.unit(Anonymous()):
            await self._calls().keep(parts)

    async def _next(self, tenant_id: UUID, request_id: UUID, before: Seen | None) -> Seen | None:
        waiter: asyncio.Future[Seen | None] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = (tenant_id, request_id, before)
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking(), context=Context())
        try:
            return await waiter
        finally:
            self._waiting.pop(waiter, None)

    async def _keep_looking(self) -> None:
        try:
            while self._waiting:
                try:
                    found = await self.look({(tenant_id, id_) for tenant_id, id_, _ in self._waiting.values()})
                except InternaError as error:
                    _log.warning("calls are not seen for a moment", error=error.detail)
                    await asyncio.sleep(_PAUSE_AFTER_FAULT)
                    continue
                except Exception as error:
                    for waiter in [each for each in self._waiting if not each.done()]:
                        waiter.set_exception(error)
                    raise
                for waiter, (_, request_id, before) in list(self._waiting.items()):
                    seen = found.get(request_id)
                    if (seen is None or seen != before) and not waiter.done():
                        waiter.set_result(seen)
                await asyncio.sleep(_PAUSE)
        finally:
            self._looking = None
