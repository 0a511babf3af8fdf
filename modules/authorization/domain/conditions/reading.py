"""Conditions out of JSON, and back into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast, get_args
from uuid import UUID

import msgspec

from core.database.visible import Kind
from core.errors import Invalid
from modules.authorization.domain.conditions.tree import (
    ALWAYS,
    Attribute,
    Compare,
    Condition,
    Every,
    Not,
    Operator,
    Owner,
    Some,
    Value,
)

DEEPEST: Final = 8
LARGEST: Final = 4096
_LONGEST_LIST: Final = 100
_LONGEST_TEXT: Final = 500
_LARGEST_INTEGER: Final = 1 << 53
_ORDERED: Final = frozenset({"lt", "lte", "gt", "gte"})


def parse(said: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Condition:
    """A condition out of JSON, over attributes of these kinds. Raises `Invalid`, which says where."""
    if not said:
        return ALWAYS
    if _depth(said) > DEEPEST:
        raise Invalid(f"Conditions are nested at most {DEEPEST} deep.", path="conditions")
    found = _parse(said, kinds, "conditions")
    if written_size(dump(found)) > LARGEST:
        raise Invalid(f"Conditions are at most {LARGEST} bytes.", path="conditions")
    return found


def dump(condition: Condition) -> dict[str, Any]:
    """The one way to write a condition as JSON; what holds always is empty."""
    return {} if condition == ALWAYS else _dump(condition)


def written_size(said: Mapping[str, Any]) -> int:
    """In bytes, as the database writes what it keeps: with spaces, and instants in full."""
    return len(msgspec.json.format(msgspec.json.encode(said), indent=0))


def _depth(said: object) -> int:
    """How many conditions stand inside each other; walked without recursion, because a caller wrote it."""
    deepest, pending = 0, [(said, 1)]
    while pending:
        found, depth = pending.pop()
        if depth > 4 * DEEPEST:
            return depth
        if isinstance(found, dict):
            deepest = max(deepest, depth)
            for name, inner in found.items():
                pending.append((inner, depth + (name in ("not", "all", "any"))))
        elif isinstance(found, list):
            pending.extend((inner, depth) for inner in found)
    return deepest


def _parse(said: object, kinds: Mapping[str, Kind], path: str) -> Condition:
    if not isinstance(said, dict) or not said:
        raise Invalid("A condition is an object that is not empty.", path=path)
    names = set(said)
    for word, kind in (("all", Every), ("any", Some)):
        if names == {word}:
            parts = said[word]
            if not isinstance(parts, list) or not parts:
                raise Invalid(f"`{word}` is a list of conditions that is not empty.", path=f"{path}.{word}")
            return kind(tuple(_parse(part, kinds, f"{path}.{word}[{place}]") for place, part in enumerate(parts)))
    if names == {"not"}:
        return Not(_parse(said["not"], kinds, f"{path}.not"))
    if names == {"operator"} and said["operator"] == "owner":
        return Owner()
    if names != {"attribute", "operator", "value"}:
        raise Invalid(
            "A condition is `all`, `any`, `not`, the operator `owner`, or `attribute`, `operator` and `value`.",
            path=path,
        )
    return _comparison(said, kinds, path)


def _comparison(said: dict[str, Any], kinds: Mapping[str, Kind], path: str) -> Compare:
    attribute, operator = said["attribute"], said["operator"]
    if not isinstance(operator, str) or operator not in get_args(Operator):
        known = ", ".join((*get_args(Operator), "owner"))
        raise Invalid(f"There is no such operator; there are {known}.", path=f"{path}.operator")
    kind = _kind(attribute, kinds, f"{path}.attribute")
    if kind not in _fitting(operator):
        raise Invalid(f"`{operator}` does not compare what is {_worded(kind)}.", path=f"{path}.operator")
    value, where = said["value"], f"{path}.value"
    if isinstance(value, dict):
        if set(value) != {"attribute"}:
            raise Invalid('An attribute as value is {"attribute": "..."}.', path=where)
        other = _kind(value["attribute"], kinds, f"{where}.attribute")
        wanted: Kind = "texts" if operator == "in" else "text" if operator == "contains" else kind
        if other != wanted or (operator == "in" and kind != "text") or (operator == "contains" and kind != "texts"):
            raise Invalid(f"`{operator}` does not compare these two attributes.", path=where)
        return Compare(attribute, cast(Operator, operator), Attribute(value["attribute"]))
    return Compare(attribute, cast(Operator, operator), _literal(value, kind, operator, where))


def _kind(attribute: object, kinds: Mapping[str, Kind], path: str) -> Kind:
    kind = kinds.get(attribute) if isinstance(attribute, str) else None
    if kind is None:
        raise Invalid(f"There is no such attribute here; there are {', '.join(sorted(kinds))}.", path=path)
    return kind


def _fitting(operator: str) -> tuple[Kind, ...]:
    """The kinds of attributes that an operator has on its left."""
    if operator == "contains":
        return ("texts", "text")
    return ("integer", "instant") if operator in _ORDERED else ("text", "integer", "boolean", "instant", "id")


def _literal(value: object, kind: Kind, operator: str, path: str) -> Value:
    if operator == "in":
        if not isinstance(value, list) or not 1 <= len(value) <= _LONGEST_LIST:
            raise Invalid(f"`in` takes a list of 1 to {_LONGEST_LIST} values.", path=path)
        return cast(Value, tuple(read_value(item, kind, path) for item in value))
    if value is None:
        if operator in ("eq", "ne"):
            return None
        raise Invalid(f"`{operator}` does not compare with null.", path=path)
    return read_value(value, "text" if operator == "contains" else kind, path)


def read_value(value: object, kind: Kind, path: str) -> Value:
    """A value of JSON as one of this kind. Raises `Invalid`."""
    match kind, value:
        case "integer", int() if not isinstance(value, bool) and abs(value) <= _LARGEST_INTEGER:
            return value
        case "boolean", bool():
            return value
        case "text", str() if len(value) <= _LONGEST_TEXT and "\0" not in value:
            return value
        case "texts", list() if len(value) <= _LONGEST_LIST:
            return tuple(cast(str, read_value(item, "text", path)) for item in value)
        case "id", str() if (found := _as_id(value)) is not None:
            return found
        case "instant", str() if (instant := _as_instant(value)) is not None:
            return instant
    raise Invalid(f"This is not {_worded(kind)}.", path=path)


def _as_id(text: str) -> str | None:
    try:
        return str(msgspec.convert(text, UUID)) if len(text) == 36 else None
    except msgspec.ValidationError:
        return None


def _as_instant(text: str) -> datetime | None:
    try:
        found = msgspec.convert(text, datetime)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (msgspec.ValidationError, OverflowError):
        return None


def _worded(kind: Kind) -> str:
    return {
        "text": f"a text of at most {_LONGEST_TEXT} characters",
        "integer": "an integer",
        "boolean": "true or false",
        "instant": "an instant with its offset (RFC 3339)",
        "id": "an id",
        "texts": "a list of texts",
    }[kind]


def _dump(condition: Condition) -> dict[str, Any]:
    match condition:
        case Every(parts):
            return {"all": [_dump(part) for part in parts]}
        case Some(parts):
            return {"any": [_dump(part) for part in parts]}
        case Not(part):
            return {"not": _dump(part)}
        case Owner():
            return {"operator": "owner"}
        case Compare(attribute, operator, value):
            if isinstance(value, Attribute):
                said: Any = {"attribute": value.name}
            else:
                said = msgspec.to_builtins(list(value) if isinstance(value, tuple) else value)
            return {"attribute": attribute, "operator": operator, "value": said}
