"""What row-level security costs: a keyset page out of many rows, and the same page of a copy without it.

Both are read on one connection, in one transaction of the runtime's login as a real caller, by the route's own
statement with the rows that the caller's permit names; only the table's name differs. They are asked in turns, a batch
each, so that a noisy neighbour disturbs both alike: the ratio is taken within a round, and its median counts.
"""

from __future__ import annotations

import asyncio
import copy
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg

from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.container import Child
from core.database.identity import Anonymous, Identity, SessionToken
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.caller import Presented, Sessions, identify
from core.http.pages import NEWEST
from modules.simulations.repositories.simulations import _PAGE
from scripts.bench.report import Goal, Section
from scripts.bench.stage import SECRET_KEY, BenchError, Stage, log_in, stage

_LIMIT: Final = 1.10
_TENANT: Final = "acme"
_ASKED: Final = 21  # a page of 20, and the one too many that says that there are more
_PROTECTED, _PLAIN = "simulations.simulations", "bench.simulations"
_WHO: Final = {"own rows": "bob@example.com", "all rows of the tenant": "alice@example.com"}

# Of ten rows acme's alice has four and bob two; the others are another tenant's, and lie between.
_FILL: Final = """
INSERT INTO simulations.simulations (tenant_id, user_id, title, context, difficulty, level, client_mood, team_mode,
    language, status, domain, field, description, overview, seed, created_at)
SELECT t.id, u.id, 'Project ' || n, repeat('What was asked for. ', 10), (ARRAY['easy', 'medium', 'hard'])[1 + n %% 3],
    1 + n %% 8, 'friendly', 'solo', 'en', 'ready', 'retail', 'backend', repeat('What it is about. ', 8),
    repeat('What there is to do. ', 20), n, now() - (%(rows)s - n) * interval '1 minute'
FROM generate_series(1, %(rows)s) n
JOIN (VALUES (0, 'acme', 'alice'), (1, 'globex', 'dana'), (2, 'acme', 'bob'), (3, 'globex', 'alice'),
    (4, 'acme', 'alice'), (5, 'acme', 'alice'), (6, 'globex', 'dana'), (7, 'acme', 'bob'), (8, 'globex', 'dana'),
    (9, 'acme', 'alice')) turn (place, tenant, person) ON turn.place = n %% 10
JOIN authz.tenants t ON t.slug = turn.tenant
JOIN users.users u ON u.email = turn.person || '@example.com'
ORDER BY n
"""
_PLANS: Final = b"""
SELECT coalesce(sum(custom_plans), 0)::int, coalesce(sum(custom_plans + generic_plans), 0)::int
FROM pg_prepared_statements WHERE statement LIKE '%.simulations.created_at DESC%'
"""
_COPY: Final = (
    "CREATE SCHEMA bench",
    "CREATE TABLE bench.simulations (LIKE simulations.simulations INCLUDING ALL)",
    "INSERT INTO bench.simulations SELECT * FROM simulations.simulations ORDER BY created_at",
    "GRANT USAGE ON SCHEMA bench TO interna_runtime",
    "GRANT SELECT ON bench.simulations TO interna_runtime",
    "VACUUM (ANALYZE) simulations.simulations",
    "VACUUM (ANALYZE) bench.simulations",
)


class Plan(msgspec.Struct, frozen=True):
    """How much is measured: `rounds` of a batch of `pages` each way, out of `rows` rows of two tenants."""

    rows: int = 100_000
    rounds: int = 80
    pages: int = 20


class Pair(msgspec.Struct, frozen=True):
    """Microseconds each, a round's batch of one thing beside its batch of the other."""

    one: list[float]
    other: list[float]
    planned_anew: float | None = None
    """The share of executions for which the server made a new plan, where there are plans to be kept."""

    @property
    def ratio(self) -> float:
        return statistics.median(one / other for one, other in zip(self.one, self.other, strict=True))

    @property
    def difference(self) -> float:
        return statistics.median(one - other for one, other in zip(self.one, self.other, strict=True))


def measure(folder: Path, plan: Plan) -> Section:
    with stage(folder / "rls") as ground:
        with psycopg.connect(ground.owner, autocommit=True) as owner:
            owner.execute(_FILL, {"rows": plan.rows})
            for command in _COPY:
                owner.execute(command)
        pages, identity = asyncio.run(_measured(ground, plan))
    return _section(pages, identity, plan, ground.version)


async def _measured(ground: Stage, plan: Plan) -> tuple[dict[str, Pair], Pair]:
    """The pages, with and without row-level security; and opening a transaction as somebody, and as nobody."""
    parent = bootstrap(
        compose, {"APP_ENV": "test", "SECRET_KEY": SECRET_KEY, "SLOW_QUERY_MS": "10000"}, endpoints=ground.endpoints
    )
    await parent.database.open()
    try:
        tokens = {who: log_in(ground.owner, email) for who, email in _WHO.items()}
        pages = {who: await _pages(parent, token, plan) for who, token in tokens.items()}
        return pages, await _identity(parent, tokens["own rows"], plan)
    finally:
        await parent.database.close()


