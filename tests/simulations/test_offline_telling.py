"""Personas that tell what no brief contains, to those who ask; and clients of projects without milestones."""

from __future__ import annotations

import itertools
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.simulations.catalogue import TASKS
from modules.simulations.domain import Conversation, Language, Turn
from modules.simulations.offline import reply_in_character
from modules.simulations.offline.letters import arabic_share
from modules.simulations.offline.terms import words
from tests.simulations.asking import BAKERY, CLINIC, LANGUAGES, ROLES, asking, written
from tests.simulations.briefs import at

SIGNATURE = "The final acceptance takes two signatures, and the second is the accountant's."
SPREADSHEET = "An old spreadsheet with three years of records exists, kept by two people."
MONEY = "There is money for running costs after all: 60 euros a month."
KNOWN = [SIGNATURE, SPREADSHEET, MONEY]


def told(question: str, known: list[str] | None = None, *, history: list[Turn] | None = None) -> str:
    conversation = asking(question, of=at(4, BAKERY))
    facts = KNOWN if known is None else known
    return reply_in_character(msgspec.structs.replace(conversation, known=facts, history=history or []))


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Who signs the final acceptance?", SIGNATURE),
        ("Who approves this?", SIGNATURE),
        ("who decides?", SIGNATURE),
        ("من يوقع في النهاية؟", SIGNATURE),
        ("Is there any old data that I could use?", SPREADSHEET),
        ("Do you have a spreadsheet?", SPREADSHEET),
        ("هل هناك بيانات قديمة؟", SPREADSHEET),
        ("What is the budget?", MONEY),
        ("ما الميزانية؟", MONEY),
    ],
)
def test_a_question_is_answered_by_the_known_fact_that_comes_closest(question: str, fact: str) -> None:
    said = told(question)
    assert fact in said, said
    assert not [other for other in KNOWN if other != fact and other in said], said


@pytest.mark.parametrize(
    "question",
    ["What should I know?", "Is there anything else?", "Why?", "هل هناك شيء آخر؟", "لماذا؟"],
)
def test_one_who_asks_for_anything_is_told_what_was_not_told_yet(question: str) -> None:
    turns: list[Turn] = []
    for _ in KNOWN:
        said = told(question, history=turns)
        assert sum(fact in said for fact in KNOWN) == 1, said
        assert not any(fact in turn.content for fact in KNOWN for turn in turns if fact in said), said
        turns += [Turn("user", "Tell me"), Turn("assistant", said)]


def test_when_everything_is_told_that_is_said_plainly() -> None:
    turns = [turn for fact in KNOWN for turn in (Turn("user", "And?"), Turn("assistant", fact))]
    said = told("Is there anything else I should know?", history=turns)
    assert "nothing to add" in said
    assert not any(fact in said for fact in KNOWN)


def test_a_fact_that_a_persona_does_not_know_cannot_be_told() -> None:
    for question in ("Who signs the final acceptance?", "Is there old data?", "Why?", "What should I know?"):
        said = told(question, known=[])
        assert not any(fact in said for fact in KNOWN), said
    for of, who in itertools.product((at(8, BAKERY), at(8, CLINIC)), ROLES):
        hidden = written(of).hidden_facts
        for fact in hidden:
            mine = [each.fact for each in hidden if who in each.known_by and each != fact]
            said = reply_in_character(msgspec.structs.replace(asking(fact.fact, of=of, who=who), known=mine))
            assert fact.fact not in said, said


def test_a_question_about_something_else_brings_up_nothing() -> None:
    for question in ("Which framework do we use?", "Which colours do you like?", "Hello!", "Are you an AI?"):
        assert not any(fact in told(question) for fact in KNOWN), question


def test_every_hidden_fact_can_be_found_by_asking_about_it() -> None:
    for brief, language in itertools.product((BAKERY, CLINIC), LANGUAGES):
        of = at(8, brief, language=language)
        hidden = written(of).hidden_facts
        for fact in hidden:
            question = f"{' '.join(sorted(words(fact.fact), key=len)[-3:])}?"
            for who in fact.known_by:
                known = [each.fact for each in hidden if who in each.known_by]
                said = reply_in_character(msgspec.structs.replace(asking(question, of=of, who=who), known=known))
                assert fact.fact in said, f"{question}: {said}"


def test_an_arabic_answer_tells_a_fact_word_for_word_in_the_language_in_which_it_is_known() -> None:
    of = at(4, CLINIC)
    said = reply_in_character(msgspec.structs.replace(asking("من يوقع؟", of=of), known=[SIGNATURE]))
    assert SIGNATURE in said
    assert arabic_share(said.replace(SIGNATURE, "")) >= 0.8


def with_client(question: str, *, place: int = 0, language: Language = "en") -> Conversation:
    task = TASKS[place]
    return Conversation(
        persona_name=task.client_persona.split(maxsplit=1)[0].rstrip(","),
        persona_role="Client",
        personality=task.client_persona,
        mood=task.client_mood,
        language=language,
        level=task.level,
        project_title=task.title,
        project_context=task.description,
        overview=task.description,
        duration=task.duration,
        tech_stack=task.tools,
        functional_requirements=[],
        non_functional_requirements=[],
        milestones=[],
        history=[],
        question=question,
    )


def test_a_client_without_milestones_invents_none_and_names_the_time() -> None:
    for place, task in enumerate(TASKS):
        for question in ("What is the deadline?", "Which milestones are there?", "What is milestone 2 about?"):
            said = reply_in_character(with_client(question, place=place))
            assert task.duration in said, said
            assert "1 milestones" not in said, said


def test_a_client_of_a_task_sends_nobody_to_people_who_are_not_there() -> None:
    for place, _ in enumerate(TASKS):
        said = reply_in_character(with_client("Who else is in the team, who can I ask?", place=place))
        assert not re.search(r"\b(?:manager|colleague)\b", said), said
        arabic = reply_in_character(with_client("من معي في الفريق؟", place=place, language="ar"))
        assert not re.search("المدير|زميلك", arabic), arabic


def test_one_requirement_is_counted_as_one() -> None:
    asked = with_client("What are the requirements?")
    said = reply_in_character(
        msgspec.structs.replace(asked, persona_role="Project manager", functional_requirements=["Repairs are booked."])
    )
    assert "Repairs are booked." in said
    assert "1 requirements" not in said


def test_no_persona_speaks_of_a_next_milestone_that_may_not_come() -> None:
    for who in ROLES:
        said = reply_in_character(asking("Is there anything else I should know?", of=at(1, BAKERY), who=who))
        assert "next milestone" not in said, said


def test_a_client_of_a_task_asks_for_what_its_description_says_to_do() -> None:
    said = reply_in_character(with_client("What are the requirements?"))
    assert "Build the page that replaces it" in said
    assert "one way to book" in reply_in_character(with_client("How do customers book a repair?"))


@settings(max_examples=60, deadline=None)
@given(
    question=st.text(max_size=200) | st.sampled_from(["what is milestone 3?", "ما المطلوب؟", "why?", "thanks", "plan"]),
    overview=st.text(max_size=80),
    known=st.lists(st.text(min_size=1, max_size=80), max_size=3),
    language=st.sampled_from(LANGUAGES),
)
def test_a_conversation_about_next_to_nothing_is_answered(
    question: str, overview: str, known: list[str], language: Language
) -> None:
    bare = msgspec.structs.replace(
        with_client(question, language=language),
        overview=overview,
        project_context="",
        duration="",
        tech_stack=[],
        known=known,
    )
    assert reply_in_character(bare).strip()
