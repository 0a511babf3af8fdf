"""What an intern's conversations show, without a language model: counted and compared, with real quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from modules.simulations.domain import Talks
from modules.simulations.drafts import AnalysisDraft, QuoteDraft, SkillDraft
from modules.simulations.offline.arabic import BOOK as ARABIC
from modules.simulations.offline.english import BOOK as ENGLISH
from modules.simulations.offline.forms import AnalysisForms, SoftSkill
from modules.simulations.offline.intents import plain
from modules.simulations.offline.kinds import Book
from modules.simulations.offline.letters import joined, shorten, tidy
from modules.simulations.offline.terms import roots_of, stem, stems, words

_ASKS: Final = re.compile(
    r"[?؟]|\b(?:what|why|how|who|when|where|which|could you|can you)\b|(?:ما|لماذا|كيف|متى|هل|أين)\s", re.I
)
_KIND: Final = roots_of(
    "please thanks thank sorry hello hi dear regards appreciate kindly welcome glad grateful would could "
    "شكرا رجاء فضلك تفضل مرحبا أهلا السلام عذرا آسف ممتن لطفا تحية أقدر"
)
_ROUGH: Final = roots_of("stupid idiot nonsense useless hate damn shut ridiculous garbage غبي أحمق سخيف هراء تافه اخرس")
_SHORT, _LONG = 5, 90
_FEW: Final = 3
_QUOTE: Final = 300
_READ: Final = 2000
_MOST: Final = 12
_WEAK, _STRONG = 50, 70
_SKILLS: Final[tuple[SoftSkill, ...]] = ("clarity", "questions", "politeness", "responsiveness")


class Message(NamedTuple):
    """What the intern said, to whom, and what it answers, if anything."""

    text: str
    to: str
    after: str
    searched: str


class Measured(NamedTuple):
    name: str
    score: int
    feedback: str


def analyse_talks(talks: Talks) -> AnalysisDraft:
    """Scores from 0 to 100 from what was said; each quote is the intern's own words. One message is enough."""
    book = ARABIC if talks.language == "ar" else ENGLISH
    messages = _messages(talks)
    soft = [_soft(book.analysing, skill, messages) for skill in _SKILLS]
    technical = _technical(talks, book, messages)
    overall = round(0.7 * _mean(soft) + 0.3 * _mean(technical))
    return AnalysisDraft(
        soft_skills=[SkillDraft(*each) for each in soft],
        technical_skills=[SkillDraft(*each) for each in technical],
        strengths=_remarks(book.analysing, soft, technical, range(_STRONG, 101)) or [book.analysing.no_strength],
        weaknesses=_remarks(book.analysing, soft, technical, range(_WEAK)) or [book.analysing.no_weakness],
        quotes=_quotes(book.analysing, talks, messages),
        summary=_summary(book, messages, soft),
        overall_score=overall,
    )


def _messages(talks: Talks) -> list[Message]:
    found = []
    for talk in talks.talks:
        before = ""
        for turn in talk.turns:
            if turn.role == "assistant":
                before = turn.content[:_READ]
            else:
                text = turn.content[:_READ]
                found.append(Message(text, talk.persona_name, before, plain(text)))
                before = ""
    return [message for message in found if message.text.strip()] or found


def _soft(forms: AnalysisForms, skill: SoftSkill, messages: Sequence[Message]) -> Measured:
    if skill == "responsiveness" and not any(message.after for message in messages):
        return Measured(forms.names[skill], _WEAK, forms.unanswered)
    score = _percent(
        {"clarity": _clarity, "questions": _asking, "politeness": _politeness}.get(skill, _taking_up)(messages)
    )
    band = 0 if score < _WEAK else 1 if score < _STRONG else 2
    return Measured(forms.names[skill], score, forms.remarks[skill][band])


def _clarity(messages: Sequence[Message]) -> float:
    """A message of some sentences that names what it is about; shouting and walls of words count less."""
    return _average(_clear(message.text) for message in messages)


def _clear(text: str) -> float:
    said = words(text)
    if len(said) < _SHORT:
        return 0.25 + 0.05 * len(said)
    named = min(1.0, len(stems(text)) / 4)
    too_long = max(0.0, min(0.5, (len(said) - _LONG) / 200))
    return max(0.1, 0.45 + 0.5 * named - too_long - (0.3 if _shouts(text) else 0.0))


def _asking(messages: Sequence[Message]) -> float:
    return 0.25 + 0.75 * min(1.0, 1.6 * _average(float(bool(_ASKS.search(message.text))) for message in messages))


