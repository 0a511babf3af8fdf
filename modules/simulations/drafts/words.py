"""How long the parts of an answer may be."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Line = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Paragraph = Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
Lines = Annotated[list[Line], Meta(min_length=1, max_length=20)]
Percent = Annotated[int, Meta(ge=0, le=100)]
