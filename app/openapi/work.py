"""The part of the story about work: the quiz that Bob answers, and the milestone that he hands in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from modules.simulations.contracts.quizzes import AnsweredQuestion, QuizAnswers, QuizResult
from modules.simulations.contracts.reviews import NewWork, Review
from modules.simulations.contracts.simulations import QuizQuestion
from modules.simulations.domain import Grade

_NOON: Final = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
REVIEW_ID: Final = UUID("019b8d51-2f60-7a84-b3c1-9e7d4f20a6b8")
RUBRIC: Final = (
    ("An order can be changed until midnight, and not after it", "The closing time is tested"),
    ("Stops come in the order of the ride", "A stop that is ticked off stays so"),
)
_ASKED: Final = (
    (
        "A customer orders at 00:00:30. What should happen?",
        ("It is delivered today", "It is for tomorrow", "It is refused without a word"),
        "Orders close at midnight: who comes later is told that the bread comes a day later.",
    ),
    (
        "Where is it decided that orders are closed?",
        ("In the browser", "On the server", "By the courier"),
        "A browser's clock may be wrong; the server's decides, and the page only shows it.",
    ),
    (
        "A customer taps the button twice. What must not happen?",
        ("A message", "Two orders", "A slow page"),
        "The same order sent twice is one order: it carries a key that the server remembers.",
    ),
    (
        "What does a courier need first in the morning?",
        ("The turnover", "The stops, in order", "The recipes"),
        "The ride begins before seven: what is next comes first, the rest can wait.",
    ),
    (
        "The network drops while an order is sent. What does the page do?",
        ("It says nothing", "It keeps the order and tries again", "It empties the form"),
        "An order is never lost: it is kept until the server has answered.",
    ),
    (
        "What is paid, and when?",
        ("In advance, by card", "In cash, on delivery", "Once a month"),
        "The bakery takes cash on delivery; there is no card to store.",
    ),
    (
        "Who decides whether eight loaves are a large order?",
        ("You", "Mariam", "The courier"),
        "It is a rule of the bakery: ask the client before it is built.",
    ),
)
_ANSWERS: Final = (1, 1, 1, 1, 0, 1, 1)
_RIGHT: Final = 1
QUIZ: Final = tuple(QuizQuestion(question, list(options)) for question, options, _ in _ASKED)
_CODE: Final = """\
CLOSING = time(0, 0)

def may_change(order: Order, now: datetime) -> bool:
    return now < datetime.combine(order.day, CLOSING)
"""
_WORK: Final = NewWork(_CODE, "Python")


def examples() -> tuple[Any, ...]:
    """A value of every type that is said or got about work."""
    return (_WORK, _review(), QuizAnswers(list(_ANSWERS)), _result())


def _review() -> Review:
    return Review(
        id=REVIEW_ID,
        user_id=UUID("00000000-0000-4000-8000-000000000002"),
        project_id="50000000-0000-4000-8000-000000000001",
        milestone=0,
        code=_WORK.code,
        language=_WORK.language,
        score=50,
        approved=False,
        grades=[
            Grade(RUBRIC[0][0], "met", [3, 4], "The day decides, not the hour: a minute past midnight is refused."),
            Grade(RUBRIC[0][1], "missing", [], "No test says what happens at 23:59:59 and at 00:00:00."),
        ],
        feedback="The rule stands in one place and reads like the client's sentence. What is missing is its proof.",
        strengths=["One function holds the whole rule"],
        improvements=["Say which time zone `now` is in"],
        next_steps=["Test the second before midnight, and midnight itself"],
        agent_request_id=UUID("01a0b1c2-e5f6-7a81-9b2c-3d4e5f6a7b8c"),
        created_at=_NOON,
    )


def _result() -> QuizResult:
    questions = [
        AnsweredQuestion(
            question=question,
            options=list(options),
            answer=answer,
            correct_option_index=_RIGHT,
            explanation=why,
            right=answer == _RIGHT,
        )
        for (question, options, why), answer in zip(_ASKED, _ANSWERS, strict=True)
    ]
    return QuizResult(score=86, correct=6, total=7, answered_at=_NOON - timedelta(hours=1), questions=questions)
