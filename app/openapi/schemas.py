"""JSON Schemas of the contracts, from msgspec: the library that decodes the bodies says what it accepts.

OpenAPI 3.1 speaks JSON Schema 2020-12, so nothing is translated. Litestar's own generator was looked at and left: it
drops the bounds of list items and `additionalProperties: false`, and names a page
`Page_modules.billing.contracts.CreditEntry_`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from inspect import isclass
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

import msgspec

Json: TypeAlias = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/"
_PAGE: Final = re.compile(r"\bPage_(\w+)_$")


class Schemas:
    """The schemas of some types, and the components that they refer to."""

    def __init__(self, kinds: Iterable[Any]) -> None:
        self._kinds = list(dict.fromkeys(kinds))
        made, components = msgspec.json.schema_components(self._kinds, ref_template=_REFERENCE + "{name}")
        self._made: list[Json] = [_renamed(schema) for schema in made]
        structs = _structs(self._kinds)
        for name, schema in components.items():
            if name in structs:
                _refine_fields(schema, structs[name])
            schema["title"] = _name(name)
        self.components: dict[str, Json] = {
            _name(name): _renamed(components[name]) for name in sorted(components, key=_name)
        }

    def of(self, kind: Any) -> Json:
        return self._made[self._kinds.index(kind)]


def schema_of(annotation: Any, constraints: msgspec.Meta) -> Json:
    """The schema of a plain value, such as a parameter's."""
    schema = msgspec.json.schema(Annotated[annotation, constraints])
    refine(schema, annotation)
    return schema


def refine(schema: Json, annotation: Any) -> None:
    """What msgspec leaves out: that a time is a `date-time`, and the order in which a closed set was written."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if annotation is datetime:
        schema["format"] = "date-time"
    elif get_origin(annotation) is Literal:
        schema.update(type="string", enum=list(get_args(annotation)))
    elif get_origin(annotation) is list:
        refine(schema["items"], get_args(annotation)[0])
    elif len(inner := without_absence(annotation)) == 1 and inner[0] is not annotation:
        refine(schema["anyOf"][0] if "anyOf" in schema else schema, inner[0])


def without_absence(annotation: Any) -> list[Any]:
    """The members of a union that are neither None nor UNSET; of anything else, itself."""
    members = get_args(annotation) if _is_union(annotation) else (annotation,)
    return [member for member in members if member not in (NoneType, msgspec.UnsetType)]


def resolve(document: Json, node: Json) -> Json:
    """What a `$ref` refers to, or the node itself."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _is_union(annotation: Any) -> bool:
    return NoneType in get_args(annotation) or msgspec.UnsetType in get_args(annotation)


def _refine_fields(schema: Json, struct: type[msgspec.Struct]) -> None:
    for name, annotation in get_type_hints(struct, include_extras=True).items():
        if name in schema["properties"]:
            refine(schema["properties"][name], annotation)


def _structs(annotations: Iterable[Any]) -> dict[str, type[msgspec.Struct]]:
    """Every Struct in the annotations, however deep, by its name."""
    found: dict[str, type[msgspec.Struct]] = {}
    waiting = list(annotations)
    while waiting:
        annotation = waiting.pop()
        waiting += get_args(annotation)
        struct = get_origin(annotation) or annotation
        if isclass(struct) and issubclass(struct, msgspec.Struct) and struct.__name__ not in found:
            found[struct.__name__] = struct
            waiting += get_type_hints(struct, include_extras=True).values()
    return found


def _name(name: str) -> str:
    return _PAGE.sub(r"\1Page", name)


def _renamed(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _name(inner) if key == "$ref" else _renamed(inner) for key, inner in node.items()}
    return [_renamed(inner) for inner in node] if isinstance(node, list) else node