def _politeness(messages: Sequence[Message]) -> float:
    kind = _average(float(_has(message.text, _KIND)) for message in messages)
    rough = _average(float(_has(message.text, _ROUGH) or _shouts(message.text)) for message in messages)
    return 0.55 + 0.45 * min(1.0, 1.5 * kind) - 0.6 * min(1.0, 2 * rough)


def _taking_up(messages: Sequence[Message]) -> float:
    """How much of what one was told comes back in what one says next."""
    answered = [(stems(message.text), stems(message.after)) for message in messages if message.after]
    return 0.3 + 0.7 * _average(min(1.0, len(said & heard) / 2) for said, heard in answered)


def _technical(talks: Talks, book: Book, messages: Sequence[Message]) -> list[Measured]:
    """The technologies that were talked about, most often first; of none, that the first has not come up."""
    forms, found = book.analysing, []
    for skill in _stack(talks):
        spoken = [message for message in messages if _names(message, skill)]
        if spoken:
            depth = _average(min(1.0, len(words(message.text)) / 20) for message in spoken)
            form = forms.spoken if len(spoken) > 1 else forms.spoken_once
            remark = form.format(skill=skill, count=len(spoken), who=tidy(spoken[0].to))
            found.append(
                Measured(shorten(skill, 200), _percent(0.35 + 0.1 * min(3, len(spoken)) + 0.3 * depth), remark)
            )
    if found:
        return sorted(found, key=lambda each: -each.score)[:_MOST]
    name = shorten(next(iter(_stack(talks)), forms.no_technology), 200)
    return [Measured(name, 0, shorten(forms.unspoken.format(skill=name), 500))]


def _remarks(forms: AnalysisForms, soft: Sequence[Measured], technical: Sequence[Measured], scores: range) -> list[str]:
    """Of the skills with such a score; what is said of a technology names it already."""
    said = [forms.remark.format(name=each.name, remark=each.feedback) for each in soft if each.score in scores]
    return [*said, *[each.feedback for each in technical if each.score in scores][:_FEW]]


def _quotes(forms: AnalysisForms, talks: Talks, messages: Sequence[Message]) -> list[QuoteDraft]:
    """Up to one for each thing that words can show, each from another message."""
    stack = _stack(talks)
    tests: dict[str, Callable[[Message], bool]] = {
        "question": lambda message: bool(_ASKS.search(message.text)) and len(words(message.text)) >= _SHORT,
        "technical": lambda message: any(_names(message, name) for name in stack),
        "polite": lambda message: _has(message.text, _KIND),
        "clear": lambda message: _clear(message.text) >= _STRONG / 100,
        "short": lambda message: len(words(message.text)) < _SHORT,
        "any": lambda message: True,
    }
    found: dict[str, str] = {}
    for kind, shows in tests.items():
        if kind == "any" and found:
            break
        text = next((m.text for m in messages if shows(m) and _cut(m.text) not in found), None)
        if text is not None:
            found[_cut(text)] = forms.quotes[kind]
    return [QuoteDraft(text, remark) for text, remark in found.items()]


def _cut(text: str) -> str:
    """The beginning of a message as it stands: not a letter is changed, only spaces are joined."""
    line = " ".join(text.split()) or text[:1]
    if len(line) <= _QUOTE:
        return line
    head, _, _ = line[:_QUOTE].rpartition(" ")
    return head or line[:_QUOTE]


def _summary(book: Book, messages: Sequence[Message], soft: Sequence[Measured]) -> str:
    forms = book.analysing
    people = joined(list(dict.fromkeys(tidy(message.to) for message in messages))[:6], book.last)
    ranked = sorted(soft, key=lambda each: -each.score)
    best = forms.remark.format(name=ranked[0].name, remark=ranked[0].feedback)
    worst = forms.remark.format(name=ranked[-1].name, remark=ranked[-1].feedback)
    said = forms.summary.format(count=len(messages), people=people, best=best, worst=worst)
    return " ".join([said, *([forms.few] if len(messages) < _FEW else []), forms.method])


def _stack(talks: Talks) -> list[str]:
    return [name for name in dict.fromkeys(map(tidy, talks.tech_stack)) if plain(name).strip()]


def _names(message: Message, technology: str) -> bool:
    return plain(technology) in message.searched


def _has(text: str, roots: frozenset[str]) -> bool:
    return any(stem(word) in roots for word in words(text))


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha() and letter.upper() != letter.lower()]
    return "!!" in text or (len(letters) > 2 * _SHORT and sum(map(str.isupper, letters)) > 0.7 * len(letters))


def _average(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _mean(measured: Sequence[Measured]) -> float:
    return _average([each.score for each in measured])


def _percent(share: float) -> int:
    return round(100 * max(0.0, min(1.0, share)))
