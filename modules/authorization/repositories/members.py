"""Memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Integer, Text, bindparam, column, delete, func, insert, select, tuple_, update
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import ALL, Rows, VisibleStatement
from core.http.pages import Position
from modules.authorization.contracts.members import Member
from modules.authorization.contracts.roles import RoleName
from modules.authorization.domain import AlreadyMember
from modules.authorization.repositories.refusals import rules_told
from modules.authorization.resources import MEMBERS
from modules.authorization.tables import memberships, roles
from modules.user import people


class ListedMember(msgspec.Struct, frozen=True):
    user_id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    role_id: UUID
    role: str
    joined_at: datetime

    def shown(self) -> Member:
        return Member(
            user_id=self.user_id,
            email=self.email,
            email_verified=self.email_verified,
            name=self.name,
            image_url=self.image_url,
            role=RoleName(self.role_id, self.role),
            joined_at=self.joined_at,
        )


class Membership(msgspec.Struct, frozen=True):
    """What policies may say of a member."""

    user_id: UUID
    role_id: UUID
    created_at: datetime


class Person(msgspec.Struct, frozen=True):
    """Whoever has an address, and whether it is a member of the tenant that is acted for."""

    user_id: UUID
    is_member: bool


_this = (memberships.c.tenant_id == bindparam("tenant_id"), memberships.c.user_id == bindparam("user_id"))
_ADD = Statement.command(
    insert(memberships).values(
        tenant_id=bindparam("tenant_id"),
        user_id=bindparam("user_id"),
        role_id=bindparam("role_id"),
        agreed=bindparam("agreed"),
    )
)
_GET = VisibleStatement(
    MEMBERS,
    lambda visible: select(memberships.c.user_id, memberships.c.role_id, memberships.c.created_at).where(
        *_this, visible
    ),
    into=Membership,
)
_AGREE = Statement.command(update(memberships).where(*_this, memberships.c.agreed.is_(False)).values(agreed=True))
_HAS_LEFT = Statement(select(func.authz.has_left(type_=Boolean)), into=bool)
_SET_ROLE = Statement.command(update(memberships).where(*_this).values(role_id=bindparam("new_role_id")))
_REMOVE = Statement.command(delete(memberships).where(*_this))
_found = func.authz.find_person(bindparam("email", type_=Text)).table_valued(
    column("user_id", Uuid), column("is_member", Boolean)
)
_PERSON = Statement(select(_found.c.user_id, _found.c.is_member), into=Person)


def _listed(visible: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            memberships.c.user_id,
            people.c.email,
            people.c.email_verified,
            people.c.name,
            people.c.image_url,
            memberships.c.role_id,
            roles.c.name.label("role"),
            memberships.c.created_at.label("joined_at"),
        )
        .join_from(memberships, people, people.c.id == memberships.c.user_id)
        .join(roles, (roles.c.tenant_id == memberships.c.tenant_id) & (roles.c.id == memberships.c.role_id))
        .where(memberships.c.tenant_id == bindparam("tenant_id"), visible)
    )


_PAGE = VisibleStatement(
    MEMBERS,
    lambda visible: (
        _listed(visible)
        .where(
            tuple_(memberships.c.created_at, memberships.c.user_id)
            > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid))
        )
        .order_by(memberships.c.created_at, memberships.c.user_id)
        .limit(bindparam("at_most", type_=Integer))
    ),
    into=ListedMember,
)
_ONE = VisibleStatement(
    MEMBERS, lambda visible: _listed(visible).where(memberships.c.user_id == bindparam("user_id")), into=ListedMember
)


class MemberRepository:
    """Who belongs to a tenant, in which role."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def person(self, email: str) -> Person | None:
        """None where nobody has the address, or whoever acts may neither add nor invite members."""
        return await self._tx.one_or_none(_PERSON, email=email)

    async def add(self, tenant_id: UUID, user_id: UUID, role_id: UUID, *, agreed: bool = True) -> None:
        """`agreed`: they come by themselves. Raises `AlreadyMember`, `TenantFull` and `NoAdmin`."""
        try:
            with rules_told():
                await self._tx.execute(_ADD, tenant_id=tenant_id, user_id=user_id, role_id=role_id, agreed=agreed)
        except AlreadyThere:
            raise AlreadyMember from None

    async def agree(self, tenant_id: UUID, user_id: UUID) -> None:
        """Whoever acts, to a membership that somebody else gave them."""
        await self._tx.execute(_AGREE, tenant_id=tenant_id, user_id=user_id)

    async def has_left(self) -> bool:
        """Whether whoever acts was a member of the tenant that is acted for, and is none any more."""
        return await self._tx.one(_HAS_LEFT)

    async def get(self, tenant_id: UUID, user_id: UUID, rows: Rows = ALL) -> Membership | None:
        """Also of somebody whose account was deleted."""
        return await self._tx.one_or_none(_GET.on(rows), tenant_id=tenant_id, user_id=user_id, **rows.binds)

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[ListedMember]:
        """By the time of joining."""
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, at=after.at, after_id=after.id, at_most=limit, **rows.binds
        )

    async def show(self, tenant_id: UUID, user_id: UUID) -> ListedMember:
        """Raises `NotFound`, also where the account was deleted."""
        return await self._tx.one(_ONE.on(ALL), tenant_id=tenant_id, user_id=user_id)

    async def set_role(self, tenant_id: UUID, user_id: UUID, role_id: UUID) -> None:
        """Raises `LastAdmin` and `OwnerStays`."""
        with rules_told():
            await self._tx.execute(_SET_ROLE, tenant_id=tenant_id, user_id=user_id, new_role_id=role_id)

    async def remove(self, tenant_id: UUID, user_id: UUID) -> bool:
        """False where there is no such member. Raises `LastAdmin` and `OwnerStays`."""
        with rules_told():
            return await self._tx.execute(_REMOVE, tenant_id=tenant_id, user_id=user_id) > 0
