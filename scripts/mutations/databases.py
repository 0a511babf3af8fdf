"""One server and a migrated, seeded template in it; every mutant's tests get copies that have the mutation in them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.database.embedded import EmbeddedServer
from core.database.migrations import upgrade
from core.database.protection import OWNER
from core.database.roles import Endpoints, grant_database, set_up_roles
from seeds import seed_all

# The tests' own: roles belong to the whole server, and tests may be running on it.
_PASSWORD: Final = "tests-only"


class Databases:
    """What the tests know as `cluster`: it makes copies. `fault` says why a mutation could not be made."""

    def __init__(self, admin: str, template: str, mutation: Sequence[str] = ()) -> None:
        self.admin = admin
        self.template = template
        self.mutation = mutation
        self.fault = ""

    def mutated(self, mutation: Sequence[str]) -> Self:
        return type(self)(self.admin, self.template, mutation)

    def login(self, user: str, database: str | None = None) -> str:
        """Conninfo; of the template if no other is named. While a copy is made, nobody may be connected to that."""
        return make_conninfo(self.admin, user=user, password=_PASSWORD, dbname=database or self.template)

    def endpoints(self, database: str) -> Endpoints:
        return Endpoints(self.login("interna_app", database), self.login(OWNER, database), self.admin)

    @contextmanager
    def copy(self) -> Iterator[Endpoints]:
        """A database of the caller's own, with the mutation in it; gone afterwards."""
        name = f"interna_mutant_{os.getpid()}_{uuid4().hex[:12]}"
        identifiers = {"name": sql.Identifier(name), "template": sql.Identifier(self.template)}
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**identifiers))
            try:
                admin.execute(sql.SQL("ALTER DATABASE {name} OWNER TO interna_owner").format(**identifiers))
                grant_database(admin, name)
                self._mutate(self.login(OWNER, name))
                yield self.endpoints(name)
            finally:
                admin.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**identifiers))

    def _mutate(self, conninfo: str) -> None:
        try:
            with psycopg.connect(conninfo) as owner:
                for statement in self.mutation:
                    owner.execute(statement.encode())
        except psycopg.Error as error:
            self.fault = f"cannot be made: {error}"
            raise


@contextmanager
def databases(test_database_url: str | None) -> Iterator[Databases]:
    """On the given server, or on an embedded one that is gone afterwards."""
    with ExitStack() as stack:
        if test_database_url is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="interna-mutations-", dir=_in_memory()))
            server = stack.enter_context(EmbeddedServer.start(Path(folder), durable=False))
            admin = server.conninfo(user=server.superuser, dbname="postgres")
        else:
            admin = test_database_url
        found = Databases(admin, f"interna_mutants_{os.getpid()}")
        stack.callback(_drop, found)
        set_up_roles(found.endpoints(found.template))
        upgrade(found.login(OWNER))
        seed_all(found.login(OWNER), development=True)
        yield found


def _drop(found: Databases) -> None:
    with psycopg.connect(found.admin, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(found.template)))


def _in_memory() -> str | None:
    """Where a server is five times faster, if there is room."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return str(memory) if roomy else None
