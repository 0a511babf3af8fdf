"""The development PostgreSQL in a container: `python -m scripts.compose up | down | status`.

`up` asks the printed address itself, from this side of the container, rather than the engine for the
container's health: podman runs health checks through systemd timers, which a container or a minimal machine
lacks, older podman-compose knows neither `up --wait` nor `port` and exits 0 when it failed, and a healthy
container with another password would still refuse the tests. The file's own health check serves `status`.

Standard output carries only what a shell can use, so `export $(python -m scripts.compose up)` works.
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec
import psycopg
from msgspec import yaml

from core.settings import SettingsError

Which = Callable[[str], str | None]
Command = tuple[str, ...]

_PODMAN: Final[tuple[Command, ...]] = (("podman-compose",), ("podman", "compose"))
_DOCKER: Final[tuple[Command, ...]] = (("docker", "compose"), ("docker-compose",))
ENGINES: Final = {"podman": _PODMAN, "docker": _DOCKER, "auto": _PODMAN + _DOCKER}

PROBE_SECONDS: Final = 20
HEALTHY_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.5
REPORT_SECONDS: Final = 5.0
DAY_SECONDS: Final = 86_400

_HOST_PORT: Final = re.compile(r"(?:(?P<host>\d+\.\d+\.\d+\.\d+):)?(?P<port>\d+):\d+")


class ComposeError(Exception):
    """The database in the container cannot be had. The text is one line for the developer."""


class Compose(msgspec.Struct, frozen=True):
    """A compose program that runs on this machine, and the file that it is given."""

    command: Command
    file: Path

    @property
    def name(self) -> str:
        return " ".join((Path(self.command[0]).name, *self.command[1:]))

    def arguments(self, *arguments: str) -> list[str]:
        return [*self.command, "-f", str(self.file), *arguments]


class _Service(msgspec.Struct):
    environment: dict[str, str]
    ports: list[str]


class _Services(msgspec.Struct):
    postgres: _Service


class _File(msgspec.Struct):
    services: _Services


def choose(engine: str, file: Path, which: Which) -> Compose:
    """The first program of `engine` (podman, docker, auto) that `which` finds and whose `version` succeeds.

    Finding it is not enough: `docker` and `podman` exist without their compose plugin. Raises `ComposeError`.
    """
    if engine not in ENGINES:
        raise ComposeError(f"DB_COMPOSE_ENGINE: {engine!r} is none of {', '.join(ENGINES)}")
    if not file.is_file():
        raise ComposeError(f"DB_COMPOSE_FILE: {file} does not exist (run this from the project's root)")
    tried = []
    for program, *plugin in ENGINES[engine]:
        path = which(program)
        if path is not None and _runs((path, *plugin, "version")):
            return Compose((path, *plugin), file)
        tried.append(f"{' '.join((program, *plugin))} ({'not found' if path is None else 'does not run'})")
    other = "" if engine != "podman" else "; with Docker, set DB_COMPOSE_ENGINE=docker"
    raise ComposeError(f"no compose program of DB_COMPOSE_ENGINE={engine}: {', '.join(tried)}{other}")


def _runs(command: Command) -> bool:
    try:
        probe = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def database_url(file: Path) -> str:
    """The superuser's URL of the `postgres` service of a compose file, for `TEST_DATABASE_URL`.

    Raises `ComposeError` where the file lacks a plain user, password and host port.
    """
    try:
        service = yaml.decode(file.read_bytes(), type=_File).services.postgres
        user, password = service.environment["POSTGRES_USER"], service.environment["POSTGRES_PASSWORD"]
    except (msgspec.DecodeError, OSError) as error:
        raise ComposeError(f"{file}: {' '.join(str(error).split())}") from None
    except KeyError as error:
        raise ComposeError(f"{file}: services.postgres.environment lacks {error.args[0]}") from None
    address = next(filter(None, map(_HOST_PORT.fullmatch, service.ports)), None)
    if address is None:
        raise ComposeError(f"{file}: services.postgres.ports publishes no port such as 127.0.0.1:5433:5432")
    host = address["host"] if address["host"] not in (None, "0.0.0.0") else "127.0.0.1"
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{address['port']}/postgres"


def refusal(url: str) -> str | None:
    """Why the database does not accept a connection within about 2 seconds; None when it does."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0].removeprefix("connection failed: ")
    return None


