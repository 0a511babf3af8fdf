"""Where a work speaks of what a criterion says: words on both sides, by what they stand for, and their lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from modules.simulations.domain import Verdict, Work
from modules.simulations.offline.letters import arabic_share, is_arabic
from modules.simulations.offline.lexicon import meaning_of
from modules.simulations.offline.terms import is_plain, words

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[\u0600-\u06ff]+|[^\W\d_a-zA-Z\u0600-\u06ff]+")
# Code that says these words and shows nothing of the kind has only promised it. By a meaning of the lexicon.
_SHOWN: Final[dict[str, re.Pattern[str]]] = {
    "=test": re.compile(r"\bdef test_|\b(?:it|test|describe)\s*\(\s*[\"'`]|@Test\b|\bassert\b|\bexpect\s*\("),
    "=refuse": re.compile(
        r"\b(?:raise|throw|reject|required|CHECK|check|NOT NULL|not null)\b|\b4[0-2]\d\b|\bif\b[^\n]{0,60}\breturn\b"
    ),
    "=error": re.compile(r"\b(?:raise|throw|except|catch|rescue|panic|error|Error|onerror|fail)\b|\b[45]\d\d\b"),
    "=validate": re.compile(
        r"\b(?:CHECK|check|pattern|required|min_?length|max_?length|minLength|maxLength|if not|len|test|fullmatch"
        r"|schema|validate\w*)\b|\bif\s*\(\s*!"
    ),
}
# What a word of code stands for besides what it says: the lexicon has one meaning a word.
_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "raise": ("=refuse",),
    "throw": ("=refuse",),
    "check": ("=refuse", "=constraint"),
    "required": ("=refuse", "=constraint"),
    "unique": ("=twice", "=constraint"),
    "primary": ("=twice", "=constraint"),
    "conflict": ("=twice",),
    "disabled": ("=twice",),
    "commit": ("=transaction",),
    "begin": ("=transaction",),
    "mutex": ("=transaction",),
    "len": ("=validate",),
    "fullmatch": ("=validate",),
    "pattern": ("=validate",),
    "tabindex": ("=keyboard",),
    "onkeydown": ("=keyboard",),
    "keydown": ("=keyboard",),
    "media": ("=phone",),
    "srcset": ("=phone", "=image"),
    "img": ("=image",),
    "href": ("=link",),
    "timestamptz": ("=time",),
    "datetime": ("=time",),
}
# What a line shows by its form, also where it only repeats a criterion.
_FORMAL: Final = frozenset(("=list", "=table", "=open"))
_BULLET: Final = re.compile(r"[-*•]\s|\d+[.)]\s")
_BLOCK: Final = 12
_MOST_BLOCKS: Final = 16
_MOST_LINES: Final = 8
_COPIED: Final = 0.8
_COPY: Final = 3
_OWN_LINES: Final = 2
_MET: Final = (0.5, 0.75, 0.35)
_PARTLY: Final = (0.25, 0.4)
_PLAIN: Final = 0.5
_FOREIGN: Final = 0.25
_TRACE: Final = 0.05
_SAMPLE: Final = 4000


class Found(Struct, frozen=True):
    """How much of a criterion a work speaks of: its words that were found and those that were not."""

    verdict: Verdict
    lines: list[int]
    found: list[str]
    absent: list[str]
    lacks: str | None = None
    """What the code would have to show and does not, though it speaks of it."""


class Index(Struct, frozen=True):
    """The lines of a work, from 1, by what they speak of, and the windows that those lines belong to."""

    lines: dict[str, list[int]]
    windows: dict[str, frozenset[int]]
    lacking: frozenset[str]
    is_arabic: bool | None
    """Whether the work is in Arabic letters; None for one in both, or in none."""
    first: int | None


def index_of(work: Work, criteria: Sequence[dict[str, str]], *, is_code: bool) -> Index:
    """A criterion that is only copied into the work is no evidence; as a heading over something it is."""
    known: dict[str, tuple[str, ...]] = {}
    read = {line: _meanings(line, known) for line in dict.fromkeys(work.lines)}
    said = [read[line] for line in work.lines]
    copies = _copies(work.lines, read, criteria)
    wanted = frozenset(meaning for criterion in criteria for meaning in criterion)
    where: dict[str, list[int]] = {}
    for number, meanings in enumerate(said, start=1):
        if meanings and number not in copies:
            for meaning in meanings & wanted:
                where.setdefault(meaning, []).append(number)
    return Index(
        where,
        {meaning: _spread(numbers) for meaning, numbers in where.items()},
        _lacking(work.code, wanted) if is_code else frozenset(),
        _script(work.code),
        next((number for number, meanings in enumerate(said, start=1) if meanings and number not in copies), None),
    )


def _script(text: str) -> bool | None:
    share = arabic_share(text[:_SAMPLE])
    return False if share < _TRACE else True if share > 1 - _TRACE else None


def _lacking(code: str, wanted: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name, pattern in _SHOWN.items() if name in wanted and not pattern.search(code))


def wanted_of(criterion: str) -> dict[str, str]:
    """What a criterion speaks of, each with the word that says so, in its order."""
    found: dict[str, str] = {}
    for word in words(criterion):
        meaning = meaning_of(word)
        if meaning is not None:
            found.setdefault(meaning, word)
    return found


def compare(wanted: dict[str, str], index: Index) -> Found:
    if not wanted:
        verdict: Verdict = "partly" if index.first else "missing"
        return Found(verdict, [index.first] if index.first else [], [], [])
    weights = {meaning: _weight(meaning, word, index) for meaning, word in wanted.items()}
    together, block = _densest(weights, index)
    whole = sum(weights.values())
    near = together / whole
    anywhere = sum(weight for meaning, weight in weights.items() if meaning in index.lines) / whole
    verdict = _verdict(near, anywhere)
    present = [meaning for meaning in wanted if meaning in index.lines]
    needed = ("=test",) if "=test" in wanted else wanted  # a test of a refusal refuses nothing itself
    lacks = next((meaning for meaning in needed if meaning in index.lacking), None)
    lines = _lines(present, index, block) if verdict != "missing" else []
    found, absent = ([wanted[m] for m in wanted if (m in index.lines) == there] for there in (True, False))
    if verdict == "met" and lacks:
        return Found("partly", lines, found, absent, lacks)
    return Found(verdict, lines, found, absent)


def _weight(meaning: str, word: str, index: Index) -> float:
    """A word that the lexicon does not have can hardly be found in a work in other letters."""
    if index.is_arabic is not None and not meaning.startswith("=") and is_arabic(word[0]) != index.is_arabic:
        return _FOREIGN
    return _PLAIN if is_plain(word) else 1.0


def _verdict(near: float, anywhere: float) -> Verdict:
    """By the share of a criterion's words that stand close together, and of those that stand anywhere."""
    if near >= _MET[0] or (anywhere >= _MET[1] and near >= _MET[2]):
        return "met"
    return "partly" if near >= _PARTLY[0] or anywhere >= _PARTLY[1] else "missing"


