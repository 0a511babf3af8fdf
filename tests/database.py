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
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pytest_postgresql.janitor import DatabaseJanitor

from core.database.embedded import EmbeddedServer
from core.database.migrations import upgrade
from core.database.protection import OWNER
from core.database.roles import Endpoints, set_up_roles
from seeds import seed_all

PASSWORD = "tests-only"


class Cluster:
    """One PostgreSQL, and the template in it. Names carry the process id, so that runs do not meet."""

    def __init__(self, admin: str) -> None:
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
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(self.template)))

    def drop_template(self) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            template = sql.Identifier(self.template)
            admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(template))
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(template))

    @contextmanager
    def copy(self) -> Iterator[Endpoints]:
        """A database of one's own, as fresh as the template."""
        name = f"interna_test_{os.getpid()}_{uuid4().hex[:12]}"
        admin = conninfo_to_dict(self.admin)
        janitor = DatabaseJanitor(
            user=str(admin["user"]),
            password=str(admin.get("password") or "") or None,
            host=str(admin["host"]),
            port=str(admin.get("port") or 5432),
            dbname=name,
            template_dbname=self.template,
        )
        with janitor:
            endpoints = self.endpoints(name)
            # A copy has its rows, not its rights: those are of the database that was made first.
            with psycopg.connect(self.admin, autocommit=True) as connection:
                connection.execute(
                    sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(OWNER))
                )
            set_up_roles(endpoints)
            yield endpoints


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
    found = Cluster(admin)
    found.build_template()
    try:
        yield found
    finally:
        found.drop_template()
