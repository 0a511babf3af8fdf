"""`python -m app serve` as a whole: what a person starts, signals and kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from app.__main__ import main
from scripts import seed
from tests import commands

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def alive_in(directory: Path) -> list[str]:
    """The command lines of processes that have to do with a data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(directory) in line or f"DATA_DIR={directory}".encode() in environ:
            found.append(line)
    return found


def none_left(directory: Path, seconds: float = 10) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := alive_in(directory)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


class Served:
    """A started application: its process, its address and its words."""

    def __init__(self, directory: Path, **variables: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {**os.environ, "DATA_DIR": str(directory), "PORT": str(self.port), **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self, seconds: float = 40) -> dict[str, object]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = httpx.get(f"{self.url}/health/ready", timeout=2)
                if answer.status_code == 200:
                    ready: dict[str, object] = answer.json()
                    return ready
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"not ready in time; exit code {self.process.poll()}")

    def end(self, number: int = signal.SIGTERM, *, group: bool = False) -> str:
        """Signal it, and answer what it printed once it has ended."""
        (os.killpg if group else os.kill)(self.process.pid, number)
        _, words = self.process.communicate(timeout=12)
        return words


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(directory: Path = tmp_path / "data", **variables: str) -> Served:
        started.append(Served(directory, **variables))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate(timeout=10)
        assert none_left(served.directory) == []


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_one_command_serves_the_main_job_and_ends_cleanly(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(tmp_path / "a folder with spaces and a 'quote'")
    served.wait_until_ready()
    with httpx.Client(base_url=served.url, timeout=30) as client:
        login = {"email": "bob@example.com", "password": "bob-in-development"}
        token = client.post("/api/v1/auth/login", json=login).json()["token"]
        brief = {"title": "A library", "context": "A village library wants to lend books by phone.", "level": 2}
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=20"}
        assert client.post("/api/v1/simulations", json=brief, headers=headers).status_code == 201
    words = served.end(signal.SIGINT, group=True)
    assert served.process.returncode == 0
    assert served.url in words
    assert f"{served.url}/schema" in words
    assert "alice-in-development" in words
    assert "Traceback" not in words
    assert none_left(served.directory) == []


@pytest.mark.parametrize("after", [0, 0.1, 0.3, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_start_ends_everything(
    serve: Callable[..., Served], after: float, number: signal.Signals
) -> None:
    served = serve()
    time.sleep(after)
    served.end(number, group=number == signal.SIGINT)
    assert none_left(served.directory) == []


def test_after_a_kill_nothing_is_left_and_the_next_start_is_an_ordinary_one(serve: Callable[..., Served]) -> None:
    first = serve()
    first.wait_until_ready()
    first.process.kill()
    second = serve(first.directory)
    second.wait_until_ready()
    second.end(signal.SIGINT)
    assert second.process.returncode == 0
    assert none_left(first.directory) == []


def test_a_worker_that_is_killed_while_it_writes_is_replaced_and_paid_once(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    from tests.model_server import model_server_in_thread
    from tests.model_server.behaviours import answer_json, hang
    from tests.simulations.test_model_faults import GOOD

    with model_server_in_thread() as model:
        model.script(hang())
        model.always = answer_json(GOOD)
        served = serve(LLM_BASE_URL=model.base_url)
        served.wait_until_ready()
        with httpx.Client(base_url=served.url, timeout=90) as client:
            signed = client.post("/api/v1/auth/signup", json={"email": "w@example.com", "password": "a long walk"})
            headers = {"authorization": f"Bearer {signed.json()['token']}"}
            brief = {"title": "T", "context": "A library wants to lend books by phone.", "level": 2}
            ordered = client.post("/api/v1/simulations", json=brief, headers=headers).json()
            deadline = time.monotonic() + 10
            while not model.requests and time.monotonic() < deadline:
                time.sleep(0.02)
            os.kill(worker_of(served), signal.SIGKILL)
            killed = time.monotonic()
            status = "generating"
            while status == "generating" and time.monotonic() < killed + 60:
                time.sleep(0.25)
                path = f"/api/v1/simulations/{ordered['id']}"
                status = client.get(path, headers=headers).json()["status"]
            assert status == "ready"
            assert client.get("/api/v1/billing/credits", headers=headers).json() == {"balance": 7, "held": 0}


def worker_of(served: Served) -> int:
    """The job worker is the last child that the parent forked."""
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    forked = [int(pid) for pid in children if b"app\0serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return max(forked)


def test_a_taken_port_is_one_line_and_exit_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("app", DATA_DIR=str(tmp_path / "d"), PORT=str(taken.getsockname()[1]))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "taken" in done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PORT": "99999"}, "PORT"),
        ({"DB_POOL_SIZE": "many"}, "DB_POOL_SIZE"),
        ({"APP_ENV": "staging"}, "APP_ENV"),
        ({"APP_ENV": "production", "DATABASE_URL": "postgresql://localhost/x"}, "SECRET_KEY"),
        ({"DB_DRIVER": "postgres"}, "DATABASE_URL"),
    ],
)
def test_a_variable_that_does_not_fit_is_one_clear_line_and_exit_2(
    tmp_path: Path, variables: dict[str, str], said: str
) -> None:
    done = commands.run(main, "serve", variables={"DATA_DIR": str(tmp_path / "d"), **variables})
    assert done.code == 2
    assert done.complained.count("\n") == 1, done.complained
    assert said in done.complained


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DATA_DIR": "/dev/null/data"}, "/dev/null/data"),
        (
            {"DB_DRIVER": "postgres", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"},
            "the database does not answer",
        ),
    ],
)
def test_what_an_operator_can_mend_is_one_clear_line_and_exit_2(
    tmp_path: Path, variables: dict[str, str], said: str
) -> None:
    done = run("app", "serve", **{"DATA_DIR": str(tmp_path / "d"), "PORT": str(free_port()), **variables})
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0, done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("command", ["", "serve", "setup", "migrate", "seed", "worker", "routes", "check"])
def test_every_command_explains_itself(command: str) -> None:
    shown = commands.run(main, *([command] if command else []), "--help", variables={})
    assert shown.code == 0
    assert "usage: python -m app" in shown.said


SCRIPTS = [each for each in (ROOT / "scripts").glob("*.py") if each.stem != "__init__"]


@pytest.mark.parametrize("script", [each.stem for each in SCRIPTS])
def test_every_script_explains_itself(script: str) -> None:
    shown = commands.run(import_module(f"scripts.{script}").main, "--help", variables={})
    assert shown.code == 0
    assert f"usage: python -m scripts.{script}" in shown.said


def test_a_script_is_started_by_its_name() -> None:
    assert "usage: python -m scripts.seed" in run("scripts.seed", "--help").stdout


def test_seeding_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    where = {"DATA_DIR": str(tmp_path / "d"), "PATH": os.environ["PATH"]}
    for command in ("setup", "migrate"):
        assert commands.run(main, command, variables=where).code == 0
    first, second = (json.loads(commands.run(seed.main, "--json", variables=where).said) for _ in range(2))
    assert sum(table["new"] for table in first) == sum(table["rows"] for table in first) > 50
    assert sum(table["new"] for table in second) == 0
    checked = commands.run(main, "check", variables=where)
    assert checked.code == 0
    assert "as they must be" in checked.said


def test_a_seed_that_fails_exits_1(tmp_path: Path) -> None:
    assert run("scripts.seed", PORT="none").returncode == 1
    where = {"DATA_DIR": str(tmp_path / "d"), "PATH": os.environ["PATH"]}
    unmigrated = commands.run(seed.main, variables=where)
    assert (unmigrated.code, unmigrated.complained.count("\n")) == (1, 1)


def test_check_exits_1_where_the_database_is_behind(tmp_path: Path) -> None:
    where = {"DATA_DIR": str(tmp_path / "d"), "PATH": os.environ["PATH"]}
    commands.run(main, "setup", variables=where)
    checked = commands.run(main, "check", "--json", variables=where)
    assert checked.code == 1
    found = {finding["check"]: finding["ok"] for finding in json.loads(checked.said)}
    assert found.get("migrations") is False, checked.said


def test_the_application_refuses_to_run_as_a_superuser(tmp_path: Path) -> None:
    from app import reach
    from core.database.embedded import EmbeddedServer
    from core.database.migrations import upgrade
    from core.database.roles import set_up_roles

    with EmbeddedServer.start(tmp_path / "d", durable=False) as server:
        endpoints = reach.of_server(server)
        set_up_roles(endpoints)
        upgrade(str(endpoints.owner))
        url = f"postgresql://postgres@/interna?host={server.socket_directory}"
        done = run("app", DB_DRIVER="postgres", DATABASE_URL=url, PORT=str(free_port()))
    assert done.returncode == 2
    assert "postgres is a superuser" in done.stderr


def test_routes_lists_every_route_and_what_it_demands() -> None:
    routes = json.loads(commands.run(main, "routes", "--json", variables={}).said)
    demands = {(route["method"], route["path"]): route["requires"] for route in routes}
    assert demands["POST", "/api/v1/simulations"] == "create simulations and read simulations"
    assert demands["POST", "/api/v1/auth/login"] == "nothing"
    assert all(route["summary"] for route in routes)
