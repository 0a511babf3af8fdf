"""What a persona tells only to those who ask: the known fact that a question comes closest to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from modules.simulations.offline.answering import Answerer
from modules.simulations.offline.facts import meaning
from modules.simulations.offline.intents import plain
from modules.simulations.offline.letters import pick, tidy
from modules.simulations.offline.memory import Memory
from modules.simulations.offline.terms import roots_of


class Aspect(NamedTuple):
    """The words that ask about one side of a project, and those of a fact that answers them."""

    asks: frozenset[str]
    tells: frozenset[str]


_ASPECTS: Final = (
    Aspect(
        roots_of(
            "decide decision sign signature approve approval accept acceptance authority يقرر قرار يوقع توقيع "
            "يوافق موافقة قبول اعتماد"
        ),
        roots_of("sign signature acceptance approve approved committee deputy توقيع توقيعين القبول لجنة يقرها نائبه"),
    ),
    Aspect(
        roots_of("deadline date due postpone extension extend schedule موعد الموعد تأجيل تمديد مهلة تاريخ"),
        roots_of("date contract deadline extend extended الموعد عقد تمديده مهلة"),
    ),
    Aspect(
        roots_of("budget money cost price spend expensive ميزانية مال تكلفة كلفة ثمن تكاليف"),
        roots_of("budget money euro cent dollar charge paid ميزانية مال دولار دولارا يحاسب يُدفع"),
    ),
    Aspect(
        roots_of(
            "data file record export archive spreadsheet excel source format بيانات ملف ملفات سجلات جدول "
            "أرشيف مصدر صيغة"
        ),
        roots_of(
            "spreadsheet record archive column file source folder data سجلات السجلات جدول الأرشيف أعمدته عمود "
            "ملف المصدر مجلد"
        ),
    ),
    Aspect(
        roots_of("against resistance oppose opinion convince adoption doubt يعارض معارضة رأي إقناع تردد"),
        roots_of("against doubt convince win يعارضه تكسبه"),
    ),
    Aspect(
        roots_of("earlier previous attempt tried failed history سابقة محاولة سابقا فشل جربتم"),
        roots_of("attempt abandoned failed سبقت المحاولة محاولة"),
    ),
    Aspect(
        roots_of(
            "privacy personal legal law rule regulation gdpr licence consent forbidden allowed خصوصية قانون "
            "قواعد رخصة حقوق ممنوع مسموح"
        ),
        roots_of(
            "deleted promised promise legal licence licensed auditor committee rule lawyer right privacy "
            "تُحذف وعد وُعد حقوق رخصته مرخص قواعد القانوني المدققون الخصوصية المحامون يجوز"
        ),
    ),
    Aspect(
        roots_of(
            "constraint limit limitation restriction device browser server network hardware deploy release "
            "infrastructure قيود قيد أجهزة جهاز متصفح خادم شبكة نشر إصدار"
        ),
        roots_of(
            "server tablet browser network wireless connection reception keyboard device phone deploy release "
            "limited الخادم لوحية متصفحها الشبكة تغطية مفاتيح الجهاز هاتفا الهواتف ينشر إصدار محدود"
        ),
    ),
    Aspect(
        roots_of("available reach absent holiday vacation away متاح غائب غياب إجازة أصل"),
        roots_of("reached deputy absent holiday يغيب نائبه غائب"),
    ),
    Aspect(
        roots_of("figure measure metric baseline compare statistic أرقام قياس مقارنة إحصاء مؤشر"),
        roots_of("counted figure measured baseline يُحص أرقام الأرقام"),
    ),
)
_WHATEVER: Final = (
    "should i know|i should know|need to know|must i know|anything else|something else|what else|not in the brief"
    "|be aware|watch out|keep in mind|who decides|last word|what do you know|any surprises|is there a catch"
    "|in no document"
    "|يجب ان اعرف|يجب ان اعرفه|ينبغي ان اعرف|ينبغي ان اعرفه|علي ان اعرف|شيء اخر|شيئا اخر|ماذا ايضا|من يقرر|ليس في الوصف"
    "|ماذا تعرف|ما الذي تعرفه|انتبه له|هل هناك مفاجات"
).split("|")
_WHY: Final = frozenset(("why", "لماذا", "ليش", "لم"))
_FEW: Final = 2


class Told(NamedTuple):
    """What introduces a fact, and the fact, word for word; without one there is nothing to tell."""

    opening: str
    fact: str


def tell(answerer: Answerer, memory: Memory) -> Told | None:
    """The closest of what is known; to one who asks for anything at all, what was not told yet."""
    known, replies = answerer.conversation.known, answerer.replies
    fresh = [fact for fact in known if not any(tidy(fact) in tidy(answer) for answer in memory.answers)]
    general = _asks_generally(answerer)
    fact = _closest(fresh, answerer) or _closest(known, answerer) or (next(iter(fresh), None) if general else None)
    if fact is not None:
        return Told(pick(replies.told[answerer.role], answerer.key), tidy(fact))
    return Told(replies.told_all[answerer.role], "") if _asks_for_anything(answerer) else None


def _asks_for_anything(answerer: Answerer) -> bool:
    asked = plain(answerer.conversation.question)
    return any(f" {phrase} " in asked for phrase in _WHATEVER)


def _asks_generally(answerer: Answerer) -> bool:
    """A bare 'why?' as well: one that says why what does not work is a question of its own."""
    said = set(plain(answerer.conversation.question).split())
    return _asks_for_anything(answerer) or (bool(said & _WHY) and len(_words(answerer.asked)) <= _FEW)


def _closest(facts: Sequence[str], answerer: Answerer) -> str | None:
    asked = answerer.asked
    own = _words(asked)
    best, most = None, 0
    for fact in facts:
        roots = meaning(fact)
        shared = len(_words(roots) & own)
        aspects = sum(bool(asked & aspect.asks) and bool(roots & aspect.tells) for aspect in _ASPECTS)
        if not (aspects or shared >= _FEW or (shared and len(own) <= _FEW)):
            continue
        if 2 * shared + aspects > most:
            best, most = fact, 2 * shared + aspects
    return best


def _words(roots: frozenset[str]) -> frozenset[str]:
    return frozenset(root for root in roots if not root.startswith("#"))
