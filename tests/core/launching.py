"""Real processes for tests: started from a script, found again by a word in their command lines."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Launcher:
    """Starts Python processes, and ends those that are still there when the test is over."""

    def __init__(self) -> None:
        self._launched: list[subprocess.Popen[str]] = []

    def __call__(self, script: str, *arguments: object) -> subprocess.Popen[str]:
        """One in a group of its own; its output and errors come through one pipe."""
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._launched.append(process)
        return process

    def close(self) -> None:
        for process in self._launched:
            process.kill()
            with process:
                pass


def until(happened: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def read_until(process: subprocess.Popen[str], word: str, seconds: float = 30) -> str:
    """The output up to the end of the line that holds `word`; the rest is left for the next reader."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    deadline = time.monotonic() + seconds
    seen = b""
    while not (word.encode() in seen and seen.endswith(b"\n")):
        readable, _, _ = select.select([pipe], [], [], max(deadline - time.monotonic(), 0))
        byte = os.read(pipe, 1) if readable else b""
        assert byte, f"it did not say {word!r}: {seen.decode()}"
        seen += byte
    return seen.decode()


def living(word: str) -> list[int]:
    """The processes with `word` in their command line, but for those that wait to be reaped."""
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=", "-o", "stat=", "-o", "command="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = (line.split(None, 2) for line in listed.splitlines() if word in line)
    return [int(pid) for pid, state, *_ in rows if not state.startswith("Z") and int(pid) != os.getpid()]
