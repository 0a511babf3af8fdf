"""One web worker: answers, shares its port, and ends in time whatever its clients do."""

from __future__ import annotations

import signal
import socket
import subprocess
import time

import httpx
import pytest

from tests.core.launching import Launcher, read_until

GRACE = 0.5
SERVE = """
import asyncio, os, sys
from core.http.server import serve_http
from core.processes import Role, Supervisor, claim_port

def log(line): os.write(1, f"{line}\\n".encode())

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/slow":
        await asyncio.sleep(float(scope["query_string"]))
    while scope["path"] == "/endless":
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(0.01)
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

async def live(receive, send):
    await receive()
    await asyncio.sleep(float(sys.argv[3]))
    if float(sys.argv[3]) < 0:
        return await send({"type": "lifespan.startup.failed", "message": "no database"})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    log("closed")
    await send({"type": "lifespan.shutdown.complete"})

port, workers = int(sys.argv[1]), int(sys.argv[2])
def run(): serve_http(app, "127.0.0.1", port, grace=float(sys.argv[4]), ready=lambda: log("ready"))
with claim_port("127.0.0.1", port):
    sys.exit(Supervisor([Role("web", run, workers)], log=log).run())
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def server(launch: Launcher, port: int) -> subprocess.Popen[str]:
    server = launch(SERVE, port, 1, 0, GRACE)
    read_until(server, "ready")
    return server


def seconds_to_end(server: subprocess.Popen[str]) -> float:
    asked = time.monotonic()
    server.terminate()
    assert server.wait(5) == 0
    return time.monotonic() - asked


def test_workers_share_one_port(launch: Launcher, port: int) -> None:
    server = launch(SERVE, port, 2, 0, GRACE)
    for _ in range(2):
        read_until(server, "ready")
    with httpx.Client(headers={"Connection": "close"}) as client:
        assert len({client.get(f"http://127.0.0.1:{port}/").text for _ in range(30)}) == 2
    seconds_to_end(server)


def test_an_idle_worker_ends_at_once_and_closes_the_application(server: subprocess.Popen[str]) -> None:
    assert seconds_to_end(server) < GRACE
    assert "closed" in server.communicate()[0]


def test_an_open_connection_does_not_hold_a_worker_up(server: subprocess.Popen[str], port: int) -> None:
    with httpx.Client() as client, socket.create_connection(("127.0.0.1", port)) as silent:
        client.get(f"http://127.0.0.1:{port}/")
        silent.sendall(b"GET / HTTP/1.1\r\n")
        assert seconds_to_end(server) < GRACE + 2


def test_a_request_that_is_answered_within_the_grace_is_not_dropped(server: subprocess.Popen[str], port: int) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{port}/slow?0.2") as answer:
        server.terminate()
        assert answer.read().isdigit()
    assert server.wait(3) == 0


def test_an_endless_answer_is_cut_off_after_the_grace(server: subprocess.Popen[str], port: int) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{port}/endless") as answer:
        body = answer.iter_raw()
        next(body)
        assert GRACE <= seconds_to_end(server) < GRACE + 2
    said = server.communicate()[0]
    assert "closed" in said
    assert "Traceback" not in said


def test_a_client_that_does_not_read_is_left_the_grace(server: subprocess.Popen[str], port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as deaf:
        deaf.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert GRACE <= seconds_to_end(server) < GRACE + 2


def test_a_stop_that_comes_while_the_application_starts_is_not_forgotten(launch: Launcher, port: int) -> None:
    server = launch(SERVE, port, 1, 1.0, 3.0)
    time.sleep(1)
    server.send_signal(signal.SIGTERM)
    assert server.wait(3) == 0


def test_an_application_that_cannot_start_says_so_and_ends_everything(launch: Launcher, port: int) -> None:
    server = launch(SERVE, port, 1, -1, GRACE)
    said, _ = server.communicate(timeout=10)
    assert server.returncode == 1
    assert "no database" in said
    assert "giving up" in said
