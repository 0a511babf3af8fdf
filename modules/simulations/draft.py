"""The shape that a model fills when it writes a simulation: its schema is sent to the model, its bounds are checked
on the answer. What the level decides (difficulty, mood) is not asked of the model."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from modules.simulations.domain import Field

Line = Annotated[str, Meta(min_length=1, max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Paragraph = Annotated[str, Meta(min_length=1, max_length=8000)]


class MilestoneDraft(msgspec.Struct, frozen=True):
    title: Name
    description: Paragraph
    deliverables: Annotated[list[Line], Meta(min_length=1, max_length=20)]


class ResourceDraft(msgspec.Struct, frozen=True):
    title: Name
    url: Annotated[str, Meta(pattern=r"^https?://", max_length=2000)]
    type: Literal["documentation", "tutorial", "library", "video"]
    description: Line


class QuizDraft(msgspec.Struct, frozen=True):
    question: Line
    options: Annotated[list[Line], Meta(min_length=2, max_length=6)]
    correct_option_index: Annotated[int, Meta(ge=0, le=5)]
    explanation: Paragraph

    def __post_init__(self) -> None:
        if self.correct_option_index >= len(self.options):
            raise ValueError("correct_option_index points past the options")


class PersonaDraft(msgspec.Struct, frozen=True):
    name: Name
    role: Name
    personality: Paragraph
    system_prompt: Paragraph
    initial_message: Paragraph


class SimulationDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole simulation: at least 3 personas, 3 milestones and 5 quiz questions."""

    domain: Name
    description: Paragraph
    overview: Paragraph
    field: Field
    estimated_duration: Name
    duration: Name
    tech_stack: Annotated[list[Name], Meta(min_length=1, max_length=30)]
    tools: Annotated[list[Name], Meta(min_length=1, max_length=30)]
    learning_objectives: Annotated[list[Line], Meta(min_length=1, max_length=20)]
    functional_requirements: Annotated[list[Line], Meta(min_length=1, max_length=40)]
    non_functional_requirements: Annotated[list[Line], Meta(min_length=1, max_length=40)]
    milestones: Annotated[list[MilestoneDraft], Meta(min_length=3, max_length=12)]
    resources: Annotated[list[ResourceDraft], Meta(min_length=1, max_length=30)]
    quiz: Annotated[list[QuizDraft], Meta(min_length=5, max_length=30)]
    client_persona: Paragraph
    personas: Annotated[list[PersonaDraft], Meta(min_length=3, max_length=12)]
