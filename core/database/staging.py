"""Sets too large for binds: copied into a table that lives as long as the transaction, and inserted from there.

COPY into a table under row-level security is refused; an INSERT ... SELECT from here is checked row by row like any
other. In binary, with the types said, so that nothing depends on how a value looks as text. JSON is copied as text and
cast in the SELECT: wrapping each document costs more than all the rest of its row.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, MetaData, Table
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.schema import CreateTable

from core.database.statement import StatementError

# No int4: psycopg 3.3 packs one without a look whether it fits, so 2^31 would arrive as -2^31. Stage a BigInteger, and
# the cast of the SELECT refuses it.
_TYPES: Final[tuple[tuple[type[sql.TypeEngine[Any]], str], ...]] = (
    (sql.Uuid, "uuid"),
    (sql.Boolean, "bool"),
    (sql.BigInteger, "int8"),
    (sql.Numeric, "numeric"),
    (sql.DateTime, "timestamptz"),
    (sql.Date, "date"),
    (sql.String, "text"),
)


class Staging:
    """A temporary table, dropped at COMMIT, for statements to select from (`table`). One a transaction."""

    __slots__ = ("create", "sql", "table", "types")

    def __init__(self, name: str, *columns: Column[Any]) -> None:
        self.table = Table(
            name, MetaData(), *columns, schema="pg_temp", prefixes=["TEMPORARY"], postgresql_on_commit="DROP"
        )
        dialect = psycopg.dialect()  # type: ignore[no-untyped-call]
        self.create = str(CreateTable(self.table).compile(dialect=dialect))
        self.sql = f"COPY pg_temp.{name} ({', '.join(column.name for column in columns)}) FROM STDIN (FORMAT BINARY)"
        self.types = [_type(column) for column in columns]


def _type(column: Column[Any]) -> str:
    for kind, name in _TYPES:
        if isinstance(column.type, kind):
            return name
    raise StatementError(f"{column.name}: {column.type!r} cannot be copied yet")
