"""Token streams: what Interna adds to a model's first token, and what a thousand of them at once leave for others.

The model is on loopback and has its answer ready, so what is measured is everything else: who is calling, what they
may, what was said before, writing the question down, COMMIT, and the way of the first word to the client.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import psycopg
import uvloop

from scripts.bench.load import Load, Target, generator
from scripts.bench.report import Goal, Section
from scripts.bench.stage import SECRET_KEY, BenchError, Stage, body, free_port, log_in, running, stage

_ADDED_MS: Final = 5.0
_OTHERS_MS: Final = 200.0
_STREAMS_A_USER: Final = 50
_SESSION: Final = 10
_PERSONA: Final = (
    "/api/v1/simulations/50000000-0000-4000-8000-000000000001/personas/60000000-0000-4000-8000-000000000001/messages"
)
_TASK: Final = "/api/v1/tasks/landing-page/messages"
_LONG: Final = """
SELECT count(*) FILTER (WHERE state <> 'idle' AND now() - xact_start > interval '50 ms'),
       count(*) FILTER (WHERE state <> 'idle'), count(*)
FROM pg_stat_activity WHERE application_name = 'interna'"""


class Plan(msgspec.Struct, frozen=True):
    """How many first words are timed, how many streams are open at once, and for how many seconds others ask."""

    calls: int = 400
    streams: int = 1000
    seconds: float = 8.0

    @property
    def users(self) -> int:
        """Of whom each may have so many answers under way at once."""
        return -(-self.streams // _STREAMS_A_USER)


class Held(msgspec.Struct, frozen=True):
    """What was seen while the streams were open: connections of the pool, transactions, and what others waited."""

    opened_in: float
    held: int
    busy: float
    connections: int
    alone: Load
    beside: Load
    told: int


def measure(folder: Path, plan: Plan) -> Section:
    _allow_files(4 * plan.streams + 256)
    with (
        stage(folder / "streams") as scene,
        _servers(scene, folder) as (ours, model),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        direct, through = runner.run(_first_words(scene, plan, ours, model))
        held = runner.run(_open_many(scene, plan, ours))
    return _section(plan, direct, through, held)


@contextmanager
def _servers(scene: Stage, folder: Path) -> Iterator[tuple[int, int]]:
    """The ports of Interna, as production runs it, and of the model."""
    ours, model = free_port(), free_port()
    variables = {
        "APP_ENV": "production",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": scene.url,
        "DATA_DIR": str(folder / "streams-data"),
        "PORT": str(ours),
        "LLM_BASE_URL": f"http://127.0.0.1:{model}/v1",
    }
    speaker = [sys.executable, "-m", "scripts.bench.peers.speaker", str(model)]
    server = [sys.executable, "-m", "app", "serve"]
    with (
        running(speaker, model, folder / "speaker.log"),
        running(server, ours, folder / "streams.log", ready="/health/ready", variables=variables),
    ):
        yield ours, model


class Talk:
    """A connection that asks and hears the answer: the same code for whoever answers in chunks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.heard = b""

    @classmethod
    async def to(cls, port: int) -> Talk:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def until(self, request: bytes, mark: bytes) -> float:
        """Seconds from asking to the mark."""
        started = time.perf_counter()
        self._writer.write(request)
        self.heard = b""
        await self.hear(mark)
        return time.perf_counter() - started

    async def hear(self, mark: bytes) -> None:
        while mark not in self.heard:
            piece = await self._reader.read(65536)
            if not piece:
                raise BenchError(f"the answer broke off: {self.heard[-300:]!r}")
            self.heard += piece

    def close(self) -> None:
        self._writer.close()


