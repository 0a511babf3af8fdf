"""The load: keep-alive connections that ask again as soon as they are answered.

wrk where it is installed, because it takes the least from the server; else a client of our own in a process apart,
which is checked to be fast enough. Every error counts, and any error ends the run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from core.database.migrations import ROOT
from scripts.bench.stage import BenchError

_MARGIN_SECONDS: Final = 20.0
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Target(msgspec.Struct, frozen=True):
    """What is asked: a path on a port of this machine, as the owner of a session."""

    port: int
    path: str
    token: str


class Load(msgspec.Struct, frozen=True):
    """What one round measured. Latencies are in milliseconds, from the request to the last byte of its answer."""

    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


Drive = Callable[[Target, int, float], Load]


class Generator(msgspec.Struct, frozen=True):
    """A way to make load: `drive(target, connections, seconds)`."""

    name: str
    drive: Drive


def generator(wanted: str) -> Generator:
    """`wrk`, `own`, or `auto` for the better one that is there."""
    if wanted == "auto":
        wanted = "wrk" if shutil.which("wrk") else "own"
    return Generator("wrk", _wrk) if wanted == "wrk" else Generator("the client of scripts/bench/client.py", _own)


def _wrk(target: Target, connections: int, seconds: float) -> Load:
    program = shutil.which("wrk")
    if program is None:
        raise BenchError("wrk is not installed; leave out --generator, or say own")
    printed = _printed(
        [
            program,
            "--threads=1",
            f"--connections={connections}",
            f"--duration={max(1, round(seconds))}s",
            "--latency",
            f"--header=Authorization: Bearer {target.token}",
            f"http://127.0.0.1:{target.port}{target.path}",
        ],
        seconds,
    )
    total = _found(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", printed)
    broken = re.findall(r"(?:connect|read|write|timeout|responses:?) (\d+)", printed)
    return Load(
        requests=int(total[1]),
        seconds=float(total[2]) * _UNITS[total[3]] / 1000,
        p50=_milliseconds(_found(r"50%\s+([\d.]+)(us|ms|s|m)\b", printed)),
        p99=_milliseconds(_found(r"99%\s+([\d.]+)(us|ms|s|m)\b", printed)),
        errors=sum(map(int, broken)),
    )


def _own(target: Target, connections: int, seconds: float) -> Load:
    printed = _printed(
        [
            sys.executable,
            "-m",
            "scripts.bench.client",
            str(target.port),
            target.path,
            target.token,
            str(connections),
            str(seconds),
        ],
        seconds,
    )
    return msgspec.json.decode(printed, type=Load)


def _printed(arguments: list[str], seconds: float) -> str:
    try:
        return subprocess.run(
            arguments, cwd=ROOT, capture_output=True, text=True, timeout=seconds + _MARGIN_SECONDS, check=True
        ).stdout
    except subprocess.SubprocessError as error:
        said = " ".join(str(getattr(error, "stderr", "") or error).split())
        raise BenchError(f"the load generator failed: {said[-300:]}") from None


def _found(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise BenchError(f"cannot read what wrk printed: {' '.join(text.split())[:300]}")
    return found


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * _UNITS[found[2]]
