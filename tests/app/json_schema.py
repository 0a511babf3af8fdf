"""As much of JSON Schema 2020-12 as the document uses. A keyword that is not known here is an error, not a pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
}
_ANNOTATIONS = {"title", "description", "default", "examples"}
_KNOWN = _ANNOTATIONS | {
    "$ref", "type", "enum", "const", "anyOf", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "items", "minItems", "maxItems", "properties", "required", "additionalProperties", "propertyNames",
    "maxProperties",
}  # fmt: skip


def complaints(document: Json, schema: Json, value: Any, at: str = "$") -> Iterator[str]:
    """What is wrong with `value`; nothing where it fits."""
    assert not schema.keys() - _KNOWN, f"{at}: unknown keywords {schema.keys() - _KNOWN}"
    if "$ref" in schema:
        yield from complaints(document, resolved(document, schema["$ref"]), value, at)
        return
    if "anyOf" in schema:
        tries = [list(complaints(document, branch, value, at)) for branch in schema["anyOf"]]
        if all(tries):
            yield f"{at}: fits no branch: {tries}"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{at}: {value!r} is not {schema['type']}"
        return
    if value not in schema.get("enum", [value]):
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    if value != schema.get("const", value):
        yield f"{at}: {value!r} is not {schema['const']}"
    if isinstance(value, str):
        yield from _of_text(schema, value, at)
    elif isinstance(value, list):
        yield from _of_list(document, schema, value, at)
    elif isinstance(value, dict):
        yield from _of_object(document, schema, value, at)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(schema, value, at)


def resolved(document: Json, reference: str) -> Json:
    node: Any = document
    assert reference.startswith("#/"), reference
    for part in reference[2:].split("/"):
        node = node[part]
    return dict(node)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _of_text(schema: Json, value: str, at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: does not match {schema['pattern']}"
    if "format" in schema:
        try:
            _FORMATS[schema["format"]](value)
        except (ValueError, InvalidOperation):
            yield f"{at}: {value!r} is no {schema['format']}"


def _of_number(schema: Json, value: float, at: str) -> Iterator[str]:
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of bounds"


def _of_list(document: Json, schema: Json, value: list[Any], at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    for place, item in enumerate(value):
        yield from complaints(document, schema.get("items", {}), item, f"{at}[{place}]")


def _of_object(document: Json, schema: Json, value: Json, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    if len(value) > schema.get("maxProperties", len(value)):
        yield f"{at}: {len(value)} members"
    for name in value:
        yield from complaints(document, schema.get("propertyNames", {}), name, f"{at}, a name")
    for name, inner in value.items():
        further = schema.get("additionalProperties", {})
        if name in properties:
            yield from complaints(document, properties[name], inner, f"{at}.{name}")
        elif further is False:
            yield f"{at}: {name} is not known"
        else:
            yield from complaints(document, further, inner, f"{at}.{name}")
