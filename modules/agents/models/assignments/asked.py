"""What a request says: its language, its subject, and the words that tell what it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from modules.agents.domain import Assignment

Language = Literal["en", "ar"]

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
ASKING: Final = re.compile(
    r"^\W*(?:(?:please|kindly|can|could|would|will|you|help|me|i|we|need|want|to|let us|let's|now|then|and)\s+)*"
    r"(?:write|create|draft|make|prepare|produce|compose|give|generate|edit|correct|fix|proofread|improve|research"
    r"|find out|look up|investigate|explore|tell)\s+(?:(?:me|us|up|a|an|the|my|our|some|about|into|out)\s+)*"
    r"|^\W*(?:(?:من فضلك|رجاء|أرجو أن|أرجو|أريد أن|أريد|نريد|هل يمكنك أن|ساعدني في)\s+)*"
    r"(?:اكتب|أنشئ|أعد|جهز|حضر|صغ|حرر|صحح|راجع|ابحث|تكتب|تبحث|كتابة|إعداد|البحث)\s+(?:(?:لي|لنا|عن|في|حول)\s+)*",
    re.IGNORECASE,
)
_STOP: Final = frozenset(
    """a about after all also an and any are as at be because been but by can could do does each every for from get
    give had has have how i if in into is it its let like make me more most much must my need new no not now of on one
    or our out over please should so some such than that the their them then there these they this to up us use very
    want was we were what when where which who why will with would write you your create draft edit research find look
    help short long
    من إلى عن على في مع هذا هذه ذلك التي الذي ما ماذا متى أين كيف كم هل لا لم لن كل بعض بين بعد قبل عند أو ثم قد هو
    هي أن إن كان لنا لي له لها به كما لكن حول أريد نريد اكتب ابحث أرجو رجاء فضلك مختصرا قصيرا""".split()
)
_LONGEST_TOPIC: Final = 90
_READ: Final = 8000
_FOLLOW_UP: Final = 2


class Asked(Struct, frozen=True):
    """`words` tell what it is about, the most frequent first; `topic` is the request without its asking."""

    language: Language
    subject: str
    topic: str
    words: list[str]

    def quoted(self, words: Sequence[str]) -> str:
        if self.language == "ar":
            return " و".join(f"«{word}»" for word in words)
        return " and ".join(f"“{word}”" for word in words)


def asked(assignment: Assignment) -> Asked:
    subject = _subject(assignment)
    return Asked(language_of(assignment.content), "\n".join(subject), _topic(subject[0]), _telling(" ".join(subject)))


def language_of(text: str) -> Language:
    return "ar" if len(_ARABIC.findall(text)) > sum(map(str.isalpha, text)) / 3 else "en"


def _subject(assignment: Assignment) -> list[str]:
    """What is asked; a request that says too little by itself goes on with the one before it."""
    if len(_telling(assignment.content)) >= _FOLLOW_UP or not assignment.history:
        return [assignment.content]
    return [assignment.history[-1].question, assignment.content]


def _topic(subject: str) -> str:
    line = next((line for line in subject.splitlines() if line.strip()), "").strip()
    sentence = re.split(r"(?<=\w\w)[.!?؟](?:\s|$)", ASKING.sub("", line, count=1), maxsplit=1)[0]
    topic = " ".join(sentence.split()).strip(" #.:،,؟?!") or line[:_LONGEST_TOPIC] or "…"
    if len(topic) > _LONGEST_TOPIC:
        head = topic[: _LONGEST_TOPIC - 1]
        topic = (head.rpartition(" ")[0] or head) + "…"
    return topic[:1].upper() + topic[1:]


def _telling(text: str) -> list[str]:
    said = [word for word in _WORD.findall(text[:_READ]) if len(word) > len("ab") and word.lower() not in _STOP]
    count = Counter(word.lower() for word in said)
    first = {word.lower(): (place, word) for place, word in reversed(list(enumerate(said)))}
    return [first[word][1] for word in sorted(count, key=lambda word: (-count[word], first[word][0]))]
