"""Simulations that are written without a language model."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.simulations.domain import Brief, Language
from modules.simulations.drafts import MilestoneDraft, SimulationDraft
from modules.simulations.offline import write_simulation
from modules.simulations.offline.letters import arabic_share
from modules.simulations.offline.terms import fold, is_content, words
from tests.simulations.briefs import BRIEFS, at, brief

LANGUAGES: tuple[Language, ...] = ("en", "ar")
LEVELS = range(1, 9)


written = cache(write_simulation)


def every_brief() -> Iterator[Brief]:
    for one, language, level in itertools.product(BRIEFS, LANGUAGES, LEVELS):
        yield at(level, one, language=language)


def vocabulary(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def whole(milestone: MilestoneDraft) -> str:
    return " ".join((milestone.title, milestone.description, *milestone.deliverables))


def substance(draft: SimulationDraft) -> set[str]:
    return vocabulary(" ".join((draft.overview, *map(whole, draft.milestones), *draft.functional_requirements)))


def prose(draft: SimulationDraft) -> Iterator[tuple[str, str]]:
    """Everything that an intern reads or a persona says, named."""
    yield from (("overview", draft.overview), ("description", draft.description), ("client", draft.client_persona))
    yield from (("requirement", text) for text in draft.functional_requirements + draft.non_functional_requirements)
    yield from (("objective", text) for text in draft.learning_objectives)
    for milestone in draft.milestones:
        yield from (("milestone title", milestone.title), ("milestone", milestone.description))
        yield from (("deliverable", text) for text in milestone.deliverables)
        yield from (("criterion", text) for text in milestone.rubric)
    for question in draft.quiz:
        yield from (("question", question.question), ("explanation", question.explanation))
        yield from (("option", text) for text in question.options)
    for persona in draft.personas:
        yield from (("name", persona.name), ("role", persona.role), ("personality", persona.personality))
        yield from (("prompt", persona.system_prompt), ("hello", persona.initial_message))
    yield from (("resource", resource.description) for resource in draft.resources)
    yield from (("hidden fact", hidden.fact) for hidden in draft.hidden_facts)


def test_the_same_brief_gives_the_same_simulation() -> None:
    for one in BRIEFS:
        assert write_simulation(one) == write_simulation(one), one.title


def test_an_overview_speaks_in_the_words_of_its_context() -> None:
    for one in every_brief():
        asked = {fold(word) for word in words(one.context) if is_content(word)}
        said = {fold(word) for word in words(written(one).overview)}
        enough = min(2, len(asked))
        assert len(asked & said) >= enough, f"{one.title} ({one.language}, level {one.level}): {asked & said}"


def test_milestones_of_one_simulation_overlap_by_less_than_half() -> None:
    for one in every_brief():
        for first, second in itertools.combinations(written(one).milestones, 2):
            a, b = vocabulary(whole(first)), vocabulary(whole(second))
            contained = len(a & b) / min(len(a), len(b))
            assert contained < 0.45, f"{one.title} ({one.language}): {first.title} and {second.title}: {contained:.2f}"


def test_every_arabic_text_is_at_least_eighty_percent_arabic() -> None:
    for one in every_brief():
        if one.language == "ar":
            for kind, text in prose(written(one)):
                assert arabic_share(text) >= 0.8, f"{one.title}, {kind}, {arabic_share(text):.2f}: {text}"


def test_an_english_simulation_quotes_arabic_and_does_not_turn_into_it() -> None:
    arabic = [one for one in BRIEFS if arabic_share(one.context) > 0.5]
    assert len(arabic) >= 4
    for one in arabic:
        draft = written(at(4, one, language="en"))
        assert 0 < arabic_share(draft.overview) < 0.2, draft.overview


def test_higher_levels_mean_more_milestones_and_requirements_in_less_time() -> None:
    for one, language in itertools.product(BRIEFS, LANGUAGES):
        ladder = [written(at(level, one, language=language)) for level in LEVELS]
        milestones = [len(draft.milestones) for draft in ladder]
        required = [len(draft.functional_requirements) for draft in ladder]
        assert milestones == [3, 3, 4, 4, 5, 5, 6, 6], one.title
        assert required == sorted(required), f"{one.title}: {required}"
        assert required[-1] >= required[0] + 5, f"{one.title}: {required}"
    weeks = [written(at(level, BRIEFS[0])).duration for level in LEVELS]
    numbers = [int(duration.split()[0]) for duration in weeks]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


def test_the_client_of_a_higher_level_speaks_differently() -> None:
    for one, language in itertools.product(BRIEFS[::5], LANGUAGES):
        moods = {}
        for level, seed in itertools.product(LEVELS, range(3)):
            brief_ = at(level, one, language=language, seed=seed)
            client = written(brief_).personas[0]
            moods[brief_.client_mood] = vocabulary(client.personality) | vocabulary(client.initial_message)
        assert len(moods) == 6
        for (a, first), (b, second) in itertools.combinations(moods.items(), 2):
            assert len(first - second) >= 12, f"{one.title}: {a} sounds like {b}"


def test_two_briefs_never_give_the_same_simulation_with_another_title() -> None:
    for language, level in itertools.product(LANGUAGES, (1, 4, 8)):
        drafts = [(one, written(at(level, one, language=language))) for one in BRIEFS]
        for (one, first), (other, second) in itertools.combinations(drafts, 2):
            a, b = substance(first), substance(second)
            alike = len(a & b) / len(a | b)
            assert alike < 0.8, f"{one.title} and {other.title} ({language}, level {level}): {alike:.2f}"


def test_the_field_and_the_sector_follow_from_the_request() -> None:
    found = {one.title: written(at(2, one, language="en")) for one in BRIEFS}
    expected = {
        "Hospital queue app": ("mobile", "Health care"),
        "Shipment data pipeline": ("data", "Logistics"),
        "Museum kiosk": ("frontend", "Culture"),
        "Redesign": ("design", "Media"),
        "Volunteer matching": ("fullstack", "Non-profit"),
        "تطبيق مواعيد العيادة": ("mobile", "Health care"),
        "لوحة مؤشرات للشحن": ("data", "Logistics"),
    }
    assert {title: (found[title].field, found[title].domain) for title in expected} == expected
    assert found["REST API: /v2/orders"].field == "backend"


def test_the_request_is_quoted_where_it_asks_for_something() -> None:
    draft = written(at(4, BRIEFS[0]))
    assert any("pay by card" in text for text in draft.functional_requirements)
    assert any("order bread and cakes" in milestone.description for milestone in draft.milestones)


def test_another_seed_gives_other_people() -> None:
    casts = {tuple(p.name for p in written(at(4, BRIEFS[0], seed=seed)).personas) for seed in range(20)}
    assert len(casts) >= 10


def test_a_cast_has_a_client_a_manager_and_a_colleague_who_introduce_themselves() -> None:
    for one in every_brief():
        draft = written(one)
        assert len({persona.name for persona in draft.personas}) == len(draft.personas) >= 3
        for persona in draft.personas:
            assert persona.name in persona.system_prompt, one.title
            assert persona.name in persona.initial_message, one.title
            if arabic_share(one.title) > 0.8 or len(one.title) <= 40:
                assert one.title in persona.initial_message, one.title
                assert one.title in persona.system_prompt, one.title


def test_a_group_has_two_more_people() -> None:
    one = BRIEFS[3]
    alone = written(one)
    together = written(msgspec.structs.replace(one, team_mode="group"))
    assert len(together.personas) == len(alone.personas) + 2
    assert len({persona.name for persona in together.personas}) == len(together.personas)


def test_a_quiz_has_five_questions_with_the_right_answer_in_changing_places() -> None:
    for one in every_brief():
        quiz = written(one).quiz
        assert len(quiz) >= 5
        assert len({question.question for question in quiz}) == len(quiz), one.title
        assert len({question.correct_option_index for question in quiz}) == 4, one.title
        for question in quiz:
            assert len(set(question.options)) == len(question.options) == 4, question.question


def test_a_quiz_asks_about_a_milestone_of_this_project_only() -> None:
    for one in every_brief():
        draft = written(one)
        titles = {milestone.title for milestone in draft.milestones}
        asked = [q for q in draft.quiz if titles & set(q.options)]
        assert asked, one.title
        for question in asked:
            assert [i for i, option in enumerate(question.options) if option in titles] == [
                question.correct_option_index
            ], f"{one.title}: {question.question}"


def test_no_placeholder_and_no_doubled_stop_is_left_in_a_text() -> None:
    for one in every_brief():
        for kind, text in prose(written(one)):
            assert not re.search(r"\{\w*\}|None|\.\.(?!\.)|  ", text), f"{one.title}, {kind}: {text}"


def test_resources_are_distinct_pages_over_https() -> None:
    for one in BRIEFS:
        urls = [resource.url for resource in written(one).resources]
        assert len(set(urls)) == len(urls) >= 5, one.title
        assert all(url.startswith("https://") for url in urls), one.title


def timed(one: Brief) -> tuple[float, SimulationDraft]:
    began = time.thread_time()
    draft = write_simulation(one)
    return time.thread_time() - began, draft


def survives(one: Brief) -> SimulationDraft:
    took, draft = timed(one)
    for _ in range(4):  # the processor's time is ours alone, its clock rate is not
        took = min(took, timed(one)[0]) if took > 0.05 else took
    assert took < 0.05, f"{took * 1000:.0f} ms"
    again = msgspec.convert(msgspec.to_builtins(draft), SimulationDraft)
    assert again == draft
    return draft


@settings(max_examples=150, deadline=None)
@given(
    title=st.text(max_size=300),
    context=st.text(max_size=600),
    level=st.integers(1, 8),
    language=st.sampled_from(LANGUAGES),
    seed=st.integers(-(2**63), 2**63 - 1),
)
def test_any_text_is_a_request(title: str, context: str, level: int, language: Language, seed: int) -> None:
    draft = survives(brief(title, context, level=level, language=language, seed=seed))
    if language == "ar":
        for kind, text in prose(draft):
            assert arabic_share(text) >= 0.8, f"{kind}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "context",
    [
        "",
        " ",
        "x",
        "ب",
        "…",
        "\u200f\u0000\u0007",
        "{title} {0} {} %s",
        "word " * 1600,
        "a" * 8000,
        "متجر لبيع الخبز، " * 470,
        "customers order bread, " * 347,
        "((((" * 2000,
        "<b>" * 2600,
        "```\nSELECT 1;\n" * 500,
        "https://" * 1000,
        "ـ" * 8000,
        "é́" * 4000,
    ],
    ids=lambda context: repr(context[:12]),
)
def test_odd_and_very_long_requests_are_answered_in_time(context: str, language: Language) -> None:
    for level in (1, 8):
        survives(brief(context[:250] or "?", context[:8000], level=level, language=language))
