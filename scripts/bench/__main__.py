"""`python -m scripts.bench`: measure, print, and after a complete run write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from core.database.embedded import EmbeddedError
from core.signals import interruptible
from scripts.bench import report
from scripts.bench.report import DOCUMENT, Section
from scripts.bench.stage import BenchError

_LIMIT_SECONDS: Final = 600

Bench = Callable[[argparse.Namespace, Path], Section]


def _me(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import load, me

    plan = me.Plan(options.rounds, options.seconds, options.connections)
    return me.measure(folder, plan, load.generator(options.generator))


def _container(options: argparse.Namespace, _: Path) -> Section:
    from scripts.bench import container

    return container.measure(container.Plan(5, 200, 1000) if options.quick else container.Plan())


def _startup(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import startup

    return startup.measure(folder, startup.Plan(1, 1, 1, 3) if options.quick else startup.Plan())


def _telling(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import telling

    return telling.measure(folder, telling.Plan(20) if options.quick else telling.Plan())


def _decisions(options: argparse.Namespace, _: Path) -> Section:
    from scripts.bench import decisions

    look = decisions.Plan((10, 100), 3, 200, 20, 0.2, alone=True)
    return decisions.measure(look if options.quick else decisions.Plan())


def _rls(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import rls

    return rls.measure(folder, rls.Plan(2000, 3, 5) if options.quick else rls.Plan())


def _deductions(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import deductions

    return deductions.measure(folder, deductions.Plan(1, 0.2) if options.quick else deductions.Plan())


def _usage(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import usage

    return usage.measure(folder, usage.Plan(1, 2) if options.quick else usage.Plan())


def _usage_large(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import usage_large

    return usage_large.measure(folder, usage_large.Plan(1_000, 10_000, 20) if options.quick else usage_large.Plan())


def _streams(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import streams

    return streams.measure(folder, streams.Plan(20, 30, 1.0) if options.quick else streams.Plan())


def _jobs(options: argparse.Namespace, folder: Path) -> Section:
    from scripts.bench import jobs

    return jobs.measure(folder, jobs.Plan(1, 100, 5) if options.quick else jobs.Plan())


_BENCHES: Final[Mapping[str, Bench]] = {
    "me": _me,
    "container": _container,
    "startup": _startup,
    "telling": _telling,
    "decisions": _decisions,
    "rls": _rls,
    "deductions": _deductions,
    "usage": _usage,
    "streams": _streams,
    "jobs": _jobs,
}
# Minutes and gigabytes: only where they are named.
_LARGE: Final[Mapping[str, Bench]] = {"usage-large": _usage_large}


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m scripts.bench",
        description="Measure Interna against its goals and its peers. Everything runs on loopback, on a PostgreSQL and"
        f" in folders of its own, and ends within {_LIMIT_SECONDS // 60} minutes.",
        epilog="me: GET /users/me against a hand-written program and FastAPI (run it in .venv-bench: `make bench`)."
        " container: a request's child container. startup: start, migrate, a test's database. telling: whether the"
        " time of an answer tells that an address has an account. decisions: what policies allow, against pycasbin and"
        " Cedar. rls: a page with and without row-level security. deductions: spending credits. usage: taking usage"
        " events in. streams: a model's first word, and a thousand answers at once. jobs: empty ones a second, and how"
        " soon they start. usage-large: a month's totals over ten million events (`make bench-large`; 4 GiB of disk)."
        " A complete run writes docs/benchmarks.md, usage-large its own part of it."
        " Exit 1: an error, or figures that are worth nothing.",
    )
    found.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"{', '.join(_BENCHES)}: all of these if none is named; {', '.join(_LARGE)}",
    )
    found.add_argument("--quick", action="store_true", help="a look: few rounds, nothing is written")
    found.add_argument("--rounds", type=_from(1, int), default=None, help="rounds of `me` (default 6)")
    found.add_argument("--seconds", type=_from(1, float), default=None, help="length of a round (default 4)")
    found.add_argument("--connections", type=_from(1, int), default=32, help="keep-alive connections (default 32)")
    found.add_argument(
        "--generator", choices=("auto", "wrk", "own"), default="auto", help="of the load (default: wrk if installed)"
    )
    return found


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    benches = {**_BENCHES, **_LARGE}
    if unknown := set(options.names) - set(benches):
        parser().error(f"there is no benchmark {', '.join(sorted(unknown))}; choose from {', '.join(benches)}")
    complete = not options.names and not options.quick and options.rounds is None and options.seconds is None
    options.rounds = options.rounds or (2 if options.quick else 6)
    options.seconds = options.seconds or (1.0 if options.quick else 4.0)
    code = 130
    with interruptible():
        try:
            _run(options, complete=complete)
            code = 0
        except (BenchError, EmbeddedError, TimeoutError) as error:
            sys.stderr.write(f"bench: {error}\n")
            code = 1
        except ModuleNotFoundError as error:
            sys.stderr.write(f"bench: {error}; `make bench` installs what the peers need\n")
            code = 1
    return code


def _run(options: argparse.Namespace, *, complete: bool) -> None:
    sections: list[Section] = []
    with _bounded(), tempfile.TemporaryDirectory(prefix="interna-bench-") as folder:
        for name in options.names or _BENCHES:
            sections.append({**_BENCHES, **_LARGE}[name](options, Path(folder)))
            report.show(sections[-1])
    large = [section for section in sections if section.name in _LARGE and not options.quick]
    if complete:
        report.write(sections)
    for section in large:
        report.write_alone(section)
    if complete or large:
        print(f"written to {DOCUMENT.relative_to(Path.cwd()) if DOCUMENT.is_relative_to(Path.cwd()) else DOCUMENT}")


@contextmanager
def _bounded() -> Iterator[None]:
    """Raise TimeoutError in the block when its time is over."""

    def give_up(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"not done after {_LIMIT_SECONDS} s; the machine is too busy to measure anything")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _from(least: int, kind: type[int] | type[float]) -> Callable[[str], int | float]:
    def number(text: str) -> int | float:
        value = kind(text)
        if not least <= value <= 600:
            raise argparse.ArgumentTypeError(f"must be {least} to 600")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())
