"""Questions to the personas of the briefs, for the tests of what they answer without a language model."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from modules.simulations.domain import Brief, Conversation, Language, Milestone, Mood, Turn
from modules.simulations.offline import reply_in_character, write_simulation
from tests.simulations.briefs import BRIEFS

CLIENT, MANAGER, COLLEAGUE = 0, 1, 2
ROLES = (CLIENT, MANAGER, COLLEAGUE)
LANGUAGES: tuple[Language, ...] = ("en", "ar")
BAKERY, CLINIC = BRIEFS[0], BRIEFS[7]

written = cache(write_simulation)


def asking(
    question: str,
    *,
    of: Brief = BAKERY,
    who: int = CLIENT,
    mood: Mood | None = None,
    history: Iterable[tuple[str, str]] = (),
    code: str | None = None,
) -> Conversation:
    draft = written(of)
    persona = draft.personas[who]
    turns = [turn for asked, said in history for turn in (Turn("user", asked), Turn("assistant", said))]
    return Conversation(
        persona_name=persona.name,
        persona_role=persona.role,
        personality=persona.personality,
        mood=mood or of.client_mood,
        language=of.language,
        level=of.level,
        project_title=of.title,
        project_context=of.context,
        overview=draft.overview,
        duration=draft.duration,
        tech_stack=draft.tech_stack,
        functional_requirements=draft.functional_requirements,
        non_functional_requirements=draft.non_functional_requirements,
        milestones=[Milestone(m.title, m.description, m.deliverables) for m in draft.milestones],
        history=turns,
        question=question,
        code_context=code,
    )


def reply(question: str, **what: object) -> str:
    return reply_in_character(asking(question, **what))  # type: ignore[arg-type]
