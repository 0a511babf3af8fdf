"""Commands as whoever runs them sees them: the same `main`, without an interpreter's start for each."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch
from urllib.parse import quote, urlencode

import msgspec
from psycopg.conninfo import conninfo_to_dict

from core.database.roles import Endpoints


class Ended(msgspec.Struct, frozen=True):
    """What a command came to."""

    code: int
    said: str
    complained: str


def url(conninfo: str) -> str:
    """A conninfo as a URL."""
    parts = {str(name): str(value) for name, value in conninfo_to_dict(conninfo).items()}
    place = [(name, parts[name]) for name in ("host", "port") if name in parts]
    secret = quote(parts.get("password", ""), safe="")
    return f"postgresql://{parts['user']}:{secret}@/{parts['dbname']}?{urlencode(place)}"


def variables_of(endpoints: Endpoints) -> dict[str, str]:
    """The environment that leads to a database of the tests."""
    assert endpoints.owner is not None
    return {
        "PATH": os.defpath,
        "APP_ENV": "test",
        "DB_DRIVER": "postgres",
        "DATABASE_URL": url(endpoints.runtime),
        "DATABASE_OWNER_URL": url(endpoints.owner),
    }


def run(main: Callable[[list[str]], int], *arguments: str, variables: Mapping[str, str], typed: str = "") -> Ended:
    """In a thread, as a command may run a loop of its own."""
    said, complained = io.StringIO(), io.StringIO()

    def ended() -> int:
        try:
            return main(list(arguments))
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 0

    with (
        patch.dict(os.environ, variables, clear=True),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(said),
        redirect_stderr(complained),
        ThreadPoolExecutor(1) as thread,
    ):
        code = thread.submit(ended).result(60)
    return Ended(code, said.getvalue(), complained.getvalue())
