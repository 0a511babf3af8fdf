"""Spending credits: through the repository, against a bare psycopg loop that runs the same SQL, and pgbench.

On one account that everybody wants, and on 1,000. Each spend is a transaction of its own, under row-level security: who
acts, the guarded UPDATE, the entry with its allocation to a grant, COMMIT. After the timed rounds the whole ledger is
derived again, and more is asked for than there is.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import uvloop
from psycopg.conninfo import conninfo_to_dict

from core.database.cluster import programs
from core.database.identity import Acting
from core.database.pool import Database
from modules.billing.domain import InsufficientCredits, NewEntry
from modules.billing.repositories import CreditRepository
from modules.billing.repositories.accounts import DEDUCT
from modules.billing.repositories.audit import audit_of
from modules.billing.repositories.entries import SPEND
from scripts.bench.report import Goal, Section
from scripts.bench.stage import BenchError, Stage, stage

Spend = Callable[[UUID], Awaitable[None]]
Way = Callable[[Stage], AbstractAsyncContextManager[list[Spend]]]

ACCOUNTS: Final = 1000
WORKERS: Final = 8
LIMIT: Final = 0.85
_PREFIX: Final = "00000000-0000-4000-9000-"
_HOT: Final = UUID(f"{_PREFIX}{0:012}")
_FUNDS: Final = 50_000_000
_LEFT: Final = 500
_ENTRY: Final = NewEntry(amount=-1, kind="spend", reason="bench")
_OPEN: Final = """
WITH made AS (
    INSERT INTO authz.tenants (id, name, slug, kind)
    SELECT (%(prefix)s || lpad(n::text, 12, '0'))::uuid, 'Bench', 'bench-' || n, 'organization'
    FROM generate_series(0, %(accounts)s) n RETURNING id),
accounts AS (INSERT INTO billing.credit_accounts (tenant_id, balance)
             SELECT id, %(funds)s FROM made RETURNING tenant_id),
grants AS (INSERT INTO billing.credit_grants (tenant_id, amount, remaining, reason)
           SELECT tenant_id, %(funds)s, %(funds)s, 'bench' FROM accounts RETURNING tenant_id, id),
entries AS (INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)
            SELECT tenant_id, %(funds)s, 'grant', 'bench', %(funds)s FROM accounts RETURNING tenant_id, id)
INSERT INTO billing.credit_allocations (tenant_id, entry_id, grant_id, amount)
SELECT tenant_id, entries.id, grants.id, %(funds)s FROM entries JOIN grants USING (tenant_id)"""


class Plan(msgspec.Struct, frozen=True):
    """How often, and how many seconds each, every way is measured."""

    rounds: int = 5
    seconds: float = 2.0


class Figures(msgspec.Struct):
    """Spends a second, a round each."""

    ours: list[float]
    bare: list[float]
    pgbench: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


def measure(folder: Path, plan: Plan) -> Section:
    with stage(folder / "deductions") as scene:
        with psycopg.connect(scene.owner) as owner:
            owner.execute(_OPEN, {"prefix": _PREFIX, "accounts": ACCOUNTS, "funds": _FUNDS})
        hot = _measured(scene, plan, folder, accounts=0)
        many = _measured(scene, plan, folder, accounts=ACCOUNTS)
        over = _over(scene)
        with audit_of(scene.owner) as audit:
            found = audit.run()
    return _section(hot, many, over, found.all_faults, found.entries)


def _measured(scene: Stage, plan: Plan, folder: Path, *, accounts: int) -> Figures:
    figures = Figures([], [], [])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for _ in range(plan.rounds):
            for kept, way in ((figures.ours, _through_the_repository), (figures.bare, _bare)):
                kept.append(runner.run(_counted(scene, way, accounts, plan.seconds)))
            if (reached := _pgbench(scene, folder, accounts, plan.seconds)) is not None:
                figures.pgbench.append(reached)
    return figures


async def _counted(scene: Stage, way: Way, accounts: int, seconds: float) -> float:
    """Spends a second; raises `BenchError` unless the ledger has as many more entries."""
    tenants = (UUID(f"{_PREFIX}{1 + n % accounts if accounts else 0:012}") for n in count())
    async with way(scene) as spends:
        await asyncio.gather(*(spend(_HOT) for spend in spends for _ in range(8)))  # connected, and prepared
        before = _entries(scene)
        started = time.perf_counter()

        async def work(spend: Spend) -> int:
            done = 0
            while time.perf_counter() < started + seconds:
                await spend(next(tenants))
                done += 1
            return done

        done = sum(await asyncio.gather(*map(work, spends)))
        took = time.perf_counter() - started
    if _entries(scene) - before != done:
        raise BenchError(f"{done} spends made {_entries(scene) - before} entries")
    return done / took


@asynccontextmanager
async def _through_the_repository(scene: Stage) -> AsyncIterator[list[Spend]]:
    database = Database(scene.endpoints.runtime, size=WORKERS, slow_query_ms=10_000)
    await database.open()

    async def spend(tenant: UUID) -> None:
        async with database.unit(Acting(None, tenant)) as unit:
            await CreditRepository(unit.transaction).spend(tenant, 1, "bench")

    try:
        yield [spend] * WORKERS
    finally:
        await database.close()


@asynccontextmanager
async def _bare(scene: Stage) -> AsyncIterator[list[Spend]]:
    """The same statements on a connection each, and nothing around them."""
    entry = msgspec.structs.asdict(_ENTRY)

    def spending(connection: psycopg.AsyncConnection[Any]) -> Spend:
        async def spend(tenant: UUID) -> None:
            await connection.execute(f"BEGIN{Acting(None, tenant).sql()}".encode())
            cursor = await connection.execute(DEDUCT.sql, {"tenant_id": tenant, "amount": 1}, binary=True)
            row = await cursor.fetchone()
            assert row is not None
            said = SPEND.binds({"tenant_id": tenant, "balance_after": row[0], **entry})
            await (await connection.execute(SPEND.sql, said, binary=True)).fetchone()
            await connection.execute("COMMIT")

        return spend

    async with AsyncExitStack() as stack:
        connections = [
            await psycopg.AsyncConnection.connect(scene.endpoints.runtime, autocommit=True, options="-c jit=off")
            for _ in range(WORKERS)
        ]
        yield [spending(await stack.enter_async_context(connection)) for connection in connections]


def _pgbench(scene: Stage, folder: Path, accounts: int, seconds: float) -> float | None:
    """What PostgreSQL's own load generator, in C, reaches with the same statements; None where it is not installed."""
    program = programs() / "pgbench"
    if not program.exists():
        return None
    script = folder / "spend.sql"
    script.write_text(_script(accounts))
    to = conninfo_to_dict(scene.endpoints.runtime)
    how = f"-n -M prepared -c {WORKERS} -j 2 -T {max(1, round(seconds))}".split()
    where = ["-h", str(to["host"]), "-p", str(to["port"]), "-U", str(to["user"]), str(to["dbname"])]
    command = [str(program), *how, "-f", str(script), *where]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"^tps = ([\d.]+)", printed.stdout, re.MULTILINE)
    if found is None or printed.returncode:
        raise BenchError(f"pgbench failed: {' '.join(printed.stderr.split())[:300]}")
    return float(found[1])


