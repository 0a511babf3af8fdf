"""Calls to the model that are under way in this process.

A call belongs to the server, not to the connection that asked for it: it is a task of its own, so a client that leaves
loses nothing, and may come back for the rest. Text is told by place: an event's id is how many characters had been
said when it was sent, so to go on after any id takes nothing but the text, here or, from the database, elsewhere.

No connection is held while a model thinks. What is said is stored at the end, in one transaction with all that depends
on it; before that in parts, for those who may listen elsewhere: twice a second, or every two seconds (ten, where a
thousand are under way) while somebody listens here. A job's call may be made again, and then be answered otherwise: of
its answer nothing is told or stored before it is whole, but how far it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from contextvars import Context
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import structlog

from core.database.pool import Database
from core.errors import BadUpstream, InternaError, Invalid, TimedOut, Unavailable
from modules.agents.domain import Call, Cancelled, failure_of, keep_nothing, usage_of_part, words_of
from modules.agents.models.protocol import Model, ModelFailed, ModelUnavailable, Token, Usage, anything
from modules.agents.services.discretion import Discretion
from modules.agents.services.record import AgentRecord
from modules.agents.services.running import Live, Running
from modules.agents.services.watch import Watch

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")

_TEND_EVERY: Final = 0.5
_STORED_WHILE_HEARD: Final = 2.0
_KEPT_AT_ONCE: Final = 40
"""Parts in one transaction, which holds a connection for some milliseconds."""
_KEPT_A_SECOND: Final = 100
"""Parts of what is heard here, about: of many calls each is stored the more seldom."""
_STORE_AGAIN: Final = (0.2, 1.0, 3.0)
_STOPPED: Final = "The server was stopped in the middle of the answer."
_log = structlog.get_logger("interna.agents")


class Calls:
    """Puts questions to the model, and stores and settles what comes of them, exactly once."""

    def __init__(
        self, database: Database, model: Model, record: Callable[[], AgentRecord], watch: Watch, running: Running
    ) -> None:
        self._database = database
        self._model = model
        self._record = record
        self._watch = watch
        self._running = running
        self._tending: asyncio.Task[None] | None = None

    def speak(self, call: Call, keep: Callable[[str], Awaitable[None]] = keep_nothing) -> Live:
        """Begin an answer in words. `keep` is called with the whole of it in the transaction that stores it."""
        live = self._enter(Live(call))
        live.task = asyncio.create_task(self._spoken(live, keep), context=Context())
        return live

    async def ask(
        self,
        call: Call,
        shape: type[T],
        keep: Callable[[T], Awaitable[R]],
        *,
        fits: Callable[[T], None] = anything,
    ) -> R:
        """An answer that fits `shape`, and what `keep` makes of it in the transaction that stores it.

        Whoever asks may leave: the answer is kept all the same. Raises what the model and `keep` raise, and
        `Cancelled`.
        """
        live = self._enter(Live(call))
        task = live.task = asyncio.create_task(self._asked(live, shape, keep, fits), context=Context())
        task.add_done_callback(_noticed)
        return await asyncio.shield(task)

    async def work(
        self,
        call: Call,
        shape: type[T],
        keep: Callable[[T], Awaitable[R]],
        *,
        fits: Callable[[T], None] = anything,
    ) -> R:
        """The same for a job: it ends with whoever asks, and a call whose model was unavailable is not over yet."""
        live = self._enter(Live(call, begins_anew=True))
        live.task = asyncio.current_task()
        return await self._asked(live, shape, keep, fits)

    async def recite(self, call: Call) -> None:
        """An answer in words, for a job. Raises what the model raises, and `Cancelled`."""
        live = self._enter(Live(call, begins_anew=True))
        live.task = asyncio.current_task()
        await self._spoken(live, keep_nothing)
        if live.error is not None:
            raise live.error

    def cancel(self, request_id: UUID, why: str) -> None:
        """End a call of this process; one of another ends when that looks."""
        if (live := self._running.find(request_id)) is not None:
            live.cancel(Cancelled(why))

    async def close(self) -> None:
        """End all calls. What was said is stored, and not paid: whoever asked may ask again."""
        for live in (lives := list(self._running)):
            live.cancel(ModelUnavailable(_STOPPED))
        await asyncio.gather(*(live.task for live in lives if live.task is not None), return_exceptions=True)
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)

    def _enter(self, live: Live) -> Live:
        self._running.enter(live)
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend(), context=Context())
        return live

    async def _spoken(self, live: Live, keep: Callable[[str], Awaitable[None]]) -> None:
        usage: Usage | None = None
        try:
            live.begin()
            discretion = Discretion(live.call.request.confidential)
            async with aclosing(self._model.stream(live.call.request)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Token):
                        discretion.hear(piece.text)
                        live.say(piece.text)
                        await asyncio.sleep(0)  # whoever listens hears it before more is read
                    else:
                        usage = piece
            if usage is None:
                raise ModelFailed("The language model's answer broke off.")
            live.usage, said = usage, live.said
            await self._store(live, {"reply": said}, usage, lambda: keep(said))
        except BaseException as error:
            await self._end_badly(live, error)
        else:
            live.end()
        finally:
            self._running.leave(live)

    async def _asked(
        self, live: Live, shape: type[T], keep: Callable[[T], Awaitable[R]], fits: Callable[[T], None]
    ) -> R:
        try:
            live.begin()
            answer = await self._model.structured(live.call.request, shape, fits=fits, heard=live.heard)
            Discretion(live.call.request.confidential).hear(msgspec.json.encode(answer.value).decode())
            kept = await self._store(live, {}, answer.usage, lambda: keep(answer.value))
        except BaseException as error:
            await self._end_badly(live, error)
            assert live.error is not None
            raise live.error from None
        else:
            live.end()
            return kept
        finally:
            self._running.leave(live)

    async def _store(self, live: Live, results: dict[str, Any], usage: Usage, keep: Callable[[], Awaitable[R]]) -> R:
        """In one transaction; tried again where the database does not answer. Raises `Cancelled`."""

        async def write() -> R:
            async with self._database.unit(live.call.who):
                if not await self._record().complete(live.call.request_id, results, usage):
                    raise Cancelled
                return await keep()

        return await _insist(write)

    async def _end_badly(self, live: Live, error: BaseException) -> None:
        """Store what was said until then, shielded: also where this very task is being cancelled."""
        live.ending = True
        if isinstance(error, asyncio.CancelledError) and live.cancelled is not None:
            error = live.cancelled
            if live.task is not None:
                live.task.uncancel()  # it was ours: a job that is left goes on with the next
        elif isinstance(error, asyncio.CancelledError) and not live.begins_anew:
            error = ModelUnavailable(_STOPPED)
        elif isinstance(error, (BadUpstream, TimedOut, Unavailable)) and not isinstance(error, Invalid):
            _log.warning("the model failed", error=error.detail, agent_request_id=str(live.call.request_id))
        elif isinstance(error, Exception) and not isinstance(error, InternaError):
            _log.error("a call failed", exc_info=error, agent_request_id=str(live.call.request_id))
        storing = asyncio.ensure_future(self._write_failure(live, error))
        while not storing.done():
            try:
                await asyncio.shield(storing)
            except asyncio.CancelledError:
                continue
            except Exception:
                break
        if (trouble := storing.exception()) is not None:
            _log.error("what became of a call was not stored", exc_info=trouble)
        live.end(error, elsewhere=trouble is None and not storing.result())

    async def _write_failure(self, live: Live, error: BaseException) -> bool:
        """False where that was not the end: it is tried again, or somebody else had ended it before."""
        usage = usage_of_part(live.call.request.letters, live.letters)

        async def write() -> bool:
            async with self._database.unit(live.call.who):
                if live.begins_anew and isinstance(error, (Unavailable, asyncio.CancelledError)):
                    await self._record().postpone(live.call.request_id, words_of(error))
                    return False
                return await self._record().fail(
                    live.call.request_id,
                    words_of(error),
                    cancelled=isinstance(error, Cancelled),
                    said=live.said,
                    failure=failure_of(error),
                    usage=usage,
                )

        return await _insist(write)

    async def _tend(self) -> None:
        """As long as anything is under way: store what others may be waiting for, and see what was ended elsewhere."""
        try:
            while self._running:
                await asyncio.sleep(_TEND_EVERY)
                try:
                    await self._tend_once()
                except Exception as error:
                    _log.warning("calls under way are not tended for a moment", error=repr(error))
        finally:
            self._tending = None

    async def _tend_once(self) -> None:
        keys = {(live.call.tenant_id, live.call.request_id) for live in self._running}
        if not keys:
            return
        for request_id in await self._watch.stopped(keys):
            self.cancel(request_id, "It was cancelled.")
        now = time.monotonic()
        pause = max(_STORED_WHILE_HEARD, len(keys) / _KEPT_A_SECOND)
        due = [(live, live.letters, live.part) for live in self._running if live.is_due(now, pause)]
        for at in range(0, len(due), _KEPT_AT_ONCE):
            some = due[at : at + _KEPT_AT_ONCE]
            await self._watch.keep([part for _, _, part in some])
            for live, letters, _ in some:
                live.stored, live.stored_at = letters, now


def _noticed(task: asyncio.Task[Any]) -> None:
    """Nobody may be left to be told of the error; it is written down."""
    if not task.cancelled():
        task.exception()


async def _insist(write: Callable[[], Awaitable[R]]) -> R:
    """What an answer cost is known only here: where the database does not answer, it is tried again."""
    for pause in _STORE_AGAIN:
        try:
            return await write()
        except Unavailable:
            await asyncio.sleep(pause)
    return await write()
