"""The database of the tests: a migrated and seeded template, and a copy of it for every test that asks.

It comes from TEST_DATABASE_URL where that is set, else from an embedded cluster of the tests' own. Nothing here
reads the environment or knows pytest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_postgresql.janitor import DatabaseJanitor

from core.database.embedded import EmbeddedServer
from core.database.migrations import upgrade
from core.database.protection import OWNER
from core.database.roles import Endpoints, grant_database, set_up_roles
from seeds import seed_all

PASSWORD = "tests-only"


class Cluster:
    """One PostgreSQL, and the template in it. Names carry the process id, so that runs do not meet."""

    def __init__(self, connection: psycopg.Connection, admin: str) -> None:
        self._connection = connection
        self.admin = admin
        self.template = f"interna_template_{os.getpid()}"

    def endpoints(self, database: str) -> Endpoints:
        def as_(user: str) -> str:
            return make_conninfo(self.admin, user=user, password=PASSWORD, dbname=database)

        return Endpoints(runtime=as_("interna_app"), owner=as_("interna_owner"), admin=self.admin)

    def build_template(self) -> None:
        endpoints = self.endpoints(self.template)
        set_up_roles(endpoints)
        assert endpoints.owner is not None
        upgrade(endpoints.owner)
        seed_all(endpoints.owner, development=True)
        self._connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(self.template)))

    def drop_template(self) -> None:
        template = sql.Identifier(self.template)
        self._connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(template))
        self._connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(template))

    @contextmanager
    def copy(self) -> Iterator[Endpoints]:
        """A database of one's own, as fresh as the template."""
        name = f"interna_test_{os.getpid()}_{uuid4().hex[:12]}"
        with _Janitor(self._connection, name, self.template):
            # A copy has its rows, not its rights: those are of the database that was made first.
            self._connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            )
            grant_database(self._connection, name)
            yield self.endpoints(name)


class _Janitor(DatabaseJanitor):
    """On a connection that is there: a thousand copies need not open three each."""

    def __init__(self, connection: psycopg.Connection, database: str, template: str) -> None:
        super().__init__(user="", host="", port="", dbname=database, template_dbname=template)
        self._connection = connection

    @contextmanager
    def cursor(self, dbname: str | None = None) -> Iterator[psycopg.Cursor]:
        with self._connection.cursor() as cursor:
            yield cursor


@contextmanager
def cluster(test_database_url: str | None, directory: Path) -> Iterator[Cluster]:
    """The given server, or an embedded one in `directory`; with its template built, and dropped at the end."""
    if test_database_url is not None:
        with _template_on(test_database_url) as found:
            yield found
        return
    with (
        EmbeddedServer.start(directory, durable=False) as server,
        _template_on(server.conninfo(user=server.superuser, dbname="postgres")) as found,
    ):
        yield found


@contextmanager
def _template_on(admin: str) -> Iterator[Cluster]:
    with psycopg.connect(admin, autocommit=True) as connection:
        found = Cluster(connection, admin)
        found.build_template()
        try:
            yield found
        finally:
            found.drop_template()
