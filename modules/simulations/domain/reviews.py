"""Reviews: work is graded criterion by criterion, and the score follows from the grades.

A model says of each criterion whether it is met and on which lines that rests; it is never asked for a number. So two
gradings that agree on the criteria agree on the score, however differently they are worded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from core.errors import NotFound
from modules.simulations.domain.projects import Language

Verdict = Literal["met", "partly", "missing"]

_POINTS: Final[dict[Verdict, float]] = {"met": 1.0, "partly": 0.5, "missing": 0.0}
PASSING_SCORE: Final = 70


class Grade(msgspec.Struct, frozen=True):
    """One criterion's verdict, with the numbers (from 1) of the lines that it rests on."""

    criterion: str
    verdict: Verdict
    lines: list[int]
    comment: str


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed in, and what it is held against: the subject of a review."""

    project_title: str
    about: str
    """What was to be done: the milestone's, the task's or the whole project's description."""
    criteria: list[str]
    code: str
    code_language: str
    language: Language

    @property
    def lines(self) -> list[str]:
        return self.code.splitlines() or [""]


def score_of(verdicts: Sequence[Verdict]) -> int:
    """0 to 100: the share of the criteria that are met; one that is partly met counts half."""
    return round(100 * sum(_POINTS[verdict] for verdict in verdicts) / len(verdicts))


def is_approved(verdicts: Sequence[Verdict]) -> bool:
    return score_of(verdicts) >= PASSING_SCORE


class NoSuchMilestone(NotFound):
    """The project has no such milestone."""
