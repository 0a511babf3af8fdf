"""The mutation run itself: it kills what it should, and it can tell what it did not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mutations.expressions import without_each

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "tests/architecture/test_schema.py"


def mutations(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.mutations", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_mutants_that_a_test_looks_at_are_killed_and_told_by_whom() -> None:
    function = "users.find_operator(text)"
    done = mutations("--table", function, "--tests", SCHEMA, "--json")
    assert done.returncode == 0, done.stderr
    score = json.loads(done.stdout)
    assert score["killed"] == score["of"] == 2
    assert {verdict["by"].split("::")[1] for verdict in score["verdicts"]} == {
        "test_no_function_may_be_executed_by_everybody",
        "test_functions_that_act_as_the_owner_look_nothing_up_by_a_search_path",
    }


@pytest.mark.slow
def test_mutants_that_no_test_looks_at_survive_and_fail_the_run() -> None:
    done = mutations("--table", "simulations.resources", "--tests", SCHEMA)
    assert done.returncode == 1
    assert "survived: simulations.resources, DELETE granted" in done.stderr
    assert "mutations: killed 0 of 5" in done.stdout


@pytest.mark.slow
def test_a_run_is_refused_where_the_tests_fail_without_a_mutation(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_never_passes(cluster): assert False")
    done = mutations("--table", "simulations.resources", "--tests", str(failing))
    assert done.returncode == 1
    assert "fail without a mutation" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [["--table", "nobody.knows"], ["--unknown"]])
def test_bad_arguments_are_told_from_survivors(arguments: list[str]) -> None:
    assert mutations(*arguments).returncode == 2


def test_each_condition_is_taken_out_once_wherever_it_stands() -> None:
    inner = "EXISTS ( SELECT 1\n   FROM authz.m\n  WHERE ((m.a = t.a) AND (m.b = ' OR ('::text)))"
    whole = f"((tenant_id = ( SELECT app.tenant_id() AS tenant_id)) AND ({inner} OR (NOT is_system)))"
    found = {removed: " ".join(rest.split()).replace("( ", "(") for removed, rest in without_each(whole)}
    assert set(found) == {
        "(m.a = t.a)",
        "(m.b = ' OR ('::text)",
        inner,
        "(NOT is_system)",
        "(tenant_id = ( SELECT app.tenant_id() AS tenant_id))",
        f"({inner} OR (NOT is_system))",
    }
    assert found["(tenant_id = ( SELECT app.tenant_id() AS tenant_id))"] == (
        "((EXISTS (SELECT 1 FROM authz.m WHERE ((m.a = t.a) AND (m.b = ' OR ('::text))) OR (NOT is_system)))"
    )
    assert found["(NOT is_system)"] == (
        "((tenant_id = (SELECT app.tenant_id() AS tenant_id)) AND"
        " (EXISTS (SELECT 1 FROM authz.m WHERE ((m.a = t.a) AND (m.b = ' OR ('::text))) ))"
    )


def test_the_only_condition_of_a_subquery_becomes_true() -> None:
    assert without_each("(EXISTS ( SELECT 1 FROM authz.m WHERE (m.a = t.a)))") == [
        ("m.a = t.a", "(EXISTS ( SELECT 1 FROM authz.m WHERE (true)))")
    ]
