"""Planting rows that must be there: inserted once, and left alone ever after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Table, types
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql import psycopg as driver

_DIALECT = driver.dialect()  # type: ignore[no-untyped-call]


def seed_id(kind: int, number: int) -> UUID:
    """The fixed id of a seeded row: `kind` (one digit) tells what it is of, `number` which."""
    return UUID(f"{kind}0000000-0000-4000-8000-{number:012d}")


class Planted(msgspec.Struct, frozen=True):
    """How many rows of a table the seeds hold, and how many of them were new this time."""

    table: str
    rows: int
    new: int


class Plot:
    """Inserts seed rows with ON CONFLICT DO NOTHING on the owner's connection, and counts."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._counts: dict[str, tuple[int, int]] = {}

    def plant(self, table: Table, rows: Sequence[msgspec.Struct]) -> int:
        """Insert what is missing; answers how many rows were."""
        new = sum(self._insert(table, row) for row in rows)
        before, fresh = self._counts.get(str(table), (0, 0))
        self._counts[str(table)] = (before + len(rows), fresh + new)
        return new

    def execute(self, sql: str, **binds: Any) -> None:
        """What a plain insert cannot say, such as filling in a row that a trigger made."""
        self._connection.execute(sql.encode(), binds)

    def counts(self) -> list[Planted]:
        return [Planted(table, rows, new) for table, (rows, new) in self._counts.items()]

    def _insert(self, table: Table, row: msgspec.Struct) -> int:
        values = {name: value for name, value in msgspec.structs.asdict(row).items() if value is not msgspec.UNSET}
        compiled = insert(table).values(**values).on_conflict_do_nothing().compile(dialect=_DIALECT)
        binds = {
            name: Jsonb(value, dumps=msgspec.json.encode) if isinstance(table.c[name].type, types.JSON) else value
            for name, value in values.items()
        }
        return self._connection.execute(str(compiled).encode(), binds).rowcount
