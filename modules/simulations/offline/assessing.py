"""Feedback on a practice interview: how long, how concrete and how close to the job the answers were."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from modules.simulations.domain import Assessment
from modules.simulations.drafts import FeedbackDraft
from modules.simulations.offline.intents import plain
from modules.simulations.offline.job import Job, job_of
from modules.simulations.offline.letters import joined, shorten, tidy
from modules.simulations.offline.terms import stem, stems, words

_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d.,]*\s?%?")
_EXAMPLE: Final = re.compile(
    r"\b(?:for example|for instance|e\.g\.|once|when i|when we|last (?:year|month|week|summer)|at my|in my|one day)\b"
    r"|مثلا|مثال|على سبيل|حين|عندما|ذات مرة|في السنة|في العام|العام الماضي|الشهر الماضي|في مشروع",
    re.I,
)
_RESULT: Final = re.compile(
    r"\b(?:result|so that|reduced|increased|improved|fixed|shipped|released|learned|because|therefore|instead)\b"
    r"|النتيجة|نتيجة|لأن|فأصبح|تحسن|انخفض|ازداد|أصلحت|تعلمت|بدلا",
    re.I,
)
_OWN: Final = re.compile(r"\b(?:i|my)\b|أنا|قمت|بنيت|كتبت|قررت|عملت|صممت", re.I)
_BRIEF, _FULL, _LONG = 15, 50, 180
_QUOTE: Final = 140
_MOST: Final = 4


class Answer(Struct, frozen=True):
    """One answer: how many words, and how concrete, 0 to 1."""

    text: str
    words: int
    concreteness: float


class Assessed(Struct, frozen=True):
    job: Job
    answers: list[Answer]
    named: list[str]
    unnamed: list[str]
    numbers: list[str]

    @property
    def average(self) -> int:
        return round(sum(answer.words for answer in self.answers) / max(1, len(self.answers)))

    def listed(self, said: list[str]) -> str:
        opening, closing = self.job.book.lines.quotes
        return joined([f"{opening}{shorten(each, 40)}{closing}" for each in said[:_MOST]], self.job.book.last)


def assess(subject: Assessment) -> FeedbackDraft:
    """A score from 0 to 10 by length, examples, figures and skills named: words are counted, and it says so."""
    at = _assessed(subject)
    return FeedbackDraft(
        overall_score=_score(at),
        went_well=_went_well(at),
        improvements=_improvements(at),
        communication=_communication(at),
        technical_accuracy=_accuracy(at),
    )


def _assessed(subject: Assessment) -> Assessed:
    job = job_of(subject)
    answers = [_answer(turn.content) for turn in subject.transcript if turn.role == "user"]
    whole = " ".join(answer.text for answer in answers)
    said, roots = plain(whole), stems(whole)
    named = [skill for skill in job.skills if plain(skill) in said or stem(skill) in roots]
    numbers = list(dict.fromkeys(number.strip(" .,") for number in _NUMBER.findall(whole)))
    return Assessed(job, answers, named, [skill for skill in job.skills if skill not in named], numbers)


def _answer(text: str) -> Answer:
    signs = (_EXAMPLE.search(text), _RESULT.search(text), _NUMBER.search(text), _OWN.search(text))
    return Answer(tidy(text), len(words(text)), sum(map(bool, signs)) / len(signs))


def _score(at: Assessed) -> int:
    """Four points for saying enough, four for being concrete, two for the skills that the job asks for."""
    if not any(answer.words for answer in at.answers):
        return 0
    count = len(at.answers)
    length = sum(min(1.0, answer.words / _FULL) for answer in at.answers) / count
    concrete = sum(answer.concreteness for answer in at.answers) / count
    skills = min(1.0, len(at.named) / min(3, max(1, len(at.job.skills))))
    return round(4 * length + 4 * concrete + 2 * skills)


def _went_well(at: Assessed) -> list[str]:
    forms = at.job.book.interviewing
    best = max(at.answers, key=lambda answer: (answer.concreteness, answer.words), default=None)
    found = []
    if best and best.concreteness >= 0.5 and best.words >= _BRIEF:
        found.append(forms.concrete.format(quote=_quoted(best)))
    if at.named:
        found.append(forms.named.format(skills=at.listed(at.named)))
    if at.numbers:
        found.append(forms.figures.format(numbers=at.listed(at.numbers)))
    return found or [forms.took_part.format(count=len(at.answers))]


def _improvements(at: Assessed) -> list[str]:
    forms = at.job.book.interviewing
    vague = min(at.answers, key=lambda answer: (answer.concreteness, answer.words), default=None)
    found = []
    if vague and vague.text and (vague.concreteness < 0.5 or vague.words < _BRIEF):
        found.append(forms.stays_general.format(quote=_quoted(vague)))
    if at.average < _BRIEF:
        found.append(forms.short.format(words=at.average))
    if not at.numbers:
        found.append(forms.no_figures)
    if not any(_EXAMPLE.search(answer.text) for answer in at.answers):
        found.append(forms.no_example)
    if at.unnamed:
        found.append(forms.not_named.format(skills=at.listed(at.unnamed)))
    return found or [forms.go_further]


def _communication(at: Assessed) -> str:
    forms = at.job.book.interviewing
    shape = forms.short_ones if at.average < _BRIEF else forms.long_ones if at.average > _LONG else forms.even
    example = "" if any(_EXAMPLE.search(answer.text) for answer in at.answers) else forms.no_example
    return forms.communication.format(count=len(at.answers), words=at.average, shape=shape, example=example).strip()


def _accuracy(at: Assessed) -> str:
    forms = at.job.book.interviewing
    spoken = forms.accuracy_named.format(skills=at.listed(at.named)) if at.named else forms.accuracy_none
    return f"{spoken} {forms.method}"


def _quoted(answer: Answer) -> str:
    """The candidate's words as they stand, from the beginning; only their quotation marks become single ones."""
    return shorten(answer.text, _QUOTE).translate(str.maketrans("“”«»", "‘’‘’"))
