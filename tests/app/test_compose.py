"""The container's database without a container: real programs on PATH, a real PostgreSQL on the file's port.

The fake engines are shell scripts that really run and write down how they were called; what they cannot do,
accepting connections on port 5433, the `compose_database` fixture does.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from scripts.compose import ComposeError, choose, database_url, parser, run

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "compose.yml"
ALL_PROGRAMS = ("podman-compose", "podman", "docker", "docker-compose")


class Machine:
    """A folder of compose programs, the only ones that `which` sees, and the calls that they received."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.record = folder / "calls"
        self.which = partial(shutil.which, path=str(self.bin))

    def install(self, *programs: str, version: int = 0, other: int = 0) -> None:
        """Install programs whose `version` and whose other commands exit with these codes."""
        for name in programs:
            program = self.bin / name
            program.write_text(
                f"#!/bin/sh\nprintf '%s\\n' \"{name} $*\" >>'{self.record}'\n"
                f'case "$*" in version|"compose version") exit {version};; esac\n'
                f'echo "{name} says hello"\nexit {other}\n'
            )
            program.chmod(0o755)

    def calls(self) -> list[str]:
        return self.record.read_text().splitlines() if self.record.exists() else []

    def chosen(self, engine: str) -> str:
        return choose(engine, COMPOSE_FILE, self.which).name

    def run(self, *argv: str, engine: str = "podman", file: Path = COMPOSE_FILE) -> int:
        return run(parser().parse_args(argv), engine, file, self.which)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def file_on_a_free_port(folder: Path) -> Path:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "other.yml"
    file.write_text(COMPOSE_FILE.read_text().replace("5433", str(port)))
    return file


# The choice of the engine


@pytest.mark.parametrize(
    ("engine", "installed", "expected"),
    [
        ("podman", ALL_PROGRAMS, "podman-compose"),
        ("podman", ("podman", "docker"), "podman compose"),
        ("docker", ALL_PROGRAMS, "docker compose"),
        ("docker", ("podman-compose", "docker-compose"), "docker-compose"),
        ("auto", ALL_PROGRAMS, "podman-compose"),
        ("auto", ("podman", "docker", "docker-compose"), "podman compose"),
        ("auto", ("docker", "docker-compose"), "docker compose"),
        ("auto", ("docker-compose",), "docker-compose"),
    ],
)
def test_the_first_program_of_the_engine_that_exists_is_chosen(
    machine: Machine, engine: str, installed: tuple[str, ...], expected: str
) -> None:
    machine.install(*installed)
    assert machine.chosen(engine) == expected


@pytest.mark.parametrize(
    ("engine", "broken", "expected"),
    [
        ("docker", "docker", "docker-compose"),
        ("podman", "podman-compose", "podman compose"),
        ("auto", "podman-compose", "podman compose"),
    ],
)
def test_a_program_that_cannot_say_its_version_falls_through_to_the_next(
    machine: Machine, engine: str, broken: str, expected: str
) -> None:
    machine.install(*ALL_PROGRAMS)
    machine.install(broken, version=1)
    assert machine.chosen(engine) == expected
    assert machine.calls()[0].startswith(broken)


def test_podman_without_any_compose_falls_through_to_docker_only_when_auto(machine: Machine) -> None:
    machine.install("podman", version=125)
    machine.install("docker")
    assert machine.chosen("auto") == "docker compose"
    assert machine.calls() == ["podman compose version", "docker compose version"]


