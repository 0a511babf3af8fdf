"""Taking one condition at a time out of a policy's expression, as PostgreSQL writes it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

# Quoted text may hold anything; a function's name in quotes is one word.
_TOKEN: Final = re.compile(r"""E'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | [()] | \b(?:AND|OR)\b""", re.X)
_ASKED: Final = re.compile(r"(app\.(?:own|others)\()'[^']*'(::text\))")
# As policies are written: whoever asks, asks once a query, and a test sees to it.
_WRAPPED: Final = re.compile(r"""\( SELECT (app\.\w+\([^()]*\)|COALESCE\((?:[^()]|\([^()]*\))*\)) AS "?\w+"?\)""")


class _Group(msgspec.Struct):
    """What stands between two parentheses, and where it is cut by AND or OR."""

    start: int
    cuts: list[tuple[int, int]]


def without_each(expression: str) -> list[tuple[str, str]]:
    """For each condition that an expression combines: the condition, and the expression without it.

    `expression` is what pg_get_expr answers, not prettified: there every combination and every condition has
    parentheses of its own, those of a subquery too. The only condition of a subquery becomes `true`.
    """
    found: list[tuple[str, str]] = []
    open_groups = [_Group(0, [])]
    for token in _TOKEN.finditer(expression):
        if token[0] == "(":
            open_groups.append(_Group(token.end(), []))
        elif token[0] == ")":
            found += _removals(expression, open_groups.pop(), token.start())
        elif token[0] in ("AND", "OR"):
            open_groups[-1].cuts.append(token.span())
    return found + _removals(expression, open_groups.pop(), len(expression))


def _removals(expression: str, group: _Group, end: int) -> list[tuple[str, str]]:
    if not group.cuts:
        if not expression[: group.start].endswith("WHERE ("):
            return []
        return [(expression[group.start : end], f"{expression[: group.start]}true{expression[end:]}")]
    starts = [group.start, *(after for _, after in group.cuts)]
    ends = [*(before for before, _ in group.cuts), end]
    found: list[tuple[str, str]] = []
    for place, (start, stop) in enumerate(zip(starts, ends, strict=True)):
        # An arm goes with the operator on its left; the first one has its only operator on its right.
        cut = (start, starts[1]) if place == 0 else (ends[place - 1], stop)
        found.append((expression[start:stop].strip(), expression[: cut[0]] + expression[cut[1] :]))
    return found


def with_each_right_changed(expression: str) -> list[tuple[str, str]]:
    """For each question for rights: what is asked instead, and the expression with it.

    Each right becomes one that nobody has; all of a question become none, so that whoever is somebody passes.
    """
    rights = [(asked, f"{asked[1]}'nobody:nothing'{asked[2]}") for asked in _ASKED.finditer(expression)]
    questions = [
        (question, "( SELECT app.user_id() AS user_id)")
        for question in _WRAPPED.finditer(expression)
        if _ASKED.search(question[0])
    ]
    return [_instead(expression, place, other) for place, other in (*rights, *questions)]


def _instead(expression: str, place: re.Match[str], other: str) -> tuple[str, str]:
    changed = f"{expression[: place.start()]}{other}{expression[place.end() :]}"
    return f"{readable(other)} instead of {readable(place[0])}", changed


def readable(expression: str) -> str:
    """The expression without what PostgreSQL adds to it, for a line of a table."""
    return _WRAPPED.sub(r"\1", " ".join(expression.replace("::text", "").split()))
