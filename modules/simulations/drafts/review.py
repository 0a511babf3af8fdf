"""A review: a grade for each criterion, and what to say about the work as a whole."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from modules.simulations.domain import Verdict, Work
from modules.simulations.drafts.words import Line, Lines, Paragraph


class GradeDraft(msgspec.Struct, frozen=True):
    """`criterion` is its place in the list, from 0; `lines` are numbers of the work's lines, from 1."""

    criterion: Annotated[int, Meta(ge=0, le=99)]
    verdict: Verdict
    lines: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(max_length=50)]
    comment: Line


class ReviewDraft(msgspec.Struct, frozen=True, kw_only=True):
    grades: Annotated[list[GradeDraft], Meta(min_length=1, max_length=100)]
    feedback: Paragraph
    strengths: Lines
    improvements: Lines
    next_steps: Lines

    def fits(self, work: Work) -> None:
        """Raises ValueError unless each criterion is graded once and every grade but `missing` rests on real lines."""
        if sorted(grade.criterion for grade in self.grades) != list(range(len(work.criteria))):
            raise ValueError(f"grade each of the {len(work.criteria)} criteria, numbered from 0, exactly once")
        last = len(work.lines)
        for grade in self.grades:
            if any(line > last for line in grade.lines):
                raise ValueError(f"a grade rests on a line past the last one, {last}")
            if grade.verdict != "missing" and not grade.lines:
                raise ValueError(f"the grade of criterion {grade.criterion} names no line that it rests on")
