"""What a written simulation claims: it quotes what is there, in correct grammar, and advises what fits its stack."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.simulations.domain import Brief
from modules.simulations.drafts import SimulationDraft
from modules.simulations.offline import write_simulation
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.letters import tidy
from modules.simulations.offline.stacks import KITS
from modules.simulations.offline.triggers import CAPABILITIES, FIELDS, PEOPLE, SECTORS
from tests.simulations.briefs import brief
from tests.simulations.test_offline_generation import LANGUAGES, LEVELS, every_brief, prose, written

BREAD: Final = (
    "Bread by bike",
    "A bakery in Alexandria wants customers to order bread online and couriers to deliver it by bike before seven in "
    "the morning.",
)
SUBJECTS: Final = sorted(
    root
    for roots in (*CAPABILITIES.values(), *SECTORS.values(), *PEOPLE.values(), *itertools.chain(*FIELDS.values()))
    for root in roots
)
SENTENCES: Final = st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=9).map(" ".join)
REQUESTS: Final = st.builds(
    brief,
    title=SENTENCES,
    context=st.lists(SENTENCES, max_size=5).map(". ".join),
    level=st.sampled_from(LEVELS),
    language=st.sampled_from(LANGUAGES),
    team_mode=st.sampled_from(("solo", "group")),
    seed=st.integers(0, 999),
)
QUOTATION: Final = re.compile(r"“([^”]*)”|«([^»]*)»")
ADJECTIVES: Final = {"simple", "بسيطا"}
PLURALS: Final = "|".join(each.name for each in ENGLISH.capabilities.values() if re.search(r"[^s]s$", each.name))
DISAGREES: Final = re.compile(rf"\b(?:{PLURALS}) (?:is|has|was|does)\b", re.IGNORECASE)
SHARED_TYPE: Final = re.compile(r"shared type|نوعا? مشترك")
OF_THE_BROWSER: Final = re.compile(r"\bMDN\b|srcset|Service Worker")
NAMES: Final = {name for kit in KITS.values() for stack in (*kit.stacks, kit.tools) for name in stack}
TECHNOLOGY: Final = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})\b")


def orders() -> Iterator[Brief]:
    yield from every_brief()
    for language, level in itertools.product(LANGUAGES, LEVELS):
        yield brief(*BREAD, level=level, language=language)


def said(draft: SimulationDraft) -> Iterator[str]:
    for _, text in prose(draft):
        yield text
    for resource in draft.resources:
        yield resource.title


def quoted_from_nowhere(one: Brief, draft: SimulationDraft) -> list[str]:
    there = {milestone.title for milestone in draft.milestones} | ADJECTIVES
    request = tidy(f"{one.title} {one.context}").casefold()
    quotations = {a or b for text in said(draft) for a, b in QUOTATION.findall(text)}
    return [each for each in quotations - there if each.rstrip("…").casefold() not in request]


def out_of_place(draft: SimulationDraft) -> list[str]:
    """What is advised for another stack than the simulation's own."""
    stack, text = draft.tech_stack, "\n".join(said(draft))
    found = [] if "TypeScript" in stack else SHARED_TYPE.findall(text)
    if draft.field == "mobile":
        found += OF_THE_BROWSER.findall(text)
    return found


def test_whatever_is_quoted_is_a_milestone_or_stands_in_the_request() -> None:
    for one in orders():
        assert not quoted_from_nowhere(one, written(one)), f"{one.title} ({one.language}, level {one.level})"


@settings(max_examples=200, deadline=None)
@given(one=REQUESTS)
def test_whatever_is_quoted_of_any_request_is_there(one: Brief) -> None:
    assert not quoted_from_nowhere(one, write_simulation(one))


def test_each_milestone_that_builds_something_has_a_page_to_read_before_it() -> None:
    for one in orders():
        draft = written(one)
        about = [resource.description for resource in draft.resources]
        building = draft.milestones[1 : -2 if one.level >= 5 else -1]
        for milestone in building:
            assert sum(milestone.title in text for text in about) == 1, f"{one.title}, level {one.level}: {about}"


def test_no_plural_has_the_verb_of_a_singular() -> None:
    for one in orders():
        for text in said(written(one)):
            assert not DISAGREES.search(text), text


@settings(max_examples=100, deadline=None)
@given(one=REQUESTS)
def test_no_plural_of_any_request_has_the_verb_of_a_singular(one: Brief) -> None:
    assert not DISAGREES.search("\n".join(said(write_simulation(one))))


def test_the_only_word_of_a_request_is_not_spoken_of_as_several() -> None:
    for level, seed in itertools.product(LEVELS, range(6)):
        for text in said(write_simulation(brief("App", "bread", level=level, seed=seed))):
            assert not re.search(r"are “bread”|“bread” mean\b|“bread”[^.]*(?:\bthem\b|\bthese\b)", text), text


def test_no_english_word_is_written_twice_in_a_row() -> None:
    for one in orders():
        if one.language == "en":
            for text in said(written(one)):
                assert not re.search(r"\b([a-z]+) \1\b", text, re.IGNORECASE), text


def test_advice_fits_the_stack() -> None:
    for one in orders():
        draft = written(one)
        assert not out_of_place(draft), f"{one.title}: {draft.tech_stack}"


@settings(max_examples=200, deadline=None)
@given(one=REQUESTS)
def test_advice_on_any_request_fits_the_stack(one: Brief) -> None:
    draft = write_simulation(one)
    assert not out_of_place(draft), draft.tech_stack


def test_no_technology_is_named_that_the_project_does_not_use() -> None:
    for one in orders():
        draft = written(one)
        named = set(TECHNOLOGY.findall("\n".join(said(draft))))
        used = "\n".join((*draft.tech_stack, *draft.tools, one.title, one.context))
        assert not [name for name in named if name not in used], f"{one.title}: {draft.tech_stack}"
