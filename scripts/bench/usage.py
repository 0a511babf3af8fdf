"""Taking usage events in: batches of 10,000 through the repository, against a bare psycopg COPY and INSERT.

Each batch is a transaction of its own, under row-level security, and durable when it is counted. After each one, a
transaction of somebody else asks for the totals, which must have it. Afterwards totals are compared with the events.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
import uvloop

from core.database.identity import Acting
from core.database.pool import Database
from core.database.seeding import seed_id
from core.database.visible import ALL
from modules.billing.contracts.usage import NewUsageEvent
from modules.billing.domain.periods import calendar_month
from modules.billing.domain.usage import EVENTS_AT_MOST, Days
from modules.billing.repositories import UsageRepository, UsageTotals
from scripts.bench.report import Goal, Section
from scripts.bench.stage import BenchError, Stage, stage

Batch = Sequence[NewUsageEvent]
Take = Callable[[Batch], Awaitable[int]]
Way = Callable[[Stage], AbstractAsyncContextManager[list[Take]]]

CONNECTIONS: Final = 2
WANTED: Final = 50_000
VISIBLE_MS: Final = 100
ACME: Final = seed_id(1, 1)
ALICE: Final = seed_id(0, 1)
MONTH: Final = calendar_month(datetime.now(UTC))
DAYS: Final = Days(MONTH.start.date(), (MONTH.end - timedelta(days=1)).date())
_TYPES: Final = ("generate", "chat", "review", "interview", "analysis")
_TABLE: Final = (
    "CREATE TEMPORARY TABLE bare (user_id uuid, event_type text, tokens_used int8, cost numeric, metadata text,"
    " idempotency_key text, occurred_at timestamptz) ON COMMIT DROP"
)
_KINDS: Final = ("uuid", "text", "int8", "numeric", "text", "text", "timestamptz")
_INSERT: Final = (
    "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, cost, metadata, idempotency_key,"
    f" occurred_at) SELECT '{ACME}'::uuid, user_id, event_type, tokens_used::int4, cost, metadata::jsonb,"
    " idempotency_key, occurred_at FROM bare ON CONFLICT DO NOTHING"
)
_DIFFER: Final = """
SELECT count(*) FROM (SELECT tenant_id, day, event_type, user_id, requests, tokens, cost FROM billing.usage_totals) t
FULL JOIN (SELECT tenant_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, event_type, user_id, count(*) AS requests,
                  sum(tokens_used) AS tokens, sum(cost) AS cost FROM billing.usage_events GROUP BY 1, 2, 3, 4) e
