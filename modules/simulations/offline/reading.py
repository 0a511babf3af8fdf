"""Reading a brief: its field and sector, who is in it, what it must be able to do, and in which words."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from modules.simulations.domain import Brief, Field
from modules.simulations.offline.letters import key_of, shorten, tidy
from modules.simulations.offline.terms import Word, clauses, content, hits, prose, stem, stems, terms
from modules.simulations.offline.triggers import CAPABILITIES, FIELDS, PEOPLE, SECTORS

GENERAL: Final = "general"
_TITLE_WEIGHT: Final = 2.0
_MOST: Final = 6.0
_TERMS: Final = 24

# What a product of a field needs when the request names nothing: every brief has three capabilities.
_USUAL: Final[dict[Field, tuple[str, ...]]] = {
    "frontend": ("content", "search", "languages", "messages"),
    "backend": ("accounts", "requests", "notifications", "search"),
    "fullstack": ("accounts", "requests", "reports", "search"),
    "mobile": ("offline", "notifications", "accounts", "content"),
    "data": ("pipeline", "reports", "notifications", "measurements"),
    "design": ("access", "content", "search", "languages"),
}


class Reading(Struct, frozen=True):
    """What a brief says, in the order of how loudly it says it. `key` varies what may vary, and `quotes`
    has the clause in which a capability is asked for."""

    title: str
    context: str
    field: Field
    sector: str
    capabilities: tuple[str, ...]
    people: tuple[str, ...]
    clauses: tuple[str, ...]
    terms: tuple[str, ...]
    key: int
    quotes: dict[str, str]


def read(brief: Brief) -> Reading:
    title = tidy(brief.title)
    in_title, in_context = content(title), content(prose(brief.context))
    key = brief.seed + key_of(brief.title, brief.context)
    weights = _weights(in_title, in_context)
    field = _field(weights)
    found = terms(in_context) or terms(content(brief.context)) or terms(in_title)
    pieces = _telling(clauses(brief.context), found)
    capabilities = _capabilities(weights, field, key)
    return Reading(
        title=shorten(title, 120),
        context=tidy(brief.context),
        field=field,
        sector=_loudest(SECTORS, weights) or GENERAL,
        capabilities=capabilities,
        people=tuple(_ranked(PEOPLE, weights)[:3]),
        clauses=tuple(pieces),
        terms=tuple(found[:_TERMS]),
        key=key,
        quotes=_quotes(capabilities, pieces),
    )


def _weights(title: list[Word], context: list[Word]) -> dict[str, float]:
    """How often a stem is used; the title counts more, an early word a little more than a late one."""
    weights: dict[str, float] = {}
    worth = [(word.root, _TITLE_WEIGHT) for word in title]
    worth += [(word.root, 1.0 + 1.0 / (2 + place)) for place, word in enumerate(context)]
    for root, more in worth:
        weights[root] = min(weights.get(root, 0.0) + more, _MOST)
    return weights


def _field(weights: dict[str, float]) -> Field:
    scores: dict[Field, float] = {}
    for field, (names, hints) in FIELDS.items():
        loud = 3.0 * sum(weights.get(root, 0.0) for root in names)
        scores[field] = loud + sum(weights.get(root, 0.0) for root in hints)
    best = max(scores, key=lambda field: scores[field])
    if scores[best] == 0.0:
        return "fullstack"
    if {best, "frontend", "backend"} == {"frontend", "backend"} and min(
        scores["frontend"], scores["backend"]
    ) > 0.6 * scores[best]:
        return "fullstack"
    return best


def _ranked(subjects: dict[str, frozenset[str]], weights: dict[str, float]) -> list[str]:
    scores = {name: sum(weights.get(root, 0.0) for root in roots) for name, roots in subjects.items()}
    return sorted((name for name, score in scores.items() if score), key=lambda name: -scores[name])


def _loudest(subjects: dict[str, frozenset[str]], weights: dict[str, float]) -> str | None:
    return next(iter(_ranked(subjects, weights)), None)


def _capabilities(weights: dict[str, float], field: Field, key: int) -> tuple[str, ...]:
    asked = _ranked(CAPABILITIES, weights)[:4]
    usual = _USUAL[field]
    turn = key % len(usual)
    spare = [c for c in usual[turn:] + usual[:turn] if c not in asked]
    return tuple((asked + spare)[: max(3, len(asked))])


def _telling(pieces: list[str], best: list[str]) -> list[str]:
    """The clauses with the most of the best terms first; of equals the earlier one."""
    roots = {stem(term) for term in best[:12]}
    return sorted(pieces, key=lambda piece: -min(hits(stems(piece), frozenset(roots)), 4))[:12]


def _quotes(capabilities: tuple[str, ...], pieces: list[str]) -> dict[str, str]:
    """The clause that asks for a capability most clearly; none is quoted for two."""
    free = {piece: stems(piece) for piece in pieces}
    found: dict[str, str] = {}
    for name in capabilities:
        best = max(free, key=lambda piece: hits(free[piece], CAPABILITIES[name]), default=None)
        if best is not None and hits(free[best], CAPABILITIES[name]):
            found[name] = best
            del free[best]
    return found
