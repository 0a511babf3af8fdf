"""A database with the trial tables in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from core.database.pool import Database
from core.database.roles import Endpoints
from tests.core.transaction.trial import SCHEMA, opened


@pytest.fixture(scope="module")
def trial(shared_endpoints: Endpoints) -> Endpoints:
    """A database with tables that refuse in every way there is."""
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner) as owner:
        owner.execute(SCHEMA)
    return shared_endpoints


@pytest.fixture
def looking(trial: Endpoints) -> Iterator[psycopg.Connection]:
    """A superuser who sees all rows and ends connections."""
    assert trial.admin is not None
    database = psycopg.conninfo.conninfo_to_dict(trial.runtime)["dbname"]
    with psycopg.connect(trial.admin, dbname=str(database), autocommit=True) as connection:
        connection.execute("TRUNCATE trial.notes, trial.at_commit")
        connection.execute("SELECT setval('trial.commits', 1, false)")
        yield connection


@pytest.fixture
async def database(trial: Endpoints, looking: psycopg.Connection, anyio_backend: str) -> AsyncIterator[Database]:
    async with opened(trial) as database:
        yield database
