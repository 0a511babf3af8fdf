"""What an intern's way of talking to the people of a project shows."""

from __future__ import annotations

import msgspec

from core.errors import Conflict
from modules.simulations.domain.conversations import Turn
from modules.simulations.domain.projects import Language


class Talk(msgspec.Struct, frozen=True):
    """One persona, and what was said with it."""

    persona_name: str
    persona_role: str
    turns: list[Turn]


class Talks(msgspec.Struct, frozen=True, kw_only=True):
    """All that an intern said in one project, and was told: the subject of an analysis."""

    project_title: str
    overview: str
    tech_stack: list[str]
    language: Language
    talks: list[Talk]


class NothingSaid(Conflict):
    """Nobody was talked to yet: there is nothing to analyse."""
