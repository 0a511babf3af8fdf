"""Jobs: there if and only if their transaction commits, run again after a crash, given up in the end."""

from __future__ import annotations

import asyncio
import signal
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

import core.jobs
from core.database.identity import Anonymous
from core.database.pool import Database
from core.database.roles import Endpoints
from core.errors import Unavailable
from core.jobs import Housekeeping, Job, Jobs
from tests.core.launching import Launcher, read_until

pytestmark = pytest.mark.anyio

DIES = """
import asyncio, sys, core.jobs
from core.database.pool import Database
from core.jobs import Job, Jobs, run_until_stopped

core.jobs.HEARTBEAT_SECONDS = 0.2

async def hang(thing):
    print("running", thing, flush=True)
    await asyncio.sleep(60)

async def main():
    database = Database(sys.argv[1])
    await database.open()
    jobs = Jobs(database)
    jobs.register([Job("trial", hang)])
    await run_until_stopped(jobs, asyncio.Event())

asyncio.run(main())
"""


class Trial:
    """A queue whose only kind of job does what the test says, and notes each run."""

    def __init__(self, database: Database, owner: psycopg.Connection) -> None:
        self.database = database
        self.jobs = Jobs(database)
        self.runs: list[tuple[UUID, float]] = []
        self.given_up: list[UUID] = []
        self.wish: Callable[[], Awaitable[None]] = self.nothing
        self.ran = asyncio.Event()
        self._owner = owner
        self.jobs.register(
            [Job("trial", self._run, self._give_up), Job("impatient", self._run, self._give_up, waits=(1,))]
        )

    async def nothing(self) -> None:
        pass

    async def _run(self, thing: UUID) -> None:
        self.runs.append((thing, time.monotonic()))
        self.ran.set()
        await self.wish()

    async def _give_up(self, thing: UUID) -> None:
        self.given_up.append(thing)

    async def enqueue(self, name: str = "trial") -> UUID:
        thing = uuid4()
        async with self.database.unit(Anonymous()) as unit:
            await self.jobs.enqueue(unit.transaction, name, thing=thing)
        return thing

    def waiting(self) -> list[tuple[str, int]]:
        """Status and attempts of every job there is."""
        return self._owner.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id").fetchall()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        worker = asyncio.create_task(self.jobs.run_worker(stop))
        try:
            await self._listening()
            yield
        finally:
            stop.set()
            await worker

    async def _listening(self) -> None:
        """A worker that does not listen yet hears of a job only when it next looks."""
        heard = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        async with asyncio.timeout(10), self.database.connection() as connection:
            while await (await connection.execute(heard)).fetchone() is None:
                await asyncio.sleep(0.01)

    async def until(self, happened: Callable[[], object], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not happened():
                await asyncio.sleep(0.01)


@pytest.fixture
async def trial(shared_endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Trial]:
    assert shared_endpoints.owner is not None
    database = Database(shared_endpoints.runtime, size=5)
    with psycopg.connect(shared_endpoints.owner, options="-c search_path=jobs", autocommit=True) as owner:
        owner.execute("DELETE FROM procrastinate_jobs")
        owner.execute("DELETE FROM procrastinate_workers")
        await database.open()
        made = Trial(database, owner)
        await made.jobs.open()
        try:
            yield made
        finally:
            await made.jobs.close()
            await database.close()


async def test_a_job_exists_when_its_transaction_has_committed(trial: Trial) -> None:
    async with trial.database.unit(Anonymous()) as unit:
        await trial.jobs.enqueue(unit.transaction, "trial", thing=uuid4())
        assert trial.waiting() == []
    assert trial.waiting() == [("todo", 0)]


async def test_a_job_of_a_transaction_that_failed_never_existed(trial: Trial) -> None:
    async def fail() -> None:
        async with trial.database.unit(Anonymous()) as unit:
            await trial.jobs.enqueue(unit.transaction, "trial", thing=uuid4())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert trial.waiting() == []


async def test_a_job_gets_its_ids_and_is_gone_afterwards(trial: Trial) -> None:
    async with trial.working():
        thing = await trial.enqueue()
        await trial.until(lambda: trial.runs)
        assert [ran for ran, _ in trial.runs] == [thing]
        await trial.until(lambda: not trial.waiting())


async def test_a_job_starts_soon_after_the_commit(trial: Trial) -> None:
    waits: list[float] = []
    async with trial.working():
        await asyncio.sleep(0.2)
        for _ in range(15):
            trial.ran.clear()
            await trial.enqueue()
            committed = time.monotonic()
            async with asyncio.timeout(10):
                await trial.ran.wait()
            waits.append(trial.runs[-1][1] - committed)
    assert statistics.median(waits) < 1


def test_taking_a_job_reads_no_more_the_more_of_them_wait(shared_endpoints: Endpoints) -> None:
    """However the planner sees the queue: here it has not looked since it was empty, which is when it matters."""
    assert shared_endpoints.owner is not None
    enqueue = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'trial' FROM generate_series(1, %s)"
    )
    take = "EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT procrastinate_fetch_job_v2(NULL, %s)"
    with psycopg.connect(shared_endpoints.owner, options="-c search_path=jobs") as owner:
        pages = []
        for more in (10, 3000):
            owner.execute(enqueue, (more,))
            hits = []
            for _ in range(4):  # the first makes the plan, and so may another when the server has tidied up
                worker = owner.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id").fetchone()
                explained = owner.execute(take, worker).fetchone()
                assert explained is not None
                hits.append(explained[0][0]["Plan"]["Shared Hit Blocks"])
            pages.append(min(hits))
        owner.rollback()
    assert pages[1] < pages[0] + 20


