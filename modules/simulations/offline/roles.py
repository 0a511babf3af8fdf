"""Which part a persona plays, by the words of its role."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Role
from modules.simulations.offline.terms import roots_of, stem, words

_CLIENTS: Final = "client customer owner founder director sponsor stakeholder عميل زبون مالك صاحب"
_MANAGERS: Final = "manager lead head mentor supervisor scrum coordinator chief مدير قائد مشرف رئيس"
_PARTS: Final[tuple[tuple[Role, frozenset[str]], ...]] = (
    ("client", roots_of(_CLIENTS)),
    ("manager", roots_of(_MANAGERS)),
)


def role_of(role: str) -> Role:
    """Client before manager ('Client (ward manager)' is a client); anybody else builds."""
    roots = {stem(word) for word in words(role)}
    return next((name for name, triggers in _PARTS if roots & triggers), "colleague")
