"""What `make db-migrate-local` and `make test-db-local` do, on a TCP PostgreSQL with the compose file's credentials."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def recipe(target: str) -> dict[str, str]:
    """The variables that a make target exports, with make's own variables filled in."""
    makefile = (ROOT / "Makefile").read_text()
    defined = dict(re.findall(r"^([A-Z_]+) := (.*)$", makefile, re.MULTILINE))
    exported = dict(re.findall(rf"^{target}: export ([A-Z_]+) := (.*)$", makefile, re.MULTILINE))

    def filled(text: str) -> str:
        while found := re.search(r"\$\(([A-Z_]+)\)", text):
            text = text.replace(found[0], defined[found[1]])
        return text

    return {name: filled(value) for name, value in exported.items()}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_compose_database_is_set_up_migrated_and_seeded(compose_database: str) -> None:
    variables = recipe("db-migrate-local")
    assert variables["DATABASE_ADMIN_URL"] == compose_database
    for command in ("app setup", "scripts.migrate dev", "scripts.seed", "app check"):
        done = run(*command.split(), **variables)
        assert done.returncode == 0, done.stderr + done.stdout
    with psycopg.connect(variables["DATABASE_URL"]) as runtime:
        assert runtime.execute("SELECT count(*) FROM simulations.tasks").fetchone() != (0,)
        assert runtime.execute("SELECT count(*) FROM simulations.simulations").fetchone() == (0,)


def test_the_suite_runs_against_the_compose_database(compose_database: str) -> None:
    done = run("pytest", "-q", "tests/billing/test_credits.py", TEST_DATABASE_URL=compose_database)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "passed" in done.stdout
    with psycopg.connect(compose_database) as admin:
        left = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'interna_t%'").fetchall()
    assert left == []
