"""Passwords that are tried first: the 30,000 most common ones of leaks, and what is only a turn away from them.

OWASP ASVS 5.0, 6.2.4 asks for the 3,000 most common that are long enough for us; the list of zxcvbn holds 11,600.
"""

from __future__ import annotations

from functools import cache
from typing import Final

OURS: Final = frozenset({"interna", "intern", "internship", "trainee", "internainterna"})
"""Words of this place (OWASP ASVS 5.0, 6.2.11)."""

_AROUND: Final = "0123456789!?.*#_- "
_LEET: Final = str.maketrans("@431!0$57", "aaeliosst")


def is_common(password: str) -> bool:
    """Whether it is a common password, also in capitals, in leet, or with digits and marks around it."""
    plain = password.lower()
    core = plain.strip(_AROUND)
    turns = {plain, plain.translate(_LEET), core, core.translate(_LEET)}
    return len(set(plain)) < 3 or not turns.isdisjoint(_common()) or not turns.isdisjoint(OURS)


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a megabyte of words, needed by the first password only

    return frozenset(FREQUENCY_LISTS["passwords"])
