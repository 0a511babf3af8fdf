"""A tenant's account: what there is and what is reserved, and the grants that it is made of.

Whatever changes the account locks its row until the end of the transaction, and so decides the order of the entries.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Integer, Interval, bindparam, cast, func, insert, select, update
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.contracts.credits import CreditBalance
from modules.billing.tables import credit_accounts, credit_grants

_mine = credit_accounts.c.tenant_id == bindparam("tenant_id", type_=Uuid)
_amount = bindparam("amount", type_=Integer)
_account = select(credit_accounts.c.balance, credit_accounts.c.held).where(_mine)

_OPEN = Statement.command(insert(credit_accounts).values(tenant_id=bindparam("tenant_id", type_=Uuid)))
_BALANCE = Statement(_account, into=CreditBalance)
_LOCK = Statement(_account.with_for_update(key_share=True), into=CreditBalance)
_ADD = Statement(
    update(credit_accounts)
    .where(_mine)
    .values(balance=credit_accounts.c.balance + _amount)
    .returning(credit_accounts.c.balance),
    into=int,
)
DEDUCT = Statement(
    update(credit_accounts)
    .where(_mine, credit_accounts.c.balance - credit_accounts.c.held >= _amount)
    .values(balance=credit_accounts.c.balance - _amount)
    .returning(credit_accounts.c.balance),
    into=int,
)
# Empty at first: the entry that goes with it fills it.
_NEW_GRANT = Statement(
    insert(credit_grants)
    .values(
        tenant_id=bindparam("tenant_id", type_=Uuid),
        amount=_amount,
        remaining=0,
        reason=bindparam("reason"),
        expires_at=func.coalesce(
            bindparam("expires_at", type_=Instant), func.now() + cast(bindparam("lasts"), Interval)
        ),
    )
    .returning(credit_grants.c.id),
    into=UUID,
)


class AccountRepository:
    """The accounts. Each method raises `NotFound` where the tenant has none, unless it says otherwise."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def open(self, tenant_id: UUID) -> None:
        await self._tx.execute(_OPEN, tenant_id=tenant_id)

    async def balance(self, tenant_id: UUID) -> CreditBalance:
        return await self._tx.one(_BALANCE, tenant_id=tenant_id)

    async def lock(self, tenant_id: UUID) -> CreditBalance:
        """Wait for whoever is changing the account, and keep others from it until the end of the transaction."""
        return await self._tx.one(_LOCK, tenant_id=tenant_id)

    async def add(self, tenant_id: UUID, amount: int) -> int:
        """The balance, changed by `amount`."""
        return await self._tx.one(_ADD, tenant_id=tenant_id, amount=amount)

    async def deduct(self, tenant_id: UUID, amount: int) -> int | None:
        """The balance that is left; None where what is not reserved is less than `amount`, or there is no account."""
        return await self._tx.one_or_none(DEDUCT, tenant_id=tenant_id, amount=amount)

    async def new_grant(
        self,
        tenant_id: UUID,
        amount: int,
        reason: str,
        *,
        expires_at: datetime | None = None,
        lasts: timedelta | None = None,
    ) -> UUID:
        """The id of a grant that expires at an instant, or after a while, or never."""
        return await self._tx.one(
            _NEW_GRANT, tenant_id=tenant_id, amount=amount, reason=reason, expires_at=expires_at, lasts=lasts
        )
