"""The directory: who is a member of the tenant that is acted for, as users are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, bindparam, func, or_, select, tuple_
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.authorization.resources import USERS
from modules.authorization.tables import memberships
from modules.user import Account, people


class Colleague(Account, frozen=True):
    """A member's account, and since when it is a member's."""

    joined_at: datetime


_part = func.lower(bindparam("part", type_=Text))


def _colleagues(visible: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*(people.c[name] for name in Account.__struct_fields__), memberships.c.created_at.label("joined_at"))
        .join_from(memberships, people, people.c.id == memberships.c.user_id)
        .where(memberships.c.tenant_id == bindparam("tenant_id"), visible)
    )


# Not LIKE: in a part of a name nothing is a pattern, so there is nothing to escape.
_PAGE = VisibleStatement(
    USERS,
    lambda visible: (
        _colleagues(visible)
        .where(
            or_(
                func.strpos(func.lower(people.c.email), _part) > 0,
                func.strpos(func.lower(func.coalesce(people.c.name, "")), _part) > 0,
            ),
            tuple_(memberships.c.created_at, memberships.c.user_id)
            > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid)),
        )
        .order_by(memberships.c.created_at, memberships.c.user_id)
        .limit(bindparam("at_most", type_=Integer))
    ),
    into=Colleague,
)
_ONE = VisibleStatement(
    USERS, lambda visible: _colleagues(visible).where(people.c.id == bindparam("user_id")), into=Colleague
)


class Directory:
    """The members of a tenant, as far as policies open them."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def page(self, tenant_id: UUID, rows: Rows, part: str, after: Position, limit: int) -> list[Colleague]:
        """Those whose name or address contains `part`, in any case, by the time of joining."""
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, part=part, at=after.at, after_id=after.id, at_most=limit, **rows.binds
        )

    async def one(self, tenant_id: UUID, rows: Rows, user_id: UUID) -> Colleague | None:
        return await self._tx.one_or_none(_ONE.on(rows), tenant_id=tenant_id, user_id=user_id, **rows.binds)
