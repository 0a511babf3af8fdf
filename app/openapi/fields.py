"""Tables of fields and parameters, and a schema said in a few words."""

from __future__ import annotations

import json
from typing import Any, Final

from app.openapi.markup import attribute, inline, text
from app.openapi.schemas import Json

_BOUNDS: Final = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
)
_WORDS: Final = {"uuid": "UUID", "date-time": "time"}


def label(schema: Json) -> str:
    """The type as HTML; a shape is a link to it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a class="shape" href="#shape-{attribute(name)}">{text(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(label(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{text(value)}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {label(schema['items'])}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {label(schema['additionalProperties'])}"
    kind: str = schema.get("type", "anything")
    return text(_WORDS.get(schema.get("format", ""), kind))


def table(schema: Json) -> str:
    """The fields of an object."""
    required = schema.get("required", ())
    optional = bool(required) and len(required) < len(schema["properties"])
    rows = [
        _row(name, found, required=optional and name in required, remarks=_remarks(found))
        for name, found in schema["properties"].items()
    ]
    return f'<dl class="fields">{"".join(rows)}</dl>'


def parameters(found: list[Json]) -> str:
    rows = [
        _row(
            parameter["name"],
            parameter["schema"],
            required=parameter["required"],
            remarks=[parameter["description"], *_remarks(parameter["schema"])],
            place=parameter["in"],
        )
        for parameter in found
    ]
    return f'<dl class="fields">{"".join(rows)}</dl>'


def _row(name: str, schema: Json, *, required: bool, remarks: list[str], place: str = "") -> str:
    notes = " ".join(f"<span>{inline(remark)}</span>" for remark in remarks)
    marks = "".join(f" <small>{word}</small>" for word in (place, "required" if required else "") if word)
    kind = f'<span class="type">{label(schema)}</span>'
    return f"<div><dt><code>{text(name)}</code>{marks}</dt><dd>{kind} {notes}</dd></div>"


def _remarks(schema: Json) -> list[str]:
    inner: Json = next((branch for branch in schema.get("anyOf", ()) if branch.get("type") != "null"), schema)
    said = [schema.get("description") or inner.get("description") or "", _range(inner), _default(schema)]
    return [remark for remark in said if remark]


def _range(schema: Json) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{low} to {high}."
    bounds = [words.format(f"{schema[bound]:,}") for bound, words in _BOUNDS if schema.get(bound, 0) > 1]
    if "minLength" in schema and "maxLength" in schema:
        bounds = [f"{schema['minLength']:,} to {schema['maxLength']:,} characters"]
    if "minItems" in schema and "maxItems" in schema:
        bounds = [f"{schema['minItems']:,} to {schema['maxItems']:,} items"]
    return f"{', '.join(bounds).capitalize()}." if bounds else ""


def _default(schema: Json) -> str:
    default: Any = schema.get("default")
    return "" if default in (None, []) else f"Default: `{json.dumps(default)}`."
