"""JSON bodies, decoded once, strictly, straight into the Struct that the route declares.

Litestar decodes a body to plain objects and converts those leniently (`"5"` would pass as 5). Here the text itself
is decoded into the declared type: no coercion, no unknown fields, and the path of what does not fit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

from core.errors import Invalid

_NAMED_FIELD: Final = re.compile(r"(?:unknown|required) field `([^`]*)`$")


class BodyBrokeOff(Invalid):
    """The body broke off before its end."""


class InternaRequest(Request[Any, Any, Any]):
    """The request class of the application."""

    async def json(self) -> Any:
        body = await self.body()
        field = self.route_handler.parsed_fn_signature.parameters.get("data")
        decode = _decoder(field.annotation if field is not None else Any)
        try:
            value = decode(body)
            if b"\\u0000" in body:
                _refuse_nul(msgspec.json.decode(body), "")
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            raise ValidationException(extra=[{"key": _path(path, message), "message": message}]) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValidationException(detail=f"The body is not JSON: {error}") from None
        except RecursionError:
            raise ValidationException(detail="The body is nested too deeply.") from None
        return value


def _path(path: str, message: str) -> str:
    """Where it is; a field that is missing or unknown is named by the message alone."""
    named = _NAMED_FIELD.search(message)
    parts = [path.rstrip("`").lstrip("."), named[1] if named else ""]
    return ".".join(part for part in parts if part)


@lru_cache
def _decoder(annotation: Any) -> Any:
    return msgspec.json.Decoder(annotation).decode


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str) and "\0" in value:
        raise Invalid("Text must not hold the character NUL.", path=path or "$")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_nul(key, path)
            _refuse_nul(inner, f"{path}.{key}".lstrip("."))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            _refuse_nul(inner, f"{path}[{place}]")
