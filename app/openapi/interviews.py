"""What the signatures of interviews, and of other ways to talk and to be judged by it, cannot say."""

from __future__ import annotations

from typing import Final

from app.openapi import practice
from app.openapi.note import Answer, Note
from app.openapi.problems import Known
from core.errors import Denied
from modules.agents import ModelFailed, ModelTimedOut, ModelUnavailable
from modules.simulations.contracts.analyses import ChatAnalysis
from modules.simulations.contracts.conversations import Reply
from modules.simulations.contracts.interviews import Feedback, Interview
from modules.simulations.domain import InterviewOver, NothingAnswered, NothingSaid, NotReady
from modules.simulations.services.interviews import LongEnough, StillAnswering
from modules.simulations.services.own_simulations import NeverWritten

_MODEL: Final = (ModelFailed(), ModelUnavailable(), ModelTimedOut())
_NOT_YOURS: Final = Known(
    "NotYourInterview",
    "You may see the interview, but it is not yours to go on with.",
    Denied("Only whoever practises goes on with an interview."),
)
_STREAMED: Final = (
    "With `Accept: text/event-stream` its words come as they are spoken: an event `start`, then `token` after `token`, "
    "then `done`, or `error` with a problem."
)


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    return {
        "interviews_begin": _begin(),
        "interviews_answer": _answer(),
        "interviews_assess": _assess(),
        "interviews_abandon": Note(
            description="It is kept as it is, with what was said until then, and is over. What the interviewer is "
            "saying at the moment is cut off. One that nobody touches for 7 days is abandoned by itself.",
            answers=(Answer(status=204, description="It is abandoned, or was before."),),
            problems=(_NOT_YOURS, InterviewOver("This interview is completed: it is kept.")),
        ),
        "simulations_analyse_chat": _analyse(),
        "catalogue_say_to_client": _say_to_client(),
    }


def _begin() -> Note:
    return Note(
        description="The price of an interview, where your plan has one, is paid here; answers and feedback are only "
        "metered. It is there with its first question, or not at all: a failure gives the credits back. If you do not "
        "wait for the answer, find it in the list, or send the same `Idempotency-Key` again.",
        answers=(
            Answer(
                status=201,
                kind=Interview,
                description="The interview, with its first question.",
                headers={"Location": "Where the interview is."},
                example=practice.INTERVIEW,
            ),
        ),
        problems=_MODEL,
    )


def _answer() -> Note:
    return Note(
        description=f"The interviewer takes up your answer and asks the next question. {_STREAMED} Your answer and the "
        "question are in the transcript once the question is whole, also if you leave in the middle; if it fails, "
        "neither is, and you may say it again. One answer at a time, 200 at most.",
        answers=(
            Answer(
                status=201,
                kind=Reply,
                description="The next question.",
                example=practice.NEXT_QUESTION,
                events=practice.stream(
                    practice.NEXT_QUESTION,
                    "You say 40 kilobytes. How did you find out ",
                    "what was too heavy, and what went first?",
                    used=(287, 24),
                ),
            ),
        ),
        problems=(_NOT_YOURS, InterviewOver(), LongEnough(), StillAnswering(), *_MODEL),
    )


def _assess() -> Note:
    return Note(
        description="The interview is completed by it. Asked for again, it is the same feedback, at no cost; it is "
        "written also if you leave.",
        answers=(Answer(status=200, kind=Feedback, description="The feedback."),),
        problems=(_NOT_YOURS, InterviewOver(), NothingAnswered(), StillAnswering(), *_MODEL),
    )


def _analyse() -> Note:
    return Note(
        description="Of all your conversations with this simulation's personas, the newest first where they are very "
        "long. Each quote is something that you really said.",
        answers=(Answer(status=200, kind=ChatAnalysis, description="What they show."),),
        problems=(
            Known(
                "NotYourConversations",
                "You may see the simulation, but the conversations are somebody else's.",
                Denied("Only the intern whose project it is has their conversations analysed."),
            ),
            NothingSaid(),
            NotReady(),
            NeverWritten(),
            *_MODEL,
        ),
    )


def _say_to_client() -> Note:
    return Note(
        description=f"The client answers in character, in English unless you ask for another language, and remembers "
        f"your conversation. The first message starts the project: it is in progress then. {_STREAMED} What was spoken "
        "is kept, also if you leave in the middle.",
        answers=(
            Answer(
                status=201,
                kind=Reply,
                description="The client's answer.",
                example=practice.CLIENTS_REPLY,
                events=practice.stream(
                    practice.CLIENTS_REPLY,
                    "Nine to six, and on Saturdays until two. ",
                    "Please write that large!",
                    used=(318, 17),
                ),
            ),
        ),
        problems=_MODEL,
    )
