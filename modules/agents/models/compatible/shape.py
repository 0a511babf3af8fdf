"""An answer that fits a Struct: how it is asked for, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from modules.agents.models.protocol import Message

T = TypeVar("T", bound=msgspec.Struct)

REPAIR: Final = "That does not fit: {}. Answer again with the whole JSON object and nothing else."
_SCHEMA: Final = "Answer with one JSON object and nothing else. It fits this JSON Schema: {}"
_FENCE: Final = re.compile(r"\A```\w*\s*\n(.*?)\n?```\Z", re.DOTALL)
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

# What msgspec quotes of the answer itself.
_VALUE: Final = re.compile(r"(Invalid enum value|unknown field) .*?(?= - at `|\Z)", re.DOTALL)


class Misfit(Exception):
    """The answer does not fit the shape; the message says where, to the model."""

    @property
    def told(self) -> str:
        """The same for people, who are told nothing of the answer itself."""
        return _VALUE.sub(r"\1", str(self))


def schema_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The shape's JSON Schema with an object at its root: many endpoints refuse a reference there."""
    (reference,), parts = msgspec.json.schema_components((shape,), ref_template="#/$defs/{name}")
    return {**parts[reference["$ref"].removeprefix("#/$defs/")], "$defs": parts}


def with_schema(messages: tuple[Message, ...], schema: dict[str, Any]) -> tuple[Message, ...]:
    said = _SCHEMA.format(msgspec.json.encode(schema).decode())
    if messages and messages[0].role == "system":  # some endpoints accept one system message only
        return (Message("system", f"{messages[0].content}\n\n{said}"), *messages[1:])
    return (Message("system", said), *messages)


def fit(text: str, shape: type[T], fits: Callable[[T], None]) -> T:
    """The answer, read. Raises `Misfit`, also where `fits` raises ValueError."""
    fenced = _FENCE.match(text.strip())
    text = fenced[1] if fenced else text
    if _ESCAPED_NUL.search(text):
        raise Misfit("text must not hold NUL")
    try:
        value = msgspec.json.decode(text, type=shape)
        fits(value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Misfit(str(error)[:200]) from None
    return value
