"""A signal that asks to stop is never lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

IN_A_FINALIZER = """
import signal, sys, time
from core.signals import interruptible

class Closing:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0)

with interruptible():
    Closing()
    time.sleep(20)
    print("went on")
print("ended")
"""

IN_THE_OPEN = """
import signal, time
from core.signals import interruptible

with interruptible():
    try:
        signal.raise_signal(signal.SIGINT)
        time.sleep(20)
    finally:
        signal.raise_signal(signal.SIGTERM)
        print("cleaned up")
print("ended")
"""


WHILE_THE_COMMAND_IS_IMPORTED = """
import runpy, signal, sys, time

class Closing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
        time.sleep(0)

class Finder:
    def find_spec(self, name, *_):
        if name == "core.bootstrap":
            Closing()

sys.meta_path.insert(0, Finder())
sys.argv = ["app", sys.argv[1]]
runpy.run_module("app", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("program", "said"), [(IN_A_FINALIZER, "ended\n"), (IN_THE_OPEN, "cleaned up\nended\n")], ids=["finalizer", "open"]
)
def test_a_signal_ends_the_block_once_wherever_it_comes(program: str, said: str) -> None:
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("command", "code"), [("routes", 130), ("serve", 0)])
def test_a_signal_during_the_imports_of_a_command_ends_it(command: str, code: int) -> None:
    program = [sys.executable, "-c", WHILE_THE_COMMAND_IS_IMPORTED, command]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", code)


def test_afterwards_signals_are_handled_as_before() -> None:
    program = (
        "import signal, sys\nfrom core.signals import interruptible\n"
        "before = sys.unraisablehook, [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]\n"
        "with interruptible():\n    pass\n"
        "after = sys.unraisablehook, [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]\n"
        "sys.exit(before != after)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