async def _pages(parent: Parent, token: str, plan: Plan) -> Pair:
    transaction = Transaction(parent.database, read_only=True)
    try:
        protected, plain, binds = await _statements(parent, transaction, token, plan.pages)
        for bind in binds:
            shown = await transaction.all(protected, **bind)
            if len(shown) != _ASKED or shown != await transaction.all(plain, **bind):
                raise BenchError("the pages with and without row-level security differ")

        async def read(statement: Statement[Any]) -> None:
            for bind in binds:
                await transaction.all(statement, **bind)

        found = await _in_turns(lambda: read(protected), lambda: read(plain), plan)
        return msgspec.structs.replace(found, planned_anew=await _planned_anew(transaction))
    finally:
        await transaction.rollback()


async def _statements(
    parent: Parent, transaction: Transaction, token: str, pages: int
) -> tuple[Statement[Any], Statement[Any], list[dict[str, Any]]]:
    """The route's statement for this caller, its like for the copy, and binds for pages from everywhere in the list."""
    sessions = Sessions(SECRET_KEY, production=True)
    caller = await identify(transaction, Presented(token, _TENANT, in_cookie=False), sessions, _no_issuers)
    authorization = next(module.container for module in parent.modules if module.name == "authorization")
    with Child(transaction, caller=caller):
        permit = await authorization.providers["authorizer"]().permit(caller, "read", "simulations")
    protected = _PAGE.on(permit.rows)
    plain = copy.copy(protected)
    plain.sql = protected.sql.replace(_PROTECTED, _PLAIN)
    binds = {"tenant_id": caller.tenant_id, **permit.rows.binds}
    every = await transaction.all(protected, **binds, at=NEWEST.at, id=NEWEST.id, limit=1_000_000)
    before = random.Random(7).sample(every[:-_ASKED], pages)
    return protected, plain, [{**binds, "at": row.created_at, "id": row.id, "limit": _ASKED} for row in before]


async def _planned_anew(transaction: Transaction) -> float:
    cursor = await (await transaction.connection()).execute(_PLANS)
    custom, executed = await cursor.fetchone() or (0, 0)
    return float(custom / executed) if executed else 1.0


async def _identity(parent: Parent, token: str, plan: Plan) -> Pair:
    somebody = SessionToken(Sessions(SECRET_KEY, production=True).hash(token), _TENANT)

    async def open_as(identity: Identity) -> None:
        for _ in range(plan.pages):
            transaction = Transaction(parent.database, identity, read_only=True)
            await transaction.open()
            await transaction.rollback()

    return await _in_turns(lambda: open_as(somebody), lambda: open_as(Anonymous()), plan)


async def _in_turns(one: Callable[[], Awaitable[None]], other: Callable[[], Awaitable[None]], plan: Plan) -> Pair:
    """Who is first changes every round. The first rounds warm up: statements get prepared, plans become generic."""
    found = Pair([], [])
    for number in range(plan.rounds + 2):
        turns = [(one, found.one), (other, found.other)]
        for ask, times in turns if number % 2 else reversed(turns):
            started = time.perf_counter()
            await ask()
            times.append((time.perf_counter() - started) / plan.pages * 1e6)
    return Pair(found.one[2:], found.other[2:])


def _no_issuers() -> Any:
    raise BenchError("a session's token was taken for an issuer's")


def _section(pages: dict[str, Pair], identity: Pair, plan: Plan, version: str) -> Section:
    measured = {f"a page of {who}": pair for who, pair in pages.items()} | {"a transaction, as somebody": identity}
    return Section(
        name="rls",
        title="what row-level security costs",
        columns=["median us", "with", "without", "ratio", "difference us", "planned anew"],
        rows=[
            [
                what,
                f"{statistics.median(pair.one):,.0f}",
                f"{statistics.median(pair.other):,.0f}",
                f"{pair.ratio:.2f}",
                f"{pair.difference:,.0f}",
                "" if pair.planned_anew is None else f"{pair.planned_anew:.0%}",
            ]
            for what, pair in measured.items()
        ],
        goals=[
            Goal(
                f"a page of {who}: at most {_LIMIT:.2f} times the same page without row-level security",
                f"{pair.ratio:.2f} times",
                pair.ratio <= _LIMIT,
            )
            for who, pair in pages.items()
        ],
        notes=[
            f"20 out of {plan.rows:,} rows, of which {plan.rows * 6 // 10:,} are the tenant's and {plan.rows // 5:,}"
            f" the member's own; {plan.rounds} rounds of {plan.pages} pages each way, who is first changes every round;"
            " figures are medians of rounds, ratios and differences medians of those within a round.",
            f"PostgreSQL {version} over its socket, prepared statements, binary, rows made Structs; the pages were"
            " compared before they were measured. Planned anew: the share of executions, with and without, for which"
            " the server made a new plan instead of keeping one.",
            "The last line is BEGIN and ROLLBACK with and without the statement that resolves a session's token, checks"
            " the membership and sets what the policies read: what a request pays once, in BEGIN's round trip.",
        ],
    )
