"""Migrations: bring a database up to date, check for drift, or write the next revision."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import reach
from app.commands import exit_code, migrate, owner_of
from app.console import complain
from core.bootstrap import read_settings
from core.database import migrations
from core.database.embedded import EmbeddedServer
from core.database.roles import set_up_roles
from core.settings import Settings

_HELP = {
    "dev": "migrate the database of the settings (the embedded one unless DB_DRIVER says otherwise)",
    "prod": "the same, but refuse to do it anywhere but on a real server",
    "check": "migrate a throwaway database and compare it with the tables; exit 1 where they differ",
    "revision": "write the next revision out of that difference",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.migrate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, summary in _HELP.items():
        command = commands.add_parser(name, help=summary)
        if name == "revision":
            command.add_argument("message", help="what it does, in a few words: it becomes the file's name")
    options = parser.parse_args(arguments)
    return exit_code(lambda: _run(read_settings(), options))


def _run(settings: Settings, options: argparse.Namespace) -> int:
    if options.command == "prod" and settings.db_driver == "embedded":
        complain("DB_DRIVER: prod migrates a real server; set it to postgres, with DATABASE_OWNER_URL")
        return 2
    if options.command in ("dev", "prod"):
        return migrate(settings)
    with _throwaway() as owner:
        if options.command == "revision":
            path = migrations.revision(owner, options.message)
            subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", path], check=True)
            print(path)
            return 0
        differences = migrations.check(owner)
        for difference in differences:
            complain(f"tables and migrations differ: {difference}")
        if not differences:
            print("migrations: no drift")
        return 1 if differences else 0


@contextmanager
def _throwaway() -> Iterator[str]:
    """The owner's conninfo of a migrated database that is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="interna-") as folder,
        EmbeddedServer.start(Path(folder), durable=False) as server,
    ):
        endpoints = reach.of_server(server)
        set_up_roles(endpoints)
        migrations.upgrade(owner_of(endpoints))
        yield owner_of(endpoints)


if __name__ == "__main__":
    sys.exit(main())