USING (tenant_id, day, event_type, user_id)
WHERE (t.requests, t.tokens, t.cost) IS DISTINCT FROM (e.requests, e.tokens, e.cost)"""


class Plan(msgspec.Struct, frozen=True):
    """How often every way is measured, and how many batches each time."""

    rounds: int = 5
    batches: int = 10


class Figures(msgspec.Struct):
    """Events a second, a round each; and milliseconds from each COMMIT to totals that have its events."""

    ours: list[float]
    bare: list[float]
    visible: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


def measure(folder: Path, plan: Plan) -> Section:
    figures = Figures([], [], [])
    numbers = count()
    with stage(folder / "usage") as scene, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for _ in range(plan.rounds):
            for kept, way in ((figures.ours, _through_the_repository), (figures.bare, _bare)):
                batches = [_batch(next(numbers)) for _ in range(plan.batches)]
                kept.append(runner.run(_counted(scene, way, batches)))
            figures.visible += runner.run(_seen(scene, [_batch(next(numbers)) for _ in range(2)]))
        stored, differ = _looked_at(scene)
    return _section(figures, stored, differ)


def _batch(number: int) -> Batch:
    """10,000 events of a month, with a note each."""
    return [
        NewUsageEvent(
            event_type=_TYPES[place % len(_TYPES)],
            occurred_at=MONTH.start + timedelta(seconds=(number * EVENTS_AT_MOST + place) * 7 % (28 * 86_400)),
            idempotency_key=f"request-{number:06}-{place:06}",
            user_id=ALICE,
            tokens_used=place % 5_000,
            cost=Decimal(place) / 1_000_000,
            metadata={"model": "gpt-4.1-mini"},
        )
        for place in range(EVENTS_AT_MOST)
    ]


async def _counted(scene: Stage, way: Way, batches: list[Batch]) -> float:
    """Events a second. Raises `BenchError` unless each is new."""
    async with way(scene) as takes:
        await asyncio.gather(*(take(batches[0][:10]) for take in takes))  # connected
        queue = iter(batches)
        started = time.perf_counter()

        async def work(take: Take) -> int:
            return sum([await take(batch) for batch in queue])

        accepted = sum(await asyncio.gather(*map(work, takes)))
        took = time.perf_counter() - started
    if accepted != len(batches) * EVENTS_AT_MOST - 10:
        raise BenchError(f"{accepted} of {len(batches) * EVENTS_AT_MOST - 10} events were taken")
    return accepted / took


@asynccontextmanager
async def _on(scene: Stage) -> AsyncIterator[Database]:
    database = Database(scene.endpoints.runtime, size=CONNECTIONS)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _through_the_repository(scene: Stage) -> AsyncIterator[list[Take]]:
    async with _on(scene) as database:

        async def take(batch: Batch) -> int:
            async with database.unit(Acting(ALICE, ACME)) as unit:
                return await UsageRepository(unit.transaction).add(ACME, ALICE, batch)

        yield [take] * CONNECTIONS


@asynccontextmanager
async def _bare(scene: Stage) -> AsyncIterator[list[Take]]:
    """The same rows on a connection each, and nothing around them: JSON is text already."""

    def taking(connection: psycopg.AsyncConnection[Any]) -> Take:
        async def take(batch: Batch) -> int:
            await connection.execute(f"BEGIN{Acting(ALICE, ACME).sql()}".encode())
            await connection.execute(_TABLE)
            async with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_KINDS)
                for each in batch:
                    await copy.write_row(
                        (
                            each.user_id,
                            each.event_type,
                            each.tokens_used,
                            each.cost,
                            '{"model":"gpt-4.1-mini"}',
                            each.idempotency_key,
                            each.occurred_at,
                        )
                    )
            accepted = (await connection.execute(_INSERT.encode())).rowcount
            await connection.execute("COMMIT")
            return accepted

        return take

    async with AsyncExitStack() as stack:
        connections = [
            await psycopg.AsyncConnection.connect(
                scene.endpoints.runtime, autocommit=True, options="-c jit=off -c timezone=UTC"
            )
            for _ in range(CONNECTIONS)
        ]
        yield [taking(await stack.enter_async_context(connection)) for connection in connections]


async def _seen(scene: Stage, batches: list[Batch]) -> list[float]:
    """Milliseconds from COMMIT to an answer with the events in it. Raises `BenchError` where they are not."""
    found: list[float] = []
    async with _on(scene) as database:

        async def total() -> int:
            async with database.unit(Acting(ALICE, ACME), read_only=True) as unit:
                return (await UsageTotals(unit.transaction).sum(ACME, ALL, DAYS)).requests

        before = await total()
        for batch in batches:
            async with database.unit(Acting(ALICE, ACME)) as unit:
                before += await UsageRepository(unit.transaction).add(ACME, ALICE, batch)
            committed = time.perf_counter()
            if (seen := await total()) != before:
                raise BenchError(f"{before} events were committed, the totals had {seen}")
            found.append((time.perf_counter() - committed) * 1000)
    return found


def _looked_at(scene: Stage) -> tuple[int, int]:
    """How many events there are, and how many totals differ from theirs."""
    with psycopg.connect(scene.owner) as owner:
        rows = [owner.execute(query).fetchone() for query in ("SELECT count(*) FROM billing.usage_events", _DIFFER)]
    (stored,), (differ,) = (row or (0,) for row in rows)
    return int(stored), int(differ)


def _section(figures: Figures, stored: int, differ: int) -> Section:
    ours, slowest = statistics.median(figures.ours), max(figures.visible)

    def row(name: str, reached: list[float]) -> list[str]:
        return [name, *(f"{of(reached):,.0f}" for of in (statistics.median, min, max))]

    return Section(
        name="usage",
        title=f"usage events, batches of {EVENTS_AT_MOST:,}, {CONNECTIONS} connections",
        columns=["durable events a second", "median of the rounds", "least", "most"],
        rows=[
            row("through the repository", figures.ours),
            row("bare psycopg COPY and INSERT, same rows", figures.bare),
            ["of the bare one", f"{figures.ratio:.2f}", "", ""],
            row("COMMIT to totals that have them, ms", figures.visible),
        ],
        goals=[
            Goal(f"at least {WANTED:,} events a second", f"{ours:,.0f}", ours >= WANTED),
            Goal(f"in the totals within {VISIBLE_MS} ms", f"{slowest:.1f} ms at most", slowest <= VISIBLE_MS),
            Goal("every total is what its events come to", f"{differ} differ, of {stored:,} events", differ == 0),
        ],
        notes=[
            "Deduplicated, with their totals, and flushed to disk with each COMMIT; Python and PostgreSQL share the"
            " machine.",
        ],
    )
