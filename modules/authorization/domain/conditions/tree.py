"""What conditions are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

Operator = Literal["eq", "ne", "in", "lt", "lte", "gt", "gte", "contains"]
Value: TypeAlias = "str | int | bool | datetime | tuple[str, ...] | tuple[int, ...] | None"
Facts: TypeAlias = Mapping[str, Any]  # a value is of its attribute's kind
Test: TypeAlias = Callable[[Facts], "bool | None"]


class Attribute(msgspec.Struct, frozen=True, cache_hash=True):
    """Another attribute, in the place of a value."""

    name: str


class Every(msgspec.Struct, frozen=True, cache_hash=True):
    parts: tuple[Condition, ...] = ()


class Some(msgspec.Struct, frozen=True, cache_hash=True):
    parts: tuple[Condition, ...] = ()


class Not(msgspec.Struct, frozen=True, cache_hash=True):
    part: Condition


class Owner(msgspec.Struct, frozen=True, cache_hash=True):
    """The row is the subject's own."""


class Compare(msgspec.Struct, frozen=True, cache_hash=True):
    attribute: str
    operator: Operator
    value: Any  # a `Value`, or an `Attribute`


Condition: TypeAlias = "Every | Some | Not | Owner | Compare"
ALWAYS: Final = Every()
NEVER: Final = Some()


def attributes(condition: Condition) -> frozenset[str]:
    """The attributes that a condition speaks of."""
    match condition:
        case Every(parts) | Some(parts):
            return frozenset().union(*(attributes(part) for part in parts))
        case Not(part):
            return attributes(part)
        case Owner():
            return frozenset({"owner"})
        case Compare(attribute, _, Attribute(other)):
            return frozenset({attribute, other})
        case Compare(attribute):
            return frozenset({attribute})


def told(condition: Condition) -> str:
    """A condition in words, for people."""
    match condition:
        case Every(parts):
            return "(" + " and ".join(told(part) for part in parts) + ")" if parts else "always"
        case Some(parts):
            return "(" + " or ".join(told(part) for part in parts) + ")" if parts else "never"
        case Not(part):
            return f"not {told(part)}"
        case Owner():
            return "owner"
        case Compare(attribute, operator, value):
            said = value.name if isinstance(value, Attribute) else msgspec.json.encode(value).decode()
            return f"{attribute} {operator} {said}"
