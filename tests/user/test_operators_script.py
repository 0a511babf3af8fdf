"""`python -m scripts.operators`, as a person and as a script run it."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import httpx
import psycopg
import pytest

from core.database.roles import Endpoints
from scripts.operators import main, parser
from tests.commands import Ended, url
from tests.commands import run as run_command
from tests.operators import EMAIL, LOGIN, operate

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "seven loaves before sunrise"


Run: TypeAlias = Callable[..., Ended]


@pytest.fixture
def variables(endpoints: Endpoints) -> dict[str, str]:
    assert endpoints.owner is not None
    return {
        **os.environ,
        "DB_DRIVER": "postgres",
        "DATABASE_URL": url(endpoints.runtime),
        "DATABASE_OWNER_URL": url(endpoints.owner),
    }


@pytest.fixture
def run(variables: dict[str, str]) -> Run:
    def run(*arguments: str, typed: str = "") -> Ended:
        return run_command(main, *arguments, variables=variables, typed=typed)

    return run


@pytest.fixture
def call(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The same in this process, where nothing else runs: a second faster."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, typed: str = "") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = main(list(arguments))
        return Ended(code, *capsys.readouterr())

    return call


ADD = ("add", "Omar@Example.com", "--name", "Omar Operator", "--password-stdin")


@pytest.mark.anyio
async def test_an_operator_who_was_added_logs_in_and_one_who_was_disabled_is_out_at_once(
    run: Run, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    assert run(*ADD, typed=f"{PASSWORD}\n").code == 0
    omar, olga = await operate(client, "omar@example.com", PASSWORD), await operate(client)
    assert (await omar.get("/operators/users")).status_code == 200

    disabled = run("disable", "omar@example.com")
    assert (disabled.code, disabled.said) == (0, "disabled omar@example.com, and ended 1 session\n")
    assert (await omar.get("/operators/users")).status_code == 401
    wish = {"email": "omar@example.com", "password": PASSWORD}
    assert (await client.post(LOGIN, json=wish)).status_code == 401

    assert run("enable", "OMAR@example.com").code == 0
    assert (await omar.get("/operators/users")).status_code == 401  # it ended; only a new log-in counts
    assert (await client.post(LOGIN, json=wish)).status_code == 200
    assert (await olga.get("/operators/users")).status_code == 200


@pytest.mark.anyio
async def test_a_new_password_ends_the_sessions_and_replaces_the_old_one(run: Run, client: httpx.AsyncClient) -> None:
    olga = await operate(client)
    changed = run("password", EMAIL, "--password-stdin", typed=f"{PASSWORD}\r\n")
    assert (changed.code, changed.said) == (0, f"{EMAIL} has a new password; ended 1 session\n")
    assert (await olga.get("/operators/users")).status_code == 401
    old = {"email": EMAIL, "password": "operator-in-development"}
    assert (await client.post(LOGIN, json=old)).status_code == 401
    await operate(client, EMAIL, PASSWORD)


def test_the_list_tells_who_is_in_and_no_secret(call: Run, owner: psycopg.Connection) -> None:
    call(*ADD, typed=PASSWORD)
    call("disable", "omar@example.com")
    listed = call("list", "--json")
    olga, omar = json.loads(listed.said)
    assert (olga["email"], olga["name"], olga["disabled_at"], olga["sessions"]) == (EMAIL, "Olga Operator", None, 0)
    assert (omar["email"], omar["name"]) == ("Omar@Example.com", "Omar Operator")
    assert omar["disabled_at"] is not None
    table = call("list").said
    assert "Omar Operator" in table
    hashes = [row[0] for row in owner.execute("SELECT password_hash FROM users.operators").fetchall()]
    assert len(hashes) == 2
    assert not any(secret in listed.said + table for secret in (*hashes, "argon2", PASSWORD))


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "OPERATOR@example.com", "--name", "Twin", "--password-stdin"), PASSWORD, "with this address already"),
        (("add", "no address", "--name", "Nobody", "--password-stdin"), PASSWORD, "not an email address"),
        (("add", "o@example.com", "--name", "x", "--password-stdin"), PASSWORD, "2 to 255 characters"),
        (("add", "o@example.com", "--name", "Omar", "--password-stdin"), "short", "8 to 128 characters"),
        (("add", "o@example.com", "--name", "Omar", "--password-stdin"), "", "8 to 128 characters"),
        (("add", "o@example.com", "--name", "Omar", "--password-stdin"), "password123", "tried first"),
        (("add", "o@example.com", "--name", "Omar", "--password-stdin"), "o@example.com", "must not be the address"),
        (("add", "o@example.com", "--name", "Omar"), PASSWORD, "use --password-stdin"),
        (("password", "nobody@example.com", "--password-stdin"), PASSWORD, "no operator nobody@example.com"),
        (("disable", "nobody@example.com"), "", "no operator nobody@example.com"),
        (("enable", "nobody@example.com"), "", "no operator nobody@example.com"),
    ],
    ids=lambda said: " ".join(said)[:40] if isinstance(said, tuple) else said[:20],
)
def test_what_is_wrong_is_one_line_and_exit_1(
    call: Run, owner: psycopg.Connection, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    ended = call(*arguments, typed=typed)
    assert (ended.code, ended.said) == (1, "")
    assert said in ended.complained
    assert ended.complained.count("\n") == 1
    assert owner.execute("SELECT email, disabled_at FROM users.operators").fetchall() == [(EMAIL, None)]


def test_without_a_database_it_is_one_line_and_exit_1(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://nobody@127.0.0.1:9/none")
    ended = call("list")
    assert (ended.code, ended.complained.count("\n")) == (1, 1)
    assert "the database does not answer" in ended.complained


@pytest.mark.parametrize(("second", "code", "said"), [(PASSWORD, 0, "added"), ("another one", 1, "differ")])
def test_on_a_terminal_the_password_is_asked_for_twice_and_never_shown(
    variables: dict[str, str], owner: psycopg.Connection, second: str, code: int, said: str
) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "scripts.operators", *ADD[:-1]], variables)
    shown = until(terminal, "Password of Omar@Example.com: ")
    os.write(terminal, f"{PASSWORD}\n".encode())
    shown += until(terminal, "Once more: ")
    os.write(terminal, f"{second}\n".encode())
    shown += until(terminal, said)
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == code
    assert PASSWORD not in shown
    assert second not in shown
    assert owner.execute("SELECT count(*) FROM users.operators").fetchone() == (2 - code,)


def until(terminal: int, words: str) -> str:
    shown, deadline = "", time.monotonic() + 30
    while words not in shown:
        readable, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        assert readable, f"it never said {words!r}, but {shown!r}"
        shown += os.read(terminal, 1024).decode()
    return shown


def test_the_help_explains_every_command_and_offers_no_way_to_type_a_password_on_the_line() -> None:
    words = parser().format_help()
    assert all(f"    {command} " in words for command in ("add", "list", "disable", "enable", "password"))
    with pytest.raises(SystemExit):
        parser().parse_args(["add", "o@example.com", "--name", "Omar", "--password", PASSWORD])
