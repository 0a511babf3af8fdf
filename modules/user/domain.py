"""The rules of users: pure functions of values."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import Conflict, Invalid, Unauthenticated
from core.module import Event
from modules.user.common_passwords import is_common

Field = Literal["frontend", "backend", "fullstack", "mobile", "data", "design"]
ExperienceLevel = Literal["student", "fresh_grad", "junior"]
OnboardingStatus = Literal["pending", "completed"]
AccountType = Literal["oauth", "oidc", "jwt"]
Purpose = Literal["email_verification", "password_reset", "restore"]

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 128
# What ends an address in a header of a mail, or begins another one, and what nobody can see.
_NEVER: Final = r"""@\s\x00-\x1f\x7f,;:<>()\[\]"\\"""
_ADDRESS: Final = re.compile(rf"[^{_NEVER}]{{1,64}}@[^{_NEVER}.]+(\.[^{_NEVER}.]+)+")


class UserSignedUp(Event, frozen=True):
    """A user exists since a moment ago, in this transaction, and is its identity."""

    user_id: UUID
    name: str


class UserDeleted(Event, frozen=True):
    """A user has just left, in this transaction; within 30 days the account can be restored."""

    user_id: UUID


class UserAnonymised(Event, frozen=True):
    """Nothing that tells who the user was is left in this module, and nobody can restore the account any more."""

    user_id: UUID


class ArrivedForTenant(Event, frozen=True):
    """A trusted issuer says that this user, who is the transaction's identity, belongs to this tenant."""

    user_id: UUID
    tenant: str
    """Its id or slug, as whoever registered the issuer wrote it."""


class Device(msgspec.Struct, frozen=True):
    """Where a request comes from: as its owner will see it in the list of sessions, and what its browser remembers."""

    user_agent: str | None = None
    ip: str | None = None
    mark: str = ""
    """What the cookie of known devices says."""
    token: str = ""
    """The session's token that a log-in from here replaces."""


class ExternalIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is, as an OAuth provider or a trusted issuer has just proved."""

    type: AccountType
    provider: str
    """The name of a configured provider, or the issuer's URL."""
    subject: str
    email: str | None
    email_verified: bool
    name: str | None = None
    image_url: str | None = None


class AddressTaken(Conflict):
    """There is an account with this address already; log in, or reset its password."""


class WeakPassword(Invalid):
    """This password is one of those that are tried first; choose another."""


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong."""


class BadToken(Invalid):
    """This token is unknown, used, expired or for something else; ask for a new one."""


class Onboarding(msgspec.Struct, frozen=True):
    """Where a user stands: `missing` names the fields that are still to be said."""

    status: OnboardingStatus
    missing: list[str]


def typed_address(email: str) -> str:
    """What was typed, without surrounding white space, in the one form that Unicode has for it (RFC 6532, 3.1).

    With letters that pose as others it is nobody's, and empty: the database folds them, and would find somebody else.
    With what nobody can see it is nobody's either.
    """
    return "" if any(map(_deceives, email)) else unicodedata.normalize("NFC", email.strip())


def normal_address(email: str) -> str:
    """The address as it is kept; raises `Invalid` where it cannot be one (RFC 5321, 4.5.3.1)."""
    address = typed_address(email)
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise Invalid("This is not an email address.", path="email")
    return address


def _deceives(character: str) -> bool:
    """A Kelvin sign is no `k`, and a full-width letter no letter, until something folds them: then they are one address
    with somebody else's; and a space of no width makes another of it (Unicode Technical Report 36, section 2)."""
    if character.isascii():
        return False
    return unicodedata.category(character) == "Cf" or any(
        found.isascii() for found in character.lower() + unicodedata.normalize("NFKC", character)
    )


def check_password(password: str, *, email: str = "") -> None:
    """OWASP ASVS 5.0, 6.2.1, 6.2.4 and 6.2.5: 8 to 128 characters of any kind, and not a common one."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", path="password")
    if is_common(password):
        raise WeakPassword(path="password")
    if email and password.lower() == email.lower():
        raise WeakPassword("The password must not be the address.", path="password")


def onboarding(*, completed: bool, interests: list[str]) -> Onboarding:
    missing = [] if interests else ["interests"]
    return Onboarding("completed" if completed and not missing else "pending", missing)
