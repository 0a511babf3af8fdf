"""What is created, edited and researched without a language model."""

from __future__ import annotations

import time
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.composition import AUTHORS
from modules.agents import AgentType
from modules.agents.domain import Assignment, Exchange
from modules.agents.models.assignments import do_assignment

Kind = Literal["create", "edit", "research"]
KINDS: tuple[Kind, ...] = ("create", "edit", "research")


def done(kind: Kind, content: str, *before: Exchange) -> str:
    return do_assignment(Assignment(agent_type=kind, content=content, history=list(before)))


def arabic_share(text: str) -> float:
    letters = [letter for letter in text if letter.isalpha()]
    return sum("\u0600" <= letter <= "\u06ff" for letter in letters) / len(letters)


def test_every_kind_of_call_has_an_author() -> None:
    assert set(AUTHORS) == set(get_args(AgentType))
    assert {AUTHORS[kind] for kind in KINDS} == {do_assignment}


def test_an_outline_is_made_of_the_request_s_words() -> None:
    said = done("create", "Please write a report on late deliveries in the northern depot, for the dispatchers.")
    assert said.startswith("# Report on late deliveries in the northern depot, for the dispatchers\n")
    assert said.count("\n## ") == 5
    for word in ("late", "deliveries", "northern", "depot", "dispatchers"):
        assert f"“{word}”" in said
    assert "“report”" not in said.lower(), "the kind of a document is not its subject"
    assert "without a language model" in said


@pytest.mark.parametrize(
    ("request_", "section"),
    [
        ("Write a plan for the migration", "Risks"),
        ("Draft an e-mail to the client", "asked of the reader"),
        ("Create a test plan for the booking", "Wrong, missing and repeated input"),
        ("Make a README for the importer", "How to start"),
        ("Write something about moisture", "Purpose and readers"),
        ("اكتب رسالة إلى العميل", "المطلوب من القارئ"),
    ],
)
def test_a_kind_of_document_has_its_own_sections(request_: str, section: str) -> None:
    assert section in done("create", request_)


def test_a_short_request_goes_on_with_the_one_before_it() -> None:
    before = Exchange("Write a README for the irrigation sensors", "# README")
    assert "# README for the irrigation sensors" in done("create", "shorter, please", before)


def test_an_edit_mends_what_is_plain_and_lists_it() -> None:
    said = done("edit", "Please mend this:\n\nthe the order is  confirmed ,but i think it is late!! next we ship.")
    text, _, changes = said.partition("\n\n---\n\n")
    assert text == "The order is confirmed, but I think it is late! Next we ship."
    for change in ("doubled words removed: 1", "superfluous spaces removed: 1", "repeated punctuation reduced: 1"):
        assert change in changes
    assert "without a language model" in changes


def test_an_edit_leaves_code_and_addresses_alone() -> None:
    text = "See https://example.com/a,,b and run `the  the x`.\n```\nif a  ,b :\n    i = i\n```"
    assert done("edit", f"fix:\n\n{text}").startswith(text)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ("Correct: all is well here.", "All is well here."),
        ("Correct this:\nall is well here.", "All is well here."),
        ("all is well here, is it not.", "All is well here, is it not."),
        ("صحح هذا:\nهذا نص نص قصير, أليس كذلك?", "هذا نص قصير، أليس كذلك؟"),
    ],
)
def test_the_text_to_edit_is_found(request_: str, text: str) -> None:
    assert done("edit", request_).split("\n\n---\n\n")[0] == text


def test_without_a_text_the_last_answer_is_edited_and_else_asked_for() -> None:
    before = Exchange("Write it", "it is  done.\n\n---\n\nWhat was changed:\n- x")
    assert done("edit", "Improve it", before).startswith("It is done.\n\n---")
    assert "found no text" in done("edit", "Please improve my text")
    assert "لم أجد النص" in done("edit", "صحح نصي من فضلك")


def test_a_flawless_text_comes_back_as_it_was() -> None:
    text = "That had had an effect. I know that that is so, e.g. at 10:30, for 1,000 people."
    said = done("edit", f"Proofread:\n\n{text}")
    assert said.startswith(text + "\n")
    assert "Nothing plain was wrong" in said


def test_research_asks_and_says_that_nothing_was_looked_up() -> None:
    said = done("research", "Find out about idempotency keys in payment APIs. We use Stripe.")
    assert "“Idempotency keys in payment APIs”" in said
    assert "“Stripe”" in said
    assert "Nothing was looked up" in said
    assert "http" not in said, "a source that nobody has looked at is not named"
    assert said.count("?") >= 5


def test_the_answer_is_in_the_language_of_the_request() -> None:
    for kind, content in (
        ("create", "اكتب لي خطة لترحيل بيانات العيادة القديمة"),
        ("edit", "صحح:\n\nهذا  نص فيه مسافات كثيرة ."),
        ("research", "ابحث عن أنظمة الحجز في العيادات"),
    ):
        assert arabic_share(done(kind, content)) >= 0.95, kind  # type: ignore[arg-type]
    for kind in KINDS:
        assert arabic_share(done(kind, "Write about the clinic: it is open on Mondays.")) == 0


def test_the_same_assignment_gives_the_same_answer() -> None:
    for kind in KINDS:
        assert done(kind, "A plan for the bakery") == done(kind, "A plan for the bakery")


@settings(max_examples=120, deadline=None)
@given(kind=st.sampled_from(KINDS), content=st.text(max_size=400), before=st.none() | st.text(max_size=60))
def test_any_text_is_an_assignment(kind: Kind, content: str, before: str | None) -> None:
    assert done(kind, content, *([] if before is None else [Exchange(before, before)])).strip()


@pytest.mark.parametrize(
    "content",
    [
        "word " * 6000,
        "a" * 30_000,
        " " * 30_000 + "x",
        "`" * 30_000,
        "a a " * 8000,
        "please " * 5000,
        "fix:\n\na" + " " * 30_000 + "b",
        "a@" * 15_000,
        "x" + "\n " * 15_000 + "y",
        "a.b" * 9000,
        "i " * 15_000,
    ],
)
def test_long_assignments_are_done_in_time(content: str) -> None:
    for kind in KINDS:
        times = []
        for _ in range(3):
            began = time.thread_time()
            done(kind, content)
            times.append(time.thread_time() - began)
        assert min(times) < 0.3, f"{kind} {content[:8]!r}: {min(times) * 1000:.0f} ms"
