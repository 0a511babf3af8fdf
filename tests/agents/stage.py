"""Two processes' worth of the application on one database, with a model on loopback that speaks when it is told to."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psycopg
from granian.constants import Interfaces
from granian.server.embed import Server

from app.asgi import create_app
from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.database.roles import Endpoints
from modules.agents.services import Calls, Running
from tests.client import Person, log_in
from tests.model_server import Behaviour, Exchange, ModelServer, model_server

ACME = {"x-tenant-id": "acme"}
CHAT = "/simulations/50000000-0000-4000-8000-000000000001/personas/60000000-0000-4000-8000-000000000001/messages"


@dataclass
class Event:
    id: int
    name: str
    data: dict[str, Any]


@dataclass
class Site:
    """One process of the application, and a client of it over real sockets."""

    parent: Parent
    client: httpx.AsyncClient

    @property
    def running(self) -> Running:
        found: Running = self._agents.running()
        return found

    @property
    def calls(self) -> Calls:
        found: Calls = self._agents.calls()
        return found

    @property
    def _agents(self) -> Any:
        return next(module.container for module in self.parent.modules if module.name == "agents")

    def is_idle(self) -> bool:
        """No call under way, no connection in use."""
        stats = self.parent.database.pool.get_stats()
        return not self.running and stats["pool_available"] == stats["pool_size"]

    def person(self, known: Person) -> Person:
        """The same person, as a client of this process."""
        return Person(self.client, known.token, known.user, known.email, known.password)


@dataclass
class Stage:
    here: Site
    elsewhere: Site
    model: ModelServer
    owner: psycopg.Connection
    bob: Person
    alice: Person

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.owner.execute(sql, values or None).fetchall()


@asynccontextmanager
async def stage(endpoints: Endpoints, data_dir: str, **environ: str) -> AsyncIterator[Stage]:
    assert endpoints.owner is not None
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(model_server())
        variables = {
            "APP_ENV": "test",
            "DATA_DIR": data_dir,
            "DB_POOL_SIZE": "10",
            "LLM_BASE_URL": model.base_url,
            "LLM_FIRST_BYTE_SECONDS": "30",
            "LLM_IDLE_SECONDS": "30",
            **environ,
        }
        sites = [
            await stack.enter_async_context(serving(bootstrap(compose, variables, endpoints=endpoints)))
            for _ in range(2)
        ]
        # What housekeeping makes at a worker's first start is there before anything is measured.
        await sites[0].parent.core.jobs().sweep()
        bob = await log_in(sites[0].client, "bob@example.com", "bob-in-development")
        alice = await log_in(sites[0].client, "alice@example.com", "alice-in-development")
        with psycopg.connect(endpoints.owner, autocommit=True) as owner:
            yield Stage(sites[0], sites[1], model, owner, bob, alice)


@asynccontextmanager
async def serving(parent: Parent) -> AsyncIterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(
        create_app(parent), "127.0.0.1", port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    task = asyncio.create_task(server.serve())
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits) as client:
        for _ in range(500):
            with suppress(httpx.TransportError):
                await client.get("/health/live")
                break
            await asyncio.sleep(0.02)
        yield Site(parent, client)
    server.stop()
    await asyncio.wait_for(task, 10)


def speaking(first: str, rest: str, go_on: asyncio.Event, *, pieces: int = 4) -> Behaviour:
    """Says the first part in pieces, then waits until it may say the rest."""

    async def behave(exchange: Exchange) -> None:
        await exchange.start()
        for text, waits in ((first, False), (rest, True)):
            if waits:
                await go_on.wait()
            size = max(1, -(-len(text) // pieces))
            for at in range(0, len(text), size):
                await exchange.send(exchange.chunk(text[at : at + size]))
                await asyncio.sleep(0)
        await exchange.send(exchange.chunk(None, "stop"))
        await exchange.send(exchange.event(choices=[], usage=exchange.usage(first + rest)))
        await exchange.send(b"data: [DONE]\n\n")
        await exchange.finish()

    return behave


class Hearing:
    """What a client hears of a stream, as it comes."""

    def __init__(self) -> None:
        self.status = 0
        self.events: list[Event] = []
        self.comments = 0
        self.problem: Any = None
        self.task: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        return "".join(event.data["text"] for event in self.events if event.name == "token")

    @property
    def ids(self) -> list[int]:
        return [event.id for event in self.events]

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                assert self.task is None or not self.task.done() or condition(), self.events
                await asyncio.sleep(0.005)

    async def end(self) -> Hearing:
        assert self.task is not None
        await asyncio.wait_for(self.task, 20)
        return self

    async def leave(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    @property
    def request_id(self) -> UUID:
        return UUID(self.events[0].data["agent_request_id"])


def ask(person: Person, question: str = "Hello", **headers: str) -> Hearing:
    """Ask the seeded client, and listen."""
    return _listen(person, "POST", CHAT, ACME | headers, {"content": question})


def hear(person: Person, request_id: object, after: object = None) -> Hearing:
    """Listen to what is answered to a request after an event."""
    return follow(person, f"/agent-requests/{request_id}/events", after, **ACME)


def follow(person: Person, path: str, after: object = None, **headers: str) -> Hearing:
    """Listen to any stream that can be resumed, for the personal tenant if no other is named."""
    return _listen(person, "GET", path, headers | ({} if after is None else {"last-event-id": str(after)}), None)


def _listen(person: Person, method: str, path: str, headers: dict[str, str], body: Any) -> Hearing:
    heard = Hearing()

    async def listen() -> None:
        all_headers = {"authorization": f"Bearer {person.token}", "accept": "text/event-stream", **headers}
        async with person.client.stream(method, f"/api/v1{path}", json=body, headers=all_headers) as answer:
            heard.status = answer.status_code
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                heard.problem = json.loads(await answer.aread() or b"null")
                return
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line.startswith(":"):
                    heard.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    heard.events.append(Event(int(fields["id"]), fields["event"], json.loads(fields["data"])))
                    fields = {}

    heard.task = asyncio.create_task(listen())
    return heard


PLAN = {"agent_type": "create", "content": "A plan for the bakery's launch"}


@asynccontextmanager
async def working(on: Stage) -> AsyncIterator[None]:
    """A worker in the other process."""
    stop = asyncio.Event()
    task = asyncio.create_task(on.elsewhere.parent.core.jobs().run_worker(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def submit(person: Person, wish: dict[str, Any], **headers: str) -> dict[str, Any]:
    answered = await person.post("/agent-requests", wish, headers={**ACME, **headers})
    assert answered.status_code == 201, answered.text
    written: dict[str, Any] = answered.json()
    assert answered.headers["location"] == f"/api/v1/agent-requests/{written['id']}"
    return written


async def show(person: Person, request_id: object) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/agent-requests/{request_id}", headers=ACME)).json()
    return found


async def ended(person: Person, request_id: object) -> dict[str, Any]:
    """The request once its stream has ended."""
    await hear(person, request_id).end()
    return await show(person, request_id)


async def nothing_left(on: Stage) -> None:
    async with asyncio.timeout(10):
        while on.rows("SELECT id FROM jobs.procrastinate_jobs WHERE status IN ('todo', 'doing')"):
            await asyncio.sleep(0.02)


def fall_silent(owner: psycopg.Connection, *, minutes: int) -> None:
    """As if nothing had been heard for so long of the calls that are under way."""
    with owner.transaction():
        owner.execute("ALTER TABLE agents.agent_requests DISABLE TRIGGER touch_updated_at")  # it would say: just now
        owner.execute(
            "UPDATE agents.agent_requests SET updated_at = now() - make_interval(mins => %s) WHERE finished_at IS NULL",
            (minutes,),
        )
        owner.execute("ALTER TABLE agents.agent_requests ENABLE TRIGGER touch_updated_at")