def wait_until_accepting(url: str, seconds: float) -> None:
    """Ask until the database lets us in, and say every 5 seconds why it does not yet.

    Raises `ComposeError` after `seconds`, and at once for a wrong password, which waiting does not cure.
    """
    started = time.monotonic()
    reported = 0.0
    _say(f"waiting for PostgreSQL on {_address(url)}, at most {seconds:g} s")
    while (reason := refusal(url)) is not None:
        waited = time.monotonic() - started
        if "password authentication failed" in reason:
            raise ComposeError(
                f"{_address(url)} refuses the file's password: another server has that port, "
                "or the volume is of another password (`down --volumes` deletes it)"
            )
        if waited >= seconds:
            raise ComposeError(f"not healthy after {seconds:g} s: {reason}")
        if waited - reported >= REPORT_SECONDS:
            reported = waited
            _say(f"{waited:.0f} s: {reason}")
        time.sleep(POLL_SECONDS)
    _say(f"healthy after {time.monotonic() - started:.1f} s")


def up(compose: Compose, seconds: float) -> int:
    """Start, wait, print the line to use. The engine may take as long as it needs to fetch the image."""
    url = database_url(compose.file)
    _say(f"starting with {compose.name}; the first time fetches the image")
    code = subprocess.run(compose.arguments("up", "-d"), stdout=sys.stderr.fileno(), check=False).returncode
    if code != 0:
        raise ComposeError(f"`{compose.name} up` failed (exit {code}), see above")
    try:
        wait_until_accepting(url, seconds)
    except ComposeError as error:
        logs = " ".join((compose.name, "-f", str(compose.file), "logs", "postgres"))
        raise ComposeError(f"{error}; see `{logs}`") from None
    print(f"TEST_DATABASE_URL={url}", flush=True)
    return 0


def down(compose: Compose, volumes: bool) -> int:
    """Stop and remove the container; the data stay unless `volumes`."""
    more = ("--volumes",) if volumes else ()
    code = subprocess.run(compose.arguments("down", *more), stdout=sys.stderr.fileno(), check=False).returncode
    if code != 0:
        raise ComposeError(f"`{compose.name} down` failed (exit {code}), see above")
    _say("stopped; the volume and its data are deleted" if volumes else "stopped; the volume keeps the data")
    return 0


def status(compose: Compose) -> int:
    """Say what the engine runs and whether the database answers; 1 when it does not."""
    url = database_url(compose.file)
    code = subprocess.run(compose.arguments("ps"), check=False).returncode
    if code != 0:
        raise ComposeError(f"`{compose.name} ps` failed (exit {code}), see above")
    reason = refusal(url)
    print(f"PostgreSQL on {_address(url)}: {'accepts connections' if reason is None else reason}", flush=True)
    return 0 if reason is None else 1


def run(arguments: argparse.Namespace, engine: str, file: Path, which: Which) -> int:
    """Do what `parser()` understood; the exit code. Every failure is one line on standard error and a 1."""
    try:
        compose = choose(engine, file, which)
        match arguments.command:
            case "up":
                return up(compose, arguments.timeout)
            case "down":
                return down(compose, arguments.volumes)
            case _:
                return status(compose)
    except ComposeError as error:
        _say(str(error))
        return 1


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="python -m scripts.compose",
        description="The development PostgreSQL in a container, as compose.yml describes it.",
        epilog="Variables: DB_COMPOSE_ENGINE (podman, docker or auto; default podman), "
        "DB_COMPOSE_FILE (default compose.yml), COMPOSE_POSTGRES_IMAGE (another image).",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="up|down|status")
    start = commands.add_parser("up", help="start it, wait until it is healthy, print TEST_DATABASE_URL")
    start.add_argument(
        "--timeout",
        type=_seconds,
        default=HEALTHY_SECONDS,
        metavar="SECONDS",
        help="how long to wait once the container is started (default: %(default)g)",
    )
    stop = commands.add_parser("down", help="stop it; the data stay")
    stop.add_argument("--volumes", action="store_true", help="delete the data too")
    commands.add_parser("status", help="what runs; exits 1 when the database does not answer")
    for command in commands.choices.values():
        command.epilog = root.epilog
    return root


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    from core.bootstrap import read_settings

    try:
        settings = read_settings()
    except SettingsError as error:
        _say(str(error))
        return 2
    try:
        return run(arguments, settings.db_compose_engine, settings.db_compose_file, shutil.which)
    except KeyboardInterrupt:
        return 130


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= DAY_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to {DAY_SECONDS}")
    return seconds


def _address(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _say(text: str) -> None:
    print(f"compose: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
