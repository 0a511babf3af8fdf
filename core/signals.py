"""Being told to stop, at any moment, and still cleaning up."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_A_MOMENT: Final = 0.01


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end while it was starting up.

    A KeyboardInterrupt because libraries clean up after that one: psycopg cancels the running query.
    """


def stop_signals() -> set[signal.Signals]:
    """What asks this process to stop. SIGHUP is none of them under nohup."""
    hangs_up = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
    return {signal.SIGINT, signal.SIGTERM} | ({signal.SIGHUP} if hangs_up else set())


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP end the block early: it unwinds, and nothing is raised out of it.

    Only the first signal interrupts, so those after it cannot break the clean-up; clean-up on the ordinary
    way out is for `shielded`. Where Python has to ignore the exception, because the signal came in the middle of a
    finalizer or a weak reference's callback, it is raised again a moment later. Main thread only.
    """
    done = False

    def stop(*_: object) -> None:
        nonlocal done
        if not done:
            done = True
            raise Stopped

    def ignored(what: sys.UnraisableHookArgs) -> None:
        nonlocal done
        if not isinstance(what.exc_value, Stopped):
            report(what)
            return
        done = False
        signal.setitimer(signal.ITIMER_REAL, _A_MOMENT)

    before = {number: signal.getsignal(number) for number in stop_signals() | {signal.SIGALRM}}
    report, sys.unraisablehook = sys.unraisablehook, ignored
    try:
        try:
            for number in before:
                signal.signal(number, stop)
            yield
        finally:
            done = True
    except Stopped:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = report
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def shielded() -> Iterator[None]:
    """Hold back what `interruptible` reacts to until the block is over. Keep the block short.

    A process started in the block inherits the blocked signals; see `fresh_mask`.
    """
    # Asked for apart: blocking can itself raise for a signal that came just before it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def fresh_mask() -> None:
    """Block no signal."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def die_with_parent(number: int, parent: int) -> None:
    """In a child: the kernel sends it `number` when the thread that forked it ends. Linux; elsewhere nothing.

    After setuid, which clears it. Exits at once if `parent` (a process id) is already gone.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
