"""Conversations: with a persona of a simulation, or with the client of a predefined task."""

from __future__ import annotations

from typing import Literal

import msgspec

from modules.simulations.domain.projects import Language, Milestone, Mood


class Turn(msgspec.Struct, frozen=True):
    """One message of a conversation, as the persona remembers it."""

    role: Literal["user", "assistant"]
    content: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What a persona knows when it answers: itself, the project, what was said, and the question."""

    persona_name: str
    persona_role: str
    personality: str
    mood: Mood
    language: Language
    level: int
    project_title: str
    project_context: str
    overview: str
    duration: str
    tech_stack: list[str]
    functional_requirements: list[str]
    non_functional_requirements: list[str]
    milestones: list[Milestone]
    history: list[Turn]
    question: str
    known: list[str] = []
    """Facts that no brief tells: those that this persona knows, and may tell by now."""
    code_context: str | None = None
