"""Which rows a condition opens, in SQL.

Every part of a filter is true or false, never null, so that `not` means in SQL what it means in Python.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Text, and_, any_, bindparam, false, func, not_, or_, true
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import BigInteger, Uuid

from core.database.metadata import Instant
from core.database.visible import ALL, NONE, Kind, Resource, Rows, bind_name
from modules.authorization.domain.conditions import (
    ALWAYS,
    NEVER,
    Attribute,
    Compare,
    Condition,
    Every,
    Not,
    Owner,
    Some,
)

_TYPES: Final[dict[Kind, Any]] = {
    "text": Text,
    "integer": BigInteger,
    "boolean": Boolean,
    "instant": Instant,
    "id": Uuid,
    "texts": ARRAY(Text),
}
_PREFIX: Final = "resource."


def rows(condition: Condition, subject_id: UUID) -> Rows:
    """The rows of a resource of which the condition holds, for this subject.

    What else the condition speaks of than the resource and its owner must be known, and worked into it, before.
    """
    if condition in (ALWAYS, NEVER):
        return ALL if condition == ALWAYS else NONE
    values: list[Any] = []
    shape = _shape(condition, values, subject_id)
    return Rows(shape, tuple(values), lambda resource: _Filter(resource).of(condition))


def _shape(condition: Condition, values: list[Any], subject_id: UUID) -> Hashable:
    """The condition without its values, which are put in order."""
    match condition:
        case Every(parts):
            return ("all", *(_shape(part, values, subject_id) for part in parts))
        case Some(parts):
            return ("any", *(_shape(part, values, subject_id) for part in parts))
        case Not(part):
            return ("not", _shape(part, values, subject_id))
        case Owner():
            values.append(subject_id)
            return "owner"
        case Compare():
            return _shape_of_comparison(condition, values)


def _shape_of_comparison(condition: Compare, values: list[Any]) -> Hashable:
    value = condition.value
    if isinstance(value, Attribute):
        return (condition.attribute, condition.operator, value.name)
    if value is None:
        return (condition.attribute, condition.operator)
    values.append(list(value) if isinstance(value, tuple) else value)
    return (condition.attribute, condition.operator, type(value))


class _Filter:
    """Writes one condition over one resource's columns; the binds come in the order of `_shape`."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._places: Iterator[int] = iter(range(1_000_000))

    def of(self, condition: Condition) -> ColumnElement[bool]:
        match condition:
            case Every(parts):
                return and_(true(), *(self.of(part) for part in parts))
            case Some(parts):
                return or_(false(), *(self.of(part) for part in parts))
            case Not(part):
                return not_(self.of(part))
            case Owner():
                return self._owner()
            case Compare():
                return self._comparison(condition)

    def _owner(self) -> ColumnElement[bool]:
        column = self._resource.columns[self._resource.owner or ""]  # where there is none, it is known to be nobody's
        return _certain(column == self._bind("id"), column)

    def _comparison(self, condition: Compare) -> ColumnElement[bool]:
        column = self._resource.columns[condition.attribute.removeprefix(_PREFIX)]
        kind = self._resource.kinds[condition.attribute.removeprefix(_PREFIX)]
        if isinstance(condition.value, Attribute):
            other = self._resource.columns[condition.value.name.removeprefix(_PREFIX)]
            return _compared(condition.operator, column, other, column, other)
        if condition.value is None:
            return column.is_(None) if condition.operator == "eq" else column.is_not(None)
        if condition.operator == "in":
            return _certain(column == any_(self._bind(kind, many=True)), column)
        return _compared(condition.operator, column, self._bind("text" if kind == "texts" else kind), column)

    def _bind(self, kind: Kind, *, many: bool = False) -> ColumnElement[Any]:
        kept = _TYPES[kind]
        return bindparam(bind_name(next(self._places)), type_=ARRAY(kept) if many else kept)


def _compared(
    operator: str, left: Column[Any], right: ColumnElement[Any], *may_be_null: Column[Any]
) -> ColumnElement[bool]:
    certain = not any(map(_may_be_null, may_be_null))
    match operator:
        case "eq":
            return left == right if certain else left.is_not_distinct_from(right)
        case "ne":
            return left != right if certain else left.is_distinct_from(right)
        case "contains" if isinstance(left.type, ARRAY):
            found = right == any_(left)
        case "contains":
            found = func.strpos(left, right) > 0
        case "in":
            found = left == any_(right)
        case _:
            found = {"lt": left < right, "lte": left <= right, "gt": left > right, "gte": left >= right}[operator]
    return found if certain else func.coalesce(found, false())


def _certain(found: ColumnElement[bool], column: Column[Any]) -> ColumnElement[bool]:
    return func.coalesce(found, false()) if _may_be_null(column) else found


def _may_be_null(column: Column[Any]) -> bool:
    """A subquery's expression does not tell, and nothing keeps nulls out of a list."""
    return getattr(column, "nullable", True) or isinstance(column.type, ARRAY)
