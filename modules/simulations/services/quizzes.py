"""Answering a simulation's quiz, once."""

from __future__ import annotations

from uuid import UUID

from core.errors import Invalid, NotFound
from modules.simulations.contracts.quizzes import AnsweredQuestion, QuizAnswers, QuizResult
from modules.simulations.domain import QuizAnswered, quiz_score
from modules.simulations.permits import UpdateProgress
from modules.simulations.repositories import ProgressRepository, QuizRepository
from modules.simulations.repositories.quizzes import Question
from modules.simulations.services.own_simulations import OwnSimulations


class Quizzes:
    """What a client asks of quizzes."""

    def __init__(self, own: OwnSimulations, quizzes: QuizRepository, progress: ProgressRepository) -> None:
        self._own = own
        self._quizzes = quizzes
        self._progress = progress

    async def answer(self, permit: UpdateProgress, simulation_id: UUID, given: QuizAnswers) -> QuizResult:
        """Raises `NotFound`, `Denied`, `NotReady`, `NeverWritten`, `QuizAnswered`, and `Invalid` with the place."""
        caller = permit.caller
        await self._own.ready(caller, simulation_id, refusal="Only the intern whose project it is answers its quiz.")
        permit.demand(project_id=str(simulation_id))
        found = await self._quizzes.quiz(caller.tenant_id, caller.user_id, simulation_id)
        if found.quiz_answered_at is not None:
            raise QuizAnswered
        if not found.quiz:
            raise NotFound("This simulation has no quiz.")
        _check(given.answers, found.quiz)
        score = quiz_score(given.answers, [each.correct_option_index for each in found.quiz])
        answered_at = await self._quizzes.answer(
            caller.tenant_id, caller.user_id, simulation_id, answers=given.answers, score=score
        )
        if answered_at is None:
            await self._quizzes.quiz(caller.tenant_id, caller.user_id, simulation_id)  # it may be gone since
            raise QuizAnswered
        await self._progress.touch(caller.tenant_id, caller.user_id, str(simulation_id))
        questions = [_answered(each, answer) for each, answer in zip(found.quiz, given.answers, strict=True)]
        return QuizResult(
            score=score,
            correct=sum(each.right for each in questions),
            total=len(questions),
            answered_at=answered_at,
            questions=questions,
        )


def _check(answers: list[int], quiz: list[Question]) -> None:
    if len(answers) != len(quiz):
        raise Invalid(f"The quiz has {len(quiz)} questions; these are {len(answers)} answers.", path="answers")
    for place, (answer, each) in enumerate(zip(answers, quiz, strict=True)):
        if answer >= len(each.options):
            raise Invalid(f"This question has the options 0 to {len(each.options) - 1}.", path=f"answers[{place}]")


def _answered(question: Question, answer: int) -> AnsweredQuestion:
    return AnsweredQuestion(
        question=question.question,
        options=question.options,
        answer=answer,
        correct_option_index=question.correct_option_index,
        explanation=question.explanation,
        right=answer == question.correct_option_index,
    )
