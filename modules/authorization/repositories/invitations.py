"""Invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    case,
    column,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import ALL, Rows, VisibleStatement
from core.http.pages import Position
from modules.authorization.contracts.invitations import Invitation
from modules.authorization.contracts.roles import RoleName
from modules.authorization.domain import InvitationStatus
from modules.authorization.resources import INVITATIONS
from modules.authorization.tables import invitations, roles


class ListedInvitation(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    role_id: UUID
    role: str
    invited_by: UUID
    status: InvitationStatus
    expires_at: datetime
    accepted_at: datetime | None
    created_at: datetime

    def shown(self) -> Invitation:
        return Invitation(
            id=self.id,
            email=self.email,
            role=RoleName(self.role_id, self.role),
            invited_by=self.invited_by,
            status=self.status,
            expires_at=self.expires_at,
            accepted_at=self.accepted_at,
            created_at=self.created_at,
        )


class Room(msgspec.Struct, frozen=True):
    """Whether there is room for an invitation: `wait` is for how many seconds there is none for this address."""

    wait: int | None
    pending: int


class Letter(msgspec.Struct, frozen=True):
    """What an invitation's mail says: `role` is None where a user chose its name."""

    email: str
    tenant: str
    role: str | None


class FoundInvitation(msgspec.Struct, frozen=True):
    """An invitation as whoever holds its token may know it; `addressed` to whoever acts."""

    id: UUID
    tenant_id: UUID
    role_id: UUID
    accepted: bool
    expired: bool
    addressed: bool


_room = func.authz.make_room(bindparam("email", type_=Text)).table_valued(
    column("wait", Integer), column("pending", BigInteger)
)
_MAKE_ROOM = Statement(select(_room.c.wait, _room.c.pending), into=Room)
_ADD = Statement(
    insert(invitations)
    .values(
        tenant_id=bindparam("tenant_id"),
        email=bindparam("email"),
        role_id=bindparam("role_id"),
        invited_by=bindparam("invited_by"),
        expires_at=func.now() + func.make_interval(0, 0, 0, bindparam("days", type_=Integer)),
    )
    .returning(invitations.c.id),
    into=UUID,
)
_status = case(
    (invitations.c.accepted_at.is_not(None), "accepted"),
    (invitations.c.expires_at <= func.now(), "expired"),
    else_="pending",
)
_wanted = bindparam("status", type_=Text)


def _listed(visible: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            invitations.c.id,
            invitations.c.email,
            invitations.c.role_id,
            roles.c.name.label("role"),
            invitations.c.invited_by,
            _status.label("status"),
            invitations.c.expires_at,
            invitations.c.accepted_at,
            invitations.c.created_at,
        )
        .join_from(
            invitations, roles, (roles.c.tenant_id == invitations.c.tenant_id) & (roles.c.id == invitations.c.role_id)
        )
        .where(invitations.c.tenant_id == bindparam("tenant_id"), invitations.c.withdrawn_at.is_(None), visible)
    )


_PAGE = VisibleStatement(
    INVITATIONS,
    lambda visible: (
        _listed(visible)
        .where(
            or_(_wanted.is_(None), _status == _wanted),
            tuple_(invitations.c.created_at, invitations.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("before_id", type_=Uuid)),
        )
        .order_by(invitations.c.created_at.desc(), invitations.c.id.desc())
        .limit(bindparam("at_most", type_=Integer))
    ),
    into=ListedInvitation,
)
_ONE = VisibleStatement(
    INVITATIONS,
    lambda visible: _listed(visible).where(invitations.c.id == bindparam("invitation_id")),
    into=ListedInvitation,
)
_WITHDRAW = Statement.command(
    update(invitations)
    .where(
        invitations.c.tenant_id == bindparam("tenant_id"),
        invitations.c.id == bindparam("invitation_id"),
        invitations.c.accepted_at.is_(None),
        invitations.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=func.now())
)
_letter = func.authz.prepare_invitation(
    bindparam("invitation", type_=Uuid), bindparam("token_hash", type_=LargeBinary)
).table_valued(column("email", Text), column("tenant", Text), column("role", Text))
_PREPARE = Statement(select(_letter.c.email, _letter.c.tenant, _letter.c.role), into=Letter)
_found = func.authz.find_invitation(bindparam("token_hash", type_=LargeBinary)).table_valued(
    column("id", Uuid),
    column("tenant_id", Uuid),
    column("role_id", Uuid),
    column("accepted", Boolean),
    column("expired", Boolean),
    column("addressed", Boolean),
)
_FIND = Statement(select(*_found.c), into=FoundInvitation)
_ACCEPT = Statement.nullable(
    select(func.authz.accept_invitation(bindparam("invitation", type_=Uuid), type_=Text)), into=str
)


class InvitationRepository:
    """Invitations to a tenant; only the hash of a token is there."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def make_room(self, email: str) -> Room:
        """Take away the pending one to this address, unless younger than a minute; nobody else invites meanwhile."""
        return await self._tx.one(_MAKE_ROOM, email=email)

    async def add(self, tenant_id: UUID, email: str, role_id: UUID, *, invited_by: UUID, days: int) -> UUID:
        return await self._tx.one(
            _ADD, tenant_id=tenant_id, email=email, role_id=role_id, invited_by=invited_by, days=days
        )

    async def page(
        self, tenant_id: UUID, rows: Rows, status: InvitationStatus | None, before: Position, limit: int
    ) -> list[ListedInvitation]:
        """Newest first."""
        return await self._tx.all(
            _PAGE.on(rows),
            tenant_id=tenant_id,
            status=status,
            at=before.at,
            before_id=before.id,
            at_most=limit,
            **rows.binds,
        )

    async def one(self, tenant_id: UUID, invitation_id: UUID, rows: Rows = ALL) -> ListedInvitation | None:
        return await self._tx.one_or_none(_ONE.on(rows), tenant_id=tenant_id, invitation_id=invitation_id, **rows.binds)

    async def withdraw(self, tenant_id: UUID, invitation_id: UUID) -> bool:
        """False where it is not there, or was accepted."""
        return await self._tx.execute(_WITHDRAW, tenant_id=tenant_id, invitation_id=invitation_id) > 0

    async def prepare(self, invitation_id: UUID, token_hash: bytes) -> Letter | None:
        """Give it its token, in place of an earlier one; None where nobody waits for it any more."""
        return await self._tx.one_or_none(_PREPARE, invitation=invitation_id, token_hash=token_hash)

    async def find(self, token_hash: bytes) -> FoundInvitation | None:
        """Whose token this is. Until the transaction ends nobody else uses it, or takes the invitation away."""
        return await self._tx.one_or_none(_FIND, token_hash=token_hash)

    async def accept(self, invitation_id: UUID) -> None:
        """The transaction acts as the addressee, for the tenant, already."""
        await self._tx.one(_ACCEPT, invitation=invitation_id)
