"""The cast: a client who wants it, a manager who plans it, colleagues who build it."""

from __future__ import annotations

import re

from modules.simulations.drafts import PersonaDraft
from modules.simulations.offline.letters import pick, shorten
from modules.simulations.offline.overview import description
from modules.simulations.offline.pen import Pen
from modules.simulations.offline.plan import functional, milestones

_QUOTED_REQUEST = 1500


def personas(pen: Pen) -> list[PersonaDraft]:
    found = [_client(pen), _manager(pen), _colleague(pen)]
    if pen.brief.team_mode == "group":
        found += [_tester(pen), _fellow(pen)]
    return found


def client_portrait(pen: Pen) -> str:
    return pen.book.cast.portrait.format(
        name=_client_name(pen),
        client=_gendered(pen, _client_name(pen), pen.sector.client),
        personality=pen.voice.personality,
        measure=pen.sector.measure,
        about=pen.book.lines.client_mood[pen.brief.client_mood],
    )


def _client_name(pen: Pen) -> str:
    return pick(pen.book.cast.clients, pen.reading.key, "client")


def _client(pen: Pen) -> PersonaDraft:
    cast, name = pen.book.cast, _client_name(pen)
    facts = {
        "greeting": pen.voice.greeting,
        "name": name,
        "title": pen.title,
        "stake": pen.sector.stake,
        "first": pen.capabilities[0].name,
        "demand": pen.voice.demand,
    }
    says = cast.client_says if pen.clauses else cast.client_says_without_words
    hello = says.format(clause=next(iter(pen.clauses), ""), **facts)
    role = cast.client_role.format(client=pen.sector.client)
    return _persona(pen, "client", name=name, role=role, personality=pen.voice.personality, hello=hello)


def _manager(pen: Pen) -> PersonaDraft:
    cast = pen.book.cast
    name = pick(cast.managers, pen.reading.key // 3, "manager")
    hello = cast.manager_says.format(
        name=name,
        title=pen.title,
        duration=pen.duration,
        count=pen.count,
        milestone=pen.opening.title,
        adds=cast.manager_adds[_band(pen)],
    )
    personality = pick(cast.managers_are, pen.reading.key, "manager")
    return _persona(
        pen,
        "manager",
        name=name,
        role=cast.manager_roles[pen.reading.field],
        personality=personality,
        hello=hello,
    )


def _colleague(pen: Pen) -> PersonaDraft:
    cast = pen.book.cast
    name = pick(cast.colleagues, pen.reading.key // 7, "colleague")
    hello = cast.colleague_says.format(
        name=name,
        title=pen.title,
        tech=pen.listed(list(pen.stack[:2])),
        first=pen.capabilities[0].name,
        adds=cast.colleague_adds[_band(pen)],
    )
    personality = pick(cast.colleagues_are, pen.reading.key, "colleague")
    return _persona(
        pen,
        "colleague",
        name=name,
        role=cast.colleague_roles[pen.reading.field],
        personality=personality,
        hello=hello,
    )


def _tester(pen: Pen) -> PersonaDraft:
    cast = pen.book.cast
    name = pick(cast.managers, pen.reading.key // 3 + 1, "manager")
    hello = cast.tester_says.format(name=name, title=pen.title, first=pen.capabilities[0].name)
    return _persona(pen, "tester", name=name, role=cast.tester_role, personality=cast.tester_is, hello=hello)


def _fellow(pen: Pen) -> PersonaDraft:
    cast = pen.book.cast
    name = pick(cast.colleagues, pen.reading.key // 7 + 1, "colleague")
    first, second = (capability.name for capability in pen.capabilities[:2])
    hello = cast.fellow_says.format(name=name, title=pen.title, first=first, second=second)
    return _persona(pen, "fellow", name=name, role=cast.fellow_role, personality=cast.fellow_is, hello=hello)


def _band(pen: Pen) -> int:
    return 0 if pen.brief.level <= 3 else 1 if pen.brief.level <= 5 else 2


def _persona(pen: Pen, part: str, *, name: str, role: str, personality: str, hello: str) -> PersonaDraft:
    cast = pen.book.cast
    role = _gendered(pen, name, role)
    tone = cast.tones[_band(pen)]
    prompt = cast.prompt.format(
        name=name,
        role=role,
        title=pen.title,
        personality=personality,
        tone=tone,
        demand=pen.voice.demand if part == "client" else "",
        cares=cast.cares[part],
        domain=pen.domain,
        users=pen.users,
        duration=pen.duration,
        count=pen.count,
        milestones=pen.listed([pen.quote(m.title) for m in milestones(pen)]),
        asked=" ".join(functional(pen)),
        stack=", ".join(pen.stack),
        request=_request(pen),
    )
    return PersonaDraft(name, role, f"{personality} {tone}", prompt, hello)


def _gendered(pen: Pen, name: str, role: str) -> str:
    """Arabic titles follow the person; English ones do not, so its tables are empty."""
    cast = pen.book.cast
    if name not in cast.women:
        return role
    return re.sub(r"\w+", lambda word: cast.feminine.get(word[0], word[0]), role)


def _request(pen: Pen) -> str:
    """The request itself where it is in the persona's language, else what it comes to."""
    context = shorten(pen.reading.context, _QUOTED_REQUEST)
    return pen.quote(context) if context and pen.reads_like_ours(context) else description(pen)
