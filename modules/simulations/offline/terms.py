"""Words, stems, terms and clauses of a text in English or Arabic.

The stemmers are light on purpose (an S-stemmer with -ing and -ed; Larkey's Light10 for Arabic): both sides of
every comparison pass through the same one, so a wrong stem costs a match and puts no wrong word on a page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from modules.simulations.offline.letters import is_arabic, tidy
from modules.simulations.offline.stopwords import ARABIC, ENGLISH, PLAIN

_MARKS: Final = "\u0610-\u061a\u0640\u064b-\u065f\u0670"
_WORD: Final = re.compile(rf"[^\W\d_][^\W\d_{_MARKS}]*(?:[{_MARKS}'’][^\W\d_]*)*")
_NOISE: Final = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,64}\.\w+|```.*?(?:```|\Z)|`[^`\n]{0,200}`|<[^<>\n]{1,200}>",
    re.DOTALL,
)
_BREAK: Final = re.compile(r"(?<=\w\w)\.(?=\s|$)|[;:!?؟؛،,\n\r()\[\]{}|•*\"“”«»…]+|\s[-–—]+\s")
_JOINT: Final = re.compile(r"\s+(?:and|but|while|so that|so|because|where|which)\s+", re.IGNORECASE)
_FOLD: Final = str.maketrans("أإآٱىة", "اااايه", "ـ\u0670" + "".join(map(chr, range(0x64B, 0x660))))
_LEADERS: Final = frozenset(
    (("and"), ("but"), ("so"), ("or"), ("that"), ("then"), ("also"), ("who"), ("which"), ("و"), ("أو"), ("ثم"))
)
_LONGEST_TERM: Final = 24
_LONGEST_CLAUSE: Final = 15


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def fold(word: str) -> str:
    """Case, vowel marks and the forms of alef do not make another word."""
    return word.lower().replace("’", "'").translate(_FOLD)


_STOP: Final = frozenset(fold(w) for w in (ENGLISH + ARABIC).split())
_PLAIN: Final = frozenset(fold(w) for w in PLAIN.split())
_PREFIXES: Final = ("وال", "بال", "كال", "فال", "ولل", "ال", "لل", "و")
_SUFFIXES: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


def stem(word: str) -> str:
    return _stem_of(fold(word))


def _stem_of(folded: str) -> str:
    return _arabic_stem(folded) if folded and is_arabic(folded[0]) else _english_stem(folded)


def _arabic_stem(word: str) -> str:
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            word = word[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
    return word


def _english_stem(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "aeiousl":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def roots_of(listed: str) -> frozenset[str]:
    """The stems of listed words. Arabic ones also with the article: 'ألوان' begins as if it had one already."""
    found = listed.split()
    return frozenset(stem(word) for word in found) | frozenset(
        stem(f"ال{word}") for word in found if is_arabic(word[0])
    )


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text."""
    return frozenset(stem(w) for w in words(text) if is_content(w))


def is_content(word: str) -> bool:
    folded = fold(word)
    return len(folded) >= 3 and folded not in _STOP


def is_plain(word: str) -> bool:
    return fold(word) in _PLAIN


def prose(text: str) -> str:
    """The text without addresses, tags and code."""
    return _NOISE.sub(" \n ", text)


class Word(NamedTuple):
    """A word as it is written, its stem, and whether it begins a sentence (which would be why it has a capital)."""

    text: str
    root: str
    opens: bool


def content(text: str) -> list[Word]:
    """The content words of a text in order, and its words of two letters ('UX'), which may be names."""
    line = tidy(text)
    roots: dict[str, str] = {}
    found = []
    for match in _WORD.finditer(line):
        word = match.group()
        root = roots.get(word)
        if root is None:
            folded = fold(word)
            counts = len(folded) == 2 or (len(folded) >= 3 and folded not in _STOP)
            root = roots[word] = _stem_of(folded) if counts and len(word) <= _LONGEST_TERM else ""
        if root:
            before = line[max(0, match.start() - 3) : match.start()].rstrip()[-1:]
            found.append(Word(word, root, before in {"", ".", "!", "?", ":"}))
    return found


def terms(found: Iterable[Word]) -> list[str]:
    """The words as they are written, each stem once, best first: frequent, long, early, not plain."""
    seen: dict[str, str] = {}
    count: Counter[str] = Counter()
    for word in found:
        if len(word.text) > 2:
            if word.root not in seen:
                first = word.text.lower() if word.opens and word.text.istitle() else word.text
                seen[word.root] = without_and(first)
            count[word.root] += 1
    order = {root: place for place, root in enumerate(seen)}

    def rank(root: str) -> tuple[bool, float]:
        word = seen[root]
        early = order[root] * 0.1 - 2.0 * min(count[root], 4) - 0.25 * min(len(word), 10)
        return is_plain(word), early + _unlike_a_noun(word)

    return [seen[root] for root in sorted(seen, key=rank)]


def without_and(text: str) -> str:
    """Arabic writes 'and' onto the next word; quoted alone the word is better without it."""
    conjunction = text.startswith(("وي", "وت")) or (text.startswith("وال") and not text.startswith("والد"))
    return text[1:] if conjunction and len(text.split(maxsplit=1)[0]) >= 5 else text


def _unlike_a_noun(word: str) -> float:
    """Arabic words with a particle or a verb prefix make poor headings; those with the article good ones."""
    if not is_arabic(word[0]) or word.startswith("ال"):
        return 0.0
    return 3.0 if word[0] in "وفبلكيتن" and len(word) > 3 else 1.0


def clauses(text: str) -> list[str]:
    """Pieces of the text that say something by themselves, in order: 3 to 15 words, nearly all letters."""
    found = []
    for long in _BREAK.split(prose(text)):
        for piece in [long] if len(long.split()) <= _LONGEST_CLAUSE else _JOINT.split(long):
            parts = tidy(piece).split()
            while parts and fold(parts[0]) in _LEADERS:
                parts = parts[1:]
            if 3 <= len(parts) <= _LONGEST_CLAUSE and _reads(" ".join(parts)):
                found.append(without_and(" ".join(parts).strip("'’-–—/. ")))
    return list(dict.fromkeys(found))


def _reads(piece: str) -> bool:
    letters = sum(c.isalpha() or c in " '’-" for c in piece)
    content = [w for w in words(piece) if is_content(w)]
    return len(piece) <= 140 and letters >= 0.85 * len(piece) and len(content) >= 2


def hits(text_stems: Iterable[str], triggers: frozenset[str]) -> int:
    return sum(1 for s in text_stems if s in triggers)
