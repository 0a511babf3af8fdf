"""The quiz: about the field, about what this project builds, and about working on it."""

from __future__ import annotations

from typing import Final

from modules.simulations.drafts import QuizDraft
from modules.simulations.offline.kinds import Question
from modules.simulations.offline.pen import Pen
from modules.simulations.offline.plan import milestones

# Where the right answer goes: every place once in four questions, in no order that can be counted off.
_TURNS: Final = (0, 2, 1, 3, 1, 0, 3, 2)
_LENGTH: Final = {"easy": 6, "medium": 7, "hard": 8}


def quiz(pen: Pen) -> list[QuizDraft]:
    craft, capabilities, lines = pen.craft, pen.capabilities, pen.book.lines
    asked = [
        craft.questions[0],
        capabilities[0].question,
        _belongs(pen),
        craft.questions[1],
        capabilities[1].question,
        lines.unclear,
        capabilities[2].question,
        lines.plan,
    ]
    facts = {
        "thing": pen.thing,
        "measure": pen.sector.measure,
        "duration": pen.duration,
        "count": pen.count,
        "milestone": milestones(pen)[1].title,
    }
    turn = pen.reading.key
    return [
        _placed(_filled(question, facts), (turn + _TURNS[place]) % 4)
        for place, question in enumerate(asked[: _LENGTH[pen.brief.difficulty]])
    ]


def _belongs(pen: Pen) -> Question:
    """Which milestone is this project's own: the others are what it was not asked for."""
    form = pen.book.lines.belongs
    other = [c for name, c in pen.book.capabilities.items() if name not in pen.reading.capabilities]
    turn = pen.reading.key % len(other)
    first, second, third = (other + other)[turn : turn + 3]
    own = pen.capabilities[0]
    return Question(
        form.ask,
        own.title,
        (first.title, second.title, third.title),
        form.why.format(name=pen.listed([c.name for c in pen.capabilities])),
    )


def _filled(question: Question, facts: dict[str, str]) -> Question:
    return Question(question.ask.format(**facts), question.right, question.wrong, question.why.format(**facts))


def _placed(question: Question, index: int) -> QuizDraft:
    options = list(question.wrong)
    options.insert(index, question.right)
    return QuizDraft(question.ask, options, index, question.why)
