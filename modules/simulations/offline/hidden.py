"""What an intern has to ask for: who signs, what the date hangs on, where the old list is."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from modules.simulations.drafts import HiddenFactDraft
from modules.simulations.offline.pen import Pen

Part = Literal["client", "manager", "colleague", "tester"]

COUNT: Final = {1: 4, 2: 5, 3: 5, 4: 6, 5: 7, 6: 8, 7: 9, 8: 10}
# The order of the cast in `people.personas`; a tester is there in a group only.
_PLACES: Final[dict[Part, int]] = {"client": 0, "manager": 1, "colleague": 2, "tester": 3}


class Known(Struct, frozen=True):
    """Who knows a fact, and from which milestone (from 0) on it may be told."""

    by: tuple[Part, ...]
    since: int | None = None


_EVERYWHERE: Final[dict[str, Known]] = {
    "date": Known(("client",)),
    "file": Known(("colleague",)),
    "absence": Known(("manager",), since=1),
    "budget": Known(("manager",)),
    "privacy": Known(("client",)),
    "earlier": Known(("manager",)),
    "doubter": Known(("client",), since=1),
    "figures": Known(("manager",), since=2),
}
_SECTOR: Final = (Known(("client",)), Known(("client", "colleague"), since=1))
# The milestones after the opening build one capability each, in the same order.
_CAPABILITY: Final = (Known(("colleague",), since=1), Known(("colleague", "tester"), since=2))
_CRAFT: Final = Known(("colleague", "tester"))


def hidden_facts(pen: Pen) -> list[HiddenFactDraft]:
    """4 to 10 facts, more with the level; in turn those of any project, of its sector and of what it builds."""
    everywhere, special = _of_any_project(pen), _of_this_project(pen)
    mixed = [fact for pair in zip(everywhere, special, strict=False) for fact in pair]
    return mixed[: COUNT[pen.brief.level]]


def _of_any_project(pen: Pen) -> list[HiddenFactDraft]:
    """Who signs comes first, then what the brief's own key chooses."""
    names = list(_EVERYWHERE)
    turn = pen.reading.key % len(names)
    chosen = [("sign_off", Known(("client", "manager")))]
    chosen += [(name, _EVERYWHERE[name]) for name in names[turn:] + names[:turn]]
    return [_fact(pen, _worded(pen, name), known) for name, known in chosen]


def _of_this_project(pen: Pen) -> list[HiddenFactDraft]:
    hidden, reading = pen.book.hidden, pen.reading
    sector, building = hidden.sectors[reading.sector], [hidden.capabilities[name] for name in reading.capabilities]
    return [
        _fact(pen, sector[0], _SECTOR[0]),
        _fact(pen, building[0], _CAPABILITY[0]),
        _fact(pen, hidden.crafts[reading.field], _CRAFT),
        _fact(pen, sector[1], _SECTOR[1]),
        _fact(pen, building[1], _CAPABILITY[1]),
    ]


def _worded(pen: Pen, name: str) -> str:
    """In the request's own words where it has any that can be quoted."""
    if not pen.terms and name in pen.book.hidden.without_words:
        return pen.book.hidden.without_words[name]
    return pen.book.hidden.everywhere[name].format(users=pen.users, term="".join(pen.terms[:1]))


def _fact(pen: Pen, text: str, known: Known) -> HiddenFactDraft:
    there = [_PLACES[part] for part in known.by if part != "tester" or pen.brief.team_mode == "group"]
    return HiddenFactDraft(text, there, known.since)
