"""What of an interview the model is given: the job, and of what was said the newest, as much as its window holds.

A transcript begins with a question; after it come an answer and the next question, again and again.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from modules.agents import ModelRequest, newest_that_fit, tokens_needed, tokens_of
from modules.simulations.contracts.interviews import NewInterview, TranscriptTurn
from modules.simulations.domain import Assessment, Interview, Turn
from modules.simulations.drafts import FeedbackDraft
from modules.simulations.prompts import feedback_request, interview_request
from modules.simulations.repositories.interviews import Underway

_Answered: TypeAlias = tuple[TranscriptTurn, TranscriptTurn]


def answers_in(found: Underway) -> int:
    return len(_answered(found))


def first_request(wish: NewInterview) -> ModelRequest:
    return interview_request(Interview(job_description=wish.job_description, language=wish.language, transcript=[]))


def next_request(found: Underway, answer: str, context_tokens: int) -> ModelRequest:
    """The question that is being answered is there in any case."""

    def request(before: list[_Answered]) -> ModelRequest:
        turns = [*_turns(before), Turn("assistant", found.transcript[-1].content), Turn("user", answer)]
        return interview_request(
            Interview(job_description=found.job_description, language=found.language, transcript=turns)
        )

    budget = context_tokens - tokens_needed(request([]))
    return request(newest_that_fit(_answered(found), _tokens, budget))


def judging_request(found: Underway, context_tokens: int) -> ModelRequest:
    """Without the last question, which nobody answered; with the last answer in any case."""

    def request(answered: list[_Answered]) -> ModelRequest:
        return feedback_request(
            Assessment(job_description=found.job_description, language=found.language, transcript=_turns(answered))
        )

    budget = context_tokens - tokens_needed(request([]), FeedbackDraft)
    return request(newest_that_fit(_answered(found), _tokens, budget, least=1))


def _answered(found: Underway) -> list[_Answered]:
    return list(zip(found.transcript[0::2], found.transcript[1::2], strict=False))


def _turns(answered: list[_Answered]) -> list[Turn]:
    return [Turn(turn.role, turn.content) for exchange in answered for turn in exchange]


def _tokens(exchange: _Answered) -> int:
    """As JSON, which takes more room than the words alone."""
    return tokens_of(msgspec.json.encode(_turns([exchange])).decode())
