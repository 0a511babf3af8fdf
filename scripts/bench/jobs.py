"""Empty jobs: how many one worker runs a second, beside the bare library, and how soon after their commit they start.

Ours are enqueued in a transaction of the application and run by its worker; the library's by its own documentation,
with as many at once and the same clearing away. Both on the same database, in turns.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import procrastinate
import uvloop

from core.database.identity import Anonymous
from core.database.pool import Database
from core.jobs import Job, Jobs
from scripts.bench.report import Goal, Section
from scripts.bench.stage import BenchError, Stage, stage

_NAME: Final = "bench.nothing"
_CONCURRENCY: Final = 10
_AT_LEAST: Final = 400
_STARTED_MS: Final = 100.0
_PATIENCE_SECONDS: Final = 60.0
_ID: Final = UUID(int=1)

Worker = Callable[[asyncio.Event], Awaitable[None]]


class Plan(msgspec.Struct, frozen=True):
    """Rounds, jobs a round, and jobs that come one by one to a worker that has nothing to do."""

    rounds: int = 3
    jobs: int = 2000
    alone: int = 100


class Count:
    """What the jobs do: count themselves, and note when they began."""

    def __init__(self) -> None:
        self.done = 0
        self.began = 0.0
        self._all = asyncio.Event()
        self._wanted = 0

    def expect(self, wanted: int) -> None:
        self.done, self._wanted = 0, wanted
        self._all.clear()

    async def all(self) -> None:
        await asyncio.wait_for(self._all.wait(), _PATIENCE_SECONDS)

    async def run(self, **_: object) -> None:
        self.began = time.perf_counter()
        self.done += 1
        if self.done == self._wanted:
            self._all.set()


def measure(folder: Path, plan: Plan) -> Section:
    with stage(folder / "jobs") as scene, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ours, bare, starts = runner.run(_measured(scene, plan))
    return _section(plan, ours, bare, starts)


async def _measured(scene: Stage, plan: Plan) -> tuple[list[float], list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    database = Database(scene.endpoints.runtime, slow_query_ms=10_000)
    await database.open()
    count, jobs = Count(), Jobs(database)
    jobs.register([Job(_NAME, count.run)])
    await jobs.open()

    async def work(stop: asyncio.Event) -> None:
        await jobs.run_worker(stop, concurrency=_CONCURRENCY)

    try:
        for _ in range(plan.rounds):
            for _ in range(plan.jobs):
                await _enqueue(database, jobs)
            ours.append(await _drained(count, plan.jobs, work))
            bare.append(await _bare(scene, plan.jobs))
        starts = await _starts(database, jobs, count, plan.alone, work)
    finally:
        await jobs.close()
        await database.close()
    return ours, bare, starts


async def _enqueue(database: Database, jobs: Jobs) -> None:
    async with database.unit(Anonymous()) as unit:
        await jobs.enqueue(unit.transaction, _NAME, of=_ID)


async def _drained(count: Count, jobs: int, work: Worker) -> float:
    """Jobs a second, of those that wait, from the worker's start to the last one's end."""
    count.expect(jobs)
    stop = asyncio.Event()
    started = time.perf_counter()
    worker = asyncio.ensure_future(work(stop))
    await count.all()
    took = time.perf_counter() - started
    stop.set()
    await worker
    return jobs / took


async def _bare(scene: Stage, jobs: int) -> float:
    """The library as its documentation shows it, on a pool of its own."""
    options = "-c search_path=jobs"
    connector = procrastinate.PsycopgConnector(
        conninfo=scene.endpoints.runtime, kwargs={"options": options}, max_size=20
    )
    app, count = procrastinate.App(connector=connector), Count()
    task = app.task(name=f"{_NAME}.bare")(count.run)

    async def work(stop: asyncio.Event) -> None:
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=_CONCURRENCY, install_signal_handlers=False, delete_jobs="successful", wait=True
            )
        )
        await stop.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)

    async with app.open_async():
        for _ in range(jobs):
            await task.defer_async(of=str(_ID))
        return await _drained(count, jobs, work)


async def _starts(database: Database, jobs: Jobs, count: Count, times: int, work: Worker) -> list[float]:
    """Milliseconds from a job's commit to its beginning, of a worker that waits for one."""
    stop = asyncio.Event()
    worker = asyncio.ensure_future(work(stop))
    await asyncio.sleep(0.5)
    found: list[float] = []
    for _ in range(times):
        count.expect(1)
        await _enqueue(database, jobs)
        committed = time.perf_counter()
        await count.all()
        found.append(max(0.0, count.began - committed) * 1000)
        await asyncio.sleep(0.01)
    stop.set()
    await worker
    if len(found) != times:
        raise BenchError(f"{len(found)} of {times} jobs were run")
    return found


def _section(plan: Plan, ours: list[float], bare: list[float], starts: list[float]) -> Section:
    rate, p99 = statistics.median(ours), sorted(starts)[len(starts) * 99 // 100]
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    return Section(
        name="jobs",
        title="empty jobs, one worker",
        columns=["", "jobs a second", "started after, median ms", "p99 ms"],
        rows=[
            ["Interna's worker", f"{rate:,.0f}", f"{statistics.median(starts):.1f}", f"{p99:.1f}"],
            ["procrastinate, bare", f"{statistics.median(bare):,.0f}", "", ""],
            ["of it (median of the rounds)", f"{ratio:.2f}", "", ""],
        ],
        goals=[
            Goal(f"at least {_AT_LEAST} empty jobs a second", f"{rate:,.0f}", rate >= _AT_LEAST),
            Goal(f"started within {_STARTED_MS:g} ms of the commit (p99)", f"{p99:.1f} ms", p99 <= _STARTED_MS),
        ],
        notes=[
            f"{plan.rounds} rounds of {plan.jobs:,} waiting jobs each, in turns, {_CONCURRENCY} at once; a job that "
            "ended well is deleted. The worker shares its process with nothing, and the machine with PostgreSQL.",
            f"Starts: {plan.alone} jobs, one by one, to a worker that waits.",
        ],
    )
