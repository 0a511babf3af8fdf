"""What is measured on: an embedded PostgreSQL, migrated and seeded as `serve` does it, and processes that end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg.conninfo import conninfo_to_dict

from app import reach
from core.database.embedded import EmbeddedServer
from core.database.migrations import ROOT, upgrade
from core.database.roles import Endpoints, set_up_roles
from core.http.caller import Sessions
from core.signals import die_with_parent
from seeds import seed_all

SECRET_KEY: Final = "benchmarks-only-secret-key-0123456789abcdef"
_PATIENCE_SECONDS: Final = 30.0
_LAST_SECONDS: Final = 10.0

# Seen tomorrow, so that no answer has a last_seen_at to write: the peers would not.
_SESSION: Final = """
INSERT INTO users.sessions (user_id, token_hash, expires_at, last_seen_at)
SELECT id, %s, now() + interval '1 day', now() + interval '1 day' FROM users.users WHERE email = %s
"""


class BenchError(Exception):
    """The run is worth nothing: a server did not start, an answer was wrong. The text is one line."""


class Server(msgspec.Struct, frozen=True):
    """A process that answers."""

    pid: int
    ready_after: float
    """Seconds from its start to its first 200."""

    def cpu(self) -> float:
        """Seconds of processor time that it and its children have used."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        return sum(sum(member.cpu_times()[:2]) for member in family)


class Stage(msgspec.Struct, frozen=True):
    """A seeded database, and the token of a session that is good in it."""

    endpoints: Endpoints
    owner: str
    token: str
    version: str

    @property
    def url(self) -> str:
        """The runtime's conninfo as a URL, for DATABASE_URL."""
        return url_of(self.endpoints.runtime)


@contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    with EmbeddedServer.start(directory) as server:
        endpoints = reach.of_server(server)
        set_up_roles(endpoints)
        assert endpoints.owner is not None
        upgrade(endpoints.owner)
        seed_all(endpoints.owner, development=True)
        token = log_in(endpoints.owner, "alice@example.com")
        with psycopg.connect(endpoints.owner) as owner:
            version = owner.info.parameter_status("server_version") or "unknown"
        yield Stage(endpoints, endpoints.owner, token, version)


def log_in(owner: str, email: str) -> str:
    """The token of a new session of one of the seeds' users; `owner` is the owner's conninfo."""
    sessions = Sessions(SECRET_KEY, production=True)
    token = sessions.new_token()
    with psycopg.connect(owner) as connection:
        connection.execute(_SESSION, (sessions.hash(token), email))
    return token


def url_of(conninfo: str) -> str:
    """A conninfo as a URL."""
    given = conninfo_to_dict(conninfo)
    host = quote(str(given["host"]), safe="")
    return f"postgresql://{given['user']}@/{given['dbname']}?host={host}&port={given['port']}"


@contextmanager
def running(
    arguments: Sequence[str],
    port: int,
    log: Path,
    *,
    ready: str = "/",
    variables: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server process, from its first 200 on `ready` to its end. Raises `BenchError` where it dies before."""
    environment = {"PATH": os.defpath, **(variables or {})}
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),  # noqa: PLW1509  # no threads here
        )
    try:
        while status(port, ready) != 200:
            if process.poll() is not None or time.perf_counter() - started > _PATIENCE_SECONDS:
                raise BenchError(f"{' '.join(arguments[:3])} did not start: {_last_line(log)}")
            time.sleep(0.005)
        yield Server(process.pid, time.perf_counter() - started)
        if process.poll() is not None:
            raise BenchError(f"{' '.join(arguments[:3])} ended while it was measured: {_last_line(log)}")
    finally:
        _end(process)


def status(port: int, path: str) -> int:
    """The status of a GET; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def body(port: int, path: str, token: str) -> bytes:
    """What a GET as the owner of `token` answers. Raises `BenchError` for anything but a 200."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: bytes = answer.read()
            return found
    except OSError as error:
        raise BenchError(f"GET {path} on port {port}: {error}") from None


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