def _post(port: int, path: str, sent: bytes, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent


def _question(port: int, path: str, token: str, text: str, tenant: str = "") -> bytes:
    named = f"X-Tenant-ID: {tenant}\r\n" if tenant else ""
    headers = f"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n{named}"
    return _post(port, path, msgspec.json.encode({"content": text}), headers)


async def _first_words(scene: Stage, plan: Plan, ours: int, model: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the first word, of the model asked directly and through Interna, in turns.

    A conversation has up to ten exchanges, as the longer it is, the more there is to send; then it begins anew.
    """
    token = log_in(scene.owner, "bob@example.com")
    asked = _question(ours, _PERSONA, token, "When do orders close, and what comes after?", "acme")
    through, direct = await Talk.to(ours), await Talk.to(model)
    times: tuple[list[float], list[float]] = ([], [])
    with psycopg.connect(scene.owner, autocommit=True) as owner:
        for number in range(plan.calls + 2 * _SESSION):
            if number % _SESSION == 0:
                owner.execute("DELETE FROM agents.agent_requests")
            took = await through.until(asked, b"event: token")
            await through.hear(b"event: done")
            await through.hear(b"0\r\n\r\n")
            same = _post(model, "/v1/chat/completions", body(model, "/asked", ""))
            alone = await direct.until(same, b'"content":"Well')
            await direct.hear(b"0\r\n\r\n")
            if number >= 2 * _SESSION:
                times[0].append(alone * 1000)
                times[1].append(took * 1000)
    through.close()
    direct.close()
    return times


async def _open_many(scene: Stage, plan: Plan, ours: int) -> Held:
    tokens = await asyncio.to_thread(_listeners, scene, ours, plan.users)
    lasts = round(plan.seconds * 1.5 + plan.streams / 25 + 10)
    alone = await _others(scene, ours, plan.seconds / 2)
    started = time.perf_counter()
    gate = asyncio.Semaphore(40)

    async def begin(number: int) -> Talk:
        token = tokens[number % len(tokens)]
        async with gate:
            talk = await Talk.to(ours)
            await talk.until(_question(ours, _TASK, token, f"Speak slowly for {lasts} seconds."), b"event: token")
        return talk

    talks = await asyncio.gather(*(begin(number) for number in range(plan.streams)))
    opened = time.perf_counter() - started
    if (rest := lasts - opened) < plan.seconds + 3:
        raise BenchError(f"opening {plan.streams} streams took {opened:.0f} s: the first end in {rest:.0f} s")
    listening = [asyncio.create_task(talk.hear(b"event: done")) for talk in talks]
    seen = await asyncio.to_thread(_watch_connections, scene, 40)
    beside = await _others(scene, ours, plan.seconds)
    if any(task.done() for task in listening):
        raise BenchError("a stream had ended before the measurement did")
    await asyncio.gather(*listening)
    told = sum(talk.heard.count(b"event: token") == lasts + 1 or b'"text":"Well, Well' in talk.heard for talk in talks)
    for talk in talks:
        talk.close()
    held, busy, connections = seen
    return Held(opened, held, busy, connections, alone, beside, told)


async def _others(scene: Stage, ours: int, seconds: float) -> Load:
    """What somebody else waits for who reads their own profile."""
    found = await asyncio.to_thread(generator("own").drive, Target(ours, "/api/v1/users/me", scene.token), 2, seconds)
    if found.errors or not found.requests:
        raise BenchError(f"{found.errors} errors in {found.requests} requests beside the streams")
    return found


def _watch_connections(scene: Stage, looks: int) -> tuple[int, float, int]:
    """Transactions seen that lasted, the share of looks at which any was open, and the pool's connections."""
    held, busy, connections = 0, 0, 0
    with psycopg.connect(scene.endpoints.admin or scene.owner, autocommit=True) as admin:
        for _ in range(looks):
            row = admin.execute(_LONG).fetchone()
            assert row is not None
            held, busy, connections = held + row[0], busy + bool(row[1]), max(connections, row[2])
            time.sleep(0.05)
    return held, busy / looks, connections


def _listeners(scene: Stage, ours: int, users: int) -> list[str]:
    """Sessions of as many users."""
    tokens: list[str] = []
    for number in range(users):
        sent = msgspec.json.encode({"email": f"listener{number}@example.com", "password": "a long walk by the sea"})
        url = f"http://127.0.0.1:{ours}/api/v1/auth/signup"
        with psycopg.connect(scene.owner, autocommit=True) as owner:
            owner.execute("DELETE FROM users.attempts")
        request = urllib.request.Request(url, sent, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            tokens.append(msgspec.json.decode(answer.read())["token"])
    return tokens


def _allow_files(wanted: int) -> None:
    """Sockets are files: as many of them as the streams need, here and in the servers that are started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise BenchError(f"{wanted} open files are needed and {hard} allowed (ulimit -n)")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _p99(times: list[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


def _section(plan: Plan, direct: list[float], through: list[float], held: Held) -> Section:
    added = [ours - alone for ours, alone in zip(through, direct, strict=True)]

    def row(name: str, times: list[float]) -> list[str]:
        return [name, f"{statistics.median(times):.2f}", f"{_p99(times):.2f}"]

    streams = f"{plan.streams:,} open streams"
    return Section(
        name="streams",
        title="the first word of an answer, and many answers at once",
        columns=["milliseconds", "median", "p99"],
        rows=[
            row("first word, the model asked directly", direct),
            row("first word, through Interna", through),
            row("added, call by call", added),
            ["GET /users/me, no stream open", f"{held.alone.p50:.1f}", f"{held.alone.p99:.1f}"],
            [f"GET /users/me, {streams}", f"{held.beside.p50:.1f}", f"{held.beside.p99:.1f}"],
        ],
        goals=[
            Goal(
                f"added to the first word: {_ADDED_MS:g} ms or less (median)",
                f"{statistics.median(added):.2f} ms",
                statistics.median(added) <= _ADDED_MS,
            ),
            Goal(
                f"{streams}: others are answered within {_OTHERS_MS:g} ms (p99)",
                f"{held.beside.p99:.1f} ms",
                held.beside.p99 <= _OTHERS_MS,
            ),
            Goal(f"{streams}: 0 database connections held", str(held.held), held.held == 0),
            Goal(f"{streams}: each is told to its end", f"{held.told:,}", held.told == plan.streams),
        ],
        notes=[
            f"{plan.calls} calls each, in turns, on one connection each; the model is sent the same bytes either way. "
            f"A conversation begins anew after {_SESSION} exchanges.",
            f"{streams} of {plan.users} users in one worker process, a word a second each; they were opened in "
            f"{held.opened_in:.1f} s. The pool has {held.connections} connections; a transaction was open at "
            f"{held.busy:.0%} of the looks, none of them for 50 ms or longer: what was cancelled elsewhere is looked "
            "up twice a second.",
            "Others: two connections that ask again as soon as they are answered.",
        ],
    )
