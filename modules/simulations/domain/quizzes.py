"""Quizzes: answered once, as after that the right answers are known."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Conflict


def quiz_score(answers: Sequence[int], correct: Sequence[int]) -> int:
    """0 to 100: the share of the questions that were answered right. Both sequences are as long as the quiz."""
    return round(100 * sum(given == right for given, right in zip(answers, correct, strict=True)) / len(correct))


class QuizAnswered(Conflict):
    """This quiz was answered already, and its answers were shown."""
