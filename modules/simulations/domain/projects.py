"""The rules of a simulated project: pure functions of values.

A level from 1 to 8 says at once how hard the project is and how hard its client is, so that an intern climbs one
ladder instead of turning two knobs.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from core.errors import BadUpstream, Conflict

Difficulty = Literal["easy", "medium", "hard"]
Field = Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
Language = Literal["en", "ar"]
Level = Annotated[int, msgspec.Meta(ge=1, le=8)]
Mood = Literal["friendly", "busy", "skeptical", "demanding", "impatient", "harsh"]
ProgressStatus = Literal["in_progress", "completed"]
ProjectType = Literal["predefined", "custom"]
ResourceType = Literal["video", "article", "course", "doc"]
SimulationStatus = Literal["generating", "ready", "failed"]
TeamMode = Literal["solo", "group"]

_LADDER: Final[dict[int, tuple[Difficulty, Difficulty]]] = {
    1: ("easy", "easy"),
    2: ("medium", "easy"),
    3: ("easy", "medium"),
    4: ("medium", "medium"),
    5: ("hard", "medium"),
    6: ("medium", "hard"),
    7: ("hard", "hard"),
    8: ("hard", "hard"),
}
_VARIED: Final[dict[int, tuple[Mood, ...]]] = {
    4: ("busy", "skeptical"),
    5: ("busy", "skeptical", "demanding"),
    6: ("skeptical", "demanding", "impatient"),
    7: ("demanding", "impatient"),
}


def project_difficulty(level: int) -> Difficulty:
    return _LADDER[level][0]


def client_difficulty(level: int) -> Difficulty:
    return _LADDER[level][1]


def client_mood(level: int, seed: int) -> Mood:
    """Friendly up to level 3, varied from 4 on (by `seed`, so that a replay gives the same), harsh at 8."""
    if level <= 3:
        return "friendly"
    if level == 8:
        return "harsh"
    moods = _VARIED[level]
    return moods[seed % len(moods)]


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, and what the level makes of it: the subject of a generation."""

    title: str
    context: str
    level: int
    language: Language
    team_mode: TeamMode
    difficulty: Difficulty
    client_difficulty: Difficulty
    client_mood: Mood
    seed: int


class NotReady(Conflict):
    """The simulation is still being written."""

    retry_after = 2


class GenerationFailed(BadUpstream):
    """The simulation could not be written; the credits were given back."""


class Milestone(msgspec.Struct, frozen=True):
    title: str
    description: str
    deliverables: list[str]
