"""The overview, the short description and the objectives."""

from __future__ import annotations

from modules.simulations.offline.letters import pick
from modules.simulations.offline.pen import Pen, capitalised


def overview(pen: Pen) -> str:
    lines, brief = pen.book.lines, pen.brief
    return "\n\n".join(
        (
            " ".join(_request(pen)),
            " ".join((_task(pen), *_vocabulary(pen))),
            " ".join(
                (
                    lines.difficulty[brief.difficulty],
                    lines.client_mood[brief.client_mood],
                    lines.success.format(measure=pen.sector.measure),
                )
            ),
        )
    )


def _request(pen: Pen) -> list[str]:
    lines, key = pen.book.lines, pen.reading.key
    facts = {"title": pen.title, "label": pen.craft.label, "domain": pen.domain, "stake": pen.sector.stake}
    if not pen.clauses:
        return [pick(lines.openings_without_words, key, "opening").format(**facts)]
    said = [pick(lines.openings, key, "opening").format(clause=pen.clauses[0], **facts)]
    return said + [lines.goes_on.format(clause=clause) for clause in pen.clauses[1:2]]


def _task(pen: Pen) -> str:
    names = [capability.name for capability in pen.capabilities]
    return pick(pen.book.lines.build, pen.reading.key, "build").format(
        artefact=pen.craft.artefact,
        users=pen.users,
        count=pen.count,
        count_cap=capitalised(pen.count),
        duration=pen.duration,
        first=names[0],
        rest=pen.listed(names[1:3]),
    )


def _vocabulary(pen: Pen) -> list[str]:
    lines = pen.book.lines
    own, foreign = pen.terms[:4], pen.foreign_terms[:3]
    if len(own) >= 2 or not foreign:
        if not own:
            return []
        words = pen.listed([pen.quote(term) for term in own])
        return [pick(lines.vocabulary, pen.reading.key, "words").format(terms=words)]
    return [lines.foreign_words.format(terms=pen.listed([pen.quote(term) for term in own + foreign]))]


def description(pen: Pen) -> str:
    return pen.book.lines.description.format(
        label=pen.craft.label,
        domain=pen.domain,
        level=pen.brief.level,
        capabilities=pen.listed([capability.name for capability in pen.capabilities[:3]]),
        users=pen.users,
    )


def objectives(pen: Pen) -> list[str]:
    lines, brief = pen.book.lines, pen.brief
    first, second = pen.capabilities[:2]
    own = [*pen.craft.objectives, lines.objectives[brief.difficulty].format(first=first.name)]
    if brief.difficulty != "easy":
        own.append(lines.objectives[("medium") if brief.difficulty == ("hard") else ("easy")].format(first=second.name))
    return [*own, lines.with_client[brief.client_mood]]
