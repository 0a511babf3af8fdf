"""The supervisor: whatever is killed, signalled or broken, it ends in time and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from core.processes import PortTaken, claim_port
from tests.core.launching import Launcher, living, read_until, until

PRELUDE = """
import os, signal, sys, time
from core.processes import Role, Supervisor
def log(line): os.write(1, f"{line}\\n".encode())  # at once, or lines of several processes mix
def sleep():
    log(f"sleeping {os.getpid()}")
    time.sleep(60)
def ignore():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep()
"""
QUIET = PRELUDE + "sys.exit(Supervisor([Role('web', sleep, 2), Role('jobs', sleep)], log=log).run())"
STUBBORN = PRELUDE + "sys.exit(Supervisor([Role('web', ignore)], log=log, grace=float(sys.argv[1])).run())"
BROKEN = """
def fail(): raise RuntimeError("no such plan")
sys.exit(Supervisor([Role('web', sleep), Role('jobs', fail)], log=log).run())
"""
EVERYTHING = """
import sys, time
from pathlib import Path
from core.signals import interruptible
with interruptible():
    from core.database.embedded import EmbeddedServer
    from core.processes import Role, Supervisor
    with EmbeddedServer.start(Path(sys.argv[1]), durable=False) as server:
        roles = [Role("web", lambda: time.sleep(60), 2), Role("jobs", lambda: time.sleep(60))]
        code = Supervisor(roles, log=print, vital=server.failure).run()
"""


def sleepers(process: subprocess.Popen[str], count: int) -> list[int]:
    return [int(read_until(process, "sleeping").split()[-1]) for _ in range(count)]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_parent_and_children(launch: Launcher, number: signal.Signals) -> None:
    parent = launch(QUIET)
    children = sleepers(parent, 3)
    parent.send_signal(number)
    assert parent.wait(3) == 0
    assert all(gone(child) for child in children)


def test_ctrl_c_in_a_terminal_is_the_parents_to_answer(launch: Launcher) -> None:
    parent = launch(QUIET)
    children = sleepers(parent, 3)
    for child in children:
        os.kill(child, signal.SIGINT)
    time.sleep(0.2)
    assert not any(gone(child) for child in children)
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.wait(3) == 0


def test_a_child_that_dies_is_started_again(launch: Launcher) -> None:
    parent = launch(QUIET)
    victim = sleepers(parent, 3)[0]
    os.kill(victim, signal.SIGKILL)
    said = read_until(parent, "sleeping")
    assert f"(process {victim}) was killed by SIGKILL; starting it again in 0.1 s" in said
    assert int(said.split()[-1]) != victim
    parent.terminate()
    assert parent.wait(3) == 0


def test_a_child_that_cannot_start_ends_everything_with_one_clear_line(launch: Launcher) -> None:
    parent = launch(PRELUDE + BROKEN)
    said, _ = parent.communicate(timeout=8)
    assert parent.returncode == 1
    assert said.count("RuntimeError: no such plan") == 5
    assert said.splitlines()[-1].endswith("5 times in a row within its first second; giving up")
    assert gone(int(said.split("sleeping ")[1].split()[0]))


def test_a_stubborn_child_is_killed_after_the_grace(launch: Launcher) -> None:
    parent = launch(STUBBORN, 1.0)
    (child,) = sleepers(parent, 1)
    asked = time.monotonic()
    parent.terminate()
    assert parent.wait(5) == 0
    assert 0.9 < time.monotonic() - asked < 3
    assert gone(child)


def test_a_second_signal_hurries_but_an_echo_of_the_first_does_not(launch: Launcher) -> None:
    parent = launch(STUBBORN, 30)
    sleepers(parent, 1)
    for pause in (0.1, 0.9):
        parent.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            parent.wait(pause)
    parent.terminate()
    assert parent.wait(2) == 0


def test_a_killed_parent_takes_its_children_with_it(launch: Launcher) -> None:
    parent = launch(QUIET)
    children = sleepers(parent, 3)
    parent.kill()
    parent.wait()
    until(lambda: all(gone(child) for child in children), seconds=3)


def test_a_killed_parent_takes_even_a_stubborn_child_with_it(launch: Launcher) -> None:
    parent = launch(STUBBORN, 0.5)
    (child,) = sleepers(parent, 1)
    parent.kill()
    parent.wait()
    until(lambda: gone(child), seconds=3)


@pytest.mark.parametrize("delay", [0, 0.1, 0.3, 0.5, 1])
def test_signals_at_any_moment_of_a_start_up_end_everything(place: Path, launch: Launcher, delay: float) -> None:
    apps = [launch(EVERYTHING, place / str(number)) for number in range(3)]
    time.sleep(delay)
    signalled = time.monotonic()
    apps[0].terminate()
    os.killpg(apps[1].pid, signal.SIGINT)
    os.killpg(apps[2].pid, signal.SIGTERM)
    apps[2].terminate()
    for app in apps:
        said, _ = app.communicate(timeout=10)
        if delay > 0.3:  # earlier, Python itself may not be up
            assert app.returncode in (0, -signal.SIGTERM), said
            assert "Traceback" not in said
    until(lambda: not living(str(place)), seconds=10 - (time.monotonic() - signalled))


def test_signals_that_never_cease_do_not_break_the_clean_up(place: Path, launch: Launcher) -> None:
    app = launch(EVERYTHING, place)
    until((place / "postgres" / "postmaster.pid").exists)
    while app.poll() is None:
        os.kill(app.pid, signal.SIGTERM)
        time.sleep(0.002)
    assert app.returncode in (0, -signal.SIGTERM)
    assert not (place / "postgres" / "postmaster.pid").exists()
    until(lambda: not living(str(place)))


def test_the_end_of_the_database_is_the_end_of_everything(place: Path, launch: Launcher) -> None:
    app = launch(EVERYTHING, place)
    until(lambda: len(living(str(place))) > 4)
    os.kill(int((place / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    said, _ = app.communicate(timeout=10)
    assert "the database ended" in said
    assert not living(str(place))


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"^cannot listen on 127.0.0.1:{port}: it is taken; set HOST or"):
            claim_port("127.0.0.1", port)


def test_a_claimed_port_is_taken_before_anybody_listens() -> None:
    with claim_port("localhost", 0) as claimed:
        host, port = claimed.getsockname()[:2]
        with pytest.raises(PortTaken):
            claim_port(host, port)
    claim_port(host, port).close()


def test_a_host_that_does_not_exist_is_one_clear_line() -> None:
    with pytest.raises(PortTaken, match=r"^cannot listen on 256\.0\.0\.1:8000: "):
        claim_port("256.0.0.1", 8000)
