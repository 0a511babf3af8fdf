"""Sets copied into a table of the transaction's own, and inserted from there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine, Uuid
from structlog.testing import capture_logs

from core.database.errors import BadValue
from core.database.identity import Anonymous
from core.database.metadata import Instant
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.staging import Staging
from core.database.statement import Statement, StatementError
from core.database.transaction import Transaction
from tests.core.transaction.trial import SCHEMA, notes, opened

pytestmark = pytest.mark.anyio

ALL = Staging(
    "of_each",
    Column("id", Uuid, nullable=False),
    Column("yes", Boolean),
    Column("big", BigInteger),
    Column("exact", Numeric),
    Column("at", Instant),
    Column("day", Date),
    Column("said", Text),
)
NOTES = Staging("new_notes", Column("id", BigInteger, nullable=False), Column("said", Text))
COUNT = Statement(select(func.count()).select_from(NOTES.table), into=int)
ID = cast(NOTES.table.c.id, Integer)
ADD = Statement.batch(insert(notes).from_select(["id", "said"], select(ID, NOTES.table.c.said)))
SLOWLY = Statement.batch(insert(notes).from_select(["id", "said"], select(ID, func.pg_sleep(0.3).cast(Text)).limit(1)))


class OfEach(msgspec.Struct, frozen=True):
    """A row of `ALL`."""

    id: UUID
    yes: bool | None
    big: int | None
    exact: Decimal | None
    at: datetime | None
    day: date | None
    said: str | None


@pytest.fixture(scope="module")
def trial(shared_endpoints: Endpoints) -> Endpoints:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner) as owner:
        owner.execute(SCHEMA)
    return shared_endpoints


@pytest.fixture
async def database(trial: Endpoints, anyio_backend: str) -> AsyncIterator[Database]:
    async with opened(trial, slow_query_ms=100) as found:
        yield found


def rows_of(number: int) -> Iterator[tuple[int, str]]:
    first = uuid4().int >> 98
    return ((first + place, "x") for place in range(number))


async def test_values_of_each_type_arrive_as_they_are(database: Database) -> None:
    rows: list[tuple[Any, ...]] = [
        (uuid4(), True, 2**63 - 1, Decimal("0.1"), datetime(1, 1, 1, tzinfo=UTC), date.min, 'a\tb\n\\N "'),
        (uuid4(), False, -(2**63), Decimal("-1E-30"), datetime.max.replace(tzinfo=UTC), date.max, ""),
        (uuid4(), *[None] * 6),
    ]
    async with database.unit(Anonymous()) as unit:
        await unit.transaction.copy(ALL, rows)
        found = await unit.transaction.all(Statement(select(*ALL.table.c), into=OfEach))
    assert [tuple(msgspec.structs.astuple(row)) for row in found] == rows


async def test_an_instant_of_another_offset_is_the_same_instant(database: Database) -> None:
    far = timezone(timedelta(hours=23, minutes=59))
    moment = datetime(2026, 10, 31, 12, tzinfo=far)
    async with database.unit(Anonymous()) as unit:
        await unit.transaction.copy(ALL, [(uuid4(), *[None] * 3, moment, None, None)])
        found = await unit.transaction.one(Statement(select(*ALL.table.c), into=OfEach))
    assert found.at == moment


async def test_what_was_staged_is_gone_with_its_transaction_and_can_be_staged_again(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("SELECT 1")
    for number in (3, 2, 1, 4, 5, 6, 7):  # more often than it takes to prepare a statement
        async with database.unit(Anonymous()) as unit:
            await unit.transaction.copy(NOTES, rows_of(number))
            assert await unit.transaction.one(COUNT) == number
            assert await unit.transaction.execute(ADD) == number


async def test_nothing_is_left_of_a_transaction_that_fails_while_rows_are_copied(database: Database) -> None:
    def breaking() -> Iterator[tuple[int, str]]:
        yield 1, "x"
        raise RuntimeError("no more")

    transaction = Transaction(database, Anonymous())
    with pytest.raises(RuntimeError, match="no more"):
        await transaction.copy(NOTES, breaking())
    await transaction.rollback()
    async with database.unit(Anonymous()) as unit:
        await unit.transaction.copy(NOTES, [])
        assert await unit.transaction.one(COUNT) == 0


@pytest.mark.parametrize("row", [(2**31, "x"), (None, "x"), (1, "a\0b"), (1, "\ud800")])
async def test_a_value_that_no_column_can_hold_is_the_callers_mistake(database: Database, row: tuple[Any, Any]) -> None:
    async def add() -> None:
        async with database.unit(Anonymous()) as unit:
            await unit.transaction.copy(NOTES, [row])
            await unit.transaction.execute(ADD)

    with pytest.raises(BadValue):
        await add()


@pytest.mark.parametrize("kind", [ARRAY(Text()), LargeBinary(), Integer(), SmallInteger()])
def test_a_column_that_cannot_be_copied_faithfully_is_refused_at_import(kind: TypeEngine[Any]) -> None:
    with pytest.raises(StatementError, match=r"^some: .* cannot be copied yet$"):
        Staging("unknown", Column("some", kind))


async def test_a_batch_is_called_slow_by_its_thousands_of_rows(database: Database) -> None:
    """A tenth of a second is allowed; this takes three."""
    said: list[list[str]] = []
    for number in (10, 5_000):
        async with database.unit(Anonymous()) as unit:
            await unit.transaction.copy(NOTES, rows_of(number))
            with capture_logs() as logs:
                await unit.transaction.execute(SLOWLY)
        said.append([event["event"] for event in logs])
    assert said == [["slow query"], []]