def _script(accounts: int) -> str:
    """The two statements with their values written into them."""
    tenant = f"('{_PREFIX}' || lpad(:n::text, 12, '0'))"
    entry = {name: "NULL" if value is None else f"'{value}'" for name, value in msgspec.structs.asdict(_ENTRY).items()}
    given = {"tenant_id": tenant, "balance_after": ":balance", **entry, "amount": "(-1)"}
    deduct = DEDUCT.sql % {"tenant_id": tenant, "amount": "1"}
    spend = SPEND.sql % SPEND.binds(given)
    return (
        f"\\set n random({min(1, accounts)}, {accounts})\n"
        f"BEGIN;\nSELECT set_config('app.user_id', '', true), set_config('app.tenant_id', {tenant}, true),"
        " set_config('app.own', '*', true), set_config('app.others', '', true);\n"
        f"{deduct} \\gset\n{spend};\nCOMMIT;\n"
    )


def _over(scene: Stage) -> int:
    """How many credits were spent that there were not, on one account and on many, when twice as many are asked for."""

    async def leave_a_little(database: Database) -> None:
        for number in range(ACCOUNTS + 1):
            tenant = UUID(f"{_PREFIX}{number:012}")
            async with database.unit(Acting(None, tenant)) as unit:
                credits = CreditRepository(unit.transaction)
                rest = 1 if number else _LEFT
                await credits.spend(tenant, (await credits.balance(tenant)).balance - rest, "bench")

    async def ask(database: Database) -> int:
        queue = iter([0] * 2 * _LEFT + [*range(1, ACCOUNTS + 1)] * 2)

        async def work() -> int:
            return sum([await _spent(database, UUID(f"{_PREFIX}{number:012}")) for number in queue])

        return sum(await asyncio.gather(*(work() for _ in range(WORKERS))))

    async def both() -> int:
        database = Database(scene.endpoints.runtime, size=WORKERS, slow_query_ms=10_000)
        await database.open()
        try:
            await leave_a_little(database)
            return await ask(database)
        finally:
            await database.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(both()) - _LEFT - ACCOUNTS


async def _spent(database: Database, tenant: UUID) -> int:
    """1 where there was a credit to spend."""
    try:
        async with database.unit(Acting(None, tenant)) as unit:
            await CreditRepository(unit.transaction).spend(tenant, 1, "bench")
    except InsufficientCredits:
        return 0
    return 1


def _entries(scene: Stage) -> int:
    with psycopg.connect(scene.owner) as owner:
        row = owner.execute("SELECT count(*) FROM billing.credit_entries").fetchone()
    assert row is not None
    return int(row[0])


def _section(hot: Figures, many: Figures, over: int, faults: int, entries: int) -> Section:
    def row(name: str, *kept: list[float]) -> list[str]:
        return [name, *(f"{statistics.median(figures):,.0f}" if figures else "not installed" for figures in kept)]

    loop = "of the loop (median of the rounds)"
    return Section(
        name="deductions",
        title=f"spending credits, {WORKERS} connections",
        columns=["spends a second", "one account", f"{ACCOUNTS:,} accounts"],
        rows=[
            row("through the repository", hot.ours, many.ours),
            row("bare psycopg loop, same SQL", hot.bare, many.bare),
            [loop, f"{hot.ratio:.2f}", f"{many.ratio:.2f}"],
            row("pgbench, same SQL", hot.pgbench, many.pgbench),
        ],
        goals=[
            Goal(f"one account: at least {LIMIT} of the loop", f"{hot.ratio:.2f}", hot.ratio >= LIMIT),
            Goal(f"{ACCOUNTS:,} accounts: at least {LIMIT} of the loop", f"{many.ratio:.2f}", many.ratio >= LIMIT),
            Goal("0 overspends when twice as much is asked for as there is", str(over), over == 0),
            Goal("every balance follows from its entries", f"{faults} odd of {entries:,} entries", faults == 0),
        ],
        notes=[
            "Each round counts the ledger's entries: there are as many more as spends were answered.",
            "Python, PostgreSQL and pgbench share the machine; every commit is flushed to disk.",
        ],
    )
