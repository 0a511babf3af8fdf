"""`python -m app`: run Interna, and look after it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from core.signals import interruptible

if TYPE_CHECKING:  # a second's imports wait until it is clear what was asked, and a signal cannot be lost in them
    from core.settings import Settings

Command = Callable[["Settings", argparse.Namespace], int]


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    from app.serve import serve

    return serve(settings)


def _worker(settings: Settings, _: argparse.Namespace) -> int:
    from app.serve import work

    return work(settings)


def _named(name: str) -> Command:
    def run(settings: Settings, options: argparse.Namespace) -> int:
        from app import commands

        command = getattr(commands, name)
        extra = {"as_json": options.json} if "json" in options else {}
        code: int = command(settings, **extra)
        return code

    return run


_COMMANDS: Mapping[str, tuple[str, Command, bool]] = {
    "serve": (
        "serve HTTP; in development also start the database, migrate, seed and run jobs",
        _serve,
        False,
    ),
    "worker": ("run background jobs", _worker, False),
    "setup": (
        "make the database's roles where they are missing (needs DATABASE_ADMIN_URL)",
        _named("setup"),
        False,
    ),
    "migrate": ("bring the database to the newest revision", _named("migrate"), False),
    "seed": ("plant the catalogue, and in development users, tenants and a simulation", _named("seed"), True),
    "routes": ("list the HTTP routes and what they demand", _named("routes"), True),
    "check": (
        "look at settings, database, roles and row-level security; exit 1 if unhealthy",
        _named("check"),
        True,
    ),
}


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m app",
        description=__doc__,
        epilog="Without a command: serve. README.md lists the variables.",
    )
    commands = found.add_subparsers(dest="command", metavar="command")
    for name, (summary, _, has_json) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if has_json:
            command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return found


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    _, command, _ = _COMMANDS[options.command or "serve"]
    stopped = 0 if command in (_serve, _worker) else 130  # those two end when they are told to, the others break off
    try:
        from app.commands import exit_code
        from core.bootstrap import read_settings

        return exit_code(lambda: command(read_settings(), options), stopped=stopped)
    except KeyboardInterrupt:
        return stopped


def _until_stopped() -> int:
    """Run `main`, and let a signal end it, also amid its imports, where Python's own Ctrl-C can get lost."""
    code = 130
    with interruptible():
        code = main()
    return code  # noqa: RET504  # a signal ends the block early


if __name__ == "__main__":
    sys.exit(_until_stopped())
