"""How long one waits: for the first start, the next one, the migrations, and a test's database."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from core.database.embedded import EmbeddedServer
from core.database.migrations import ROOT, upgrade
from core.database.protection import OWNER
from core.database.roles import Endpoints, set_up_roles
from scripts.bench.report import Goal, Section
from scripts.bench.stage import BenchError, free_port, running, url_of
from seeds import seed_all

_FIRST, _WARM, _MIGRATE, _COPY = 8.0, 3.0, 2.0, 0.15
_PATIENCE_SECONDS: Final = 30.0


class Plan(msgspec.Struct, frozen=True):
    """How often each thing is done."""

    first: int = 3
    warm: int = 5
    migrate: int = 3
    copies: int = 15


def measure(folder: Path, plan: Plan) -> Section:
    first = [_start(folder / f"data{number}", folder) for number in range(plan.first)]
    warm = [_start(folder / "data0", folder) for _ in range(plan.warm)]
    with EmbeddedServer.start(folder / "tests", durable=False) as server:
        migrate = [_migrate(_empty(server, f"migrated_{number}")) for number in range(plan.migrate)]
        with _template(server):
            copies = [_copy(server, f"copy_{number}") for number in range(plan.copies)]
    measured = [
        ("`python -m app serve` from nothing to ready", first, _FIRST),
        ("`python -m app serve` again, to ready", warm, _WARM),
        ("`python -m app migrate` from zero, the whole command", migrate, _MIGRATE),
        ("a test's database, from the template", copies, _COPY),
    ]
    return Section(
        name="startup",
        title="waiting",
        columns=["what", "times", "median s", "longest s"],
        rows=[
            [what, str(len(took)), f"{statistics.median(took):.2f}", f"{max(took):.2f}"] for what, took, _ in measured
        ],
        goals=[
            Goal(f"{what}: {limit:g} s or less", f"{(median := statistics.median(took)):.2f} s", median <= limit)
            for what, took, limit in measured
        ],
        notes=[
            "Ready is the first 200 of `/health/ready`, asked every 5 ms, from the start of the process; the first"
            " start makes the cluster and the roles, migrates and seeds. Installing is not in it."
        ],
    )


def _start(data: Path, folder: Path) -> float:
    port = free_port()
    variables = {"DATA_DIR": str(data), "PORT": str(port)}
    command = [sys.executable, "-m", "app", "serve"]
    with running(command, port, folder / "serve.log", ready="/health/ready", variables=variables) as server:
        return server.ready_after


def _empty(server: EmbeddedServer, name: str) -> Endpoints:
    endpoints = Endpoints(
        runtime=server.conninfo(user="interna_app", dbname=name),
        owner=server.conninfo(user=OWNER, dbname=name),
        admin=server.conninfo(user=server.superuser, dbname="postgres"),
    )
    set_up_roles(endpoints)
    return endpoints


def _migrate(endpoints: Endpoints) -> float:
    assert endpoints.owner is not None
    variables = {
        "DB_DRIVER": "postgres",
        "DATABASE_URL": url_of(endpoints.runtime),
        "DATABASE_OWNER_URL": url_of(endpoints.owner),
    }

    def run() -> None:
        subprocess.run(
            [sys.executable, "-m", "app", "migrate"],
            cwd=ROOT,
            env=variables,
            check=True,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
        )

    try:
        return _seconds(run)
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        raise BenchError(f"python -m app migrate failed: {' '.join(said.decode().split())[-300:]}") from None


@contextmanager
def _template(server: EmbeddedServer) -> Iterator[None]:
    endpoints = _empty(server, "template")
    assert endpoints.owner is not None
    upgrade(endpoints.owner)
    seed_all(endpoints.owner, development=True)
    yield


def _copy(server: EmbeddedServer, name: str) -> float:
    admin = server.conninfo(user=server.superuser, dbname="postgres")

    def copy() -> None:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "template"'.encode())
        with psycopg.connect(make_conninfo(admin, dbname=name, user="interna_app")) as connection:
            connection.execute("SELECT 1")

    return _seconds(copy)


def _seconds(what: Callable[[], None]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started
