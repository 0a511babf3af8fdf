"""The benchmark's command: that it runs and shows what it found. What it found is not for tests to judge."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.database.migrations import ROOT
from scripts.bench import decisions
from scripts.bench.stage import BenchError


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_container_benchmark_prints_its_table_and_no_child_outlives_its_request() -> None:
    shown = bench("container", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "child container" in shown.stdout
    assert "DeclarativeContainer" in shown.stdout
    assert "0 of 1,000" in shown.stdout


def test_the_benchmark_of_decisions_prints_ours_at_each_size_and_its_goals() -> None:
    shown = bench("decisions", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "Interna, a route's guard" in shown.stdout
    assert "a warm decision: 2 us or less at every size" in shown.stdout
    assert "1.5 times slower with 100 policies than with 10" in shown.stdout


def test_a_peer_that_decides_otherwise_makes_the_run_worth_nothing() -> None:
    plan = decisions.Plan(sizes=(10,), questions=50)
    role = decisions._role(10, decisions._facts(plan.questions))
    with pytest.raises(BenchError, match="a yes-man says True"):
        decisions._theirs("a yes-man", lambda _, questions: [lambda: True] * len(questions), role, plan)


def test_the_benchmark_of_row_level_security_compares_equal_pages_with_and_without_it() -> None:
    shown = bench("rls", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "a page of own rows: at most 1.10 times" in shown.stdout
    assert "a page of all rows of the tenant: at most 1.10 times" in shown.stdout
    assert "a transaction, as somebody" in shown.stdout


def test_a_benchmark_that_does_not_exist_is_named_beside_those_that_do() -> None:
    refused = bench("contaner")
    assert refused.returncode == 2
    assert "contaner; choose from me, container, startup, telling, decisions, rls" in refused.stderr
