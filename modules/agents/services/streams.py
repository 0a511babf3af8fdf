"""Telling an answer as it is given: while it is, again after a pause, and after it is long over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final
from uuid import UUID

import structlog

from core.database.identity import Acting
from core.database.pool import Database
from core.errors import NotFound, Unavailable
from core.http.events import ServerEvent
from modules.agents.domain import Outcome, Seen
from modules.agents.models.protocol import Completion, Usage
from modules.agents.services.record import AgentRecord
from modules.agents.services.running import Running
from modules.agents.services.watch import Watch

_LOOK_AGAIN: Final = 1.0
_log = structlog.get_logger("interna.agents")


class Streams:
    """Answers to a user's own questions, wherever they are given: here, in another process, or yesterday."""

    def __init__(self, database: Database, running: Running, watch: Watch, record: Callable[[], AgentRecord]) -> None:
        self._database = database
        self._running = running
        self._watch = watch
        self._record = record

    async def events(
        self, user_id: UUID, tenant_id: UUID, request_id: UUID, after: int | None = None
    ) -> AsyncGenerator[ServerEvent, None]:
        """`start`, `token`s and `done`; or what comes after the event with the id `after`.

        Raises what the call ended with: what the model raises, `Cancelled`.
        """
        if after is None:
            yield ServerEvent("start", {"agent_request_id": request_id}, id=0)
        said = self._said(Acting(user_id, tenant_id), request_id, after or 0)
        async with aclosing(said):
            async for at, piece in said:
                if isinstance(piece, Usage):
                    yield ServerEvent("done", {"usage": piece}, id=at + 1)
                else:
                    yield ServerEvent("token", {"text": piece}, id=at)

    async def whole(self, user_id: UUID, tenant_id: UUID, request_id: UUID) -> Completion:
        """The answer once it is complete; raises what the call ended with."""
        parts: list[str] = []
        usage = Usage(0, 0)
        said = self._said(Acting(user_id, tenant_id), request_id, 0)
        async with aclosing(said):
            async for _, piece in said:
                if isinstance(piece, Usage):
                    usage = piece
                else:
                    parts.append(piece)
        return Completion("".join(parts), usage)

    async def progress(self, tenant_id: UUID, request_id: UUID) -> AsyncGenerator[Seen, None]:
        """How far a call is, now and whenever that changes, until it has ended."""
        async with aclosing(self._watch.changes(tenant_id, request_id)) as changes:
            async for seen in changes:
                yield seen

    async def _said(self, who: Acting, request_id: UUID, at: int) -> AsyncGenerator[tuple[int, str | Usage], None]:
        """Pieces with the place where each ends, then the usage."""
        if (live := self._running.find(request_id)) is not None:
            async with aclosing(live.pieces(at)) as pieces:
                async for place, text in pieces:
                    at = place
                    yield at, text
            if not live.elsewhere:
                yield len(live.said), live.usage
                return
        async with aclosing(self._stored(who, request_id, at)) as stored:
            async for each in stored:
                yield each

    async def _stored(self, who: Acting, request_id: UUID, at: int) -> AsyncGenerator[tuple[int, str | Usage], None]:
        assert who.tenant_id is not None
        async with aclosing(self._watch.changes(who.tenant_id, request_id)) as changes:
            async for seen in changes:
                if not seen.ended and seen.letters <= at:
                    continue
                outcome = await self._outcome(who, request_id)
                reply = outcome.reply or ""
                if text := reply[at:]:
                    at = len(reply)
                    yield at, text
                if seen.ended:
                    if outcome.trouble is not None:
                        raise outcome.trouble
                    yield len(reply), outcome.usage
                    return
        raise NotFound

    async def _outcome(self, who: Acting, request_id: UUID) -> Outcome:
        """Waits for the database: an error would be told as the call's end, with an id that nothing comes after."""
        while True:
            try:
                async with self._database.unit(who, read_only=True):
                    outcome = await self._record().outcome(request_id)
                break
            except Unavailable as error:
                _log.warning("an answer is not read for a moment", error=error.detail)
                await asyncio.sleep(_LOOK_AGAIN)
        if outcome is None:
            raise NotFound
        return outcome
