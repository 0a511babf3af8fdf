"""Invitations to a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from modules.authorization.contracts.members import Email
from modules.authorization.contracts.roles import NameOrId, RoleName
from modules.authorization.domain import InvitationStatus

MailedToken = Annotated[
    str, Meta(min_length=1, max_length=200, examples=["one_Zm9yIG9uZSB1c2Ugb25seSwgYW5kIHNvb24gb3Zlcg"])
]


class NewInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    role: NameOrId


class InvitationProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: MailedToken


class Invitation(msgspec.Struct, frozen=True):
    """`invited_by` is the id of a user."""

    id: UUID
    email: str
    role: RoleName
    invited_by: UUID
    status: InvitationStatus
    expires_at: datetime
    accepted_at: datetime | None
    created_at: datetime
