"""The rules of users: pure functions of values."""

from __future__ import annotations

import re
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import Conflict, Invalid, Unauthenticated
from core.module import Event
from modules.user.common_passwords import COMMON

Field = Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
ExperienceLevel = Literal["student", "fresh_grad", "junior"]
OnboardingStatus = Literal["pending", "completed"]

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 128
_ADDRESS: Final = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)+")
_LEET: Final = str.maketrans("@431!0$57", "aaeliosst")


class UserSignedUp(Event, frozen=True):
    """A user exists since a moment ago, in this transaction, and is its identity."""

    user_id: UUID
    name: str


class AddressTaken(Conflict):
    """There is an account with this address already; log in, or reset its password."""


class WeakPassword(Invalid):
    """This password is one of those that are tried first; choose another."""


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong."""


class Onboarding(msgspec.Struct, frozen=True):
    """Where a user stands: `missing` names the fields that are still to be said."""

    status: OnboardingStatus
    missing: list[str]


def normal_address(email: str) -> str:
    """The address without surrounding white space; raises `Invalid` where it cannot be one (RFC 5321, 4.5.3.1)."""
    address = email.strip()
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise Invalid("This is not an email address.", path="email")
    return address


def check_password(password: str, *, email: str) -> None:
    """OWASP ASVS 5.0, 6.2.1, 6.2.4 and 6.2.9: 8 to 128 characters of any kind, and not a common one."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", path="password")
    plain = password.lower()
    core = plain.strip("0123456789!?.*#_- ")
    if {plain, core, core.translate(_LEET), plain.translate(_LEET)} & COMMON or len(set(plain)) < 3:
        raise WeakPassword(path="password")
    if plain == email.lower():
        raise WeakPassword("The password must not be the address.", path="password")


def onboarding(*, completed: bool, interests: list[str]) -> Onboarding:
    missing = [] if interests else ["interests"]
    return Onboarding("completed" if completed and not missing else "pending", missing)
