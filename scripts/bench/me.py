"""`GET /api/v1/users/me` with a session, under row-level security: the whole application and two peers.

The peers run at the same time, on the same database, and are asked in turns: a ratio is taken within one round, where a
noisy neighbour disturbs all of them alike, and its median over the rounds is what counts.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from scripts.bench.load import Generator, Load, Target
from scripts.bench.peers import POOL_SIZE
from scripts.bench.report import Goal, Section
from scripts.bench.stage import SECRET_KEY, BenchError, Server, Stage, body, free_port, running, stage

PATH: Final = "/api/v1/users/me"
_OURS, _RAW, _USUAL, _TUNED = "Interna", "raw ASGI + psycopg", "FastAPI, usual", "FastAPI, tuned"
_HEADROOM: Final = 3.0


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    rounds: int
    seconds: float
    connections: int


class Peer(msgspec.Struct, frozen=True):
    """A server that is asked."""

    name: str
    server: Server
    port: int


class Round(msgspec.Struct, frozen=True):
    """What one server did in one round; `cpu` is its processor time in microseconds an answer."""

    load: Load
    cpu: float


Rounds = Mapping[str, Sequence[Round]]


def measure(folder: Path, plan: Plan, load: Generator) -> Section:
    with stage(folder / "database") as ground, _peers(ground, folder) as peers:
        answers = {peer.name: body(peer.port, PATH, ground.token) for peer in peers}
        if len(set(answers.values())) != 1:
            raise BenchError(f"the answers differ: {answers}")
        for peer in peers:
            _one(peer, ground, plan, load)
        rounds: dict[str, list[Round]] = {peer.name: [] for peer in peers}
        for _ in range(plan.rounds):
            for peer in peers:
                rounds[peer.name].append(_one(peer, ground, plan, load))
        raw = next(peer for peer in peers if peer.name == _RAW)
        most = load.drive(Target(raw.port, "/", ground.token), plan.connections, plan.seconds).rate
    return _section(rounds, plan, load, most, ground.version)


@contextmanager
def _peers(ground: Stage, folder: Path) -> Iterator[list[Peer]]:
    runtime = ground.endpoints.runtime
    with ExitStack() as stack:

        def start(name: str, module: str, port: int, *arguments: str, ready: str, **variables: str) -> Peer:
            command = [sys.executable, "-m", module, *arguments]
            log = folder / f"{name}.log"
            server = stack.enter_context(running(command, port, log, ready=ready, variables=variables))
            return Peer(name, server, port)

        def fastapi(name: str, manner: str) -> Peer:
            port = free_port()
            return start(
                name, "scripts.bench.peers.fastapi_orm", port, runtime, str(port), SECRET_KEY, manner, ready="/docs"
            )

        first, second = free_port(), free_port()
        yield [
            start(
                _OURS,
                "app",
                first,
                "serve",
                ready="/health/ready",
                APP_ENV="production",
                PORT=str(first),
                DATABASE_URL=ground.url,
                DB_POOL_SIZE=str(POOL_SIZE),
                SECRET_KEY=SECRET_KEY,
            ),
            start(_RAW, "scripts.bench.peers.raw", second, runtime, str(second), SECRET_KEY, ready="/"),
            fastapi(_USUAL, "usual"),
            fastapi(_TUNED, "tuned"),
        ]


def _one(peer: Peer, ground: Stage, plan: Plan, load: Generator) -> Round:
    before = peer.server.cpu()
    found = load.drive(Target(peer.port, PATH, ground.token), plan.connections, plan.seconds)
    if found.errors or not found.requests:
        raise BenchError(f"{peer.name}: {found.errors} errors in {found.requests} requests")
    return Round(found, (peer.server.cpu() - before) / found.requests * 1e6)


def _section(rounds: Rounds, plan: Plan, load: Generator, most: float, version: str) -> Section:
    def ratio(numerator: str, denominator: str, of: str) -> float:
        pairs = zip(rounds[numerator], rounds[denominator], strict=True)
        return float(statistics.median(getattr(one.load, of) / getattr(other.load, of) for one, other in pairs))

    def times(peer: str) -> Goal:
        found = ratio(_OURS, peer, "rate")
        return Goal(f"at least 4 times the answers of {peer}", f"{found:.2f} times", found >= 4)

    def latency(peer: str) -> Goal:
        found = ratio(_OURS, peer, "p99")
        return Goal(f"p99 at most a third of that of {peer}", f"{found:.2f}", found <= 1 / 3)

    raw = ratio(_OURS, _RAW, "rate")
    headroom = most / max(_median(found, "rate") for found in rounds.values())
    return Section(
        name="me",
        title=f"GET {PATH}",
        columns=["one worker each", "answers/s", "p50 ms", "p99 ms", "server CPU us/answer", "answers/s to ours"],
        rows=[
            [
                name,
                f"{_median(found, 'rate'):,.0f}",
                f"{_median(found, 'p50'):.1f}",
                f"{_median(found, 'p99'):.1f}",
                f"{statistics.median(one.cpu for one in found):,.0f}",
                f"{ratio(name, _OURS, 'rate'):.2f}",
            ]
            for name, found in rounds.items()
        ],
        goals=[
            times(_USUAL),
            times(_TUNED),
            Goal("at least 0.6 of the hand-written program's answers", f"{raw:.2f}", raw >= 0.6),
            latency(_USUAL),
            latency(_TUNED),
            Goal(
                f"the load generator can do {_HEADROOM:.0f} times what is measured",
                f"{headroom:.1f} times ({most:,.0f}/s without a database)",
                headroom >= _HEADROOM,
            ),
        ],
        notes=[
            f"{plan.rounds} rounds of {plan.seconds:g} s in turns after a warm-up, {plan.connections} keep-alive"
            f" connections, {POOL_SIZE} database connections each; figures are medians of rounds, ratios medians of"
            " the ratio within a round.",
            f"Load by {load.name}; PostgreSQL {version} over its socket; no errors, or there would be no figures.",
        ],
    )


def _median(found: Sequence[Round], of: str) -> float:
    return float(statistics.median(getattr(one.load, of) for one in found))
