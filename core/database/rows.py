"""Writes a module's `rows.py` out of its tables: what a row is, what an insert needs, what a patch may change.

The tables are the source of truth. The generated Structs carry the types on; a module's `contracts.py` is then
curated by hand, because what a client sees is a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from sqlalchemy import ARRAY, Column, Table
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import JSONB

_TYPES: Final[tuple[tuple[type[sql.TypeEngine[Any]], str], ...]] = (
    (sql.Uuid, "UUID"),
    (sql.Boolean, "bool"),
    (sql.Integer, "int"),
    (sql.Float, "float"),
    (sql.Numeric, "Decimal"),
    (sql.DateTime, "datetime"),
    (sql.Date, "date"),
    (sql.LargeBinary, "bytes"),
    (sql.String, "str"),
)
_IMPORTS: Final = (
    ("datetime", "from datetime import datetime"),
    ("date", "from datetime import date"),
    ("Decimal", "from decimal import Decimal"),
    ("Any", "from typing import Any"),
    ("Literal", "from typing import Literal"),
    ("UUID", "from uuid import UUID"),
)
_UNPATCHED: Final = frozenset({"created_at", "updated_at"})


def render(schema: str, tables: Sequence[Table]) -> str:
    """The text of `rows.py` for the tables of one schema, before formatting."""
    classes = [text for table in tables for text in _classes(table)]
    body = "\n\n\n".join(classes)
    names = sorted({name for name, _ in _IMPORTS if _mentions(body, name)})
    plain = [line for name, line in _IMPORTS if name in names and name not in ("Any", "Literal")]
    typing = ", ".join(name for name in ("Any", "Literal") if name in names)
    imports = sorted([*plain, *([f"from typing import {typing}"] if typing else [])])
    unset = "from msgspec import UNSET, UnsetType\n" if "UNSET" in body else ""
    return (
        f'"""The rows of schema `{schema}`, generated from tables.py: `python -m scripts.contracts generate`."""\n\n'
        "from __future__ import annotations\n\n" + "\n".join(imports) + f"\n\nimport msgspec\n{unset}\n\n{body}\n"
    )


def singular(name: str) -> str:
    """`credit_entries` is `CreditEntry`."""
    if name.endswith("ies"):
        name = name[:-3] + "y"
    elif name.endswith("s") and not name.endswith("ss"):
        name = name[:-1]
    return "".join(part.capitalize() for part in name.split("_"))


def _classes(table: Table) -> list[str]:
    name = singular(table.name)
    columns = [column for column in table.columns if column.computed is None]
    keys = {column.name for column in table.primary_key}
    patched = [c for c in columns if c.name not in keys | _UNPATCHED and not c.name.endswith("_id")]
    row = [f"{column.name}: {_hint(column)}" for column in table.columns]
    insert = [_insert_field(column) for column in columns]
    patch = [f"{column.name}: {_hint(column)} | UnsetType = UNSET" for column in patched]
    return [
        _struct(f"{name}Row", f"A row of {table}.", row),
        _struct(f"{name}Insert", f"What an insert into {table} says; what is unset gets the default.", insert),
        *([_struct(f"{name}Patch", f"What may change of a row of {table}.", patch)] if patch else []),
    ]


def _struct(name: str, doc: str, fields: list[str]) -> str:
    return f'class {name}(msgspec.Struct, frozen=True, kw_only=True):\n    """{doc}"""\n\n' + "\n".join(
        f"    {field}" for field in fields
    )


def _insert_field(column: Column[Any]) -> str:
    hint = _hint(column)
    if column.server_default is not None:
        return f"{column.name}: {hint} | UnsetType = UNSET"
    return f"{column.name}: {hint} = None" if column.nullable else f"{column.name}: {hint}"


def _hint(column: Column[Any]) -> str:
    hint = _plain_hint(column)
    return f"{hint} | None" if column.nullable else hint


def _plain_hint(column: Column[Any]) -> str:
    if "literal" in column.info:
        return "Literal[{}]".format(", ".join(f'"{value}"' for value in get_args(column.info["literal"])))
    if isinstance(column.type, JSONB):
        return "Any"
    if isinstance(column.type, ARRAY):
        return f"list[{_type(column.type.item_type)}]"
    return _type(column.type)


def _type(kind: sql.TypeEngine[Any]) -> str:
    return next(name for known, name in _TYPES if isinstance(kind, known))


def _mentions(body: str, name: str) -> bool:
    return any(f"{before}{name}" in body for before in (": ", "| ", "[")) or f" {name}[" in body
