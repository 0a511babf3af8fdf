"""Practice interviews: one question at a time, then feedback."""

from __future__ import annotations

from typing import Literal

import msgspec

from core.errors import Conflict
from modules.simulations.domain.conversations import Turn
from modules.simulations.domain.projects import Language

InterviewStatus = Literal["active", "completed", "abandoned"]


class Interview(msgspec.Struct, frozen=True, kw_only=True):
    """What the interviewer knows when it asks the next question; `transcript` is empty before the first."""

    job_description: str
    language: Language
    transcript: list[Turn]


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """An interview that is over, to be judged: the subject of its feedback."""

    job_description: str
    language: Language
    transcript: list[Turn]


class InterviewOver(Conflict):
    """This interview is over."""


class NothingAnswered(Conflict):
    """Nothing was answered yet: there is nothing to give feedback on."""
