"""Over HTTP: what becomes of the requests that a server, which is told to stop, does not wait for any longer."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest

from core.database.roles import Endpoints
from tests.core.launching import Launcher, read_until, until
from tests.core.transaction.trial import busy, count

GRACE = 0.5
PATIENCE = 5.0
"""How long a busy machine may take to end what is not waited for; the server's own second is tested elsewhere."""
SERVE = """
import asyncio, os, sys
from contextlib import asynccontextmanager
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.response import Stream
from core.container import current_child
from core.database.pool import Database
from core.http.authority import OPEN
from core.http.boundary import Admission, Boundary
from core.http.cors import Cors
from core.http.events import EventStream
from core.http.problems import answer
from core.http import server
from core.http.server import serve_http
from tests.core.transaction.trial import ONE, SLEEP, WISH, WRITE

server._LAST_SECONDS = float(sys.argv[4])
def log(line): os.write(1, f"{line}\\n".encode())
database = Database(sys.argv[2], size=1)

@post("/sleep", **OPEN)
async def sleep() -> None:
    await asyncio.sleep(60)

@post("/nested", **OPEN)
async def nested() -> None:
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        await asyncio.wait_for(asyncio.shield(tasks.create_task(asyncio.sleep(60))), 60)

@post("/query", **OPEN)
async def query() -> None:
    await current_child().transaction.execute(WRITE, id=1, said="to be rolled back")
    await current_child().transaction.execute(SLEEP, seconds=60)

@post("/pool", **OPEN)
async def wait_for_a_connection() -> None:
    async with database.connection():
        await current_child().transaction.one(ONE)

@post("/commit", **OPEN)
async def commit() -> None:
    await current_child().transaction.execute(WISH, wish="wait")

@post("/commits", **OPEN)
async def commit_by_itself() -> None:
    await current_child().transaction.execute(WISH, wish="wait")
    await current_child().transaction.commit()

async def nothing_yet():
    await asyncio.sleep(60)
    yield

@get("/silent", **OPEN)
async def say_nothing_yet() -> EventStream:
    return EventStream(nothing_yet())

@post("/body", **OPEN)
async def read_the_body() -> None: ...

@get("/started", **OPEN)
async def start() -> Stream:
    async def parts():
        yield b"the first part"
        await asyncio.sleep(60)
    return Stream(parts())

@post("/other", **OPEN)
async def cancel_for_another_reason() -> None:
    asyncio.current_task().cancel("no longer wanted")
    await asyncio.sleep(60)

@asynccontextmanager
async def lifespan(_):
    await database.open()
    yield
    await database.close()
    log("closed")

app = Litestar(
    [
        sleep, nested, query, wait_for_a_connection, commit, commit_by_itself, read_the_body, start, say_nothing_yet,
        cancel_for_another_reason,
    ],
    guards=[Admission(None, None)],
    exception_handlers={HTTPException: answer, Exception: answer},
    lifespan=[lifespan],
    openapi_config=None,
    logging_config=None,
)
app.asgi_handler = Boundary(app.asgi_handler, database, Cors(frozenset()))
serve_http(app, "127.0.0.1", int(sys.argv[1]), grace=float(sys.argv[3]), ready=lambda: log("ready"))
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def server(
    launch: Launcher, trial: Endpoints, looking: psycopg.Connection, port: int
) -> Iterator[subprocess.Popen[str]]:
    server = launch(SERVE, port, trial.runtime, GRACE, PATIENCE)
    read_until(server, "ready")
    yield server
    until(lambda: not busy(looking), seconds=5)


def ask(port: int, path: str, announced: int = 0, *, method: str = "POST") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    client.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {announced}\r\n\r\n".encode())
    return client


def told(client: socket.socket) -> tuple[bytes, bytes]:
    """The head and the body of the answer, up to the end of the connection."""
    with client, client.makefile("rb") as answer:
        head, _, body = answer.read().partition(b"\r\n\r\n")
    return head, body


def stop(server: subprocess.Popen[str]) -> None:
    """Stop it, once the request is under way: it ends in time and by itself."""
    time.sleep(0.3)
    server.terminate()
    assert server.wait(GRACE + PATIENCE) == 0
    said = server.communicate()[0]
    assert "closed" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("path", "announced"), [("/sleep", 0), ("/nested", 0), ("/query", 0), ("/pool", 0), ("/body", 500)]
)
def test_a_request_that_is_not_waited_for_is_told_to_come_back(
    server: subprocess.Popen[str], looking: psycopg.Connection, port: int, path: str, announced: int
) -> None:
    client = ask(port, path, announced)
    stop(server)
    head, body = told(client)
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: 2" in head
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\nx-request-id: " in head
    assert json.loads(body)["type"] == "urn:interna:problem:server-stops"
    assert count(looking, "trial.notes") == 0


@pytest.mark.parametrize("path", ["/commit", "/commits"])
def test_a_request_that_is_dropped_while_it_commits_is_not_told_to_repeat(
    server: subprocess.Popen[str], looking: psycopg.Connection, port: int, path: str
) -> None:
    with looking.transaction():
        looking.execute("ALTER SEQUENCE trial.commits CACHE 1")  # which the commit waits for
        client = ask(port, path)
        stop(server)
    head, body = told(client)
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after" not in head
    assert "look before you repeat" in json.loads(body)["detail"]


def test_a_stream_of_events_opens_before_the_first_of_them(server: subprocess.Popen[str], port: int) -> None:
    with ask(port, "/silent", method="GET") as client:
        head = client.recv(1000)
        stop(server)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"\r\ncontent-type: text/event-stream" in head


def test_an_answer_that_has_started_is_cut(server: subprocess.Popen[str], port: int) -> None:
    client = ask(port, "/started", method="GET")
    stop(server)
    head, body = told(client)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"the first part" in body
    assert b"problem" not in body


def test_a_client_that_left_before_it_was_told_breaks_nothing(server: subprocess.Popen[str], port: int) -> None:
    ask(port, "/sleep").close()
    stop(server)


def test_many_requests_are_dropped_in_time(
    server: subprocess.Popen[str], looking: psycopg.Connection, port: int
) -> None:
    clients = [ask(port, path) for path in ("/sleep", "/query") * 50]
    stop(server)
    assert {told(client)[0].split()[1] for client in clients} == {b"503"}
    assert count(looking, "trial.notes") == 0


def test_a_request_that_is_cancelled_for_another_reason_is_not_told_that_the_server_stops(
    server: subprocess.Popen[str], port: int
) -> None:
    client = ask(port, "/other")
    assert client.recv(100).startswith(b"HTTP/1.1 500 ")
    client.close()
