"""What README.md, CONTRIBUTING.md and .env.example say is true.

The tour is run as a reader would: pasted into a shell, in order, against a started application. Its statuses, the
members of its answers and everything in them that does not change from run to run are compared.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.settings import Settings
from tests.app.test_serve import ROOT, Served, none_left

README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ENTRIES = {"app": "app.__main__", "scripts.bench": "scripts.bench.__main__"}


def section(text: str, title: str) -> str:
    return re.split(r"^## ", text.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def code(text: str) -> list[str]:
    """What is set as code: the lines of blocks, and what is between backticks."""
    blocks = [line.strip() for _, _, block in FENCE.findall(text) for line in block.splitlines()]
    return blocks + [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", FENCE.sub("", text))]


# --- variables, targets, commands --------------------------------------------------------------------------------


def defaults() -> dict[str, str]:
    return {
        field.name.upper(): "" if field.default is None else str(field.default)
        for field in msgspec.structs.fields(Settings)
        if field.name != "oauth"  # not one variable but three a provider, told in prose
    }


def test_the_table_of_variables_is_that_of_the_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)` )?\| .+ \|$", README, re.MULTILINE)
    assert dict(rows) == defaults()
    assert len(rows) == len(dict(rows))


def test_the_example_of_an_environment_has_every_variable_commented_out_with_its_default_and_meaning() -> None:
    assert dict(re.findall(r"^# .+\n#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)) == defaults()
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []
    assert re.findall(r"^#\s*([A-Z_]+)=", EXAMPLE, re.MULTILINE) == list(defaults())


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_make_target_that_is_mentioned_exists(document: str) -> None:
    mentioned = {
        target
        for line in code(document)
        for words in re.findall(r"(?:^|\s)make ([a-z -]+)$", line)
        for target in words.split()
    }
    assert mentioned
    assert mentioned - set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) == set()


def commands() -> list[str]:
    found = {
        f"{module} {word}".strip()
        for line in code(README) + code(CONTRIBUTING)
        for module, word in re.findall(r"python -m (app|scripts\.\w+)(?: ([a-z]+))?", line)
    }
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_every_command_that_is_mentioned_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, *words = command.split()
    main = importlib.import_module(ENTRIES.get(module, module)).main
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0, capsys.readouterr().err


def test_every_command_of_the_application_is_in_the_table() -> None:
    from app.__main__ import _COMMANDS

    assert re.findall(r"^\| `python -m app (\w+)` \|", README, re.MULTILINE) != []
    assert set(re.findall(r"^\| `python -m app (\w+)` \|", README, re.MULTILINE)) == set(_COMMANDS)


def test_what_the_recipes_import_exists() -> None:
    imported = [
        (statement.module, name.name)
        for indent, language, block in FENCE.findall(CONTRIBUTING)
        if language == "python"
        for statement in ast.parse(re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)).body
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
    ]
    assert len(imported) > 10
    for module, name in imported:
        assert module is not None
        assert hasattr(importlib.import_module(module), name), f"from {module} import {name}"


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_and_folder_that_is_mentioned_exists(document: str) -> None:
    linked = list(re.findall(r"\]\(([^)#:]+)\)", document))
    named = [word for word in code(FENCE.sub("", document)) if re.fullmatch(r"[\w.-]+/[\w./-]*", word)]
    invented = ("modules/badges/", "repositories/notes.py", "http/notes.py", "application/")
    missing = [path for path in linked + named if not path.startswith(invented) and not (ROOT / path).exists()]
    assert missing == []


def test_every_requirement_of_the_security_document_names_a_test_that_exists_or_does_not_apply() -> None:
    document = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+\.\d+\.\d+[^|]*) \| [^|]+ \| ([^|]+) \| ([^|]*) \|$", document, re.MULTILINE)
    assert len(rows) >= 24
    assert [number for number, how, tests in rows if "::" not in tests and "does not apply" not in how] == []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", document):
        assert re.search(rf"def {name}\(", (ROOT / path).read_text()), f"{path}::{name}"


# --- the tour ----------------------------------------------------------------------------------------------------

TOUR = section(README, "The API by example")
RECORDING = """
curl() {
  local answer; answer=$(mktemp "$RECORD/XXXXXXXX")
  echo "$STEP $answer" >> "$RECORD/order"
  command curl -sS --max-time 30 -D "$answer.head" "$@" | tee "$answer"
}
"""


class Step(msgspec.Struct, frozen=True):
    """One block of the tour, what the text before it promises, and the answers shown after it."""

    script: str
    promised: list[int]
    shown: str


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: str


def steps() -> list[Step]:
    blocks = list(FENCE.finditer(TOUR))
    found = []
    for number, block in enumerate(blocks):
        if block[2] == "sh":
            before = TOUR[blocks[number - 1].end() if number else 0 : block.start()]
            promised = [int(status) for status in re.findall(r"`(\d{3})`", before)]
            found.append(Step(block[3], promised, blocks[number + 1][3]))
    return found


class Tour(msgspec.Struct, frozen=True):
    """What each step was answered, and what the application printed from its start to its end."""

    answers: list[list[Answer]]
    words: str


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the tour is for bash and curl")
    # Not in pytest's own folder, which is closed to the system user that runs root's database.
    folder = Path(tempfile.mkdtemp(prefix="interna-docs-"))
    folder.chmod(0o755)
    served = Served(folder / ".data")
    try:
        served.wait_until_ready()
        answers = paste(served.url, tmp_path_factory.mktemp("tour"))
        yield Tour(answers, served.end(signal.SIGINT).replace(str(served.directory), ".data"))
    finally:
        if served.process.poll() is None:
            served.end(signal.SIGKILL)
        assert none_left(served.directory) == []
        shutil.rmtree(folder)


def paste(url: str, record: Path) -> list[list[Answer]]:
    """The whole tour in one shell."""
    script = RECORDING + "".join(f"STEP={number}\n{step.script}" for number, step in enumerate(steps()))
    script = script.replace("http://127.0.0.1:8000", url).replace("/tmp/interna.json", f"{record}/last.json")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "RECORD": str(record)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    found: list[list[Answer]] = [[] for _ in steps()]
    for line in (record / "order").read_text().splitlines():
        number, path = line.split()
        heads = re.findall(r"^HTTP/\S+ (\d{3})", Path(f"{path}.head").read_text(), re.MULTILINE)
        found[int(number)].append(Answer(int(heads[-1]), Path(path).read_text()))
    return found


@pytest.mark.slow
def test_each_step_of_the_tour_has_the_status_that_the_text_claims(tour: Tour) -> None:
    assert [[answer.status for answer in given] for given in tour.answers] == [step.promised for step in steps()]
    assert sum(map(len, tour.answers)) >= 14


@pytest.mark.slow
def test_the_answers_of_the_tour_are_like_those_that_are_shown(tour: Tour) -> None:
    for step, given in zip(steps(), tour.answers, strict=True):
        shown = [parsed(value) for value in re.split(r"^(?=\{)", step.shown, flags=re.MULTILINE) if value[:1] == "{"]
        for value, answer in zip(reversed(shown), reversed(given), strict=False):
            differences = list(differing(value, json.loads(answer.body), exact=answer.status >= 400))
            assert differences == [], f"{step.script}\nanswered\n{answer.body}"


@pytest.mark.slow
def test_the_stream_of_the_tour_begins_and_ends_as_shown(tour: Tour) -> None:
    number, step = next((number, step) for number, step in enumerate(steps()) if "event:" in step.shown)
    events = re.findall(r"^event: (\w+)$", tour.answers[number][0].body, re.MULTILINE)
    runs = [name for before, name in pairwise(["", *events]) if name != before]
    assert runs == re.findall(r"^event: (\w+)$", step.shown, re.MULTILINE) == ["start", "token", "done"]


@pytest.mark.slow
def test_a_start_says_what_is_shown(tour: Tour) -> None:
    shown = next(block for _, language, block in FENCE.findall(section(README, "Start it")) if language == "text")
    assert masked(tour.words) == masked(shown)


def masked(text: str) -> list[str]:
    """Its lines, but for what a log adds later (mails that went into the outbox), with `#` for numbers."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not re.match(r"\d{4}-\d\d-\d\dT", line)]
    return [re.sub(r"\d[\d.]*", "#", line) for line in lines]


