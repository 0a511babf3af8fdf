"""Tenants: what kinds there are, what they and their roles may be called, and what is told of them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal
from uuid import UUID

import msgspec

from core.errors import Invalid
from core.module import Event
from modules.authorization.domain.refusals import RoleThere

TenantKind = Literal["personal", "organization"]
ContractType = Literal["standard", "enterprise"]
Plan = Literal["free", "pro", "enterprise"]
InvitationStatus = Literal["pending", "accepted", "expired"]

ADMIN: Final = "admin"
MEMBER: Final = "member"
MOST_TENANTS: Final = 50
"""That one user has founded, whoever runs them now."""
MOST_INVITATIONS: Final = 100
"""Pending ones of a tenant."""
_LONGEST_MADE_SLUG: Final = 50
_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_SLUG: Final = re.compile(r"[a-z0-9-]{1,255}")
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


class TenantCreated(Event, frozen=True):
    """A tenant exists since a moment ago, in this transaction, and is its tenant."""

    tenant_id: UUID
    user_id: UUID
    kind: TenantKind


class Entitlements(msgspec.Struct, frozen=True):
    """What a tenant's plan opens: policies may compare all of it, and no more than `max_users` can join."""

    plan: Plan
    contract_type: ContractType
    features: list[str]
    max_users: int


class TenantDeleted(Event, frozen=True):
    """A tenant is about to be taken away, with all that is its own, in this transaction, and is its tenant."""

    tenant_id: UUID


def checked_slug(slug: str) -> str:
    """Raises `Invalid` for what would be taken for an id, or for somebody's personal tenant."""
    if _SLUG.fullmatch(slug) is None:
        raise Invalid("A slug is 1 to 255 of the characters a-z, 0-9 and `-`.", path="slug")
    if _is_reserved(slug):
        raise Invalid("A slug is no id, and does not begin with `personal-`.", path="slug")
    return slug


def slug_of(name: str) -> str:
    """A slug out of a name; `tenant` where nothing of the name can be in one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_MADE_SLUG].strip("-") or "tenant"
    # `personal` is free to take, but what is hung on it where it is taken would make it reserved.
    return f"the-{slug}" if _is_reserved(slug) or _is_reserved(f"{slug}-") else slug


def checked_name(name: str) -> str:
    """A name as it is kept, without white space around it. Raises `Invalid`."""
    if any(unicodedata.category(character) in _UNPRINTABLE for character in name):
        raise Invalid("A name is one line of text.", path="name")
    if not name.strip():
        raise Invalid("A name has something that can be seen.", path="name")
    return name.strip()


def checked_role_name(name: str) -> str:
    """The same of a role. Raises `Invalid`, also for what would be taken for an id; and `RoleThere` for what would be
    taken for a role of the system."""
    if _UUID.fullmatch(name.strip().lower()):
        raise Invalid("A role's name is no id.", path="name")
    if any(unicodedata.category(character) == "Cf" for character in name):
        raise Invalid("A role's name has no characters that cannot be seen.", path="name")
    if unicodedata.normalize("NFKC", name).casefold().strip() in (ADMIN, MEMBER):
        raise RoleThere
    return checked_name(name)


def _is_reserved(slug: str) -> bool:
    return _UUID.fullmatch(slug) is not None or slug.startswith("personal-")
