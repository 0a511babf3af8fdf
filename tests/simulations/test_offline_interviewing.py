"""Practice interviews without a language model."""

from __future__ import annotations

import itertools
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.simulations.domain import Assessment, Interview, Language, Turn
from modules.simulations.drafts import FeedbackDraft
from modules.simulations.offline import interview
from modules.simulations.offline.letters import arabic_share
from tests.simulations.asking import LANGUAGES

JOBS: dict[Language, str] = {
    "en": (
        "Junior backend developer\nYou build APIs with Python, FastAPI and PostgreSQL for our parcel tracking, write "
        "tests with pytest, and talk to drivers about what they need. Docker is a plus."
    ),
    "ar": (
        "متدرب في تطوير الأنظمة الخلفية: نبحث عن شخص يبني واجهات برمجية باستخدام Python وPostgreSQL لخدمة الشحن، ويكتب "
        "الاختبارات ويتحدث مع السائقين عن حاجاتهم."
    ),
}
GOOD = (
    "Last year I built a small API with FastAPI and PostgreSQL for the library of my university. We had 300 loans, "
    "and I reduced the slowest request from 900 ms to 120 ms, because one query had no index. For example, the list of "
    "overdue books read the whole table; the result was that the desk stopped printing it at night."
)
ANSWERS: dict[Language, list[str]] = {
    "en": [GOOD, "We worked in a team.", "I don't know.", "ok", "I tested it with pytest and a database of its own."],
    "ar": [
        "بنيت في السنة الماضية خدمة بلغة Python فيها 300 طلب في اليوم، وانخفض الزمن.",
        "عملنا معا.",
        "لا أعرف",
        "نعم",
    ],
}


def asked(transcript: list[Turn], *, language: Language = "en", job: str | None = None) -> str:
    said = interview(Interview(job_description=job or JOBS[language], language=language, transcript=transcript))
    assert isinstance(said, str)
    return said


def held(answers: list[str], count: int, *, language: Language = "en", job: str | None = None) -> list[Turn]:
    """An interview of so many questions, answered by the answers in turn."""
    transcript: list[Turn] = []
    for answer in itertools.islice(itertools.cycle(answers), count):
        transcript += [Turn("assistant", asked(transcript, language=language, job=job)), Turn("user", answer)]
    return transcript


def questions(transcript: list[Turn]) -> list[str]:
    return [turn.content for turn in transcript if turn.role == "assistant"]


def judged(*answers: str, language: Language = "en", job: str | None = None) -> FeedbackDraft:
    transcript = [turn for answer in answers for turn in (Turn("assistant", "And then?"), Turn("user", answer))]
    said = interview(Assessment(job_description=job or JOBS[language], language=language, transcript=transcript))
    assert isinstance(said, FeedbackDraft)
    assert msgspec.convert(msgspec.to_builtins(said), FeedbackDraft) == said
    return said


def test_the_first_question_greets_and_opens_on_the_job_s_own_words() -> None:
    first = asked([])
    assert first.startswith("Hello")
    assert "Junior backend developer" in first
    assert first.endswith("?")
    assert "تطوير الأنظمة الخلفية" in asked([], language="ar")


def test_no_question_comes_twice_in_twelve_and_none_is_long() -> None:
    for language in LANGUAGES:
        for answers in (ANSWERS[language], ANSWERS[language][:1], ANSWERS[language][-1:]):
            said = questions(held(answers, 12, language=language))
            assert len(set(said)) == 12
            assert max(len(question.split()) for question in said) <= 60


def test_technical_and_behavioural_questions_mix() -> None:
    said = questions(held([GOOD], 8))
    skills = ("Python", "FastAPI", "PostgreSQL", "pytest", "Docker")
    assert sum(any(skill in question for skill in skills) for question in said) >= 2
    assert (
        sum(
            any(word in question for word in ("Tell me about", "Describe", "When did", "tasks", "learned"))
            for question in said
        )
        >= 2
    )


def test_a_follow_up_takes_up_what_was_answered() -> None:
    opening = Turn("assistant", asked([]))
    assert "300" in asked(
        [opening, Turn("user", "We had 300 loans a day in the library, and I wrote the importer for them all.")]
    )
    word = asked(
        [
            opening,
            Turn("user", "I wrote an importer for the archive that reads scanned postcards and sorts them by village."),
        ]
    )
    assert any(spoken in word for spoken in ("importer", "archive", "scanned", "postcards", "village")), word
    assert "“we”" in asked(
        [opening, Turn("user", "We planned the whole thing together, built and shipped and presented it in our team.")]
    )


def test_a_short_answer_is_dug_into_and_ignorance_is_respected() -> None:
    opening = Turn("assistant", asked([]))
    short = asked([opening, Turn("user", "Yes.")])
    assert any(sign in short for sign in ("brief", "more", "story"))
    later = asked([*held([GOOD], 3), Turn("assistant", "And now?"), Turn("user", "Sometimes.")])
    assert any(sign in later for sign in ("brief", "more", "story")), later
    unknown = asked([opening, Turn("user", "I don't know.")])
    assert "honest" in unknown or "Nobody knows everything" in unknown


