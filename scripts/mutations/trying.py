"""Trying mutants: a forked process each, with tests that were imported once and databases copied from one template.

A process of its own for every mutant's pytest costs 3 s before the first test, a forked one a tenth. The tests know
nothing of this: what they get as `cluster` makes copies that already have the mutation in them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import pytest

from scripts.mutations.databases import Databases
from scripts.mutations.mutants import Mutant

# Asserts that explain themselves would have to be compiled before anything is imported, and nobody reads them here.
_PYTEST: Final = ("--quiet", "--assert=plain")
_PATIENCE: Final = 120
"""Seconds that a mutant may take; commonly it is one."""


class Verdict(msgspec.Struct, frozen=True):
    target: str
    change: str
    outcome: Literal["killed", "survived", "broken"]
    """Broken means that nothing was found out: the mutation cannot be made, or pytest itself failed."""
    by: str
    """The test that failed; why it is broken; "" of a survivor."""


class _Likely:
    """Leaves out the tests without a database; puts first what will probably fail; remembers what did.

    That is the test that killed the same mutant of another table, then all that name this one: three times faster.
    """

    def __init__(self, cluster: Databases, target: str, killer: str | None) -> None:
        self.cluster = cluster
        self.target = target
        self.killer = killer
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if "cluster" in getattr(item, "fixturenames", ())]
        items.sort(key=self._patience)

    def _patience(self, item: pytest.Item) -> int:
        named = self.target in item.nodeid
        if _test_of(item.nodeid) == self.killer and (named or "[" not in item.nodeid):
            return 0
        return 1 if named else 2

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> object:
        if fixturedef.argname != "cluster":
            return None
        fixturedef.cached_result = (self.cluster, fixturedef.cache_key(request), None)  # type: ignore[arg-type]
        return self.cluster

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid.removeprefix("tests/architecture/")


def _test_of(nodeid: str) -> str:
    return nodeid.split("[", maxsplit=1)[0].removeprefix("tests/architecture/")


def _kind_of(change: str) -> str:
    """What mutants of several tables have in common."""
    return re.sub(r"\(.*\)", "", change)


def import_tests(tests: Path) -> None:
    """So that the forked processes need not."""
    with _quietly():
        pytest.main(["--collect-only", *_PYTEST, str(tests)])
    gc.collect()
    gc.freeze()  # pytest collects garbage at its end, over and over: not what came from here


def judge(databases: Databases, mutant: Mutant, tests: Path, killer: str | None) -> Verdict:
    """Run the tests on a mutant, in this process, until one fails; `killer` first."""
    mutated = databases.mutated(mutant.statements)
    likely = _Likely(mutated, mutant.target, killer)
    with _quietly():
        code = pytest.main(["--exitfirst", *_PYTEST, str(tests)], plugins=[likely])
    told = {pytest.ExitCode.OK: "survived", pytest.ExitCode.TESTS_FAILED: "killed"}.get(pytest.ExitCode(code))
    if mutated.fault or told is None:
        return Verdict(mutant.target, mutant.change, "broken", mutated.fault or f"pytest: {pytest.ExitCode(code).name}")
    return Verdict(mutant.target, mutant.change, "killed" if told == "killed" else "survived", likely.failed)


def judged(databases: Databases, mutants: Sequence[Mutant], tests: Path) -> Iterator[Verdict]:
    """Each verdict as soon as it is there; as many mutants at once as there are cores."""
    waiting, running = list(reversed(mutants)), dict[Connection, tuple[ForkProcess, Mutant]]()
    killers: dict[str, str] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 2):
                mutant = waiting.pop()
                answers, process = _fork(partial(judge, databases, mutant, tests, killers.get(_kind_of(mutant.change))))
                running[answers] = process, mutant
            for answers in [found for found in wait(list(running)) if isinstance(found, Connection)]:
                verdict = _received(answers, *running.pop(answers))
                if verdict.outcome == "killed":
                    killers[_kind_of(verdict.change)] = _test_of(verdict.by)
                yield verdict
    finally:
        for process, _ in running.values():
            process.terminate()
            process.join()


def _fork(judging: Callable[[], Verdict]) -> tuple[Connection, ForkProcess]:
    answers, answering = multiprocessing.Pipe(duplex=False)

    def work() -> None:
        signal.alarm(_PATIENCE)
        answering.send(judging())

    process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    process.start()
    answering.close()
    return answers, process


def _received(answers: Connection, process: ForkProcess, mutant: Mutant) -> Verdict:
    try:
        verdict: Verdict = answers.recv()
    except EOFError:
        process.join()
        return Verdict(mutant.target, mutant.change, "broken", f"its process ended with {process.exitcode}")
    process.join()
    answers.close()
    return verdict


@contextmanager
def _quietly() -> Iterator[None]:
    """Pytest's report is nobody's here; what it writes is looked at by running the tests themselves."""
    kept = os.dup(1), os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        for number, descriptor in enumerate(kept, 1):
            os.dup2(descriptor, number)
            os.close(descriptor)
