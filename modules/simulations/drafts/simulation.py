"""A whole simulation. What the level decides (difficulty, mood) is not asked of the model."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from modules.simulations.domain import Field
from modules.simulations.drafts.words import Line, Name, Paragraph


class MilestoneDraft(msgspec.Struct, frozen=True):
    title: Name
    description: Paragraph
    deliverables: Annotated[list[Line], Meta(min_length=1, max_length=20)]
    rubric: Annotated[list[Line], Meta(min_length=3, max_length=8)]
    """What the work on this milestone is held against, each so that a reader of the work can tell whether it is met."""


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


class HiddenFactDraft(msgspec.Struct, frozen=True):
    """Something that an intern has to ask for: who knows it (places in `personas`), and from which milestone on."""

    fact: Line
    known_by: Annotated[list[Annotated[int, Meta(ge=0, le=11)]], Meta(min_length=1, max_length=12)]
    milestone: Annotated[int, Meta(ge=0, le=11)] | None = None


class SimulationDraft(msgspec.Struct, frozen=True, kw_only=True):
    """At least 3 personas, 3 milestones, 5 quiz questions, and 3 facts that nobody is told unasked."""

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
    hidden_facts: Annotated[list[HiddenFactDraft], Meta(min_length=3, max_length=40)]

    def __post_init__(self) -> None:
        for hidden in self.hidden_facts:
            if max(hidden.known_by) >= len(self.personas):
                raise ValueError("known_by points past the personas")
            if hidden.milestone is not None and hidden.milestone >= len(self.milestones):
                raise ValueError("milestone points past the milestones")
