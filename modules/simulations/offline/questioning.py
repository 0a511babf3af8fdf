"""The next question of a practice interview: on the job's own words, and on what was just answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Final

from msgspec import Struct

from modules.simulations.domain import Interview
from modules.simulations.offline.intents import plain
from modules.simulations.offline.job import Job, job_of
from modules.simulations.offline.letters import shorten, tidy, written_in
from modules.simulations.offline.terms import content, is_plain, roots_of, stem, terms, words

_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d.,]*\s?%?(?![\w])")
_UNKNOWN: Final = (" don't know ", " do not know ", " no idea ", " not sure ", " لا اعرف ", " لا ادري ", " لست متاكدا ")
_WE: Final = frozenset(("we", "our", "us", "نحن", "فريقنا"))
_I: Final = frozenset(("i", "my", "me", "انا"))
_CURT, _BRIEF = 6, 12
_WORDS_OF_JOB: Final = 3
_LONGEST: Final = 40
_READ: Final = 4000
# Words of any story: a question about them would sound like a form.
_USUAL: Final = roots_of(
    "example year month week today time thing people person team part problem question answer situation result case "
    "something university company small large wrong right story lot day hour first wrote built found "
    "مثال سنة السنة الماضية شهر أسبوع يوم وقت شيء ناس شخص فريق جزء مشكلة سؤال جواب موقف نتيجة حالة شركة جامعة مثلا "
    "بنيت كتبت قلت اكتشفت عملنا فعلت وجدت انخفض أضفت استعمل أستعمل باستخدام لأنني صغيرة كبيرة"
)
# After the opening and what takes it up: what the job asks for, how one works, and the answer again.
_TURNS: Final = ("answer", "technical", "behavioural", "technical", "answer", "behavioural")
_CLOSING: Final = 10


class Questioner(Struct, frozen=True):
    job: Job
    answers: list[str]
    asked: str

    def is_new(self, question: str) -> bool:
        return plain(question) not in self.asked

    @property
    def last(self) -> str:
        return self.answers[-1] if self.answers else ""

    def turned(self, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Another job begins elsewhere in the same list."""
        turn = self.job.key % len(forms)
        return forms[turn:] + forms[:turn]


def next_question(subject: Interview) -> str:
    """At most about 60 words; none that was asked before in this interview."""
    job = job_of(subject)
    said = [turn.content for turn in subject.transcript if turn.role == "assistant"]
    questioner = Questioner(
        job,
        [turn.content for turn in subject.transcript if turn.role == "user"],
        " ".join(plain(question) for question in said),
    )
    if not said:
        return _opening(job)
    return next(question for question in _candidates(questioner) if questioner.is_new(question))


def _opening(job: Job) -> str:
    forms = job.book.interviewing
    title = shorten(job.title, _LONGEST)
    if title and written_in(title, job.book.language) and len(words(title)) > 1:
        return forms.opening.format(job=forms.the_job.format(words=_unquoted(title)))
    named = [shorten(skill, _LONGEST) for skill in job.skills[:_WORDS_OF_JOB]]
    if not named:
        return forms.opening_without_words
    joint = "، " if job.book.language == "ar" else ", "
    return forms.opening.format(job=forms.the_job.format(words=_unquoted(joint.join(named))))


def _candidates(at: Questioner) -> Iterator[str]:
    """What fits this turn best first, then everything else, then, past all of that, the answers' own words again."""
    forms = at.job.book.interviewing
    number = max(0, len(at.answers) - 1)
    if len(at.answers) == _CLOSING:
        yield forms.closing
    if any(sign in plain(at.last) for sign in _UNKNOWN):
        yield from forms.on_unknown
    if len(words(at.last)) < _CURT:
        yield from at.turned(forms.on_short)
    kinds = {"answer": _on_answer, "technical": _technical, "behavioural": _behavioural}
    turn = _TURNS[number % len(_TURNS)]
    yield from kinds[turn](at)
    for kind, questions in kinds.items():
        if kind != turn:
            yield from questions(at)
    yield forms.closing
    yield from (form.format(word=word) for word in _spoken(" ".join(at.answers)) for form in forms.on_word)
    yield from (forms.on_nothing_new.format(number=number) for number in count(len(at.answers) + 1))


def _on_answer(at: Questioner) -> Iterator[str]:
    forms, said = at.job.book.interviewing, words(at.last)
    if len(said) < _BRIEF:
        yield from at.turned(forms.on_short)
    spoken = {word.lower() for word in said}
    if spoken & _WE and not spoken & _I:
        yield from forms.on_we
    for number in _NUMBER.findall(at.last)[:1]:
        yield from (form.format(number=number.strip(" .,")) for form in at.turned(forms.on_number))
    for word in _spoken(at.last)[:2]:
        yield from (form.format(word=word) for form in at.turned(forms.on_word))


def _technical(at: Questioner) -> Iterator[str]:
    """Each skill once before any comes twice, and the field's own questions in between."""
    forms, job = at.job.book.interviewing, at.job
    patterns, of_field = at.turned(forms.technical), at.turned(forms.of_field[job.field])
    skills = [shorten(_unquoted(skill), _LONGEST) for skill in job.skills]
    for circle in range(len(patterns)):
        for place, skill in enumerate(skills):
            yield patterns[(circle + place) % len(patterns)].format(skill=skill)
            if circle == 0 and place < len(of_field):
                yield of_field[place]
    yield from of_field


def _behavioural(at: Questioner) -> Iterator[str]:
    yield from at.turned(at.job.book.interviewing.behavioural)


def _spoken(answer: str) -> list[str]:
    """The most telling words of an answer: nouns, as far as their endings tell."""
    found = terms(content(answer[:_READ]))
    return [_unquoted(term) for term in found if len(term) > len("abcd") and not _says_little(term)]


def _says_little(term: str) -> bool:
    return term.lower().endswith(("ed", "ing", "ly")) or stem(term) in _USUAL or is_plain(term)


def _unquoted(text: str) -> str:
    return tidy(text).translate(str.maketrans("“”«»{}", "''''  ")).strip()
