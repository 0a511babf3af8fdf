"""Small pieces of HTML; whatever goes in as text comes out escaped."""

from __future__ import annotations

import re
from html import escape
from typing import Final

_CODE: Final = re.compile(r"`([^`]+)`")
_BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")
_EMPHASIS: Final = re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*")
_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>\b(?:true|false|null|-?\d[\d.eE+-]*)\b)'
)


def text(plain: str) -> str:
    return escape(plain, quote=False)


def attribute(plain: str) -> str:
    return escape(plain, quote=True)


def inline(marked: str) -> str:
    """Escaped text with the little of Markdown that the notes use: code, strong, emphasis."""
    parts = _CODE.split(marked)
    return "".join(f"<code>{text(part)}</code>" if place % 2 else _emphasised(part) for place, part in enumerate(parts))


def paragraphs(marked: str) -> str:
    # Markup may span a line break, and code inside strong text does not occur.
    return "".join(f"<p>{inline(' '.join(part.split()))}</p>" for part in marked.split("\n\n"))


def short(summary: str) -> str:
    """The summary up to its first pause."""
    return re.split(r"[;:,](?=\s)", summary, maxsplit=1)[0]


def code(source: str, *, plain: bool = False) -> str:
    """A block of code; JSON unless `plain`. It can be scrolled to by keyboard."""
    shown = text(source.rstrip()) if plain else coloured(source)
    return f'<pre tabindex="0"><code>{shown}</code></pre>'


def coloured(source: str) -> str:
    """JSON with its keys, strings and words told apart."""
    pieces: list[str] = []
    end = 0
    for found in _TOKEN.finditer(source):
        pieces.append(text(source[end : found.start()]))
        pieces.append(f'<span class="{found.lastgroup}">{text(found[0])}</span>')
        end = found.end()
    return "".join((*pieces, text(source[end:])))


def _emphasised(part: str) -> str:
    return _EMPHASIS.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text(part)))
