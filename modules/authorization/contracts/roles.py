"""Roles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["mentor"])]
NameOrId = Annotated[
    str,
    Meta(min_length=1, max_length=100, description="The name or the id of a role of the tenant.", examples=["member"]),
]


class RoleName(msgspec.Struct, frozen=True):
    """Which role it is."""

    id: UUID
    name: str


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are absent stay."""

    name: Name | UnsetType = UNSET


class Role(msgspec.Struct, frozen=True):
    """What members may do is said by policies of their role; `members` is how many have it."""

    id: UUID
    name: str
    is_system: bool
    members: int
    created_at: datetime
