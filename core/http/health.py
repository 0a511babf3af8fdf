"""Liveness and readiness: the first says that the process answers, the second that it should get requests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from litestar import Controller, Response, get

from core.database.migrations import VERSION_TABLE, head
from core.database.pool import Database
from core.http.authority import OPEN
from core.http.route import Injected

_PATIENCE_SECONDS = 3.0


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    ok: bool
    latency_ms: float
    detail: str | None = None


class Readiness(msgspec.Struct, frozen=True):
    status: Literal["ready", "unavailable"]
    checks: dict[str, Check]


class Liveness(msgspec.Struct, frozen=True):
    status: Literal["alive"] = "alive"


class Health:
    """What `/health/ready` looks at."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._head = head()

    async def readiness(self) -> Readiness:
        checks = {"database": await _timed(self._ping), "migrations": await _timed(self._migrated)}
        ready = all(check.ok for check in checks.values())
        return Readiness("ready" if ready else "unavailable", checks)

    async def _ping(self) -> None:
        async with self._database.connection() as connection:
            await connection.execute("SELECT 1")

    async def _migrated(self) -> None:
        async with self._database.connection() as connection:
            there = await (await connection.execute("SELECT to_regnamespace('app')")).fetchone()
            if there == (None,):
                raise LookupError(f"the database has never been migrated, the code wants {self._head}")
            cursor = await connection.execute(f"SELECT version_num FROM app.{VERSION_TABLE}")
            row = await cursor.fetchone()
        if row is None or row[0] != self._head:
            raise LookupError(f"the database is at {row and row[0]}, the code wants {self._head}")


async def _timed(look: Callable[[], Awaitable[None]]) -> Check:
    started = time.perf_counter()
    detail: str | None = None
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await look()
    except LookupError as error:
        detail = str(error)
    except Exception as error:
        detail = f"no answer ({type(error).__name__})"
    return Check(detail is None, round((time.perf_counter() - started) * 1000, 2), detail)


class HealthController(Controller):
    """Whether this process is alive, and whether it is ready for requests."""

    path = "/health"
    tags = ("health",)

    @get("/live", **OPEN, summary="Is the process alive?")
    async def live(self) -> Liveness:
        return Liveness()

    @get("/ready", **OPEN, summary="Should it get requests? 503 where not")
    async def ready(self, health: Injected[Health]) -> Response[Readiness]:
        readiness = await health.readiness()
        return Response(readiness, status_code=200 if readiness.status == "ready" else 503)