async def test_jobs_run_beside_each_other(trial: Trial) -> None:
    together = asyncio.Barrier(5)

    async def meet() -> None:
        async with asyncio.timeout(5):
            await together.wait()

    trial.wish = meet
    async with trial.working():
        for _ in range(5):
            await trial.enqueue()
        await trial.until(lambda: len(trial.runs) == 5 and not trial.waiting())


async def test_what_is_unavailable_is_tried_again_and_then_given_up(trial: Trial) -> None:
    async def fail() -> None:
        raise Unavailable

    trial.wish = fail
    async with trial.working():
        thing = await trial.enqueue("impatient")
        await trial.until(lambda: trial.given_up)
        await trial.until(lambda: not trial.waiting())
    assert [ran for ran, _ in trial.runs] == [thing, thing]
    assert trial.given_up == [thing]
    assert trial.runs[1][1] - trial.runs[0][1] >= 1


async def test_the_waits_are_one_four_and_nine_seconds(trial: Trial) -> None:
    class Attempt:
        def __init__(self, attempts: int) -> None:
            self.attempts = attempts

    strategy = core.jobs._Backoff(core.jobs.WAITS)
    decisions = [strategy.get_retry_decision(exception=Unavailable(), job=Attempt(n)) for n in range(4)]
    now = time.time()
    waits = [round(decision.retry_at.timestamp() - now) for decision in decisions[:3] if decision and decision.retry_at]
    assert waits == [1, 4, 9]
    assert decisions[3] is None


async def test_any_other_error_fails_at_once(trial: Trial) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    trial.wish = fail
    async with trial.working():
        await trial.enqueue()
        await trial.until(lambda: [status for status, _ in trial.waiting()] == ["failed"])
    assert len(trial.runs) == 1
    assert trial.given_up == []


async def test_a_worker_that_stops_lets_its_jobs_end(trial: Trial) -> None:
    async def slowly() -> None:
        await asyncio.sleep(0.3)
        trial.given_up.append(UUID(int=1))

    trial.wish = slowly
    async with trial.working():
        await trial.enqueue()
        await trial.until(lambda: trial.runs)
    assert trial.given_up == [UUID(int=1)]
    assert trial.waiting() == []


async def test_a_job_that_does_not_end_in_time_is_put_back_when_the_worker_stops(trial: Trial) -> None:
    trial.wish = lambda: asyncio.sleep(60)
    async with trial.working():
        await trial.enqueue()
        await trial.until(lambda: trial.runs)
    assert [status for status, _ in trial.waiting()] == ["todo"]


async def test_a_job_whose_worker_was_killed_is_run_by_another(
    trial: Trial, shared_endpoints: Endpoints, launch: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.jobs, "STALLED_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(core.jobs, "SWEEP_EVERY_SECONDS", 0.2)
    thing = await trial.enqueue()
    process = launch(DIES, shared_endpoints.runtime)
    assert str(thing) in await asyncio.to_thread(read_until, process, "running")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert trial.waiting() == [("doing", 0)]
    async with trial.working():
        await trial.until(lambda: trial.runs)
        await trial.until(lambda: not trial.waiting())
    assert [ran for ran, _ in trial.runs] == [thing]


async def stall(trial: Trial, owner: str) -> None:
    """A job as a worker that died a minute ago left it."""
    await trial.enqueue()
    with psycopg.connect(owner, options="-c search_path=jobs", autocommit=True) as connection:
        connection.execute(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 minute') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        )


async def test_a_sweep_puts_back_what_the_dead_left_once(trial: Trial, shared_endpoints: Endpoints) -> None:
    assert shared_endpoints.owner is not None
    await stall(trial, shared_endpoints.owner)
    assert await trial.jobs.sweep() == 1
    assert trial.waiting() == [("todo", 1)]
    assert await trial.jobs.sweep() == 0
    assert trial.waiting() == [("todo", 1)]


async def test_workers_that_sweep_at_the_same_time_do_not_disturb_each_other(
    trial: Trial, shared_endpoints: Endpoints
) -> None:
    assert shared_endpoints.owner is not None
    for _ in range(5):
        await stall(trial, shared_endpoints.owner)
    done = await asyncio.gather(*(trial.jobs.sweep() for _ in range(4)))
    assert sum(done) == 5
    assert {attempts for _, attempts in trial.waiting()} == {1}


async def test_a_sweep_leaves_the_jobs_of_the_living_alone(trial: Trial) -> None:
    trial.wish = lambda: asyncio.sleep(0.5)
    async with trial.working():
        await trial.enqueue()
        await trial.until(lambda: trial.runs)
        assert await trial.jobs.sweep() == 0
    assert len(trial.runs) == 1


async def test_a_job_that_kills_its_worker_every_time_is_given_up(trial: Trial, shared_endpoints: Endpoints) -> None:
    assert shared_endpoints.owner is not None
    await trial.enqueue()
    with psycopg.connect(shared_endpoints.owner, options="-c search_path=jobs", autocommit=True) as owner:
        for _ in range(len(core.jobs.WAITS) + 2):
            owner.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
            await trial.jobs.sweep()
    async with trial.working():
        await trial.until(lambda: not trial.waiting(), seconds=5)
    assert (len(trial.runs), len(trial.given_up)) == (0, 1)


async def test_one_chore_that_fails_does_not_keep_the_others_from_being_done(trial: Trial) -> None:
    done: list[int] = []

    async def fail() -> int:
        raise ZeroDivisionError

    async def work() -> int:
        done.append(1)
        return 1

    trial.jobs.register([], [Housekeeping("fails", fail), Housekeeping("works", work)])
    await trial.jobs.sweep()
    assert done == [1]
