"""What a question is about: classified by words and phrases, in either language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from modules.simulations.offline.stacks import tools_named
from modules.simulations.offline.terms import fold, roots_of, stem, words

Intent = Literal[
    "schedule",
    "budget",
    "scope",
    "stack",
    "users",
    "design",
    "testing",
    "priorities",
    "quality",
    "feedback",
    "team",
    "blocked",
    "goal",
    "plan",
    "greeting",
    "thanks",
    "identity",
    "machine",
    "secrets",
    "memory",
]

# Single words, matched by stem, and phrases, matched as they stand; a phrase is worth more.
_SIGNS: Final[dict[Intent, tuple[str, str]]] = {
    "secrets": (
        "prompt برومبت",
        "system prompt|your instructions|previous instructions|ignore all|ignore previous|hidden "
        "instructions|your rules|were you told|developer message|text above|system message"
        "|تعليماتك|التعليمات السابقه|موجه النظام|رساله النظام|تجاهل التعليمات|اوامرك|ماذا قيل لك",
    ),
    "machine": (
        "chatgpt robot chatbot روبوت",
        "are you an ai|are you ai|are you a bot|are you real|are you human|are you a human|real "
        "person|language model"
        "|are you a machine|artificial intelligence|are you an llm|هل انت انسان|هل انت اله|هل انت "
        "حقيقي|ذكاء اصطناعي"
        "|الذكاء الاصطناعي|نموذج لغوي|شخص حقيقي|انسان حقيقي",
    ),
    "memory": (
        "",
        "did i ask|i asked you|i asked before|i ask before|do you remember|my last question|my "
        "previous question"
        "|my first question|did you say|you said|did i say|i asked earlier|ماذا سالت|عم "
        "سالت|سالتك|سؤالي السابق|سؤالي الاول"
        "|هل تذكر|ماذا قلت|سالت قبل|سالت من قبل",
    ),
    "schedule": (
        "deadline due date timeline schedule week month calendar extension delay late duration deliver "
        "متى مهلة وقت مدة أسبوع أسابيع تسليم تأخير تمديد جدول تاريخ أيام",
        "how long|how much time|when is|when do|when should|when will|when must|by when|on "
        "time|how many weeks|how many days"
        "|كم من الوقت|كم لدي|كم يوما|موعد التسليم|الموعد النهائي|موعد نهائي",
    ),
    "budget": (
        "budget cost expensive cheap afford expense ميزانية تكلفة كلفة ثمن تكاليف مصروف",
        "how much money|how much can we spend|how much may|who pays for|كم المبلغ|كم يكلف",
    ),
    "stack": (
        "technology tech stack framework library tool database language programming "
        "تقنية تقنيات إطار مكتبة مكتبات برمجة أدوات أداة",
        "which language|قاعده البيانات|قاعده بيانات|لغه البرمجه",
    ),
    "users": (
        "user audience مستخدم مستخدمين جمهور مستهدفة شريحة",
        (
            "who will use|who uses|who is it for|who is this for|for whom|who are the customers|من "
            "سيستخدم|من يستخدم|لمن هذا|لمن نبني"
        ),
    ),
    "design": (
        "design colour color font logo brand layout style ui ux mockup wireframe visual theme "
        "تصميم ألوان لون خط خطوط شعار شكل هوية مظهر",
        "look like|should it look|كيف تبدو|كيف يبدو",
    ),
    "testing": (
        "test bug coverage qa verify acceptance اختبار اختبارات أخطاء فحص قبول",
        (
            "definition of done|how do we know|is it done|acceptance criteria|know it is done|"
            "when am i done|كيف نتاكد|كيف نعرف انه|معايير القبول"
        ),
    ),
    "priorities": (
        "priority prioritise prioritize urgent critical أولوية أولويات أهم",
        "most important|what first|do first|start with|where do i start|where should i start|begin "
        "with|comes first|matters most"
        "|من اين ابدا|بماذا ابدا|ابدا اولا|ماذا اولا|الاهم",
    ),
    "quality": (
        "performance fast speed security secure accessible accessibility scale privacy gdpr latency reliable "
        "أداء سرعة أمان أمن خصوصية سريع آمن إتاحة",
        "how fast|how secure|how many users|كم مستخدما",
    ),
    "feedback": (
        "review feedback opinion مراجعة رأيك ملاحظات شيفرة كود",
        "my code|look at|what do you think|check my|is this good|my work|pull request|i finished|i "
        "have built|i built|here is my"
        "|ما رايك|انهيت|هل هذا جيد|راجع عملي|عملي",
    ),
    "team": (
        "team teammate colleague فريق زميل زملاء",
        "who else|who can i ask|who do i ask|who should i ask|work with me|من اسال|مع من|من غيرك|من معي",
    ),
    "blocked": (
        "stuck blocked confused lost عالق علقت ضائع",
        "does not work|doesn't work|not working|don't understand|do not understand|no idea|i don't "
        "know|help me|need help"
        "|can you help|لا يعمل|لا افهم|لم افهم|لا اعرف|ساعدني|احتاج مساعده|احتاج الي مساعده|تساعدني",
    ),
    "plan": (
        "milestone phase stage roadmap plan مراحل مرحلة خطة",
        "",
    ),
    "goal": (
        "goal purpose vision aim success هدف غاية رؤية نجاح",
        "what is the project|what is this project|about the project|project about|why do you|why "
        "are we|why does|point of"
        "|ما هو المشروع|ما المشروع|فكره المشروع|عن المشروع|لماذا تريد|لماذا نبني",
    ),
    "scope": (
        ("requirement scope feature functionality mandatory optional متطلبات مطلوب نطاق ميزات ميزة خصائص وظائف"),
        "do you want|do you need|do you expect|must it|must the|should it|should the|should "
        "customers|do we need|need to"
        "|what exactly|is it required|ماذا تريد|ما المطلوب|هل يجب|هل تريد|ماذا تحتاج|ماذا تتوقع|هل نحتاج",
    ),
    "identity": (
        "",
        "who are you|your name|your role|what do you do|introduce yourself|about yourself|your "
        "job|من انت|ما اسمك|ما دورك|ما عملك"
        "|عرفني بنفسك|عرف بنفسك",
    ),
    "thanks": ("thanks thank thx appreciate شكرا ممتن أشكرك", ""),
    "greeting": (
        "hi hello hey hiya مرحبا أهلا السلام سلام",
        "good morning|good afternoon|good evening|صباح الخير|مساء الخير",
    ),
}
_ROOTS: Final = {name: roots_of(signs[0]) for name, signs in _SIGNS.items()}
_PHRASES: Final = {name: tuple(phrase for phrase in signs[1].split("|") if phrase) for name, signs in _SIGNS.items()}
_ALONE: Final[tuple[Intent, ...]] = ("secrets", "machine", "memory")
_POLITE: Final[tuple[Intent, ...]] = ("thanks", "greeting")

_NUMBERS: Final = (
    ("1", "first", "one", "اول", "اولي"),
    ("2", "second", "two", "ثاني", "ثانيه"),
    ("3", "third", "three", "ثالث", "ثالثه"),
    ("4", "fourth", "four", "رابع", "رابعه"),
    ("5", "fifth", "five", "خامس", "خامسه"),
    ("6", "sixth", "six", "سادس", "سادسه"),
    ("7", "seventh", "seven", "سابع", "سابعه"),
    ("8", "eighth", "eight", "ثامن", "ثامنه"),
)
_PLACES: Final = {word: place for place, row in enumerate(_NUMBERS) for word in row}
_LAST: Final = frozenset(("last", "final", "اخير", "اخيره"))
_STEP: Final = r"(?:milestone|phase|step|stage|ال?مرحله|ال?خطوه|مرحله)"
_NUMBERED: Final = re.compile(rf"\b{_STEP}\s+(?:no\.?\s*|number\s+|رقم\s+)?#?(?:ال)?(\d+|\w+)")
_ORDINAL: Final = re.compile(rf"\b(?:ال)?(\w+)\s+{_STEP}\b")
# Arabic writes 'and' onto a name in other letters.
_SEAM: Final = re.compile(r"(?<=[\u0600-\u06ff])(?=[a-z])")
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


class Understanding(Struct, frozen=True):
    """What a question is about, loudest first; `milestone` is a place from 0, or -1 for the last."""

    intents: tuple[Intent, ...]
    milestone: int | None
    polite: tuple[Intent, ...]


def understand(question: str, stack: Sequence[str] = ()) -> Understanding:
    """`stack` are the names of technologies that a question may mention."""
    text = plain(question)
    roots = {stem(word) for word in words(question)}
    scores: dict[Intent, int] = {}
    for name, phrases in _PHRASES.items():
        score = 2 * len(roots & _ROOTS[name]) + 3 * sum(f" {phrase} " in text for phrase in phrases)
        if score:
            scores[name] = score
    if any(True for _ in tools_named(words(question))) or any(plain(tool) in text for tool in stack):
        scores["stack"] = scores.get("stack", 0) + 3
    alone = next((name for name in _ALONE if name in scores), None)
    if alone:
        return Understanding((alone,), None, ())
    polite = tuple(name for name in _POLITE if scores.pop(name, 0))
    return Understanding(_loudest(scores), _milestone(text), polite)


def _loudest(scores: dict[Intent, int]) -> tuple[Intent, ...]:
    """One subject, or two of equal weight. Nearly every question wishes for something, so scope yields."""
    others = {name: score for name, score in scores.items() if name != "scope"} or scores
    best = max(others.values(), default=0)
    return tuple(name for name, score in others.items() if score == best)[:2]


def next_place(question: str, before: int) -> int | None:
    """The milestone of a follow-up such as 'and the second?' or 'the next one?' after another one."""
    said = plain(question).split()
    bare = [word.removeprefix("و").removeprefix("ال") for word in said]
    if {"next", "after", "تالي", "تاليه", "بعدها"} & {*said, *bare}:
        return before + 1
    found = (-1 if word in _LAST else _PLACES.get(word) for word in [*said, *bare] if word != "one")
    return next((place for place in found if place is not None), None)


def plain(text: str) -> str:
    """The words of a text, folded and one space apart, with a space at both ends: for finding phrases."""
    folded = _SEAM.sub(" ", fold(text)).translate(_DIGITS)
    return " " + " ".join(re.findall(r"[\w']+", folded)) + " "


def _milestone(text: str) -> int | None:
    for pattern in (_NUMBERED, _ORDINAL):
        for word in pattern.findall(text):
            bare = word.removeprefix("ال")
            if bare in _LAST:
                return -1
            if bare in _PLACES:
                return _PLACES[bare]
            if bare.isdecimal() and len(bare) <= 3:
                return int(bare) - 1 if int(bare) > 0 else 998
    return None
