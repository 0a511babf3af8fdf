"""One parent that forks: web workers and the job worker, started again when they die, ended together.

Why fork: the parent has imported everything and set up the database before the first child exists, so a
child costs milliseconds and shares the parent's memory. Rejected: granian's own multi-process server, which
spawns (every worker imports everything again) and hung when it was signalled while it spawned; a process
manager outside, which nobody has at hand in development. The price: whoever calls `Supervisor.run` must have
no threads and no running event loop, and must be in the main thread.

Signals are blocked while the supervisor runs and fetched with sigwait: none is lost, whenever it comes, and
none runs a handler of the parent in a child that has just been forked.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from core.signals import die_with_parent, fresh_mask, stop_signals

_FIRST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 5.0
_QUICK: Final = 1.0
_QUICK_LIMIT: Final = 5
_SETTLED: Final = 30.0
# make passes a signal of its group on, so one wish can arrive twice; a person's second comes later.
_SAME_WISH: Final = 0.5


class PortTaken(Exception):
    """The HTTP address cannot be had. The text is one line for the operator."""


@dataclass(frozen=True)
class Role:
    """What `count` children do: `run` blocks until SIGTERM, and ends soon after it."""

    name: str
    run: Callable[[], None]
    count: int = 1


@dataclass
class _Child:
    role: Role
    label: str
    pid: int = 0  # 0 while there is none
    at: float = 0.0  # of the monotonic clock: when it was started, or is to be
    delay: float = _FIRST_DELAY
    quick: int = 0  # deaths in a row within its first second


class Supervisor:
    """Keeps the children of `roles` running until a signal asks to stop. One use, in the main thread.

    `grace` is how many seconds the children have between SIGTERM and SIGKILL; a second signal ends it.
    `vital` is asked whenever some child of the process has ended (the database is one too): a text ends
    everything.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        *,
        grace: float = 8.0,
        log: Callable[[str], None],
        vital: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._children = [
            _Child(role, f"{role.name} {number}" if role.count > 1 else role.name)
            for role in roles
            for number in range(1, role.count + 1)
        ]
        self._grace = grace
        self._log = log
        self._vital = vital
        self._asked: float | None = None
        self._deadline = 0.0
        self._code = 0

    def run(self) -> int:
        """Block until everything has ended: 0 after a signal, 1 where it gave up (the log says why)."""
        waited = stop_signals() | {signal.SIGCHLD, signal.SIGALRM}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        handler = signal.getsignal(signal.SIGCHLD)
        lifeline = os.pipe()
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, waited)
            # Some systems discard a signal that nobody handles even while it is blocked.
            signal.signal(signal.SIGCHLD, lambda *_: None)
            # What is alive now stays: the collector need not touch, and so copy, the pages children share.
            gc.freeze()
            self._supervise(waited, lifeline)
        finally:
            self._kill()
            for descriptor in lifeline:
                os.close(descriptor)
            signal.setitimer(signal.ITIMER_REAL, 0)
            while pending := signal.sigpending() & waited:
                signal.sigwait(pending)
            signal.signal(signal.SIGCHLD, handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._code

    def _supervise(self, waited: set[signal.Signals], lifeline: tuple[int, int]) -> None:
        while True:
            now = time.monotonic()
            if self._asked is None:
                for child in self._children:
                    if not child.pid and child.at <= now:
                        self._start(child, lifeline)
                due = [child.at for child in self._children if not child.pid]
            elif not any(child.pid for child in self._children):
                return
            elif now >= self._deadline:
                self._log("killing the processes that have not ended yet")
                return
            else:
                due = [self._deadline]
            signal.setitimer(signal.ITIMER_REAL, max(min(due) - now, 0.001) if due else 0)
            number = signal.sigwait(waited)
            if number == signal.SIGCHLD:
                self._reap()
            elif number != signal.SIGALRM:
                self._ask()

    def _start(self, child: _Child, lifeline: tuple[int, int]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        child.at = time.monotonic()
        child.pid = os.fork()
        if not child.pid:
            _live(child.role, parent, lifeline, self._grace)

    def _reap(self) -> None:
        for child in self._children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.pid = 0
                self._mourn(child, f"{child.label} (process {pid}) {_cause(status)}")
        if self._asked is None and (failure := self._vital()):
            self._fail(failure)

    def _mourn(self, child: _Child, line: str) -> None:
        if self._asked is not None:
            return
        lived = time.monotonic() - child.at
        child.quick = child.quick + 1 if lived < _QUICK else 0
        if child.quick == _QUICK_LIMIT:
            self._fail(f"{line}, {_QUICK_LIMIT} times in a row within its first second; giving up")
            return
        if lived >= _SETTLED:
            child.delay = _FIRST_DELAY
        self._log(f"{line}; starting it again in {child.delay:.1f} s")
        child.at = time.monotonic() + child.delay
        child.delay = min(child.delay * 2, _LONGEST_DELAY)

    def _fail(self, line: str) -> None:
        self._log(line)
        self._code = 1
        self._ask()

    def _ask(self) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked, self._deadline = now, now + self._grace
            for child in self._children:
                if child.pid:
                    os.kill(child.pid, signal.SIGTERM)
        elif now - self._asked > _SAME_WISH:
            self._deadline = now

    def _kill(self) -> None:
        alive = [child for child in self._children if child.pid]
        for child in alive:
            os.kill(child.pid, signal.SIGKILL)
        for child in alive:
            os.waitpid(child.pid, 0)
            child.pid = 0


def _live(role: Role, parent: int, lifeline: tuple[int, int], grace: float) -> NoReturn:
    """The whole life of a child: it never returns into the parent's code."""
    status = 1
    try:
        die_with_parent(signal.SIGTERM, parent)
        os.close(lifeline[1])
        signal.set_wakeup_fd(-1)
        # A terminal sends these to the whole group, but only the parent decides, and says so by SIGTERM.
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        fresh_mask()
        threading.Thread(target=_follow_parent, args=(lifeline[0], grace), daemon=True).start()
        role.run()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(status)


def _follow_parent(lifeline: int, grace: float) -> None:
    os.read(lifeline, 1)  # nobody ever writes: this returns when the parent has ended, however it did
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(1)


def _cause(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


def claim_port(host: str, port: int) -> socket.socket:
    """Reserve an address for the web workers; the caller keeps the socket open until they have ended.

    A worker binds with SO_REUSEPORT, which shares a taken port in silence: so look without it first. The
    socket that is returned never listens, and bars another `claim_port` meanwhile; its `getsockname()` is the
    address with the host's name resolved. Raises `PortTaken`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        family, address = found[0], found[4]
        _bound(family, address, socket.SO_REUSEADDR).close()
        try:
            return _bound(family, address, socket.SO_REUSEPORT)
        except OSError:  # connections of an earlier server linger; with SO_REUSEADDR it bars nobody
            return _bound(family, address, socket.SO_REUSEPORT, socket.SO_REUSEADDR)
    except OSError as error:
        reason = "it is taken" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
        raise PortTaken(f"cannot listen on {host}:{port}: {reason}; set HOST or PORT") from None


def _bound(family: int, address: Any, *options: int) -> socket.socket:  # an address is whatever its family has
    reserved = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in options:
            reserved.setsockopt(socket.SOL_SOCKET, option, 1)
        reserved.bind(address)
    except OSError:
        reserved.close()
        raise
    return reserved
