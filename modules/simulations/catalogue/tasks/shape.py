"""What a predefined project is."""

from __future__ import annotations

from msgspec import Struct

from modules.simulations.domain import (
    Difficulty,
    Field,
    Mood,
    client_difficulty,
    client_mood,
    project_difficulty,
)


class TaskSeed(Struct, frozen=True, kw_only=True):
    """A predefined project; its id is a slug, and what its level decides is derived from the level."""

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
    rubric: list[str]
    """What work on it is held against, each so that a reader of the work can tell whether it is met."""


def task(
    slug: str,
    title: str,
    *,
    field: Field,
    level: int,
    client: str,
    tools: list[str],
    duration: str,
    description: str,
    rubric: list[str],
) -> TaskSeed:
    return TaskSeed(
        id=slug,
        title=title,
        description=description,
        field=field,
        level=level,
        difficulty=project_difficulty(level),
        client_difficulty=client_difficulty(level),
        client_persona=client,
        client_mood=client_mood(level, seed=len(slug)),
        tools=tools,
        duration=duration,
        rubric=rubric,
    )
