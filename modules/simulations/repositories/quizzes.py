"""A simulation's quiz: what is right leaves the database only once it was answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Integer, bindparam, case, column, func, null, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.simulations.tables import simulations


class Question(msgspec.Struct, frozen=True):
    """A question with its answer."""

    question: str
    options: list[str]
    correct_option_index: int
    explanation: str


class Quiz(msgspec.Struct, frozen=True):
    quiz: list[Question]
    quiz_answered_at: datetime | None


_answered = simulations.c.quiz_answered_at.is_not(None)
_each = (
    func.jsonb_array_elements(simulations.c.quiz)
    .table_valued(column("said", JSONB), with_ordinality="place")
    .render_derived(name="question")
)
_asked = func.jsonb_build_object("question", _each.c.said["question"], "options", _each.c.said["options"], type_=JSONB)
_unanswered = select(
    func.coalesce(func.jsonb_agg(aggregate_order_by(_asked, _each.c.place), type_=JSONB), func.jsonb_build_array())
).scalar_subquery()

SHOWN_QUIZ = case((_answered, simulations.c.quiz), else_=_unanswered).label("quiz")
QUIZ_RESULT = case(
    (
        _answered,
        func.jsonb_build_object(
            *("score", simulations.c.quiz_score),
            *("answers", simulations.c.quiz_answers),
            *("answered_at", simulations.c.quiz_answered_at),
            type_=JSONB,
        ),
    ),
    else_=null(),
).label("quiz_result")

_own = (
    simulations.c.tenant_id == bindparam("tenant_id", type_=Uuid),
    simulations.c.user_id == bindparam("user_id", type_=Uuid),
    simulations.c.id == bindparam("simulation_id", type_=Uuid),
)
_QUIZ = Statement(select(simulations.c.quiz, simulations.c.quiz_answered_at).where(*_own), into=Quiz)
_ANSWER = Statement.nullable(
    update(simulations)
    .where(*_own, simulations.c.status == "ready", ~_answered)
    .values(
        quiz_answers=bindparam("answers", type_=ARRAY(Integer)),
        quiz_score=bindparam("score", type_=Integer),
        quiz_answered_at=func.now(),
    )
    .returning(simulations.c.quiz_answered_at),
    into=datetime,
)


class QuizRepository:
    """Quizzes of one's own simulations."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def quiz(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> Quiz:
        """Raises `NotFound` where it is not the user's."""
        return await self._tx.one(_QUIZ, tenant_id=tenant_id, user_id=user_id, simulation_id=simulation_id)

    async def answer(
        self, tenant_id: UUID, user_id: UUID, simulation_id: UUID, *, answers: list[int], score: int
    ) -> datetime | None:
        """When it was answered, which is now; None where it was before, be it a moment ago."""
        return await self._tx.one_or_none(
            _ANSWER, tenant_id=tenant_id, user_id=user_id, simulation_id=simulation_id, answers=answers, score=score
        )
