"""Statements: written in SQLAlchemy Core, compiled once at import, checked against the Struct they fill.

SQLAlchemy stays the language and leaves the request path: what runs is a string and a dict, on psycopg, which is
several times faster than its async engine. Running compiled strings has faults that nobody sees until production
(an empty list stored in JSONB as `{}`, a constant that was not passed, two columns of one type swapped), so a
statement proves itself when its module is imported: every column is the Struct's field of that place, by name,
type and nullability; nothing needs to be compiled again at run time; JSONB values are wrapped; constants are kept.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from inspect import signature
from typing import Any, Final, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Column, FromClause, Join, Select, Table, bindparam, case
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import JSONB, psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, ColumnElement, visitors
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

T = TypeVar("T")
Row = tuple[Any, ...]

_DIALECT: Final[Dialect] = psycopg.dialect()  # type: ignore[no-untyped-call]
_PYTHON_TYPES: Final[tuple[tuple[type[sql.TypeEngine[Any]], type], ...]] = (
    (sql.Uuid, UUID),
    (sql.Boolean, bool),
    (sql.Integer, int),
    (sql.Float, float),
    (sql.Numeric, Decimal),
    (sql.DateTime, datetime),
    (sql.Date, date),
    (sql.LargeBinary, bytes),
    (sql.String, str),
)


class StatementError(Exception):
    """A statement and the type it fills, or the binds it gets, do not agree. It is a bug, found at import."""


class Statement(Generic[T]):
    """One compiled statement and what its rows become.

    `into` is a Struct (a row becomes one) or a plain type (the single column's value, which is never null). Use
    `nullable` for a value that may be null, `command` for a statement that returns nothing, and `batch` for a command
    on a staging table.
    """

    __slots__ = ("_constants", "_required", "_wraps", "is_batch", "read", "sql")

    def __init__(self, query: Executable, *, into: type[T]) -> None:
        self._compile(query)
        columns = _returned(query)
        if isinstance(into, type) and issubclass(into, msgspec.Struct):
            self.read: Callable[[Row], T] = _row_reader(columns, into, self.sql, _outer_sides(query))
        else:
            self.read = _value_reader(columns, into, self.sql, nullable=False)

    @staticmethod
    def nullable(query: Executable, *, into: type[T]) -> Statement[T | None]:
        statement: Statement[T | None] = Statement.__new__(Statement)
        statement._compile(query)
        statement.read = _value_reader(_returned(query), into, statement.sql, nullable=True)
        return statement

    @staticmethod
    def command(query: Executable) -> Statement[None]:
        statement: Statement[None] = Statement.__new__(Statement)
        statement._compile(query)
        if _returned(query):
            raise StatementError(f"a command returns no columns: {statement.sql}")
        statement.read = _nothing
        return statement

    @staticmethod
    def batch(query: Executable) -> Statement[None]:
        """It is called slow by what it takes for a thousand of the rows that were staged, not as a whole."""
        statement = Statement.command(query)
        statement.is_batch = True
        return statement

    def binds(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters of one execution; an unknown or a missing one raises `StatementError`."""
        if given.keys() != self._required:
            missing, unknown = self._required - given.keys(), given.keys() - self._required
            raise StatementError(f"missing binds {sorted(missing)}, unknown binds {sorted(unknown)}: {self.sql}")
        parameters = {**self._constants, **given}
        for name in self._wraps:
            value = parameters[name]
            if value is not None and not isinstance(value, Jsonb):
                parameters[name] = Jsonb(value, dumps=msgspec.json.encode)
        return parameters

    def _compile(self, query: Executable) -> None:
        compiled = cast(SQLCompiler, cast(ClauseElement, query).compile(dialect=_DIALECT))
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise StatementError(f"compiled once means no expanding IN; say `= ANY(:ids)`: {compiled}")
        self.sql = compiled.string
        self.is_batch = False
        binds: dict[str, BindParameter[Any]] = {compiled.bind_names[b]: b for b in compiled.bind_names}
        self._required = frozenset(name for name, bind in binds.items() if bind.required)
        self._constants = {name: bind.effective_value for name, bind in binds.items() if name not in self._required}
        self._wraps = tuple(name for name, bind in binds.items() if isinstance(bind.type, sql.JSON))


def patch_values(table: Table, patch: type[msgspec.Struct]) -> dict[str, ColumnElement[Any]]:
    """The SET of a PATCH: a column keeps its value unless its `<name>__set` is true. The one way to patch."""
    return {
        name: case(
            (bindparam(f"{name}__set", type_=sql.Boolean), bindparam(name, type_=table.c[name].type)),
            else_=table.c[name],
        )
        for name in patch.__struct_fields__
    }


def patch_binds(patch: msgspec.Struct) -> dict[str, Any]:
    """The binds that `patch_values` asks for, out of a Struct whose absent fields are UNSET."""
    binds: dict[str, Any] = {}
    for name in patch.__struct_fields__:
        value = getattr(patch, name)
        binds[f"{name}__set"] = value is not msgspec.UNSET
        binds[name] = None if value is msgspec.UNSET else value
    return binds


def _nothing(_: Row) -> None:
    raise StatementError("a command was asked for rows")


def _returned(query: Executable) -> list[ColumnElement[Any]]:
    for attribute in ("_all_selected_columns", "exported_columns"):
        found = getattr(query, attribute, None)
        if found is not None:
            return list(found)
    return []


def _value_reader(columns: list[ColumnElement[Any]], into: Any, text: str, *, nullable: bool) -> Callable[[Row], Any]:
    if len(columns) != 1:
        raise StatementError(f"a value has one column, not {len(columns)}: {text}")
    _check(columns[0], into | None if nullable else into, text)
    return lambda row: row[0]


def _row_reader(
    columns: list[ColumnElement[Any]], into: type[msgspec.Struct], text: str, outer: frozenset[Any]
) -> Callable[[Row], Any]:
    names = [str(getattr(column, "name", column)) for column in columns]
    if names != list(into.__struct_fields__):
        raise StatementError(
            f"{into.__name__} has {list(into.__struct_fields__)}, the statement returns {names}: {text}"
        )
    hints = get_type_hints(into, include_extras=False)
    for column, name in zip(columns, names, strict=True):
        _check(column, hints[name], text, outer)
    nested = tuple(
        (place, hints[name])
        for place, (column, name) in enumerate(zip(columns, names, strict=True))
        if isinstance(column.type, sql.JSON) and _holds_struct(hints[name])
    )
    by_name = any(part.kind is part.KEYWORD_ONLY for part in signature(into).parameters.values())

    def make(values: Sequence[Any]) -> Any:
        return into(**dict(zip(names, values, strict=True))) if by_name else into(*values)

    if not nested:
        return make if by_name else lambda row: into(*row)

    def read(row: Row) -> Any:
        values = list(row)
        for place, hint in nested:
            values[place] = msgspec.convert(values[place], hint)
        return make(values)

    return read


def _holds_struct(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return True
    return any(_holds_struct(part) for part in get_args(hint))


def _check(column: ColumnElement[Any], hint: Any, text: str, outer: frozenset[Any] = frozenset()) -> None:
    expected, may_be_null = _without_none(hint)
    name = getattr(column, "name", str(column))
    if isinstance(column.type, sql.JSON):
        fits = expected is Any or get_origin(expected) in (list, dict) or _holds_struct(expected)
    elif isinstance(column.type, ARRAY):
        fits = get_origin(expected) is list and _plain(get_args(expected)[0]) is _python_type(column.type.item_type)
    else:
        fits = _plain(expected) is _python_type(column.type)
    if not fits:
        raise StatementError(f"{name} is {column.type!r} in SQL and {hint} in Python: {text}")
    source = _source_column(column)
    if source is not None and (source.nullable or source.table in outer) and not may_be_null:
        raise StatementError(f"{name} may be null in SQL and never in Python: {text}")


def _outer_sides(query: Executable) -> frozenset[Any]:
    """The tables whose columns may be null because they stand on the far side of an outer join."""
    froms = query.get_final_froms() if isinstance(query, Select) else ()
    joins = [part for source in froms for part in visitors.iterate(source) if isinstance(part, Join)]
    far = [join.right for join in joins if join.isouter] + [join.left for join in joins if join.full]
    return frozenset(table for side in far for table in visitors.iterate(side) if isinstance(table, FromClause))


def _source_column(column: Any) -> Column[Any] | None:
    """The table's column behind a selected one; an expression has none and is believed."""
    element = getattr(column, "element", column)
    return element if isinstance(element, Column) else None


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return (rest[0] if len(rest) == 1 else hint), len(rest) < len(get_args(hint))
    return hint, hint is Any


def _plain(hint: Any) -> Any:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return str if get_origin(hint) is Literal else hint


def _python_type(column_type: sql.TypeEngine[Any]) -> type | None:
    if isinstance(column_type, JSONB):
        return dict
    return next((python for kind, python in _PYTHON_TYPES if isinstance(column_type, kind)), None)
