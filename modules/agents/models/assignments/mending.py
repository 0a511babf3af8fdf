"""Plain mends of a text: what no reader would argue about. Style, meaning and length stay as they are."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from msgspec import Struct

from modules.agents.domain import Assignment
from modules.agents.models.assignments.asked import ASKING, Language, language_of


class Mend(Struct, frozen=True):
    """What is looked for, what it becomes (its first group in capitals where that is None), and its name."""

    pattern: str
    becomes: str | None
    name: dict[Language, str]


_MENDS: Final = (
    Mend(
        r"(?<![ \t\u00a0])[ \t\u00a0]+(?=\n|\Z)",
        "",
        {"en": "spaces at ends of lines removed", "ar": "مسافات في آخر الأسطر حُذفت"},
    ),
    Mend(r"(?<=\S)[ \t\u00a0]{2,}(?=\S)", " ", {"en": "superfluous spaces removed", "ar": "مسافات زائدة حُذفت"}),
    Mend(
        r"(?<=[^\W\d_]) +(?=[,;،؛]|[:!?.؟](?:\s|\Z))",
        "",
        {"en": "spaces before punctuation removed", "ar": "مسافات قبل علامات الترقيم حُذفت"},
    ),
    Mend(r"([!?؟،,])\1+", r"\1", {"en": "repeated punctuation reduced", "ar": "علامات ترقيم مكررة اختُصرت"}),
    Mend(
        r"(?<=[^\W\d_]{2})([,;،؛؟])(?=[^\W\d_])",
        r"\1 ",
        {"en": "spaces after punctuation added", "ar": "مسافات بعد علامات الترقيم أُضيفت"},
    ),
    Mend(
        r"(?i)\b(?!(?:that|had)\b)([^\W\d_]{2,})(?:[ \t]+\1\b)+",
        r"\1",
        {"en": "doubled words removed", "ar": "كلمات مكررة حُذفت"},
    ),
    Mend(r"(?<![\w.])i(?=['’](?:m|ve|ll|d)\b| [a-z])", "I", {"en": "“i” made “I”", "ar": "الحرف «i» كُتب كبيرا"}),
    Mend(
        r"(?:\A|(?<=[a-z]{3}[.!?]\s)(?<!etc\.\s)|(?<=\n\n))([a-z])(?=[a-z]*[ ,])",
        None,
        {"en": "capitals at the beginning of sentences", "ar": "حروف كبيرة في بداية الجمل"},
    ),
    Mend(
        r"(?<=[\u0600-\u06ff]),(?=\s)",
        "،",
        {"en": "Latin commas in Arabic replaced", "ar": "فواصل لاتينية في نص عربي أُبدلت"},
    ),
    Mend(
        r"(?<=[\u0600-\u06ff])\?",
        "؟",
        {"en": "Latin question marks in Arabic replaced", "ar": "علامات استفهام لاتينية في نص عربي أُبدلت"},
    ),
)
# Code, addresses and names in backticks stay as they are.
_FIXED: Final = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,64}\.\w+", re.DOTALL
)
_GIVEN: Final = (
    r"\n[ \t]*\n(.+)\Z",
    r"[:：][ \t]*\n(.+)\Z",
    r"\A[^\n:]{0,80}[:：][ \t]+(\S+(?:\s+\S+){2,})\Z",
)
# Letters that no alphabet uses begin here; there are more of them than a request can hold of different ones.
_PRIVATE: Final = 0xF0000
_RULE: Final = "\n\n---\n\n"
_NO_TEXT: Final[dict[Language, str]] = {
    "en": (
        "I found no text to edit. Put it after a blank line or after a colon, and you get it back mended, with a list "
        "of what was changed."
    ),
    "ar": "لم أجد النص المطلوب تحريره. ضعه بعد سطر فارغ أو بعد نقطتين، وسأعيده مصححا مع قائمة بما تغير.",
}
_CHANGED: Final[dict[Language, str]] = {"en": "What was changed:", "ar": "ما تغير:"}
_UNCHANGED: Final[dict[Language, str]] = {
    "en": "Nothing plain was wrong: neither spacing nor doubled words nor capitals.",
    "ar": "لم أجد ما يُصحح من المسافات والتكرار وبدايات الجمل.",
}
_HONEST: Final[dict[Language, str]] = {
    "en": (
        "This was done without a language model: only plain things were mended; style, meaning and length are as they "
        "were."
    ),
    "ar": "أُنجز هذا دون نموذج لغوي: صُححت الأمور البسيطة وحدها، أما الأسلوب والمعنى والطول فلم تُمس.",
}


def mended(assignment: Assignment) -> str:
    """The text, then what was changed; where no text is given, how to give one."""
    language, text = language_of(assignment.content), _given(assignment)
    if text is None:
        return _NO_TEXT[language]
    whole, changes = _repaired(text, language)
    listed = (
        "\n".join([_CHANGED[language], *(f"- {change}" for change in changes)]) if changes else _UNCHANGED[language]
    )
    return f"{whole}{_RULE}{listed}\n\n{_HONEST[language]}"


def _given(assignment: Assignment) -> str | None:
    """After a blank line, after a colon; else the last answer of the session; else the request, if it asks nothing."""
    content = assignment.content.strip()
    for pattern in _GIVEN:
        found = re.search(pattern, content, re.DOTALL)
        if found:
            return found[1].strip("\n")
    replies = [exchange.reply for exchange in assignment.history if exchange.reply and exchange.reply.strip()]
    if replies:
        return replies[-1].split(_RULE)[0]
    return None if ASKING.match(content) else content or None


def _repaired(text: str, language: Language) -> tuple[str, list[str]]:
    """The text with its mends, and how many of each; one letter that it does not use holds the place of what stays."""
    fixed, count = _FIXED.findall(text), Counter[str]()
    mark = next(letter for letter in map(chr, range(_PRIVATE, _PRIVATE + len(text) + 1)) if letter not in text)
    whole = _FIXED.sub(mark, text)
    for mend in _MENDS:
        becomes = mend.becomes
        whole, times = re.subn(mend.pattern, (lambda m: m[1].upper()) if becomes is None else becomes, whole)
        count[mend.name[language]] += times
    kept = iter(fixed)
    whole = re.sub(mark, lambda _: next(kept), whole)
    return whole, [f"{name}: {times}" for name, times in count.items() if times]
