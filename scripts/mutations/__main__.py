"""Mutate what protects the rows, one policy, grant or function at a time: some test of tests/architecture must fail.

The mutants come from the catalogue of a migrated and seeded database, so new tables are tried by themselves. Exits 1
where one survives (or where the tests fail without any), 2 on bad arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import psycopg

from app.commands import exit_code
from app.console import Steps, complain, print_rows
from core.bootstrap import read_settings
from core.database.protection import OWNER
from core.settings import Settings
from scripts.mutations.databases import Databases, databases
from scripts.mutations.equivalent import EQUIVALENT
from scripts.mutations.mutants import Mutant, mutants
from scripts.mutations.trying import Verdict, import_tests, judged

TESTS: Final = Path(__file__).resolve().parents[2] / "tests" / "architecture"
_NONE: Final = Mutant("", "no mutation", ())


class Listed(msgspec.Struct, frozen=True):
    target: str
    change: str


class Equivalent(msgspec.Struct, frozen=True):
    target: str
    change: str
    reason: str


class Score(msgspec.Struct, frozen=True):
    """`of` counts all mutants but the equivalent; `failures` are those with a wrong verdict."""

    killed: int
    of: int
    failures: list[Verdict]
    equivalent: list[Equivalent]
    verdicts: list[Verdict]


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return exit_code(lambda: _run(read_settings(), options))


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m scripts.mutations", description=__doc__)
    found.add_argument("--table", metavar="NAME", help="only this table's (authz.tenants), or this function's")
    found.add_argument("--list", action="store_true", help="list the mutants, and try none")
    found.add_argument("--json", action="store_true", help="print JSON instead of tables")
    found.add_argument(
        "--tests", metavar="PATH", type=Path, default=TESTS, help="tests to try them with (default tests/architecture)"
    )
    return found


def _run(settings: Settings, options: argparse.Namespace) -> int:
    with databases(settings.test_database_url) as template:
        with psycopg.connect(template.login(OWNER)) as owner:
            found = [mutant for mutant in mutants(owner) if options.table in (None, mutant.target)]
        if not found:
            complain(f"--table: nothing to mutate in {options.table}; --list names all")
            return 2
        if options.list:
            print_rows([Listed(mutant.target, mutant.change) for mutant in found], as_json=options.json)
            return 0
        score = _tried(template, found, options.tests)
    if score is None:
        return 1
    _print(score, as_json=options.json)
    return 1 if score.failures else 0


def _tried(template: Databases, found: Sequence[Mutant], tests: Path) -> Score | None:
    """None where the tests do not pass without a mutation: then what they say of mutants means nothing."""
    steps = Steps()
    import_tests(tests)
    verdicts: list[Verdict] = []
    for verdict in judged(template, [_NONE, *found], tests):
        if verdict.target == _NONE.target:
            if verdict.outcome != "survived":
                complain(f"the tests fail without a mutation: {verdict.by}")
                return None
            continue
        verdicts.append(verdict)
        if verdict.outcome != _wanted(verdict):
            steps.say(f"{verdict.outcome}: {verdict.target}, {verdict.change} {verdict.by}")
        if len(verdicts) % 50 == 0 or len(verdicts) == len(found):
            steps.say(f"{len(verdicts)} of {len(found)} mutants tried ({steps.elapsed:.0f} s)")
    return _scored(sorted(verdicts, key=lambda verdict: (verdict.target, verdict.change)))


def _wanted(verdict: Verdict) -> str:
    return "survived" if (verdict.target, verdict.change) in EQUIVALENT else "killed"


def _scored(verdicts: list[Verdict]) -> Score:
    tried = {(found.target, found.change) for found in verdicts}
    unknown = sorted(EQUIVALENT.keys() - tried)
    verdicts += [
        Verdict(target, change, "broken", "listed as equivalent, but there is no such mutant")
        for target, change in unknown
        if target in {known for known, _ in tried}
    ]
    equivalent = [found for found in verdicts if found.outcome == _wanted(found) == "survived"]
    return Score(
        killed=sum(found.outcome == "killed" for found in verdicts),
        of=len(verdicts) - len(equivalent),
        failures=[found for found in verdicts if found.outcome != _wanted(found)],
        equivalent=[Equivalent(e.target, e.change, EQUIVALENT[e.target, e.change]) for e in equivalent],
        verdicts=verdicts,
    )


def _print(score: Score, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(score).decode() + "\n")
        return
    if score.equivalent:
        print_rows(score.equivalent, as_json=False, title="equivalent: nobody could see a difference")
    if score.failures:
        print_rows(score.failures, as_json=False, title="not killed, or killed although listed as equivalent")
    print(f"mutations: killed {score.killed} of {score.of}")


if __name__ == "__main__":
    sys.exit(main())
