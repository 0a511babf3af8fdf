"""Where the database is, for every command: the embedded server, running or started for the occasion, or URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg.pq import PGconn, Ping

from core.database.embedded import EmbeddedServer
from core.database.protection import OWNER
from core.database.roles import Endpoints
from core.settings import Settings

DATABASE = "interna"
LOGIN = "interna_app"


def of_server(server: EmbeddedServer) -> Endpoints:
    """The ways into an embedded server: nobody needs a password, because only we can reach the socket."""
    return Endpoints(
        runtime=server.conninfo(user=LOGIN, dbname=DATABASE),
        owner=server.conninfo(user=OWNER, dbname=DATABASE),
        admin=server.conninfo(user=server.superuser, dbname="postgres"),
    )


def of_urls(settings: Settings) -> Endpoints:
    assert settings.database_url is not None, "settings demand it"
    return Endpoints(settings.database_url, settings.database_owner_url, settings.database_admin_url)


@contextmanager
def database(settings: Settings, notice: Callable[[str], None] = lambda _: None) -> Iterator[Endpoints]:
    """The database of the settings. An embedded server that `serve` runs already is used, else one is started."""
    if settings.db_driver == "postgres":
        yield of_urls(settings)
        return
    running = EmbeddedServer(settings.data_dir.resolve())
    endpoints = of_server(running)
    if PGconn.ping(endpoints.admin.encode() if endpoints.admin else b"") == Ping.OK:
        yield endpoints
        return
    with EmbeddedServer.start(settings.data_dir, notice=notice) as server:
        yield of_server(server)
