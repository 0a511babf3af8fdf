"""Letters and scripts: what may stand in an answer, and how much of it is Arabic."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

from modules.simulations.domain import Language

T = TypeVar("T")


def tidy(text: str) -> str:
    """One line of printable characters: what a user pasted may hold controls, marks and line breaks."""
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in line).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is one to cut at."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > limit // 2 else cut).rstrip(" ,;:،؛") + "…"


def is_arabic(letter: str) -> bool:
    return "\u0600" <= letter <= "\u08ff" or "\ufb50" <= letter <= "\ufdff" or "\ufe70" <= letter <= "\ufeff"


def arabic_share(text: str) -> float:
    """Arabic letters among all letters, 0 to 1; 1 for a text without letters."""
    letters = [c for c in text if c.isalpha()]
    return sum(map(is_arabic, letters)) / len(letters) if letters else 1.0


def written_in(text: str, language: Language) -> bool:
    """Whether `text` can be quoted whole in an answer of that language."""
    share = arabic_share(text)
    return share >= 0.8 if language == "ar" else share <= 0.2


def key_of(*parts: str) -> int:
    """A number that is the same in every process (`hash` is salted)."""
    return zlib.crc32("\n".join(parts).encode("utf-8", "surrogatepass"))


def pick(options: Sequence[T], key: int, salt: str = "") -> T:
    return options[(key + key_of(salt)) % len(options)]


def joined(parts: Sequence[str], last: str) -> str:
    """'a, b and c'; Arabic puts its 'and' before every part but the first."""
    if len(parts) < 2:
        return "".join(parts)
    return (last if last == " و" else ", ").join(parts[:-1]) + last + parts[-1]
