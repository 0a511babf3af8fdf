"""The predefined tasks and the resources."""

from __future__ import annotations

from datetime import datetime

import msgspec

from modules.simulations.domain import Difficulty, Field, Mood, ResourceType


class Task(msgspec.Struct, frozen=True):
    """A predefined project of the catalogue."""

    id: str
    title: str
    description: str
    field: Field
    level: int
    difficulty: Difficulty
    client_difficulty: Difficulty
    client_persona: str
    client_mood: Mood
    tools: list[str]
    duration: str
    created_at: datetime


class Resource(msgspec.Struct, frozen=True):
    """Something to learn from."""

    id: str
    title: str
    description: str
    url: str
    type: ResourceType
    track: Field
    tags: list[str]
    created_at: datetime
