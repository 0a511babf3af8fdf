"""Members of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.authorization.contracts.roles import NameOrId, RoleName

Email = Annotated[str, Meta(min_length=1, max_length=254, examples=["salma@example.com"])]


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    role: NameOrId


class MemberChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: NameOrId


class Member(msgspec.Struct, frozen=True):
    user_id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    role: RoleName
    joined_at: datetime
