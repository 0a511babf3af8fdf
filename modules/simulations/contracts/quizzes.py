"""Answers to a simulation's quiz, and what they were worth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class QuizAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For each question, in order, the place of the option that is chosen, from 0."""

    answers: Annotated[list[Annotated[int, Meta(ge=0, le=99)]], Meta(min_length=1, max_length=100)]


class AnsweredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    options: list[str]
    answer: int
    correct_option_index: int
    explanation: str
    right: bool


class QuizResult(msgspec.Struct, frozen=True, kw_only=True):
    score: int
    """From 0 to 100: the share of the questions that were answered right."""
    correct: int
    total: int
    answered_at: datetime
    questions: list[AnsweredQuestion]
