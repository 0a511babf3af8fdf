"""The part of the story about talking: the interview that Bob practises, and what his conversations show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from modules.simulations.contracts.analyses import ChatAnalysis, Quote, Skill
from modules.simulations.contracts.conversations import Reply
from modules.simulations.contracts.interviews import (
    Feedback,
    Interview,
    InterviewSummary,
    NewAnswer,
    NewInterview,
    TranscriptTurn,
)

_EVENING: Final = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
INTERVIEW_ID: Final = UUID("019b8e12-7c40-7d15-8a3f-4b6e2d9c1f70")
_REQUEST_ID: Final = UUID("01a0b1c2-f7a8-7b93-8c4d-5e6f7a8b9c0d")
_JOB: Final = "Junior frontend developer for a small bakery group: React, accessibility, and patience with old phones."
_QUESTIONS: Final = (
    "Good evening, Bob! To begin: which page of yours would you show us, and what makes it quick?",
    "You say 40 kilobytes. How did you find out what was too heavy, and what went first?",
)
_ANSWER: Final = "A landing page of 40 kilobytes: it opens in a second on my grandmother's phone."
_WISH: Final = NewInterview(_JOB)
INTERVIEW: Final = Interview(
    id=INTERVIEW_ID,
    user_id=UUID("00000000-0000-4000-8000-000000000002"),
    job_description=_JOB,
    language="en",
    status="active",
    transcript=[TranscriptTurn("assistant", _QUESTIONS[0], _EVENING)],
    feedback=None,
    agent_request_id=_REQUEST_ID,
    completed_at=None,
    created_at=_EVENING,
    updated_at=_EVENING,
)
NEXT_QUESTION: Final = Reply(_QUESTIONS[1], _REQUEST_ID)
CLIENTS_REPLY: Final = Reply("Nine to six, and on Saturdays until two. Please write that large!", _REQUEST_ID)


def examples() -> tuple[Any, ...]:
    """A value of every type that is said or got in an interview, or about conversations."""
    return (
        _WISH,
        INTERVIEW,
        _summary(),
        NewAnswer(_ANSWER),
        Feedback(
            overall_score=7,
            went_well=["You gave a number, and said for whom it matters"],
            improvements=["Say how you measured it before you say what it was"],
            communication="Short and concrete; the grandmother's phone is remembered.",
            technical_accuracy="Right about weight. What the browser does after loading was left out.",
        ),
        _analysis(),
    )


def _summary() -> InterviewSummary:
    """The interview as it is a little later."""
    said: dict[str, Any] = {name: getattr(INTERVIEW, name, None) for name in InterviewSummary.__struct_fields__}
    end = _EVENING + timedelta(minutes=25)
    return InterviewSummary(
        **{**said, "status": "completed", "overall_score": 7, "completed_at": end, "updated_at": end}
    )


def _analysis() -> ChatAnalysis:
    return ChatAnalysis(
        soft_skills=[Skill("Asking", 85, "You ask for the rule and for its edge in one question.")],
        technical_skills=[Skill("Requirements", 70, "Times are named exactly; the time zone was not asked for.")],
        strengths=["Precise questions"],
        weaknesses=["You did not say back what you understood"],
        quotes=[
            Quote(
                "When do orders close, and what happens to one that comes a minute later?",
                "Asks about the case that is easily forgotten.",
            )
        ],
        summary="You find the right questions. Close each talk by saying in a sentence what was agreed.",
        overall_score=78,
    )


def stream(reply: Reply, *pieces: str, used: tuple[int, int]) -> str:
    """The reply as it is spoken, in these pieces; `used` are tokens, read and said."""
    told: list[tuple[str, dict[str, Any]]] = [
        ("start", {"agent_request_id": reply.agent_request_id}),
        *(("token", {"text": piece}) for piece in pieces),
        ("done", {"usage": {"input_tokens": used[0], "output_tokens": used[1]}}),
    ]
    return "".join(
        f"id: {number}\nevent: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"
        for number, (name, data) in enumerate(told, start=1)
    )
