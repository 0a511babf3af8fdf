"""Answering a simulation's quiz."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody

from core.http.authority import requires
from core.http.route import Injected
from modules.simulations.contracts.quizzes import QuizAnswers, QuizResult
from modules.simulations.permits import UpdateProgress
from modules.simulations.services import Quizzes


class QuizController(Controller):
    """A simulation's quiz; its questions are part of the simulation."""

    path = "/simulations/{simulation_id:uuid}/quiz"
    tags = ("simulations",)

    @post("/", guards=[requires("update", "progress")], status_code=200, summary="Answer the quiz, once")
    async def answer_quiz(
        self,
        simulation_id: FromPath[UUID],
        data: JSONBody[QuizAnswers],
        permit: Injected[UpdateProgress],
        quizzes: Injected[Quizzes],
    ) -> QuizResult:
        return await quizzes.answer(permit, simulation_id, data)
