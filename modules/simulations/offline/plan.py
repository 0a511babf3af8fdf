"""Milestones and requirements: the field gives the way of working, the request what is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from modules.simulations.domain import Difficulty
from modules.simulations.drafts import MilestoneDraft
from modules.simulations.offline.kinds import Build, Capability, Step
from modules.simulations.offline.letters import pick
from modules.simulations.offline.pen import MILESTONES, Pen, lowered
from modules.simulations.offline.terms import stem, stems

# Which of a capability's three rules, from plain to hard, comes first.
_ORDER: Final[dict[Difficulty, tuple[int, int, int]]] = {
    "easy": (0, 1, 2),
    "medium": (1, 2, 0),
    "hard": (2, 1, 0),
}


_MOST_CRITERIA: Final = 6


def milestones(pen: Pen) -> list[MilestoneDraft]:
    """Opening, one to three capabilities, a hardening from level 5 on, closing."""
    count = MILESTONES[pen.brief.level]
    middle = count - (2 if count < 5 else 3)
    quotes = pen.quotes
    steps = [_opening(pen)]
    for place, (name, capability) in enumerate(zip(pen.reading.capabilities[:middle], pen.capabilities, strict=False)):
        said = _said(pen, place, quotes.get(name))
        trial = [pen.book.lines.trial.format(trial=pen.sector.trial)] if place == 0 else []
        steps.append(_build(pen, capability, pen.craft.builds[place], said, trial))
    if count >= 5:
        steps.append(_hardening(pen))
    return [*steps, _closing(pen)]


def _opening(pen: Pen) -> MilestoneDraft:
    step, lines = pen.opening, pen.book.lines
    words = pen.terms[:3] or pen.foreign_terms[:1]
    terms = pen.listed([pen.quote(word) for word in words])
    adds = pick(lines.opening_adds, pen.reading.key, "opening").format(terms=terms) if words else ""
    scene = pick(lines.scene, pen.reading.key, "scene").format(scene=pen.sector.scene)
    glossary = lines.glossary.format(terms=terms, client=pen.sector.client)
    proof = [glossary] if pen.reads_like_ours(glossary) and words else []
    spoken = [lines.own_words.format(terms=terms)] if proof else []
    return _written(pen, step, f"{scene} {adds}".strip(), proof, [*spoken, lines.left_open])


def _hardening(pen: Pen) -> MilestoneDraft:
    adds = pick(pen.book.lines.hardening_adds, pen.reading.key, "hardening").format(stake=pen.sector.stake)
    return _written(pen, pen.craft.hardening, adds, [], [pen.book.lines.remaining[pen.brief.difficulty]])


def _closing(pen: Pen) -> MilestoneDraft:
    facts = {"client": pen.sector.client, "measure": pen.sector.measure}
    adds = pick(pen.book.lines.closing_adds, pen.reading.key, "closing").format(**facts)
    effect = pen.book.lines.effect.format(**facts)
    return _written(pen, pick(pen.craft.closings, pen.reading.key, "closing"), adds, [], [effect])


def _written(pen: Pen, step: Step, adds: str, more: list[str], criteria: list[str]) -> MilestoneDraft:
    text = " ".join(part for part in (step.text.format(users=pen.users), adds) if part)
    deliverables = [each.format(users=pen.users) for each in step.deliverables]
    return MilestoneDraft(step.title, text, deliverables + more, [*_handed_in(pen, deliverables), *criteria])


def _handed_in(pen: Pen, deliverables: Sequence[str]) -> list[str]:
    return [pen.book.lines.handed_in.format(deliverable=each) for each in deliverables]


def _said(pen: Pen, place: int, clause: str | None) -> str:
    """What the request says about a capability; where it says nothing, words of it to ask about."""
    if clause:
        return pen.book.lines.quoted[place].format(clause=clause)
    words = pen.terms[3 + 2 * place :][:2]
    if not words:
        return ""
    return pen.book.lines.unquoted[place].format(terms=pen.listed([pen.quote(word) for word in words]))


def _build(pen: Pen, capability: Capability, build: Build, said: str, trial: list[str]) -> MilestoneDraft:
    order = _ORDER[pen.brief.difficulty]
    rule = capability.rules[order[0]]
    proof = [] if pen.brief.difficulty == "easy" else [pen.book.lines.proven.format(rule=rule)]
    return MilestoneDraft(
        capability.title,
        " ".join(part for part in (capability.story, said, build.text) if part),
        [capability.proof, *build.deliverables, *trial, *proof],
        _built(pen, [capability.rules[place] for place in order], [capability.proof, *build.deliverables], bool(trial)),
    )


def _built(pen: Pen, rules: list[str], deliverables: list[str], is_first: bool) -> list[str]:
    """One rule more with each step of the difficulty, then what is handed in: at most six criteria."""
    count = {"easy": 1, "medium": 2, "hard": 3}[pen.brief.difficulty]
    worked = [pen.book.lines.worked_case.format(trial=pen.sector.trial)] if is_first else []
    return [*rules[:count], *_handed_in(pen, deliverables), *worked][:_MOST_CRITERIA]


def functional(pen: Pen) -> list[str]:
    """The request's clauses and the rules of its capabilities, in turn; more and harder with the level."""
    wishes = _wishes(pen, set(pen.quotes.values()))
    rules = [rule for place in range(3) for rule in _rules(pen, place)]
    rules.insert(2, pen.book.lines.withstands.format(trial=pen.sector.trial))
    mixed: list[str] = []
    while rules or wishes:
        mixed += rules[:1] + wishes[:1]
        rules, wishes = rules[1:], wishes[1:]
    return mixed[: 3 + pen.brief.level]


def _rules(pen: Pen, place: int) -> list[str]:
    """One rule of each capability; the first is tied to what the request says about it."""
    index = _ORDER[pen.brief.difficulty][place]
    found = []
    for name, capability in zip(pen.reading.capabilities[:3], pen.capabilities, strict=False):
        rule, clause = capability.rules[index], pen.quotes.get(name)
        found.append(f"{pen.quote(clause)}: {lowered(rule)}" if clause and place == 0 else rule)
    return found


def _wishes(pen: Pen, used: set[str]) -> list[str]:
    """Clauses that no capability has taken, then words of the request that stand in none of them."""
    lines, difficulty = pen.book.lines, pen.brief.difficulty
    free = [clause for clause in pen.clauses if clause not in used][:5]
    said = stems(" ".join([*free, *used]))
    terms = [term for term in (pen.terms or pen.foreign_terms)[:12] if stem(term) not in said][:2]
    wholes, words = lines.asked[difficulty], lines.asked_term[difficulty]
    return [wholes[i % 2].format(clause=clause) for i, clause in enumerate(free)] + [
        words[i].format(term=term) for i, term in enumerate(terms)
    ]


def non_functional(pen: Pen) -> list[str]:
    """Three to five qualities of the field, of those that fit the difficulty, and one reason for them."""
    first, among, count = {"easy": (0, 4, 3), "medium": (1, 5, 4), "hard": (1, 5, 5)}[pen.brief.difficulty]
    fitting = pen.craft.qualities[first : first + among]
    turn = pen.reading.key % among
    chosen = (fitting + fitting)[turn : turn + count]
    return [*chosen, pen.book.lines.because.format(users=pen.users, stake=pen.sector.stake)]
