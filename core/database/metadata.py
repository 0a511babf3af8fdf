"""The one MetaData of all modules, and the columns that many tables share.

One MetaData, because with several neither DDL nor autogenerate can follow a foreign key from one module to another.
Foreign keys across modules are strings. Every default is the server's.
"""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy import CheckConstraint, Column, MetaData, Table, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import Uuid

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Instant = TIMESTAMP(timezone=True)


def identifier(name: str = "id", **options: Any) -> Column[Any]:
    """A UUID version 7 made by the database: sorted by time, so an index grows at one end."""
    return Column(name, Uuid, server_default=text("app.uuidv7()"), nullable=False, **options)


def created_at() -> Column[Any]:
    return Column("created_at", Instant, server_default=func.now(), nullable=False)


def updated_at() -> Column[Any]:
    """Kept by a trigger that every table with this column gets."""
    return Column("updated_at", Instant, server_default=func.now(), nullable=False)


def closed(name: str, values: Any, *, nullable: bool = False, default: str | None = None) -> Column[Any]:
    """Text out of a closed set, said by a `Literal`, kept by a CHECK.

    Not an enum type: comparing those is not leakproof, so row-level security would keep an index from being used.
    """
    said = ", ".join(f"'{value}'" for value in get_args(values))
    return Column(
        name,
        Text,
        CheckConstraint(f"{name} in ({said})", name=name),
        nullable=nullable,
        server_default=default,
        info={"literal": values},
    )


def at_least(name: str, least: int = 0) -> CheckConstraint:
    return CheckConstraint(f"{name} >= {least}", name=f"{name}_at_least_{least}")


def tables_of(schemas: set[str]) -> list[Table]:
    return [table for table in metadata.sorted_tables if table.schema in schemas]
