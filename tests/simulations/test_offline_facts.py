"""What a written simulation keeps for those who ask, and what it holds work against."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache

import msgspec

from modules.simulations.domain import Brief
from modules.simulations.drafts import SimulationDraft
from modules.simulations.offline import write_simulation
from modules.simulations.offline.arabic import BOOK as ARABIC
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.letters import arabic_share
from modules.simulations.offline.terms import stems
from tests.simulations.briefs import BRIEFS, at

written = cache(write_simulation)


def every_brief() -> Iterator[Brief]:
    for place, one in enumerate(BRIEFS):
        for level in (1 + place % 3, 4 + place % 2, 6 + place % 3):
            yield at(level, one, language="en")
            yield at(level, one, language="ar")


def told(draft: SimulationDraft) -> Iterator[str]:
    """What an intern reads without asking anybody."""
    yield from re.split(r"(?<=[.!?؟])\s", draft.overview)
    yield from draft.functional_requirements + draft.non_functional_requirements
    for milestone in draft.milestones:
        yield from (milestone.title, *re.split(r"(?<=[.!?؟])\s", milestone.description), *milestone.deliverables)


def test_a_higher_level_hides_more() -> None:
    for one in BRIEFS[:4]:
        counts = [len(written(at(level, one)).hidden_facts) for level in range(1, 9)]
        assert counts == sorted(counts)
        assert (counts[0], counts[-1]) == (4, 10)


def test_no_fact_is_told_by_the_brief_itself() -> None:
    for one in every_brief():
        draft = written(one)
        sentences = [(sentence, stems(sentence)) for sentence in told(draft)]
        for hidden in draft.hidden_facts:
            fact = stems(hidden.fact)
            for sentence, told_ in sentences:
                shared = len(fact & told_) / len(fact)
                assert shared < 0.6, f"{one.title} ({one.language}): {hidden.fact} / {sentence}"


def test_the_facts_of_one_simulation_differ() -> None:
    for one in every_brief():
        for first, second in itertools.combinations(written(one).hidden_facts, 2):
            a, b = stems(first.fact), stems(second.fact)
            assert len(a & b) / min(len(a), len(b)) < 0.5, f"{first.fact} / {second.fact}"


def test_everybody_but_a_fellow_intern_knows_something_and_most_facts_have_one_knower() -> None:
    for one in every_brief():
        facts = written(one).hidden_facts
        assert {knower for hidden in facts for knower in hidden.known_by} == {0, 1, 2}, one.title
        assert all(1 <= len(hidden.known_by) <= 2 for hidden in facts)
        alone = sum(len(hidden.known_by) == 1 for hidden in facts)
        assert alone > len(facts) / 2, one.title


def test_a_tester_knows_something_where_the_team_has_one() -> None:
    for one in BRIEFS:
        group = msgspec.structs.replace(at(4, one), team_mode="group")
        assert any(3 in hidden.known_by for hidden in written(group).hidden_facts), one.title


def test_some_facts_come_up_only_later() -> None:
    for one in every_brief():
        draft = written(one)
        since = {hidden.milestone for hidden in draft.hidden_facts}
        assert None in since, one.title
        assert since & {1, 2}, one.title
        assert all(place is None or place < len(draft.milestones) for place in since)


def test_facts_are_true_to_the_sector_and_to_the_words_of_the_brief() -> None:
    museum, hospital = written(at(3, BRIEFS[4])), written(at(3, BRIEFS[1]))
    assert any("picture rights" in hidden.fact for hidden in museum.hidden_facts)
    assert any("wiped every night" in hidden.fact for hidden in hospital.hidden_facts)
    for one in BRIEFS:
        quoted = [hidden.fact for hidden in written(at(8, one)).hidden_facts if re.search(r"[“«]", hidden.fact)]
        assert len(quoted) == ((arabic_share(one.context) > 0.5) == (one.language == "ar")), f"{one.title}: {quoted}"


def test_both_languages_know_the_same_things() -> None:
    for place in ("everywhere", "without_words", "sectors", "capabilities", "crafts"):
        assert getattr(ENGLISH.hidden, place).keys() == getattr(ARABIC.hidden, place).keys()
    assert ENGLISH.hidden.capabilities.keys() == ENGLISH.capabilities.keys()
    assert ENGLISH.hidden.sectors.keys() == ENGLISH.sectors.keys()
    for one in BRIEFS:
        english = written(at(8, one, language="en")).hidden_facts
        arabic = written(at(8, one, language="ar")).hidden_facts
        assert [(f.known_by, f.milestone) for f in english] == [(f.known_by, f.milestone) for f in arabic]


def test_every_milestone_has_a_rubric_of_its_own() -> None:
    for one in every_brief():
        draft = written(one)
        for milestone in draft.milestones:
            assert 3 <= len(milestone.rubric) <= 6, f"{one.title}: {milestone.title}"
            assert len(set(milestone.rubric)) == len(milestone.rubric)
            whole = stems(" ".join((milestone.title, milestone.description, *milestone.deliverables)))
            shared = sum(bool(stems(criterion) & whole) for criterion in milestone.rubric)
            assert shared >= 3, f"{milestone.title}: {milestone.rubric}"
        for first, second in itertools.combinations(draft.milestones, 2):
            assert not set(first.rubric) & set(second.rubric), f"{one.title}: {first.title}, {second.title}"


def test_a_harder_project_is_held_against_more_rules() -> None:
    rubrics = [written(at(level, BRIEFS[1])).milestones[1].rubric for level in (1, 4, 7)]
    held = [sum(not criterion.startswith("Handed in") for criterion in rubric) for rubric in rubrics]
    assert held == [2, 3, 3]


def test_rubrics_and_facts_are_written_cleanly_and_in_the_language_of_the_brief() -> None:
    for one in every_brief():
        draft = written(one)
        texts = [hidden.fact for hidden in draft.hidden_facts]
        texts += [criterion for milestone in draft.milestones for criterion in milestone.rubric]
        for text in texts:
            assert not re.search(r"\{\w*\}|None|\.\.(?!\.)|  ", text), text
            assert text.endswith("."), text
            assert arabic_share(text) >= 0.8 if one.language == "ar" else arabic_share(text) <= 0.2, text
