"""What a month's totals take to read for a tenant with 100,000 events in it, and for one with ten million.

Both lie in the same partition, with the same days, types and number of users, and are asked in turns.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import psycopg
import uvloop

from core.database.identity import SessionToken
from core.database.pool import Database
from core.database.seeding import seed_id
from core.database.transaction import Transaction
from core.database.visible import ALL
from core.http.caller import Sessions
from modules.billing.repositories import SubscriptionRepository, UsageTotals
from modules.billing.repositories.totals import FIRST
from scripts.bench.report import Goal, Section
from scripts.bench.stage import SECRET_KEY, BenchError, Stage, stage
from scripts.bench.usage import DAYS, MONTH

Question = Callable[[Transaction, UUID], Awaitable[int]]

LIMIT: Final = 1.5
SMALL_TENANT: Final = seed_id(1, 2)
LARGE_TENANT: Final = seed_id(1, 1)
_DAYS: Final = 28
_ODD: Final = "a subscription's month from 08:00 (no goal)"
_PAGE: Final = 100
# A day at a time, in the order of the keys, so that every index grows at one end.
_FILL: Final = """
INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, cost, idempotency_key, occurred_at)
SELECT %(tenant)s, ('00000000-0000-4000-8000-00000000000' || 1 + n %% 3)::uuid,
       (ARRAY['generate', 'chat', 'review', 'interview', 'analysis'])[1 + n %% 5], n %% 5000, n * 0.000001,
       %(day)s || '-' || lpad(n::text, 8, '0'), %(start)s + n * (interval '1 day' / %(number)s)
FROM generate_series(0, %(number)s - 1) n"""
_SIZES: Final = """
SELECT pg_total_relation_size(%s::regclass), pg_total_relation_size('billing.usage_totals'),
       (SELECT count(*) FROM billing.usage_totals)"""


class Plan(msgspec.Struct, frozen=True):
    """How many events each tenant has, and how often each question is asked."""

    small: int = 100_000
    large: int = 10_000_000
    rounds: int = 200


async def _whole(transaction: Transaction, tenant: UUID) -> int:
    """What `GET /billing/usage` reads for a page: the sum of the month, and totals by day and type."""
    totals = UsageTotals(transaction)
    await totals.page(tenant, ALL, DAYS, ("day", "event_type"), FIRST, _PAGE + 1)
    return (await totals.sum(tenant, ALL, DAYS)).requests


async def _by_user(transaction: Transaction, tenant: UUID) -> int:
    found = await UsageTotals(transaction).page(tenant, ALL, DAYS, ("user",), FIRST, _PAGE + 1)
    return sum(total.requests for total in found)


async def _period(transaction: Transaction, tenant: UUID) -> int:
    """What `GET /billing/subscription` and the watch over limits read: a month of whole days."""
    return (await SubscriptionRepository(transaction).use(tenant, MONTH.start, MONTH.end)).requests


async def _odd_period(transaction: Transaction, tenant: UUID) -> int:
    """The same from 08:00 on: the rest of the first day and the beginning of the last are summed from events."""
    start = MONTH.start + timedelta(hours=8)
    end = start + timedelta(days=_DAYS - 1)
    return (await SubscriptionRepository(transaction).use(tenant, start, end)).requests


QUESTIONS: Final[dict[str, Question]] = {
    "a page by day and type, and the sum": _whole,
    "by user": _by_user,
    "a subscription's month": _period,
    _ODD: _odd_period,
}


def measure(folder: Path, plan: Plan) -> Section:
    with stage(folder / "usage-large") as scene:
        started = time.perf_counter()
        with psycopg.connect(scene.owner, autocommit=True, options="-c synchronous_commit=off") as owner:
            for tenant, number in ((SMALL_TENANT, plan.small), (LARGE_TENANT, plan.large)):
                _fill(owner, tenant, number // _DAYS)
            owner.execute("VACUUM (ANALYZE) billing.usage_events, billing.usage_totals")
            table = f"billing.usage_events_{MONTH.start:%Y_%m}"
            sizes = owner.execute(_SIZES, (table,)).fetchone()
        filled = time.perf_counter() - started
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(_asked(scene, plan))
    assert sizes is not None
    return _section(plan, found, filled, sizes)


def _fill(owner: psycopg.Connection, tenant: UUID, number: int) -> None:
    for day in range(_DAYS):
        start = MONTH.start + timedelta(days=day)
        owner.execute(_FILL, {"tenant": tenant, "day": f"{day:02}", "start": start, "number": number})
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K  {(day + 1) * number:,} events" if day + 1 < _DAYS else "\r\x1b[K")


async def _asked(scene: Stage, plan: Plan) -> dict[str, tuple[float, float]]:
    """Milliseconds, the median of the rounds: of the small tenant and of the large one."""
    database = Database(scene.endpoints.runtime, size=1, slow_query_ms=10_000)
    await database.open()
    try:
        token_hash = Sessions(SECRET_KEY, production=True).hash(scene.token)
        return {name: await _in_turns(database, token_hash, question, plan) for name, question in QUESTIONS.items()}
    finally:
        await database.close()


async def _in_turns(database: Database, token_hash: bytes, question: Question, plan: Plan) -> tuple[float, float]:
    """As an admin of both tenants; the time is that of the question, without who asks."""
    taken: dict[UUID, list[float]] = {SMALL_TENANT: [], LARGE_TENANT: []}
    for number in range(plan.rounds + 10):
        for tenant, wanted in ((SMALL_TENANT, plan.small), (LARGE_TENANT, plan.large)):
            async with database.unit(SessionToken(token_hash, str(tenant)), read_only=True) as unit:
                await unit.transaction.open()
                started = time.perf_counter()
                seen = await question(unit.transaction, tenant)
                if number >= 10:  # prepared, and in memory
                    taken[tenant].append((time.perf_counter() - started) * 1000)
            if not wanted // _DAYS * (_DAYS - 1) <= seen <= wanted:
                raise BenchError(f"{seen} events are in the totals, not {wanted}")
    return statistics.median(taken[SMALL_TENANT]), statistics.median(taken[LARGE_TENANT])


def _section(plan: Plan, found: dict[str, tuple[float, float]], filled: float, sizes: tuple[int, int, int]) -> Section:
    events, totals, rows = sizes
    worst = max(large / small for name, (small, large) in found.items() if name != _ODD)
    return Section(
        name="usage-large",
        title="a month's totals, ms (median)",
        columns=["question", f"{plan.small:,} events", f"{plan.large:,} events", "ratio"],
        rows=[[name, f"{small:.2f}", f"{large:.2f}", f"{large / small:.2f}"] for name, (small, large) in found.items()],
        goals=[
            Goal(
                f"with {plan.large:,} events at most {LIMIT} times as long as with {plan.small:,}, of whole days",
                f"{worst:.2f}",
                worst <= LIMIT,
            )
        ],
        notes=[
            f"The month's partition has {events / 2**30:.1f} GiB with its indexes, all totals {totals / 2**10:,.0f} KiB"
            f" in {rows:,} rows; filled in {filled:.0f} s, one statement a day, which keeps the totals too.",
        ],
    )
