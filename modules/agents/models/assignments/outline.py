"""An outline of a document: the sections that its kind has, with questions in the request's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from modules.agents.domain import Assignment
from modules.agents.models.assignments.asked import Asked, Language, asked


class Kind(Struct, frozen=True):
    """A kind of document by the words that ask for it, and its sections."""

    asks: str
    sections: dict[Language, tuple[str, ...]]


# The last one is for whatever is of no other kind.
_KINDS: Final = (
    Kind(
        r"\b(?:tests?|qa)\b|اختبار|اختبارات",
        {
            "en": (
                "What must hold",
                "Ordinary cases",
                "Wrong, missing and repeated input",
                "What is measured, and the limits",
                "What is not tested, and why",
            ),
            "ar": (
                "ما يجب أن يصح",
                "الحالات المعتادة",
                "مدخل خاطئ وناقص ومكرر",
                "ما يُقاس وحدوده",
                "ما لا يُختبر ولماذا",
            ),
        },
    ),
    Kind(
        r"\b(?:plan|roadmap|schedule|timeline)\b|خطة|جدول زمني",
        {
            "en": (
                "Goal, and what counts as done",
                "Steps, and who does them",
                "Dates, and what depends on what",
                "Risks, and what to do then",
                "Open questions",
            ),
            "ar": (
                "الهدف ومتى يعد محققا",
                "الخطوات ومن يقوم بها",
                "المواعيد وما يتوقف على غيره",
                "المخاطر وما يُفعل عندها",
                "أسئلة مفتوحة",
            ),
        },
    ),
    Kind(
        r"\b(?:e-?mail|letter|message|reply)\b|رسالة|بريد",
        {
            "en": (
                "Greeting, and the reason for writing",
                "What the reader has to know",
                "What is asked of the reader, and by when",
                "Closing",
            ),
            "ar": ("التحية وسبب الكتابة", "ما ينبغي أن يعرفه القارئ", "المطلوب من القارئ ومتى", "الخاتمة"),
        },
    ),
    Kind(
        r"\b(?:report|summary|analysis|minutes)\b|تقرير|ملخص|محضر",
        {
            "en": (
                "The result in three sentences",
                "How it was found out",
                "What was seen, with figures",
                "What follows from it",
                "What is uncertain",
            ),
            "ar": (
                "النتيجة في ثلاث جمل",
                "كيف جرى التوصل إليها",
                "ما شوهد مع الأرقام",
                "ما يترتب عليه",
                "ما هو غير مؤكد",
            ),
        },
    ),
    Kind(
        r"\b(?:readme|documentation|guide|manual|handbook)\b|دليل|توثيق",
        {
            "en": (
                "What it is, and for whom",
                "How to start, step by step",
                "An example from beginning to end",
                "What can go wrong, and the remedy",
                "Where to ask",
            ),
            "ar": (
                "ما هو ولمن",
                "كيف تبدأ خطوة خطوة",
                "مثال من البداية إلى النهاية",
                "ما قد يسوء وعلاجه",
                "أين تسأل",
            ),
        },
    ),
    Kind(
        r"\b(?:presentation|slides|talk|pitch|demo)\b|عرض",
        {
            "en": (
                "The one sentence to remember",
                "The problem, told by a person",
                "What was done",
                "The proof: a demo or a figure",
                "What is asked for",
            ),
            "ar": (
                "الجملة التي تبقى في الذاكرة",
                "المشكلة على لسان شخص",
                "ما أُنجز",
                "الدليل: عرض أو رقم",
                "المطلوب",
            ),
        },
    ),
    Kind(
        "",
        {
            "en": (
                "Purpose and readers",
                "The situation today",
                "The proposal",
                "Reasons, and what speaks against it",
                "Next steps",
            ),
            "ar": ("الغرض والقراء", "الحال اليوم", "المقترح", "الأسباب وما يعارضها", "الخطوات التالية"),
        },
    ),
)
# The name of a kind says nothing about the subject.
_NAMES: Final = re.compile("|".join(kind.asks for kind in _KINDS if kind.asks), re.IGNORECASE)
_HONEST: Final[dict[Language, str]] = {
    "en": (
        "> An outline made of your request's words, written without a language model: the text itself is yours to "
        "write, and the questions say what belongs where."
    ),
    "ar": "> هيكل من كلمات طلبك، كُتب دون نموذج لغوي: النص نفسه عليك، والأسئلة تدلك على ما يُكتب في كل جزء.",
}
_ABOUT: Final[dict[Language, str]] = {
    "en": "- What is to be said here about {words}?",
    "ar": "- ما الذي يقال هنا عن {words}؟",
}
_WORDLESS: Final[dict[Language, str]] = {
    "en": "- Two sentences on this, in your own words.",
    "ar": "- جملتان عن هذا بكلماتك أنت.",
}
_EXAMPLE: Final[dict[Language, str]] = {
    "en": "- One example that really happened, with a name, a date or a figure.",
    "ar": "- مثال واحد وقع فعلا، مع اسم أو تاريخ أو رقم.",
}


def outline(assignment: Assignment) -> str:
    request = asked(assignment)
    kind = next(kind for kind in _KINDS if re.search(kind.asks, request.subject, re.IGNORECASE))
    words = [word for word in request.words if not _NAMES.fullmatch(word)]
    parts = [f"# {request.topic}", _HONEST[request.language]]
    for place, section in enumerate(kind.sections[request.language]):
        parts.append(f"## {place + 1}. {section}\n\n{_prompts(request, _two(words, place))}")
    return "\n\n".join(parts)


def _prompts(request: Asked, words: Sequence[str]) -> str:
    language = request.language
    about = _ABOUT[language].format(words=request.quoted(words)) if words else _WORDLESS[language]
    return f"{about}\n{_EXAMPLE[language]}"


def _two(words: Sequence[str], place: int) -> list[str]:
    """Two of the words, others for each section as far as there are enough."""
    turn = (2 * place) % max(1, len(words))
    return [*words[turn:], *words[:turn]][:2]
