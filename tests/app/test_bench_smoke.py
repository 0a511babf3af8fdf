"""The benchmark's command: that it runs and shows what it found. What it found is not for tests to judge."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.database.migrations import ROOT
from scripts.bench import decisions, report
from scripts.bench.report import Section
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
    offered = "me, container, startup, telling, decisions, rls, deductions, usage, streams, jobs, usage-large"
    assert f"contaner; choose from {offered}" in refused.stderr


def test_the_deductions_benchmark_overspends_nothing_and_leaves_a_whole_ledger() -> None:
    shown = bench("deductions", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "through the repository" in shown.stdout
    assert "0 overspends when twice as much is asked for as there is; found 0" in shown.stdout
    assert "found 0 odd of" in shown.stdout


def test_the_benchmark_of_usage_takes_each_event_once_and_its_totals_have_them() -> None:
    shown = bench("usage", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "bare psycopg COPY and INSERT, same rows" in shown.stdout
    assert "every total is what its events come to; found 0 differ, of 60,0" in shown.stdout


def test_the_benchmark_of_streams_tells_each_to_its_end_and_holds_no_connection() -> None:
    shown = bench("streams", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "first word, through Interna" in shown.stdout
    assert "0 database connections held; found 0" in shown.stdout
    assert "each is told to its end; found 30" in shown.stdout


def test_the_benchmark_of_jobs_compares_the_worker_with_the_bare_library() -> None:
    shown = bench("jobs", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "procrastinate, bare" in shown.stdout


def test_the_large_benchmark_compares_two_sizes_and_a_look_at_it_writes_nothing() -> None:
    before = report.DOCUMENT.read_bytes()
    shown = bench("usage-large", "--quick")
    assert shown.returncode == 0, shown.stderr
    assert "with 10,000 events at most 1.5 times as long as with 1,000, of whole days" in shown.stdout
    assert report.DOCUMENT.read_bytes() == before


def test_a_complete_run_keeps_what_was_measured_by_itself(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    names = re.findall(r"^\$([a-z]+)$", report._TEMPLATE.read_text(), re.MULTILINE)
    sections = [Section(name, name, ["a"], [["1"]], []) for name in names]
    large = Section("usage-large", "large", ["what"], [["ten million \\1"]], [])
    document.write_text("# Written long ago\n")
    report.write_alone(large, document)
    assert document.read_text().startswith("# Written long ago\n\n## large\n")
    report.write(sections, document)
    assert "Written long ago" not in document.read_text()
    report.write_alone(large, document)
    first = document.read_text()
    report.write(sections, document)
    assert "| ten million \\1 |" in first
    assert "Not measured yet" not in first
    assert document.read_text() == first