def test_a_figure_that_nobody_named_is_not_asked_about() -> None:
    for language, job in itertools.product(LANGUAGES, ("?", None)):
        said = questions(held(ANSWERS[language][3:4], 40, language=language, job=job))
        assert len(set(said)) == 40
        assert not [question for question in said if "You named a figure" in question or "ذكرت الرقم" in question]


def test_who_said_our_is_not_told_to_have_said_we() -> None:
    opening = Turn("assistant", asked([]))
    said = asked([opening, Turn("user", "Our team planned the whole thing, built it, shipped it and presented it.")])
    assert "You said “we”" not in said


def test_two_jobs_are_asked_about_differently() -> None:
    design = "Product designer\nYou draw prototypes in Figma, test them with five people and talk to developers."
    backend = set(questions(held([GOOD], 6)))
    assert len(backend & set(questions(held([GOOD], 6, job=design)))) <= 2


def test_the_same_interview_goes_on_in_the_same_way() -> None:
    assert held([GOOD], 6) == held([GOOD], 6)


def test_an_arabic_interview_is_held_in_arabic() -> None:
    for question in questions(held(ANSWERS["ar"], 12, language="ar")):
        assert arabic_share(question) >= 0.8, question


def test_an_english_job_description_can_be_talked_about_in_arabic() -> None:
    for question in questions(held(ANSWERS["ar"], 8, language="ar", job=JOBS["en"])):
        assert arabic_share(question) >= 0.7, question


def test_a_concrete_answer_scores_high_and_is_quoted() -> None:
    feedback = judged(GOOD, GOOD.replace("Last year", "At my first job"))
    assert feedback.overall_score >= 8
    assert any("Last year I built a small API" in line or "At my first job" in line for line in feedback.went_well)
    assert any("“FastAPI”" in line and "“PostgreSQL”" in line for line in feedback.went_well)


def test_an_empty_phrase_scores_low_and_is_told_what_is_missing() -> None:
    feedback = judged("We worked well.", "It was good.")
    assert feedback.overall_score <= 2
    said = " ".join(feedback.improvements)
    assert "“It was good.”" in said or "“We worked well.”" in said
    assert "figure" in said
    assert "“Python”" in said


def test_feedback_on_one_word_and_on_two_skills_is_counted_right() -> None:
    said = " ".join(judged("ok").improvements)
    assert "“Python”, “FastAPI”" in said
    assert "speak of it" not in said
    assert "1 words" not in said + judged("ok").communication


def test_a_better_interview_scores_higher() -> None:
    scores = [
        judged(*answers).overall_score
        for answers in (["ok"], ["We used Python."], ["I built an API with Python because it was slow."], [GOOD])
    ]
    assert scores == sorted(scores)
    assert scores[0] == 0
    assert scores[-1] >= 8


def test_feedback_admits_that_it_cannot_judge_what_is_right() -> None:
    assert "somebody who knows the field has to judge" in judged(GOOD).technical_accuracy
    assert "يحكم فيها من يعرف المجال" in judged("بنيت خدمة", language="ar").technical_accuracy


def test_arabic_feedback_is_written_in_arabic() -> None:
    feedback = judged(*ANSWERS["ar"], language="ar")
    for text in [*feedback.went_well, *feedback.improvements, feedback.communication]:
        assert arabic_share(text) >= 0.7, text
    assert feedback.overall_score > judged("نعم", language="ar").overall_score


@settings(max_examples=80, deadline=None)
@given(
    job=st.text(min_size=1, max_size=300),
    answers=st.lists(st.text(max_size=200), min_size=1, max_size=4),
    language=st.sampled_from(LANGUAGES),
)
def test_any_job_and_any_answers_make_an_interview(job: str, answers: list[str], language: Language) -> None:
    transcript = held(answers, 5, language=language, job=job)
    said = questions(transcript)
    assert len(set(said)) == 5
    assert max(len(question.split()) for question in said) <= 60
    assert all(question.strip() for question in said)
    judged(*answers, language=language, job=job)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_job_descriptions_and_long_interviews_are_answered_in_time(language: Language) -> None:
    job = (JOBS[language] + " ") * 30
    transcript = held(ANSWERS[language], 3, language=language, job=job[:8000]) * 20
    for ask in (Interview, Assessment):
        subject = ask(job_description=job[:8000], language=language, transcript=[*transcript, Turn("user", GOOD * 20)])
        times = []
        for _ in range(3):
            began = time.thread_time()
            interview(subject)
            times.append(time.thread_time() - began)
        assert min(times) < 0.15, f"{min(times) * 1000:.0f} ms"
