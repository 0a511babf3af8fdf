"""The benchmark's command: that it runs and shows what it found. What it found is not for tests to judge."""

from __future__ import annotations

import subprocess
import sys

from core.database.migrations import ROOT


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


def test_a_benchmark_that_does_not_exist_is_named_beside_those_that_do() -> None:
    refused = bench("contaner")
    assert refused.returncode == 2
    assert "contaner; choose from me, container, startup" in refused.stderr
