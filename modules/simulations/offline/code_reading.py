"""What can be said about a piece of code without running it: names, length, and what catches the eye."""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

Finding = Literal[
    "secret",
    "sql",
    "swallowed",
    "evaluated",
    "markup",
    "unguarded",
    "image",
    "star",
    "leftover",
    "todo",
    "untyped",
    "long",
    "tests",
]
Strength = Literal["tested", "guarded", "typed", "documented", "small", "named"]

# In the order in which a reviewer would speak about them.
_PATTERNS: Final[tuple[tuple[Finding, re.Pattern[str]], ...]] = (
    (
        "secret",
        re.compile(r"(?i)\b\w*(?:password|passwd|secret|api_?key|token)\w*\s*[:=]\s*[\"'][^\"'\s]{4,}"),
    ),
    (
        "sql",
        re.compile(
            r"(?i)(?:\bf[\"'`][^\n]{0,200}\b(?:select|insert|update|delete)\b[^\n]{0,200}\{|\b(?:select|insert|update|delete)\b[^\n]{0,200}(?:\$\{|[\"']\s*\+|[\"']\s*%\s*\w))"
        ),
    ),
    (
        "swallowed",
        re.compile(r"except\s*:|except\s+\w+(?:\s+as\s+\w+)?:\s*(?:\n\s*)?pass\b|catch\s*(?:\([^)]*\))?\s*\{\s*\}"),
    ),
    ("evaluated", re.compile(r"(?<![\w.])(?:eval|exec)\s*\(")),
    ("markup", re.compile(r"\.innerHTML\s*=|dangerouslySetInnerHTML|v-html")),
    ("image", re.compile(r"(?i)<img\b(?![^>]{0,300}\balt\s*=)")),
    ("star", re.compile(r"(?i)\bselect\s+\*")),
    (
        "leftover",
        re.compile(r"\bconsole\.log\s*\(|^\s*print\s*\(|\bdebugger\b|System\.out\.print", re.MULTILINE),
    ),
    ("todo", re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")),
)
_REMOTE: Final = re.compile(r"\bfetch\s*\(|\baxios\b|\brequests\.\w+\(|\bhttpx\.\w+\(|\burlopen\(|\bopen\s*\(")
_GUARD: Final = re.compile(r"\btry\b|\bcatch\b|\.catch\(|\bexcept\b|\braise_for_status\b")
_TESTS: Final = re.compile(r"\bdef test_|\bassert\b|\bexpect\s*\(|\bdescribe\s*\(|@Test\b|\bit\s*\(\s*[\"'`]")
_TYPES: Final = re.compile(r"\)\s*->\s*\w|:\s*(?:string|number|boolean|str|int|float|bool|list|dict)\b")
_PYTHON: Final = re.compile(r"^\s*(?:async\s+)?def\s+\w+\s*\([^)]*\)\s*:", re.MULTILINE)
_NOTES: Final = re.compile(r"\"\"\"|'''|/\*\*|^\s*(?:#|//)\s*\w+", re.MULTILINE)
_NAMES: Final = re.compile(
    r"\b(?:def|class|function|func|fn|fun|interface|struct|(?i:CREATE TABLE(?: IF NOT EXISTS)?))\s+"
    r"(?:\([^)]{0,80}\)\s*)?([A-Za-z_]\w*)"
    r"|\b(?:const|let|var)\s+([A-Za-z_$]\w*)\s*=\s*(?:async\s*)?(?:\([^)]{0,200}\)|\w+)\s*=>"
    r"|^\s*\.([a-z][\w-]*)\s*\{|<([A-Z]\w+)\b",
    re.MULTILINE,
)
_LONGEST: Final = 40
_LIMIT: Final = 20_000


class Noticed(Struct, frozen=True):
    """A finding and the first line, from 1, where it is seen; 0 for what concerns the whole."""

    what: Finding
    line: int


class CodeReading(Struct, frozen=True):
    lines: int
    names: tuple[str, ...]
    noticed: tuple[Noticed, ...]
    strength: Strength


def read_code(code: str) -> CodeReading:
    code = code[:_LIMIT]
    lines = [line for line in code.splitlines() if line.strip()]
    names = tuple(dict.fromkeys(next(filter(None, found)) for found in _NAMES.findall(code)))
    noticed = [
        Noticed(what, code.count("\n", 0, match.start()) + 1)
        for what, pattern in _PATTERNS
        if (match := pattern.search(code))
    ]
    if (remote := _REMOTE.search(code)) and not _GUARD.search(code):
        noticed.insert(0, Noticed("unguarded", code.count("\n", 0, remote.start()) + 1))
    if untyped := _PYTHON.search(code):
        noticed.append(Noticed("untyped", code.count("\n", 0, untyped.start()) + 1 + untyped[0].count("\n")))
    if len(lines) > _LONGEST and len(lines) > _LONGEST * max(1, len(names)):
        noticed.append(Noticed("long", 0))
    if not _TESTS.search(code):
        noticed.append(Noticed("tests", 0))
    order = [what for what, _ in _PATTERNS]
    noticed.sort(key=lambda n: order.index(n.what) if n.what in order[:5] else 5 if n.what == "tests" else 6)
    return CodeReading(len(code.strip().splitlines()), names, tuple(noticed), _strength(code, lines, names))


def _strength(code: str, lines: list[str], names: tuple[str, ...]) -> Strength:
    if _TESTS.search(code):
        return "tested"
    if _GUARD.search(code) and "except:" not in code:
        return "guarded"
    if _TYPES.search(code):
        return "typed"
    if _NOTES.search(code):
        return "documented"
    return "small" if len(lines) <= _LONGEST else "named"
