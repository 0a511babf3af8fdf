"""Operators, the platform's own staff: add one, list them, disable or enable one, or set a new password.

A password is asked for twice on the terminal, or read as one line from standard input with --password-stdin; it is
never an argument, where other users of the machine could read it. Exits 1 with one line where something is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import msgspec
import psycopg

from app import reach
from app.commands import exit_code, one_line, owner_of
from app.console import complain, print_rows
from core.bootstrap import read_settings
from core.database.protection import OWNER
from core.errors import InternaError, Invalid, NotFound
from core.settings import Settings
from modules.user.contracts import Name
from modules.user.domain import check_password, normal_address, typed_address
from modules.user.passwords import Passwords
from modules.user.repositories.operators import OperatorRoster

Command = Callable[[Settings, argparse.Namespace], None]


def _add(settings: Settings, options: argparse.Namespace) -> None:
    email, name = normal_address(options.email), _name(options.name)
    password_hash = _new_password_hash(options, email)
    with _roster(settings) as roster:
        roster.add(email, name, password_hash)
    print(f"added {email}, who logs in at POST /api/v1/operators/login")


def _list(settings: Settings, options: argparse.Namespace) -> None:
    with _roster(settings) as roster:
        found = roster.all()
    print_rows(found, as_json=options.json, title="operators")


def _disable(settings: Settings, options: argparse.Namespace) -> None:
    email = typed_address(options.email)
    with _roster(settings) as roster:
        _known(roster.disable(email), email)
        ended = roster.end_sessions(email)
    print(f"disabled {email}, and ended {_counted(ended)}")


def _enable(settings: Settings, options: argparse.Namespace) -> None:
    email = typed_address(options.email)
    with _roster(settings) as roster:
        _known(roster.enable(email), email)
    print(f"enabled {email}, who has to log in again")


def _password(settings: Settings, options: argparse.Namespace) -> None:
    email = typed_address(options.email)
    password_hash = _new_password_hash(options, email)
    with _roster(settings) as roster:
        _known(roster.set_password(email, password_hash), email)
        ended = roster.end_sessions(email)
    print(f"{email} has a new password; ended {_counted(ended)}")


_COMMANDS: Final[Mapping[str, tuple[str, Command]]] = {
    "add": ("make an operator, who can see and change every user and add credits to every tenant", _add),
    "list": ("list all operators, oldest first, with the number of their open sessions", _list),
    "disable": ("keep an operator out; open sessions end at once", _disable),
    "enable": ("let a disabled operator log in again", _enable),
    "password": ("set an operator's new password; open sessions end at once", _password),
}


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m scripts.operators", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True, metavar="command")
    for name, (summary, _) in _COMMANDS.items():
        about = summary[0].upper() + summary[1:] + "."
        command = commands.add_parser(name, help=summary, description=about, allow_abbrev=False)
        if name == "list":
            command.add_argument("--json", action="store_true", help="print JSON instead of a table")
        else:
            command.add_argument("email", metavar="EMAIL", help="the operator's address")
        if name == "add":
            command.add_argument("--name", required=True, help="the operator's name, 2 to 255 characters")
        if name in ("add", "password"):
            command.add_argument(
                "--password-stdin", action="store_true", help="read the password from the first line of standard input"
            )
    return found


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return exit_code(lambda: _told(options), failure=1, anything=True)


def _told(options: argparse.Namespace) -> int:
    try:
        return _run(options)
    except InternaError as error:
        complain(one_line(error))
        return 1


def _run(options: argparse.Namespace) -> int:
    _, command = _COMMANDS[options.command]
    command(read_settings(), options)
    return 0


@contextmanager
def _roster(settings: Settings) -> Iterator[OperatorRoster]:
    """The operators, in one transaction of the tables' owner."""
    with (
        reach.database(settings) as endpoints,
        psycopg.connect(owner_of(endpoints), options=f"-c role={OWNER} -c lock_timeout=5s") as connection,
    ):
        yield OperatorRoster(connection)


def _new_password_hash(options: argparse.Namespace, email: str) -> str:
    """Asked for before the database is opened, so that nothing waits for somebody who types."""
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass(f"Password of {email}: ")
        if getpass.getpass("Once more: ") != password:
            raise Invalid("The two passwords differ.")
    else:
        raise Invalid("There is no terminal to ask on: use --password-stdin.")
    check_password(password, email=email)
    return asyncio.run(Passwords().hash(password))


def _name(said: str) -> str:
    try:
        return msgspec.convert(said.strip(), Name)
    except msgspec.ValidationError:
        raise Invalid("A name has 2 to 255 characters.") from None


def _known(found: bool, email: str) -> None:
    if not found:
        raise NotFound(f"There is no operator {email}.")


def _counted(sessions: int) -> str:
    return "1 session" if sessions == 1 else f"{sessions} sessions"


if __name__ == "__main__":
    sys.exit(main())