def parsed(shown: str) -> Any:
    """Shown JSON, without the `...` for what was left out."""
    left_out = re.compile(r'("(?:[^"\\]|\\.)*")|\.\.\.\s*,\s*|,?\s*\.\.\.')
    return json.loads(left_out.sub(lambda found: found[1] or "", shown))


def differing(shown: Any, real: Any, *, exact: bool, path: str = "$") -> Iterator[str]:
    """Where what is shown is not part of the real answer; `exact` compares prose as well."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            if name in real:
                yield from differing(value, real[name], exact=exact, path=f"{path}.{name}")
            else:
                yield f"{path}.{name} is not there"
    elif isinstance(shown, list) and isinstance(real, list):
        rest = iter(real)
        for number, value in enumerate(shown):
            if not any(not list(differing(value, item, exact=exact)) for item in rest):
                yield f"{path}[{number}] is not there"
    elif isinstance(shown, str) and isinstance(real, str):
        constant = re.fullmatch(r"[a-z][a-z_:-]*", shown) is not None
        if (constant or (exact and not path.endswith(".request_id"))) and shown != real:
            yield f"{path}: {shown!r} is shown, {real!r} is real"
    elif shown != real or type(shown) is not type(real):
        yield f"{path}: {shown!r} is shown, {real!r} is real"
