"""What an intern's conversations show."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from modules.simulations.domain import Talks
from modules.simulations.drafts.words import Line, Lines, Name, Paragraph, Percent


class SkillDraft(msgspec.Struct, frozen=True):
    name: Name
    score: Percent
    feedback: Line


class QuoteDraft(msgspec.Struct, frozen=True):
    """Words that the intern really said, and what they show."""

    text: Line
    remark: Line


class AnalysisDraft(msgspec.Struct, frozen=True, kw_only=True):
    soft_skills: Annotated[list[SkillDraft], Meta(min_length=1, max_length=12)]
    technical_skills: Annotated[list[SkillDraft], Meta(min_length=1, max_length=12)]
    strengths: Lines
    weaknesses: Lines
    quotes: Annotated[list[QuoteDraft], Meta(min_length=1, max_length=20)]
    summary: Paragraph
    overall_score: Percent

    def fits(self, talks: Talks) -> None:
        """Raises ValueError where a quote was not said by the intern."""
        said = [_plain(turn.content) for talk in talks.talks for turn in talk.turns if turn.role == "user"]
        for quote in self.quotes:
            if not any(_plain(quote.text) in each for each in said):
                raise ValueError("a quote must be the intern's own words, copied exactly")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
