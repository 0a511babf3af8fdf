"""What the signatures of simulations, their conversations and their reviews cannot say."""

from __future__ import annotations

from typing import Final

from app.openapi import story, told
from app.openapi.note import Answer, Note
from app.openapi.problems import Known
from core.errors import Denied, InternaError, Invalid, NotFound
from modules.agents import ModelFailed, ModelTimedOut, ModelUnavailable
from modules.simulations.contracts.conversations import Reply
from modules.simulations.contracts.quizzes import QuizResult
from modules.simulations.contracts.reviews import Review
from modules.simulations.contracts.simulations import Accepted, Simulation
from modules.simulations.domain import NoSuchMilestone, NotReady, QuizAnswered
from modules.simulations.services.own_simulations import NeverWritten

_WAITED: Final = {
    "Location": "Where the simulation is.",
    "Preference-Applied": "How long was waited for, where `Prefer` asked for it (RFC 7240).",
}
_MODEL: Final = (ModelFailed(), ModelUnavailable(), ModelTimedOut())
_NOT_YOURS: Final = Known(
    "NotYourProject",
    "You may see the project, but it is not yours to work on.",
    Denied("Only the intern whose project it is hands in work."),
)


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    return {
        "simulations_create": _order(),
        "simulations_remove": Note(
            description="One that is still being written gives its credits back.",
            answers=(Answer(status=204, description="It is gone."),),
        ),
        "simulations_say": _say(),
        "simulations_answer_quiz": _answer_quiz(),
        "reviews_hand_in": _hand_in(_NOT_YOURS, NotReady(), NeverWritten()),
        "reviews_hand_in_milestone": _hand_in(_NOT_YOURS, NoSuchMilestone(), NotReady(), NeverWritten()),
        "reviews_hand_in_task": _hand_in(),
        "reviews_of_milestone": Note(problems=(NoSuchMilestone(),)),
    }


def _order() -> Note:
    return Note(
        description="3 credits are reserved at once, and spent when the simulation is ready; a failure gives them "
        "back. It is written in the background: ask for it at `Location`, or wait with `Prefer: wait=N`.",
        answers=(
            Answer(status=201, kind=Simulation, description="With `Prefer: wait=N`: it is ready.", headers=_WAITED),
            Answer(status=202, kind=Accepted, description="It is being written.", headers=_WAITED),
        ),
        problems=(*(type(each)(simulation_id=story.SIMULATION_ID) for each in _MODEL),),
    )


def _say() -> Note:
    return Note(
        description="The persona answers in character and remembers the conversation. With `Accept: "
        "text/event-stream` its words come as they are spoken: an event `start`, then `token` after `token`, then "
        "`done`, or `error` with a problem. What was spoken is kept, also if you leave in the middle.",
        answers=(Answer(status=201, kind=Reply, description="The persona's answer.", events=told.STREAM),),
        problems=(NotReady(), *_MODEL),
    )


def _answer_quiz() -> Note:
    return Note(
        description="One answer for each question: the place of an option, from 0. After it the simulation shows what "
        "is right and why, so there is no second try.",
        answers=(Answer(status=200, kind=QuizResult, description="What was right, and why."),),
        problems=(
            Known(
                "BadAnswers",
                "There are as many answers as questions, and each is the place of an option.",
                Invalid("This question has the options 0 to 3.", path="answers[2]"),
            ),
            Known(
                "NoQuiz", "There is no such simulation, or it has no quiz.", NotFound("This simulation has no quiz.")
            ),
            _NOT_YOURS,
            QuizAnswered(),
            NotReady(),
            NeverWritten(),
        ),
    )


def _hand_in(*more: Known | InternaError) -> Note:
    return Note(
        description="Each criterion of the rubric is graded by the lines that it rests on; the grades alone decide the "
        "result, 70 and more is approved and moves your progress. The same work is graded once: handed in again it "
        "gets a review with the same grades and words, at no cost. The review is written also if you leave.",
        answers=(
            Answer(
                status=201,
                kind=Review,
                description="The review.",
                headers={"Location": "Where the review is."},
            ),
        ),
        problems=(*more, *_MODEL),
    )
