"""Roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere, StillReferred
from core.database.functions import TAKE_TURN
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import ALL, Rows, VisibleStatement
from core.http.pages import Position
from modules.authorization.contracts.roles import Role
from modules.authorization.domain import RoleInUse, RoleThere
from modules.authorization.repositories.refusals import rules_told
from modules.authorization.resources import ROLES
from modules.authorization.tables import roles


class FoundRole(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    is_system: bool


_this = (roles.c.tenant_id == bindparam("tenant_id"), roles.c.id == bindparam("role_id"))
_ADD = Statement(
    insert(roles)
    .values(tenant_id=bindparam("tenant_id"), name=bindparam("name"), is_system=bindparam("is_system"))
    .returning(roles.c.id),
    into=UUID,
)
_FIND = Statement(
    select(roles.c.id, roles.c.name, roles.c.is_system).where(
        roles.c.tenant_id == bindparam("tenant_id"),
        or_(
            roles.c.name == bindparam("wanted", type_=Text),
            cast(roles.c.id, Text) == func.lower(bindparam("wanted", type_=Text)),
        ),
    ),
    into=FoundRole,
)
_NUMBER = Statement(
    select(func.count()).select_from(roles).where(roles.c.tenant_id == bindparam("tenant_id")), into=int
)
_counted = func.authz.role_members().table_valued(column("role_id", Uuid), column("members", BigInteger))


def _shown(visible: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            roles.c.id,
            roles.c.name,
            roles.c.is_system,
            func.coalesce(_counted.c.members, 0).label("members"),
            roles.c.created_at,
        )
        .select_from(roles.outerjoin(_counted, _counted.c.role_id == roles.c.id))
        .where(roles.c.tenant_id == bindparam("tenant_id"), visible)
    )


_PAGE = VisibleStatement(
    ROLES,
    lambda visible: (
        _shown(visible)
        .where(
            tuple_(roles.c.created_at, roles.c.id)
            > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid))
        )
        .order_by(roles.c.created_at, roles.c.id)
        .limit(bindparam("at_most", type_=Integer))
    ),
    into=Role,
)
_ONE = VisibleStatement(ROLES, lambda visible: _shown(visible).where(roles.c.id == bindparam("role_id")), into=Role)
_RENAME = Statement.command(update(roles).where(*_this).values(name=bindparam("name")))
_DELETE = Statement.command(delete(roles).where(*_this))


class RoleRepository:
    """The roles of a tenant. What they may do is said by their policies."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def add(self, tenant_id: UUID, name: str, *, is_system: bool = False) -> UUID:
        """Raises `RoleThere`."""
        try:
            return await self._tx.one(_ADD, tenant_id=tenant_id, name=name, is_system=is_system)
        except AlreadyThere:
            raise RoleThere from None

    async def number(self, tenant_id: UUID) -> int:
        """How many there are; until the transaction ends, nobody else asks."""
        await self._tx.one(TAKE_TURN, turn=f"roles {tenant_id}")
        return await self._tx.one(_NUMBER, tenant_id=tenant_id)

    async def find(self, tenant_id: UUID, wanted: str) -> FoundRole | None:
        """The role of this name or id."""
        return await self._tx.one_or_none(_FIND, tenant_id=tenant_id, wanted=wanted)

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[Role]:
        """Oldest first, so the system's own before all."""
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, at=after.at, after_id=after.id, at_most=limit, **rows.binds
        )

    async def one(self, tenant_id: UUID, role_id: UUID, rows: Rows = ALL) -> Role | None:
        return await self._tx.one_or_none(_ONE.on(rows), tenant_id=tenant_id, role_id=role_id, **rows.binds)

    async def rename(self, tenant_id: UUID, role_id: UUID, name: str) -> None:
        """Raises `RoleThere`."""
        try:
            await self._tx.execute(_RENAME, tenant_id=tenant_id, role_id=role_id, name=name)
        except AlreadyThere:
            raise RoleThere from None

    async def delete(self, tenant_id: UUID, role_id: UUID) -> None:
        """With its policies. Raises `RoleInUse`."""
        try:
            with rules_told():
                await self._tx.execute(_DELETE, tenant_id=tenant_id, role_id=role_id)
        except StillReferred:
            raise RoleInUse from None
