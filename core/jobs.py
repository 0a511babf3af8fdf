"""Background jobs: procrastinate on our own PostgreSQL, enqueued on the transaction's own connection.

A job exists if and only if the transaction that wants it commits. Its arguments are ids, never content. A worker that
dies leaves its jobs marked as running; `sweep` finds those whose worker stopped its heartbeat and puts them back, so
a job must be able to run twice: it looks at what is there before it acts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import procrastinate
import structlog

from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import Unavailable

HEARTBEAT_SECONDS: Final = 5.0
STALLED_AFTER_SECONDS: Final = 20.0
SWEEP_EVERY_SECONDS: Final = 10.0
WAITS: Final = (1, 4, 9)

_log = structlog.get_logger("interna.jobs")


class Job(msgspec.Struct, frozen=True):
    """A kind of job: `run` gets the ids that it was enqueued with.

    `Unavailable` out of `run` means: again later, after each of `waits` (seconds) once; then `give_up` runs with the
    same ids.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    give_up: Callable[..., Awaitable[None]] | None = None
    waits: tuple[int, ...] = WAITS


class Housekeeping(msgspec.Struct, frozen=True):
    """Something that every worker does every few seconds, such as voiding what has expired."""

    name: str
    run: Callable[[], Awaitable[int]]


class Jobs:
    """Enqueues jobs, and runs them in a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connector = procrastinate.PsycopgConnector()
        self._app = procrastinate.App(connector=self._connector)
        self._housekeeping: list[Housekeeping] = []

    def register(self, jobs: Sequence[Job], housekeeping: Sequence[Housekeeping] = ()) -> None:
        for job in jobs:
            self._app.task(name=job.name, pass_context=True, retry=_Backoff(job.waits))(_task(job))
        self._housekeeping.extend(housekeeping)

    async def enqueue(self, transaction: Transaction, name: str, **ids: UUID) -> None:
        """Enqueue in `transaction`: the job starts when it commits, and never if it does not."""
        deferrer = self._app.configure_task(name, connection=await transaction.connection())
        await deferrer.defer_async(**{key: str(value) for key, value in ids.items()})

    async def open(self) -> None:
        await self._app.open_async(self._database.pool)

    async def close(self) -> None:
        await self._app.close_async()

    async def run_worker(self, stop: asyncio.Event, *, concurrency: int = 10) -> None:
        """Run jobs until `stop` is set; running ones get a few seconds to end, then are put back."""
        worker = asyncio.create_task(
            self._app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=3,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                delete_jobs="successful",
                fetch_job_polling_interval=1,  # retries are not announced
            )
        )
        sweeper = asyncio.create_task(self._sweep_forever())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if worker.done():
                worker.result()
        finally:
            for task in (sweeper, stopped, worker):
                task.cancel()
            await asyncio.gather(sweeper, stopped, worker, return_exceptions=True)

    async def sweep(self) -> int:
        """Put back the jobs of workers whose heart stopped, and do the housekeeping; answers how much was done."""
        manager = self._app.job_manager
        done = 0
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            try:
                await manager.retry_job(job)
            except procrastinate.exceptions.ConnectorException:
                continue  # another worker was first
            _log.warning("a worker died; its job is taken up again", job=job.task_name, id=job.id)
            done += 1
        for chore in self._housekeeping:
            try:
                done += await chore.run()
            except Exception as error:
                _log.warning("a chore failed and is done again later", chore=chore.name, error=repr(error))
        return done

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self.sweep()
            except Exception as error:
                _log.warning("the sweep failed and is tried again", error=repr(error))
            await asyncio.sleep(SWEEP_EVERY_SECONDS)


class _Backoff(procrastinate.BaseRetryStrategy):
    """Waits for what is unavailable; anything else fails at once."""

    def __init__(self, waits: tuple[int, ...]) -> None:
        self._waits = waits

    def get_retry_decision(self, *, exception: BaseException, job: Any) -> procrastinate.RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):  # the worker had to stop: somebody else goes on at once
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Unavailable) and job.attempts < len(self._waits):
            return procrastinate.RetryDecision(retry_in={"seconds": self._waits[job.attempts]})
        return None


def _task(job: Job) -> Callable[..., Awaitable[None]]:
    async def run(context: procrastinate.JobContext, **ids: str) -> None:
        arguments = {key: UUID(value) for key, value in ids.items()}
        if context.job.attempts > len(job.waits):  # its workers keep dying
            if job.give_up is not None:
                await job.give_up(**arguments)
            return
        try:
            await job.run(**arguments)
        except Unavailable:
            if context.job.attempts >= len(job.waits) and job.give_up is not None:
                await job.give_up(**arguments)
                return
            raise

    return run


async def run_until_stopped(jobs: Jobs, stop: asyncio.Event) -> None:
    await jobs.open()
    try:
        await jobs.run_worker(stop)
    finally:
        with contextlib.suppress(Exception):
            await jobs.close()