def _meanings(line: str, known: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    for word in _WORD.findall(line):
        meanings = known.get(word)
        if meanings is None:
            meaning = meaning_of(word)
            signs = _SIGNS.get(word.lower(), ())
            meanings = known[word] = (meaning, *signs) if meaning else signs
        found.update(meanings)
    if found:
        start, end = line.lstrip(), line.rstrip()[-1:]
        if start[0] == "|":
            found.add("=table")
        elif _BULLET.match(start):
            found.add("=list")
        if end in "?؟":
            found.add("=open")
    return found


def _copies(lines: Sequence[str], read: dict[str, set[str]], criteria: Sequence[dict[str, str]]) -> set[int]:
    """The lines, from 1, that repeat a criterion and are not followed by two lines of their own."""
    by_meaning: dict[str, set[int]] = {}
    for place, criterion in enumerate(criteria):
        for meaning in criterion:
            by_meaning.setdefault(meaning, set()).add(place)
    repeating = {line for line, meanings in read.items() if _repeats(meanings, criteria, by_meaning)}
    if not repeating:
        return set()
    return {n for n, line in enumerate(lines, start=1) if line in repeating and not _heads(n, lines, read, repeating)}


def _heads(number: int, lines: Sequence[str], read: dict[str, set[str]], repeating: set[str]) -> bool:
    """Whether two lines of the author's own come next."""
    after = list(islice((line for line in islice(lines, number, None) if read[line]), _OWN_LINES))
    return len(after) == _OWN_LINES and not repeating & set(after)


def _repeats(line: set[str], criteria: Sequence[dict[str, str]], by_meaning: dict[str, set[int]]) -> bool:
    meanings = line - _FORMAL
    if len(meanings) < _COPY or not all(meaning in by_meaning for meaning in meanings):
        return False
    candidates = set.intersection(*(by_meaning[meaning] for meaning in meanings))
    return any(len(meanings) >= _COPIED * len(criteria[place].keys() - _FORMAL) for place in candidates)


def _spread(numbers: Sequence[int]) -> frozenset[int]:
    """The windows, two blocks long each, that a line belongs to."""
    blocks = list(dict.fromkeys(number // _BLOCK for number in numbers))[:_MOST_BLOCKS]
    return frozenset(window for block in blocks for window in (block, block + 1))


def _densest(weights: dict[str, float], index: Index) -> tuple[float, int]:
    """The window that speaks of most, the first of equals, and the weight of what it speaks of."""
    scores: dict[int, float] = {}
    for meaning, weight in weights.items():
        for window in index.windows.get(meaning, ()):
            scores[window] = scores.get(window, 0.0) + weight
    block = min(scores, key=lambda window: (-scores[window], window), default=0)
    return scores.get(block, 0.0), block


def _lines(present: Sequence[str], index: Index, window: int) -> list[int]:
    """The lines of the window that speak of most; at least one of whatever was found."""
    count: dict[int, int] = {}
    for meaning in present:
        numbers = index.lines[meaning]
        for number in numbers[
            bisect_left(numbers, (window - 1) * _BLOCK) : bisect_left(numbers, (window + 1) * _BLOCK)
        ]:
            count[number] = count.get(number, 0) + 1
    best = sorted(count, key=lambda number: (-count[number], number))[:_MOST_LINES]
    return sorted(best) or [index.lines[present[0]][0]]