def test_docker_is_never_run_unasked(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.install("docker", "docker-compose")
    assert machine.run("up", engine="podman") == 1
    assert machine.calls() == []
    assert "podman-compose (not found), podman compose (not found)" in capfd.readouterr().err


def test_podman_is_never_run_when_docker_is_asked_for(machine: Machine) -> None:
    machine.install("podman", "podman-compose")
    with pytest.raises(ComposeError, match="docker compose"):
        machine.chosen("docker")
    assert machine.calls() == []


def test_a_file_that_is_no_program_falls_through(machine: Machine) -> None:
    (machine.bin / "podman-compose").write_bytes(b"\x7fELF of another machine")
    (machine.bin / "podman-compose").chmod(0o755)
    machine.install("podman")
    assert machine.chosen("podman") == "podman compose"


@pytest.mark.parametrize("engine", ["podman", "docker", "auto", "lxc", "", "Podman"])
@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_an_unknown_engine_or_none_found_is_one_line_and_exit_1(
    machine: Machine, engine: str, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert machine.run(command, engine=engine) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "DB_COMPOSE_ENGINE" in err


def test_a_missing_compose_file_is_one_line_and_runs_nothing(
    machine: Machine, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    machine.install(*ALL_PROGRAMS)
    assert machine.run("up", file=tmp_path / "absent.yml") == 1
    assert machine.calls() == []
    err = capfd.readouterr().err
    assert "DB_COMPOSE_FILE" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("services: {postgres: {environment: {POSTGRES_USER: a}, ports: ['1:2']}}", "POSTGRES_PASSWORD"),
        (
            "services: {postgres: {environment: {POSTGRES_USER: a, POSTGRES_PASSWORD: b}, ports: ['x']}}",
            "no port",
        ),
        ("services: {}", "postgres"),
        ("{", "flow node"),
    ],
)
def test_a_compose_file_without_an_address_says_what_is_missing(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "odd.yml"
    file.write_text(text)
    with pytest.raises(ComposeError, match=complaint) as caught:
        database_url(file)
    assert "\n" not in str(caught.value)


# The commands


def test_up_waits_for_the_database_and_prints_only_the_line_to_use(
    machine: Machine, compose_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("podman-compose")
    assert machine.run("up") == 0
    out, err = capfd.readouterr()
    assert out == f"TEST_DATABASE_URL={compose_database}\n"
    assert "podman-compose says hello" in err
    assert "healthy after" in err
    assert machine.calls() == ["podman-compose version", f"podman-compose -f {COMPOSE_FILE} up -d"]


def test_up_gives_up_after_its_time_and_says_why(
    machine: Machine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("docker")
    file = file_on_a_free_port(tmp_path)
    started = time.monotonic()
    assert machine.run("up", "--timeout", "1", engine="docker", file=file) == 1
    assert 1 <= time.monotonic() - started < 10
    out, err = capfd.readouterr()
    assert out == ""
    assert "not healthy after 1 s" in err
    assert f"docker compose -f {file} logs postgres" in err


def test_up_waits_60_seconds_unless_told_otherwise() -> None:
    assert parser().parse_args(["up"]).timeout == 60


def test_up_does_not_wait_for_an_engine_that_failed(
    machine: Machine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("podman-compose", other=7)
    assert machine.run("up", file=file_on_a_free_port(tmp_path)) == 1
    err = capfd.readouterr().err
    assert "failed (exit 7)" in err
    assert "waiting" not in err


def test_up_says_at_once_that_the_password_is_another(
    machine: Machine, compose_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("podman-compose")
    file = tmp_path / "other.yml"
    file.write_text(COMPOSE_FILE.read_text().replace("development-only", "changed-since"))
    started = time.monotonic()
    assert machine.run("up", file=file) == 1
    assert time.monotonic() - started < 10
    assert "down --volumes" in capfd.readouterr().err


def test_down_keeps_the_volume_unless_told_otherwise(machine: Machine) -> None:
    machine.install("podman")
    assert machine.run("down") == 0
    assert machine.run("down", "--volumes") == 0
    assert [call for call in machine.calls() if "version" not in call] == [
        f"podman compose -f {COMPOSE_FILE} down",
        f"podman compose -f {COMPOSE_FILE} down --volumes",
    ]


def test_status_shows_what_runs_and_that_nothing_answers(
    machine: Machine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("docker-compose")
    file = file_on_a_free_port(tmp_path)
    assert machine.run("status", engine="docker", file=file) == 1
    out = capfd.readouterr().out
    assert "docker-compose says hello" in out
    assert "Connection refused" in out
    assert machine.calls()[-1] == f"docker-compose -f {file} ps"


def test_status_says_that_the_database_answers(
    machine: Machine, compose_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.install("podman-compose")
    assert machine.run("status") == 0
    assert "accepts connections" in capfd.readouterr().out


def test_the_variables_name_the_engine_and_the_file(machine: Machine, tmp_path: Path) -> None:
    machine.install(*ALL_PROGRAMS)
    file = file_on_a_free_port(tmp_path)
    variables = {"PATH": str(machine.bin), "DB_COMPOSE_ENGINE": "docker", "DB_COMPOSE_FILE": str(file)}
    subprocess.run([sys.executable, "-m", "scripts.compose", "down"], cwd=ROOT, env=variables, check=True)
    assert machine.calls()[-1] == f"docker compose -f {file} down"


@pytest.mark.parametrize("command", [(), ("up",), ("down",), ("status",)])
def test_every_command_explains_itself_and_its_variables(command: tuple[str, ...]) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "scripts.compose", *command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for variable in ("DB_COMPOSE_ENGINE", "DB_COMPOSE_FILE", "COMPOSE_POSTGRES_IMAGE"):
        assert variable in shown
