"""`python -m app serve`: everything that a request needs, started in order and ended in reverse.

The parent starts the embedded database, sets up, migrates and seeds (in development with the embedded server only),
checks that it may run, and forks: the web workers, and in development a job worker.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from app import reach
from app.asgi import create_app
from app.commands import owner_of
from app.composition import compose
from app.console import Steps
from core.bootstrap import Parent, bootstrap
from core.database.embedded import EmbeddedServer
from core.database.migrations import upgrade
from core.database.roles import Endpoints, SetupError, refusals, set_up_roles
from core.http.server import serve_http
from core.jobs import run_until_stopped
from core.logs import configure_logs
from core.processes import Role, Supervisor, claim_port
from core.settings import Settings
from core.signals import interruptible
from modules.user.seed import HINTS
from seeds import seed_all


def serve(settings: Settings) -> int:
    """Run until a signal; 0 after one, 1 where the processes kept dying."""
    steps, code = Steps(), 0
    with interruptible(), claim_port(settings.host, settings.port) as claimed:
        host = str(claimed.getsockname()[0])
        with _database(settings, steps) as (endpoints, vital):
            _refuse_if_unsafe(endpoints)
            bootstrap(compose, endpoints=endpoints)  # a wiring mistake ends the start here, not in every child
            web = Role("web", lambda: _run_web(settings, endpoints, host, steps), settings.workers)
            roles = [web] if settings.production else [web, _worker_role(settings, endpoints)]
            code = Supervisor(roles, log=steps.say, vital=vital).run()
    return code  # a signal ends the block early


def work(settings: Settings) -> int:
    """Run jobs until a signal."""
    steps, code = Steps(), 0
    with interruptible(), reach.database(settings, steps.say) as endpoints:
        _refuse_if_unsafe(endpoints)
        steps.say("worker running; Ctrl-C ends it")
        code = Supervisor([_worker_role(settings, endpoints)], log=steps.say).run()
    return code  # noqa: RET504  # a signal ends the block early


@contextmanager
def _database(settings: Settings, steps: Steps) -> Iterator[tuple[Endpoints, Callable[[], str | None]]]:
    """The database, and a function that says why it has ended if it has."""
    if settings.db_driver == "postgres":
        endpoints = reach.of_urls(settings)
        with (
            steps.step("database"),
            psycopg.connect(endpoints.runtime, connect_timeout=round(settings.db_connect_timeout_seconds) or 1),
        ):
            pass
        yield endpoints, lambda: None
        return
    with steps.step("database") as outcome:
        server = EmbeddedServer.start(settings.data_dir, notice=steps.say)
        outcome.append(f"embedded PostgreSQL in {settings.data_dir}")
    with server:
        endpoints = reach.of_server(server)
        _prepare(endpoints, settings, steps)
        yield endpoints, server.failure


def _prepare(endpoints: Endpoints, settings: Settings, steps: Steps) -> None:
    owner = owner_of(endpoints)
    with steps.step("roles") as outcome:
        outcome.extend(set_up_roles(endpoints) or ["all there"])
    with steps.step("migrate") as outcome:
        before, after = upgrade(owner, notice=steps.say)
        outcome.append(f"at {after}" if before == after else f"{before or 'empty'} -> {after}")
    with steps.step("seed") as outcome:
        planted = seed_all(owner, development=not settings.production)
        outcome.append(f"{sum(table.rows for table in planted)} rows, {sum(t.new for t in planted)} new")


def _refuse_if_unsafe(endpoints: Endpoints) -> None:
    with psycopg.connect(endpoints.runtime, autocommit=True, connect_timeout=10) as connection:
        if refused := refusals(connection):
            raise SetupError(f"refusing to run: {'; '.join(refused)}")


def _run_web(settings: Settings, endpoints: Endpoints, host: str, steps: Steps) -> None:
    configure_logs(settings)
    app = create_app(bootstrap(compose, endpoints=endpoints))
    serve_http(app, host, settings.port, ready=lambda: _welcome(settings, steps))


def _worker_role(settings: Settings, endpoints: Endpoints) -> Role:
    return Role("worker", lambda: asyncio.run(_run_worker(settings, endpoints)))


async def _run_worker(settings: Settings, endpoints: Endpoints) -> None:
    configure_logs(settings)
    parent: Parent = bootstrap(compose, endpoints=endpoints)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await parent.database.open()
    try:
        await run_until_stopped(parent.core.jobs(), stop)
    finally:
        await parent.database.close()


def _welcome(settings: Settings, steps: Steps) -> None:
    address = f"http://{settings.host}:{settings.port}"
    steps.say(f"ready after {steps.elapsed:.1f} s on {address}, documentation on {address}/schema")
    if not settings.production and settings.db_driver == "embedded":
        for hint in HINTS:
            steps.say(f"  {hint.email:<20}{hint.password:<24}{hint.role}")
