"""What people say about an operation, where its signature is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.openapi.problems import Known
from core.errors import InternaError


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One successful answer, where the signature does not say it all."""

    status: int
    kind: Any = None
    description: str
    headers: Mapping[str, str] = {}
    example: Any = None
    events: str = ""
    """The example of the event stream that it can be instead."""
    table: str = ""
    """The example of the CSV that it can be instead."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What one operation has of its own."""

    description: str = ""
    answers: tuple[Answer, ...] = ()
    problems: tuple[InternaError | Known, ...] = ()
