"""What a simulation says, piece by piece, and which piece a question is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Final, Literal

from msgspec import Struct

from modules.simulations.domain import Conversation
from modules.simulations.offline.terms import clauses, roots_of, stem, stems, words
from modules.simulations.offline.triggers import CAPABILITIES

Kind = Literal["requirement", "quality", "milestone", "technology", "overview", "request"]
_ASKING: Final = roots_of("""
    exactly build want happen handle write work project tell explain know think question answer ask mean please
    second third first next describe start thing way part use using milestone phase step idea help show do say
    important سؤال أسأل تسأل تريد أريد يحدث أتعامل أكتب أعمل مشروع أخبرني اشرح تعرف أعرف تقصد رأيك شيء طريقة أبدأ
    استخدم أستخدم ثانية ثالثة منتج يستخدم سيستخدم حدثني مرحلة خطوة بالضبط تفعل أفعل تقول نفعل كتابة
""")
_TWO: Final = 2
_PART: Final = 0.3


class Fact(Struct, frozen=True):
    kind: Kind
    text: str
    roots: frozenset[str]
    place: int = 0


class Match(Struct, frozen=True):
    """A fact and how much it shares with a question: firmly, at least two roots; closely, a good part of it."""

    fact: Fact
    score: float
    is_firm: bool
    is_close: bool


def meaning(text: str) -> frozenset[str]:
    """The stems of a text and the capabilities that they point to: 'pay' and 'يدفع' meet in the latter."""
    roots = stems(text)
    return roots | {f"#{name}" for name, triggers in CAPABILITIES.items() if roots & triggers}


def asked_about(question: str) -> frozenset[str]:
    """The meaning of a question, without the words that only ask."""
    return meaning(" ".join(word for word in words(question) if not only_asks(word)))


def only_asks(word: str) -> bool:
    return stem(word) in _ASKING


def facts(conversation: Conversation) -> list[Fact]:
    found = [Fact("requirement", text, meaning(text)) for text in conversation.functional_requirements]
    found += [Fact("quality", text, meaning(text)) for text in conversation.non_functional_requirements]
    for place, milestone in enumerate(conversation.milestones):
        whole = " ".join((milestone.title, milestone.description, *milestone.deliverables))
        found.append(Fact("milestone", milestone.title, meaning(whole), place))
    found += [Fact("technology", text, meaning(text)) for text in conversation.tech_stack]
    required = " ".join(conversation.functional_requirements)
    rest = (clause for clause in clauses(conversation.project_context) if clause not in required)
    found += [Fact("request", text, meaning(text)) for text in rest]
    return [fact for fact in found if fact.text.strip()]


def ranked(known: Sequence[Fact], question: frozenset[str]) -> list[Match]:
    """Facts by what they share with the question; what few facts say counts more (idf), a short fact a little."""
    frequency = Counter(root for fact in known for root in fact.roots)
    matches = []
    for fact in known:
        shared = fact.roots & question
        if shared:
            score = sum(log(1 + len(known) / frequency[root]) for root in shared)
            firm = len(shared) >= _TWO
            close = firm or len(shared) >= _PART * sum(not root.startswith("#") for root in question)
            matches.append(Match(fact, score / (1 + 0.02 * len(fact.roots)), firm, close))
    return sorted(matches, key=lambda match: -match.score)


def best(matches: Sequence[Match], *kinds: Kind, firmly: bool = False) -> Fact | None:
    return next((m.fact for m in matches if m.fact.kind in kinds and (m.is_firm if firmly else m.is_close)), None)
