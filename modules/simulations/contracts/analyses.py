"""What an intern's conversations show."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_Percent = Annotated[int, Meta(ge=0, le=100)]


class Skill(msgspec.Struct, frozen=True):
    name: str
    score: _Percent
    feedback: str


class Quote(msgspec.Struct, frozen=True):
    """The intern's own words, and what they show."""

    text: str
    remark: str


class ChatAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    soft_skills: list[Skill]
    technical_skills: list[Skill]
    strengths: list[str]
    weaknesses: list[str]
    quotes: list[Quote]
    summary: str
    overall_score: _Percent
