"""Statements: what they refuse when they are made, and what they carry to a real database and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, NewType
from uuid import UUID

import msgspec
import pytest
from msgspec import UNSET, UnsetType
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TIMESTAMP
from sqlalchemy.types import Uuid

from core.database.identity import Anonymous
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.statement import (
    Statement,
    StatementError,
    patch_binds,
    patch_values,
)
from core.database.transaction import Transaction

pytestmark = pytest.mark.anyio

notes = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text),
    Column("labels", ARRAY(Text), nullable=False),
    Column("document", JSONB),
    Column("done", Boolean, nullable=False),
)
CREATE = """
CREATE TEMP TABLE notes (
    id int PRIMARY KEY, title text NOT NULL DEFAULT '', body text, labels text[] NOT NULL DEFAULT '{}',
    document jsonb, done boolean NOT NULL DEFAULT false
) ON COMMIT DROP"""


class Note(msgspec.Struct, frozen=True):
    id: int
    title: str
    body: str | None


class Part(msgspec.Struct, frozen=True):
    name: str
    pages: list[int] = []


class Whole(msgspec.Struct, frozen=True):
    id: int
    document: list[Part] | None


class NotePatch(msgspec.Struct, frozen=True):
    title: str | UnsetType = UNSET
    body: str | None | UnsetType = UNSET
    document: list[Part] | None | UnsetType = UNSET


PUT = Statement.command(
    insert(notes).values(
        id=bindparam("id"), title=bindparam("title"), body=bindparam("body"), document=bindparam("document")
    )
)
READ = Statement(select(notes.c.id, notes.c.title, notes.c.body).where(notes.c.id == bindparam("id")), into=Note)
DOCUMENT: Statement[Any] = Statement.nullable(select(notes.c.document).where(notes.c.id == 1), into=Any)
WHOLE = Statement(select(notes.c.id, notes.c.document), into=Whole)


@pytest.fixture
async def tx(shared_endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Transaction]:
    """A transaction with the table `notes`, which is gone with it."""
    database = Database(shared_endpoints.runtime, size=1)
    await database.open()
    try:
        async with database.unit(Anonymous()) as unit:
            await (await unit.transaction.connection()).execute(CREATE)
            yield unit.transaction
    finally:
        await database.close()


def refused(query: Any, into: Any) -> str:
    with pytest.raises(StatementError) as raised:
        Statement(query, into=into)
    return str(raised.value)


def test_swapped_columns_are_refused_at_import() -> None:
    assert "the statement returns ['id', 'body', 'title']" in refused(
        select(notes.c.id, notes.c.body, notes.c.title), Note
    )


def test_a_column_of_another_name_is_refused_at_import() -> None:
    refused(select(notes.c.id, notes.c.title.label("headline"), notes.c.body), Note)


def test_a_missing_and_an_extra_column_are_refused_at_import() -> None:
    refused(select(notes.c.id, notes.c.title), Note)
    refused(select(notes.c.id, notes.c.title, notes.c.body, notes.c.done), Note)


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        (notes.c.id, str),
        (notes.c.title, int),
        (notes.c.done, int),
        (notes.c.labels, str),
        (Column("at", TIMESTAMP(timezone=True), nullable=False), str),
        (Column("price", Numeric, nullable=False), float),
        (Column("share", REAL, nullable=False), Decimal),
        (Column("hash", LargeBinary, nullable=False), str),
        (Column("key", Uuid, nullable=False), str),
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused_at_import(column: Column[Any], hint: type) -> None:
    assert "in SQL and" in refused(select(column), hint)


def test_a_list_of_other_items_is_refused_at_import() -> None:
    class Labelled(msgspec.Struct):
        labels: list[int]

    refused(select(notes.c.labels), Labelled)


def test_a_column_that_may_be_null_needs_a_field_that_may_be_none() -> None:
    class Strict(msgspec.Struct):
        body: str

    assert "may be null" in refused(select(notes.c.body), Strict)
    assert "may be null" in refused(select(notes.c.body), str)
    assert "may be null" in refused(select(notes.c.body.label("body")), Strict)
    assert "may be null" in refused(select(notes.alias("n").c.body), Strict)


def test_the_far_side_of_an_outer_join_may_be_null() -> None:
    class Titled(msgspec.Struct):
        title: str

    other = notes.alias("other")
    refused(select(other.c.title).select_from(notes.outerjoin(other, other.c.id == notes.c.id + 1)), Titled)


def test_a_struct_that_cannot_be_filled_by_position_is_refused_at_import_or_filled_by_name() -> None:
    class Named(msgspec.Struct, kw_only=True):
        id: int
        title: str

    try:
        statement = Statement(select(notes.c.id, notes.c.title), into=Named)
    except StatementError:
        return
    assert statement.read((1, "one")) == Named(id=1, title="one")


def test_an_expanding_in_is_refused_at_import() -> None:
    assert "ANY(:ids)" in refused(select(notes.c.id).where(notes.c.id.in_([1, 2])), int)


def test_a_command_returns_no_columns() -> None:
    with pytest.raises(StatementError, match="no columns"):
        Statement.command(select(notes.c.id))
    with pytest.raises(StatementError, match="no columns"):
        Statement.command(update(notes).values(done=True).returning(notes.c.id))


def test_a_value_has_one_column() -> None:
    assert "not 2" in refused(select(notes.c.id, notes.c.title), int)
    with pytest.raises(StatementError, match="not 0"):
        Statement(insert(notes).values(id=bindparam("id")), into=int)


def test_new_types_and_literals_are_what_they_are_made_of() -> None:
    note_id = NewType("note_id", int)
    assert Statement(select(notes.c.id), into=note_id).read((1,)) == 1

    class Closed(msgspec.Struct):
        title: Literal["a", "b"]

    assert Statement(select(notes.c.title), into=Closed).read(("a",)).title == "a"


def test_missing_and_unknown_binds_raise_by_name() -> None:
    with pytest.raises(StatementError, match=r"missing binds \['id'\], unknown binds \['key'\]"):
        READ.binds({"key": 1})
    with pytest.raises(StatementError, match="missing"):
        READ.binds({})


async def test_a_refused_bind_does_not_reach_the_database(tx: Transaction) -> None:
    before = tx.round_trips
    with pytest.raises(StatementError):
        await tx.one(READ, id=1, title="x")
    assert tx.round_trips == before


async def test_constants_are_kept(tx: Transaction) -> None:
    statement = Statement(select(case((notes.c.id == 1, literal("one") + " of %"), else_="other")).limit(1), into=str)
    await tx.execute(PUT, id=1, title="t", body=None, document=None)
    assert await tx.one(statement) == "one of %"


async def test_a_percent_sign_is_only_a_percent_sign(tx: Transaction) -> None:
    await tx.execute(PUT, id=1, title="100%s", body="50%", document=None)
    matching = Statement(select(notes.c.title).where(notes.c.title.like("100%")), into=str)
    modulo = Statement(select(notes.c.id % 2), into=int)
    plain = Statement(select(literal_column("'5%'", Text)), into=str)
    assert await tx.one(matching) == "100%s"
    assert await tx.one(modulo) == 1
    assert await tx.one(plain) == "5%"


@pytest.mark.parametrize(
    "document",
    [[], {}, [{}], {"a": []}, [1, None, "x"], "text", 0, False, {"quote": "'; drop"}],
    ids=repr,
)
async def test_any_document_comes_back_as_it_went(tx: Transaction, document: object) -> None:
    await tx.execute(PUT, id=1, title="t", body=None, document=document)
    assert await tx.one(DOCUMENT) == document


async def test_a_document_that_is_none_is_null(tx: Transaction) -> None:
    await tx.execute(PUT, id=1, title="t", body=None, document=None)
    is_null = Statement(select(notes.c.document.is_(text("null"))), into=bool)
    assert await tx.one(is_null) is True
    assert await tx.one(DOCUMENT) is None


async def test_nested_structs_come_back_as_structs(tx: Transaction) -> None:
    parts = [Part("one", [1, 2]), Part("two")]
    await tx.execute(PUT, id=1, title="t", body=None, document=parts)
    await tx.execute(PUT, id=2, title="t", body=None, document=[])
    await tx.execute(PUT, id=3, title="t", body=None, document=None)
    assert await tx.all(WHOLE) == [Whole(1, parts), Whole(2, []), Whole(3, None)]


async def test_every_type_comes_back_as_its_field_says(tx: Transaction) -> None:
    class Row(msgspec.Struct, frozen=True):
        key: UUID
        at: datetime
        price: Decimal
        share: float
        hash: bytes
        labels: list[str]

    row = Row(UUID(int=5), datetime(2026, 1, 2, 3, 4, 5, 6, UTC), Decimal("1.50"), 0.5, b"\0\xff", ["a", "%", ""])
    statement = Statement(
        select(
            bindparam("key", type_=Uuid).label("key"),
            bindparam("at", type_=TIMESTAMP(timezone=True)).label("at"),
            bindparam("price", type_=Numeric).label("price"),
            bindparam("share", type_=REAL).label("share"),
            bindparam("hash", type_=LargeBinary).label("hash"),
            bindparam("labels", type_=ARRAY(Text)).label("labels"),
        ),
        into=Row,
    )
    assert await tx.one(statement, **msgspec.structs.asdict(row)) == row


async def test_a_patch_changes_what_is_set_and_nothing_else(tx: Transaction) -> None:
    change = Statement.command(
        update(notes).where(notes.c.id == bindparam("key")).values(**patch_values(notes, NotePatch))
    )
    await tx.execute(PUT, id=1, title="old", body="kept", document=[])
    await tx.execute(change, key=1, **patch_binds(NotePatch(title="new", document=[Part("p")])))
    assert await tx.one(READ, id=1) == Note(1, "new", "kept")
    assert (await tx.all(WHOLE))[0].document == [Part("p")]


async def test_a_patch_to_none_is_a_change(tx: Transaction) -> None:
    change = Statement.command(update(notes).values(**patch_values(notes, NotePatch)))
    await tx.execute(PUT, id=1, title="old", body="gone", document=[])
    await tx.execute(change, **patch_binds(NotePatch(body=None)))
    assert await tx.one(READ, id=1) == Note(1, "old", None)


def test_a_patch_with_nothing_set_changes_nothing() -> None:
    assert not any(value for name, value in patch_binds(NotePatch()).items() if name.endswith("__set"))


async def test_any_of_a_list_takes_the_place_of_in(tx: Transaction) -> None:
    for number in (1, 2, 3):
        await tx.execute(PUT, id=number, title="t", body=None, document=None)
    among = Statement(
        select(notes.c.id).where(notes.c.id == func.any(bindparam("ids", type_=ARRAY(Integer)))), into=int
    )
    assert await tx.all(among, ids=[1, 3]) == [1, 3]
    assert await tx.all(among, ids=[]) == []
