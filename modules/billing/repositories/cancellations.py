"""Subscriptions that are to be ended at the provider. Of no tenant any more, so all of it is done by functions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction

_id = bindparam("id", type_=Uuid)
_END_MINE = Statement.nullable(select(func.billing.end_my_subscriptions(type_=Text)), into=str)
_CLAIM = Statement(select(func.billing.claim_cancellations(type_=Uuid)), into=UUID)
_READ = Statement.nullable(select(func.billing.read_cancellation(_id, type_=Text)), into=str)
_FINISH = Statement.nullable(
    select(func.billing.finish_cancellation(_id, bindparam("error", type_=Text), type_=Text)), into=str
)


class CancellationRepository:
    """What is to be ended is written down by the deletion itself, in its transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def end_mine(self) -> None:
        """Those of tenants that nobody is left in without the user who acts, who was just deleted."""
        await self._tx.one(_END_MINE)

    async def claim(self) -> list[UUID]:
        """Some that are due; nobody else gets them for ten minutes."""
        return await self._tx.all(_CLAIM)

    async def read(self, cancellation_id: UUID) -> str | None:
        """The subscription, as the provider calls it; None where it was ended already."""
        return await self._tx.one(_READ, id=cancellation_id)

    async def finish(self, cancellation_id: UUID, error: str | None = None) -> None:
        """With an error it is tried again later."""
        await self._tx.one(_FINISH, id=cancellation_id, error=error)
