"""What an intern's conversations show, without a language model."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.simulations.domain import Language, Talk, Talks, Turn
from modules.simulations.drafts import AnalysisDraft
from modules.simulations.offline import analyse_talks
from modules.simulations.offline.letters import arabic_share
from tests.simulations.asking import LANGUAGES

STACK = ["PostgreSQL", "React", "Docker"]
GOOD = [
    "Hello Miriam, could you tell me why the date is fixed?",
    "Thank you! If the contract ends on that Monday, I will finish the orders in PostgreSQL first. Is that all right?",
]
REPLY = "The contract for the old system ends on that Monday."


def talks(*said: str, language: Language = "en", stack: list[str] | None = None, replies: bool = True) -> Talks:
    turns = []
    for text in said:
        turns += [Turn("user", text), *([Turn("assistant", REPLY)] if replies else [])]
    return Talks(
        project_title="Morning orders",
        overview="A bakery takes orders.",
        tech_stack=STACK if stack is None else stack,
        language=language,
        talks=[Talk("Miriam Okafor", "Client (owner)", turns), Talk("Kai", "Developer", [])],
    )


def analysed(*said: str, **what: object) -> AnalysisDraft:
    subject = talks(*said, **what)  # type: ignore[arg-type]
    draft = analyse_talks(subject)
    draft.fits(subject)
    assert msgspec.convert(msgspec.to_builtins(draft), AnalysisDraft) == draft
    return draft


def scores(draft: AnalysisDraft) -> dict[str, int]:
    return {skill.name: skill.score for skill in draft.soft_skills}


def test_four_soft_skills_are_scored() -> None:
    assert set(scores(analysed(*GOOD))) == {"Clarity", "Asking questions", "Politeness", "Responsiveness"}


def test_somebody_who_asks_scores_higher_for_asking() -> None:
    asking = scores(analysed("Why is the date fixed?", "Who signs the acceptance?"))
    telling = scores(analysed("I start tomorrow with the first milestone.", "The orders are finished now."))
    assert asking["Asking questions"] > telling["Asking questions"] + 30


def test_somebody_who_is_rude_scores_lower_for_politeness() -> None:
    kind = scores(analysed("Hello, could you please tell me more about it? Thank you!"))
    plain = scores(analysed("Tell me more about it."))
    rude = scores(analysed("This is stupid nonsense!!"))
    assert kind["Politeness"] > plain["Politeness"] > rude["Politeness"]


def test_somebody_who_takes_up_what_was_said_scores_higher_for_responsiveness() -> None:
    heard = scores(
        analysed("Why?", "So the contract of the old system ends on Monday, then I plan backwards from there.")
    )
    deaf = scores(analysed("Why?", "I like blue buttons with round corners."))
    assert heard["Responsiveness"] > deaf["Responsiveness"] + 30


def test_one_word_is_less_clear_than_two_sentences() -> None:
    assert scores(analysed("ok"))["Clarity"] < scores(analysed(GOOD[1]))["Clarity"]
    assert scores(analysed("word " * 400))["Clarity"] < scores(analysed(GOOD[1]))["Clarity"]


def test_only_technologies_that_were_talked_about_are_scored() -> None:
    draft = analysed(*GOOD, "I run PostgreSQL in Docker, so that each test has a database of its own.")
    assert [skill.name for skill in draft.technical_skills] == ["PostgreSQL", "Docker"]
    assert "Miriam Okafor" in draft.technical_skills[0].feedback


def test_where_no_technology_came_up_that_is_said() -> None:
    skill = analysed("Hello, how are you?").technical_skills[0]
    assert skill.score == 0
    assert "has not come up" in skill.feedback
    assert analysed("Hello", stack=[]).technical_skills[0].score == 0


def test_quotes_are_the_intern_s_own_words_and_never_a_persona_s() -> None:
    draft = analysed(*GOOD)
    assert draft.quotes
    for quote in draft.quotes:
        assert any(quote.text in said for said in GOOD), quote.text
        assert REPLY not in quote.text


def test_strengths_and_weaknesses_follow_from_the_scores() -> None:
    good, bad = analysed(*GOOD), analysed("ok", "no", "THIS IS STUPID!!")
    assert any("polite" in line for line in good.strengths)
    assert any("tone is rough" in line for line in bad.weaknesses)
    assert good.overall_score > bad.overall_score + 20


def test_one_message_suffices_and_the_summary_says_that_it_is_little() -> None:
    draft = analysed("Hello, what is the project about?", replies=False)
    assert "first impression" in draft.summary
    assert "only opened conversations" in next(s.feedback for s in draft.soft_skills if s.name == "Responsiveness")


def test_the_summary_says_how_the_figures_came_about() -> None:
    assert "counting and comparing words" in analysed(*GOOD).summary
    assert "عد الكلمات ومقارنتها" in analysed("مرحبا، ما الهدف؟", language="ar").summary


def test_an_arabic_analysis_is_written_in_arabic() -> None:
    draft = analysed("مرحبا، هل يمكنك أن تشرح لي لماذا الموعد ثابت؟ شكرا", language="ar")
    texts = [*draft.strengths, *draft.weaknesses, draft.summary, *(quote.remark for quote in draft.quotes)]
    texts += [skill.feedback for skill in draft.soft_skills]
    for text in texts:
        assert arabic_share(text) >= 0.8, text


def test_the_same_talks_give_the_same_analysis() -> None:
    assert analysed(*GOOD) == analysed(*GOOD)


@settings(max_examples=150, deadline=None)
@given(
    said=st.lists(st.text(min_size=1, max_size=700).filter(str.strip), min_size=1, max_size=5),
    language=st.sampled_from(LANGUAGES),
    stack=st.lists(st.text(max_size=30) | st.sampled_from(STACK), max_size=4),
)
def test_whatever_was_said_can_be_analysed(said: list[str], language: Language, stack: list[str]) -> None:
    analysed(*said, language=language, stack=stack)


@pytest.mark.parametrize("text", ["word " * 1600, "a" * 8000, "?" * 8000, "ß" * 600 + " ς" * 300, "\u200f\t\n x", "."])
def test_odd_and_long_messages_are_quoted_and_analysed_in_time(text: str) -> None:
    subject = talks(*[text] * 20)
    times = []
    for _ in range(3):
        began = time.thread_time()
        draft = analyse_talks(subject)
        times.append(time.thread_time() - began)
    draft.fits(subject)
    assert msgspec.convert(msgspec.to_builtins(draft), AnalysisDraft) == draft
    assert min(times) < 0.4, f"{min(times) * 1000:.0f} ms"
