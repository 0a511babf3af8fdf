"""The embedded PostgreSQL: started, found, taken over and ended, whatever happens to whoever started it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.database.cluster import Account, programs, spawning
from core.database.embedded import EmbeddedError, EmbeddedServer
from tests.core.launching import Launcher, living, read_until, until

START = """
import sys, time
from pathlib import Path
from core.database.embedded import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]), durable=False)
print("started", server.pid, flush=True)
time.sleep(60)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="interna-test-"))
    EmbeddedServer.start(folder / "data", durable=False).stop()
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data(used: Path) -> Iterator[Path]:
    """A data folder that has been used before, shared because making one takes a second: leave it whole."""
    yield used
    until(lambda: not living(str(used)))


@pytest.fixture
def expendable(place: Path, used: Path) -> Path:
    """A copy of it, to be broken."""
    subprocess.run(["cp", "-a", used, place / "data"], check=True)
    return place / "data"


def postgres(server: EmbeddedServer) -> str:
    return server.conninfo(user=server.superuser, dbname="postgres")


def answers(server: EmbeddedServer, query: str = "SELECT 1") -> object:
    with psycopg.connect(postgres(server)) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def test_a_first_start_makes_a_cluster_wherever_it_is(place: Path) -> None:
    with EmbeddedServer.start(place / """it's a "new" place, really""", durable=False) as server:
        assert str(answers(server, "SELECT current_setting('server_version')")).startswith("18")
        assert answers(server, "SELECT lower('ÄÉ')") == "äé"
        assert answers(server, "SELECT current_setting('listen_addresses')") == ""


def test_a_second_start_is_quick_and_finds_what_was_written(data: Path) -> None:
    with EmbeddedServer.start(data) as server, psycopg.connect(postgres(server)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.commit()
    started = time.monotonic()
    with EmbeddedServer.start(data) as server:
        assert time.monotonic() - started < 2
        assert answers(server, "SELECT number FROM kept") == 7


def test_stopping_disconnects_the_clients_and_leaves_nothing(data: Path) -> None:
    server = EmbeddedServer.start(data)
    clients = [psycopg.connect(postgres(server)) for _ in range(20)]
    clients[0].execute("CREATE TABLE unfinished ()")
    stopping = time.monotonic()
    server.stop()
    server.stop()
    for client in clients:
        client.close()
    assert time.monotonic() - stopping < 4
    assert not living(str(data))
    assert not server.socket_directory.exists()


def test_the_socket_is_closed_to_others_and_moves_where_its_path_would_be_too_long(data: Path, place: Path) -> None:
    deep = place / ("deep" * 25) / "data"
    deep.parent.mkdir()
    data.rename(deep)
    with EmbeddedServer.start(deep, durable=False) as server:
        assert len(str(server.socket_directory)) < 80
        assert stat.S_IMODE(server.socket_directory.stat().st_mode) == 0o700
        assert answers(server) == 1
    deep.rename(data)
    assert not server.socket_directory.exists()


def test_a_terminal_does_not_reach_the_database(data: Path) -> None:
    with EmbeddedServer.start(data, durable=False) as server:
        assert os.getsid(server.pid) == server.pid


@as_root
def test_the_folders_above_can_be_passed_through_but_not_listed(data: Path) -> None:
    closed = data.parent
    closed.chmod(0o700)
    data.chmod(0o700)
    said: list[str] = []
    with EmbeddedServer.start(data, durable=False, notice=said.append) as server:
        assert answers(server) == 1
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (closed, data)] == [0o701, 0o701]
    assert [line.split(":")[0] for line in said] == [str(closed), str(data)]


def test_a_killed_starter_takes_the_database_with_it(data: Path, launch: Launcher) -> None:
    starter = launch(START, data)
    read_until(starter, "started")
    starter.kill()
    starter.communicate()
    until(lambda: not living(str(data)), seconds=5)


def test_a_start_right_after_a_kill_waits_for_the_old_database(data: Path, launch: Launcher) -> None:
    starter = launch(START, data)
    read_until(starter, "started")
    starter.kill()
    with EmbeddedServer.start(data, durable=False) as server:
        assert answers(server) == 1
    starter.communicate()


def test_a_database_that_nobody_ended_is_stopped_by_the_next_start(data: Path) -> None:
    cluster = data / "postgres"
    leftover = subprocess.Popen(
        [
            programs() / "postgres",
            "-D",
            cluster,
            "-clisten_addresses=",
            f"-cunix_socket_directories={cluster}",
        ],
        stderr=subprocess.DEVNULL,
        **spawning(Account.for_cluster(cluster), 0),
    )
    state = cluster / "postmaster.pid"
    until(lambda: state.exists() and "ready" in state.read_text())
    said: list[str] = []
    with EmbeddedServer.start(data, durable=False, notice=said.append) as server:
        assert answers(server) == 1
    assert leftover.wait(1) == 0
    assert str(leftover.pid) in said[-1]


def test_a_stranger_with_the_number_of_a_dead_database_is_left_alone(data: Path) -> None:
    with EmbeddedServer.start(data, durable=False) as server:
        pidfile = data / "postgres" / "postmaster.pid"
        _, _, rest = pidfile.read_text().partition("\n")
    stranger = subprocess.Popen(["sleep", "60"])
    pidfile.write_text(f"{stranger.pid}\n{rest}")
    with EmbeddedServer.start(data, durable=False) as server:
        assert answers(server) == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_second_app_on_the_same_folder_is_told_who_has_it(data: Path, launch: Launcher) -> None:
    starter = launch(START, data)
    read_until(starter, "started")
    with pytest.raises(EmbeddedError, match=rf"is in use by process {starter.pid}: stop that first"):
        EmbeddedServer.start(data)
    starter.kill()
    starter.communicate()


def test_a_first_start_that_was_killed_half_way_is_done_again(place: Path, launch: Launcher) -> None:
    starter = launch(START, place)
    until((place / "postgres.new" / "base").exists)
    starter.kill()
    starter.communicate()
    assert not (place / "postgres").exists()
    with EmbeddedServer.start(place, durable=False) as server:
        assert answers(server) == 1
    assert not (place / "postgres.new").exists()


def test_a_database_that_dies_says_why(data: Path) -> None:
    with EmbeddedServer.start(data, durable=False) as server:
        assert server.failure() is None
        os.kill(server.pid, signal.SIGKILL)
        until(server.failure)
        assert str(server.log) in str(server.failure())


def test_what_postgresql_says_about_a_bad_cluster_is_passed_on(expendable: Path) -> None:
    (expendable / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"could not open file .*pg_control"):
        EmbeddedServer.start(expendable)


def test_a_cluster_of_another_version_is_refused(place: Path) -> None:
    (place / "postgres").mkdir()
    (place / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 15, this is 18"):
        EmbeddedServer.start(place)


def test_a_folder_with_something_else_in_it_is_refused_and_kept(place: Path) -> None:
    precious = place / "postgres" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("years of work")
    with pytest.raises(EmbeddedError, match="holds something that is not a PostgreSQL cluster"):
        EmbeddedServer.start(place)
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize("taken", ["", "postgres", "lock/x"])
def test_a_file_or_folder_in_the_way_is_one_clear_line(place: Path, taken: str) -> None:
    data = place / "data"
    blocker = data / taken
    blocker.parent.mkdir(parents=True, exist_ok=True)
    blocker.write_text("in the way")
    with pytest.raises(EmbeddedError) as refusal:
        EmbeddedServer.start(data)
    assert str(data) in str(refusal.value)
    assert "\n" not in str(refusal.value)
