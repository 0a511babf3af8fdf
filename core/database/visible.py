"""Which rows of a resource a caller may see or change: a condition that a statement is compiled with.

A permit's rows are a condition over the resource's columns. A `VisibleStatement` is a statement with a place for that
condition; it is compiled once for each shape of condition that comes up, and the values are bound as always. Policies
make few shapes (all rows, one's own, none), so nearly every request finds its statement ready.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Column, FromClause, MetaData, and_, bindparam, literal_column, true
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import Uuid

from core.database.statement import Statement

T = TypeVar("T")
Kind = Literal["text", "integer", "boolean", "instant", "id", "texts"]
Columns = Mapping[str, Column[Any]]
_KINDS: Final[tuple[tuple[type[sql.TypeEngine[Any]], Kind], ...]] = (
    (ARRAY, "texts"),
    (Uuid, "id"),
    (sql.Boolean, "boolean"),
    (sql.Integer, "integer"),
    (sql.DateTime, "instant"),
    (sql.String, "text"),
)


class Resource(msgspec.Struct, frozen=True):
    """What policies speak of by `name`: columns that their conditions may compare, and whose a row is."""

    name: str
    columns: Columns
    owner: str | None
    """The attribute that holds the owner's id; None where rows are nobody's own."""
    actions: tuple[str, ...]
    """What the application does with it."""

    @property
    def kinds(self) -> dict[str, Kind]:
        owner: dict[str, Kind] = {self.owner: "id"} if self.owner else {}
        return {**owner, **{name: _kind(column) for name, column in self.columns.items()}}


class Rows(msgspec.Struct, frozen=True):
    """A condition over a resource's columns. Equal shapes compile to the same SQL; `values` fill its binds in order."""

    shape: Hashable
    values: tuple[Any, ...]
    condition: Callable[[Resource], ColumnElement[bool]]

    @property
    def binds(self) -> dict[str, Any]:
        return {bind_name(place): value for place, value in enumerate(self.values)}

    def of_owner(self, owner_id: UUID) -> Rows:
        """Those of them that are this user's."""
        place = len(self.values)

        def both(resource: Resource) -> ColumnElement[bool]:
            column = resource.columns[resource.owner or ""]
            return and_(self.condition(resource), column == bindparam(bind_name(place), type_=Uuid))

        return Rows(("of owner", self.shape), (*self.values, owner_id), both)

    def only(self, owner_id: UUID | None) -> Rows:
        """Those of this user where a list asks for somebody's, else all of them."""
        return self if owner_id is None else self.of_owner(owner_id)


def bind_name(place: int) -> str:
    return f"visible_{place}"


ALL: Final = Rows("all", (), lambda _: true())
# Not `false()`: SQLAlchemy would drop whatever stands beside it, and with that the statement's own binds.
NONE: Final = Rows("none", (), lambda _: literal_column("false", sql.Boolean))


class VisibleStatement(Generic[T]):
    """A statement over a resource's rows; `build` gets the condition that they must meet.

    It proves itself at import with all rows, like any other statement. At most `_KEPT` shapes stay compiled, and none
    beside the newest that make the texts of all longer than `_LONGEST`: a shape is as long as somebody's policies.
    """

    _KEPT: Final = 256
    _LONGEST: Final = 1_000_000

    def __init__(
        self, resource: Resource, build: Callable[[ColumnElement[bool]], Executable], *, into: type[T] | None
    ) -> None:
        self._resource = resource
        self._build = build
        self._into = into
        self._compiled: OrderedDict[Hashable, Statement[Any]] = OrderedDict()
        self._length = 0
        self.on(ALL)

    def on(self, rows: Rows) -> Statement[T]:
        """The statement for these rows, whose binds it needs besides its own."""
        found = self._compiled.get(rows.shape)
        if found is not None:
            self._compiled.move_to_end(rows.shape)
            return found
        query = self._build(rows.condition(self._resource))
        compiled: Statement[Any] = Statement.command(query) if self._into is None else Statement(query, into=self._into)
        self._compiled[rows.shape] = compiled
        self._length += len(compiled.sql)
        while len(self._compiled) > self._KEPT or (self._length > self._LONGEST and len(self._compiled) > 1):
            self._length -= len(self._compiled.popitem(last=False)[1].sql)
        return compiled


def resource(
    metadata: MetaData,
    name: str,
    source: FromClause | None,
    *attributes: str,
    actions: tuple[str, ...],
    owner: str | None = "user_id",
) -> Resource:
    """Declare what policies may say of a resource: `attributes` are columns of `source`, with `id` and the owner's."""
    columns: dict[str, Any] = {}
    if source is not None:
        said = dict.fromkeys([*(("id",) if "id" in source.c else ()), *((owner,) if owner else ()), *attributes])
        columns = {attribute: source.c[attribute] for attribute in said}
    declared = Resource(name, columns, owner, actions)
    metadata.info.setdefault("resources", {})[name] = declared
    return declared


def resources(metadata: MetaData) -> dict[str, Resource]:
    """All that was declared, by name."""
    found: dict[str, Resource] = metadata.info.get("resources", {})
    return found


def _kind(column: Column[Any]) -> Kind:
    return next(kind for python, kind in _KINDS if isinstance(column.type, python))
