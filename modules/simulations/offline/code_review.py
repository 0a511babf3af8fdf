"""What a persona says about code that it was shown."""

from __future__ import annotations

import re
from typing import Final

from modules.simulations.offline.answering import Answerer
from modules.simulations.offline.code_reading import CodeReading, Noticed
from modules.simulations.offline.facts import meaning, ranked
from modules.simulations.offline.letters import joined
from modules.simulations.offline.pen import capitalised

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def review(answerer: Answerer, code: CodeReading) -> str:
    """What is in the code, one thing that is good, two or three that are not, and what it is for."""
    replies, book = answerer.replies, answerer.book
    names = [f"`{name}`" for name in code.names[: 4 if book.language == "en" else 2]]
    summary = replies.code_names if names else replies.code_nameless
    shown = code.noticed[: 2 if answerer.band == 0 else 3]
    parts = {
        "summary": summary.format(
            length=replies.code_length[code.lines != 1].format(lines=code.lines), names=joined(names, book.last)
        ),
        "strength": replies.strengths[code.strength],
        "findings": " ".join(_sentence(answerer, each) for each in shown),
        "touches": _purpose(answerer, code),
        "verdict": replies.verdicts[answerer.band] if shown else answerer.note(),
    }
    return " ".join(replies.code[answerer.role].format_map(parts).split())


def _sentence(answerer: Answerer, noticed: Noticed) -> str:
    replies = answerer.replies
    line = replies.line.format(number=noticed.line) if noticed.line else ""
    return capitalised(replies.findings[noticed.what].format(line=line)) + "."


def _purpose(answerer: Answerer, code: CodeReading) -> str:
    """The requirement whose words are in the code's names, or in the question."""
    named = meaning(" ".join(word for name in code.names for word in _WORD.findall(name)))
    matches = ranked(answerer.known, named) or answerer.matches
    fact = next((match.fact for match in matches if match.fact.kind in {"requirement", "request"}), None)
    return answerer.replies.touches.format(fact=answerer.sentence(fact.text)) if fact else ""
