"""What `python -m app` can do besides serving. Each function prints, and answers an exit code."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import psycopg

from app import reach
from app.console import Steps, complain, print_rows
from core.bootstrap import bootstrap
from core.database.migrations import MigrationError, current_on, head, upgrade
from core.database.roles import Endpoints, SetupError, refusals, set_up_roles
from core.settings import Settings
from seeds import seed_all


class Finding(msgspec.Struct, frozen=True):
    """One thing that `check` looked at."""

    check: str
    ok: bool
    detail: str


def setup(settings: Settings) -> int:
    """Make the roles and the database where they are missing."""
    steps = Steps()
    with reach.database(settings, steps.say) as endpoints, steps.step("roles") as outcome:
        outcome.extend(set_up_roles(endpoints) or ["all there"])
    return 0


def migrate(settings: Settings) -> int:
    """Bring the database to the newest revision."""
    steps = Steps()
    with reach.database(settings, steps.say) as endpoints, steps.step("migrate") as outcome:
        before, after = upgrade(owner_of(endpoints), notice=steps.say)
        outcome.append(f"at {after}" if before == after else f"{before or 'empty'} -> {after}")
    return 0


def seed(settings: Settings, *, as_json: bool = False) -> int:
    """Plant the plans and the catalogue, and in development users, tenants and a simulation."""
    with reach.database(settings) as endpoints:
        planted = seed_all(owner_of(endpoints), development=not settings.production)
    print_rows(planted, as_json=as_json, title="seeds")
    if settings.production and not as_json:
        complain("development users are refused in production; only plans and catalogue were planted")
    return 0


def routes(settings: Settings, *, as_json: bool = False) -> int:
    """List the HTTP routes, and what each demands of its caller."""
    from app.asgi import create_app
    from app.composition import compose
    from app.routes import routes_of

    nowhere = Endpoints(runtime="host=/nowhere dbname=none")
    app = create_app(bootstrap(compose, endpoints=nowhere))
    print_rows(routes_of(app), as_json=as_json)
    return 0


def check(settings: Settings, *, as_json: bool = False) -> int:
    """Look at settings, database, roles and row-level security; 1 where anything is unhealthy."""
    import app.composition  # noqa: F401  # its modules declare what must be protected

    findings = [Finding("settings", True, f"{settings.app_env}, {settings.db_driver}")]
    try:
        with reach.database(settings) as endpoints:
            findings += _look(endpoints)
    except Exception as error:
        findings.append(Finding("database", False, one_line(error)))
    print_rows(findings, as_json=as_json, title="check")
    return 0 if all(finding.ok for finding in findings) else 1


def _look(endpoints: Endpoints) -> list[Finding]:
    with psycopg.connect(endpoints.runtime, autocommit=True, connect_timeout=5) as connection:
        version = connection.info.parameter_status("server_version") or "unknown"
        revision = current_on(connection)
        refused = refusals(connection)
    return [
        Finding("database", True, f"PostgreSQL {version}"),
        Finding("migrations", revision == head(), f"at {revision or 'nothing'}, the code wants {head()}"),
        Finding("roles and row-level security", not refused, "; ".join(refused) or "as they must be"),
    ]


def owner_of(endpoints: Endpoints) -> str:
    if endpoints.owner is None:
        raise SetupError("DATABASE_OWNER_URL: must be set for migrations and seeds")
    return endpoints.owner


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def exit_code(run: Callable[[], int], *, failure: int = 2, anything: bool = False, stopped: int = 130) -> int:
    """Run a command; what an operator can mend becomes one clear line and `failure`, and so does `anything` else.

    Ctrl-C is `stopped`, also in the moment before or after a command handles signals itself.
    """
    from core.database.embedded import EmbeddedError
    from core.processes import PortTaken
    from core.settings import SettingsError

    try:
        return run()
    except KeyboardInterrupt:
        return stopped
    except (SettingsError, SetupError, EmbeddedError, PortTaken, MigrationError) as error:
        complain(one_line(error))
    except psycopg.OperationalError as error:
        complain(f"the database does not answer: {one_line(error)}")
    except Exception as error:
        if not anything:
            raise
        complain(str(error).splitlines()[0] if str(error) else type(error).__name__)
    return failure
