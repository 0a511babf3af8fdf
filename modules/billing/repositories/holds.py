"""Holds: credits that are reserved before something is done, and paid or given back afterwards.

A hold belongs to no grant. It pins what would be spent next: as long as it is open, that much of what expires first
stays. Closing one and changing the account are one statement, in this order, so that of two who close it one does.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Integer, bindparam, column, func, insert, literal, select, true, update
from sqlalchemy.types import Interval, Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.domain import HOLD_LASTS, Hold, HoldExceeded, NewEntry
from modules.billing.repositories.accounts import AccountRepository
from modules.billing.repositories.credits import insufficient
from modules.billing.repositories.entries import EntryRepository
from modules.billing.tables import credit_accounts, credit_holds


class Settled(msgspec.Struct, frozen=True):
    """A hold that was just settled: what it cost, what for, and what is left."""

    spent: int
    reason: str
    reference: UUID
    balance: int


class ExpiredHold(msgspec.Struct, frozen=True):
    tenant_id: UUID
    user_id: UUID
    id: UUID
    reference: UUID


_tenant = bindparam("tenant_id", type_=Uuid)
_amount = bindparam("amount", type_=Integer)
_mine = credit_accounts.c.tenant_id == _tenant
_open = (
    credit_holds.c.tenant_id == _tenant,
    credit_holds.c.id == bindparam("hold_id", type_=Uuid),
    credit_holds.c.status == "open",
)

_reserved = (
    update(credit_accounts)
    .where(_mine, credit_accounts.c.balance - credit_accounts.c.held >= _amount)
    .values(held=credit_accounts.c.held + _amount)
    .returning(credit_accounts.c.tenant_id)
    .cte("reserved")
)
_said: dict[str, Any] = {"user_id": Uuid, "amount": Integer, "reason": credit_holds.c.reason.type, "reference": Uuid}
_HOLD = Statement(
    insert(credit_holds)
    .from_select(
        ["tenant_id", *_said, "expires_at"],
        select(
            _reserved.c.tenant_id,
            *(bindparam(name, type_=kind) for name, kind in _said.items()),
            func.now() + literal(HOLD_LASTS, Interval),
        ),
    )
    .returning(credit_holds.c.id, credit_holds.c.amount),
    into=Hold,
)
_cost = func.coalesce(bindparam("used", type_=Integer), credit_holds.c.amount)
_settled = (
    update(credit_holds)
    .where(*_open, _cost <= credit_holds.c.amount)
    .values(status="settled", spent=_cost)
    .returning(credit_holds.c.amount, _cost.label("spent"), credit_holds.c.reason, credit_holds.c.reference)
    .cte("settled")
)
_paid = (
    update(credit_accounts)
    .where(_mine, _settled.c.amount.is_not(None))
    .values(balance=credit_accounts.c.balance - _settled.c.spent, held=credit_accounts.c.held - _settled.c.amount)
    .returning(credit_accounts.c.balance)
    .cte("paid")
)
_SETTLE = Statement(
    select(_settled.c.spent, _settled.c.reason, _settled.c.reference, _paid.c.balance).join_from(
        _settled, _paid, true()
    ),
    into=Settled,
)
_voided = update(credit_holds).where(*_open).values(status="void").returning(credit_holds.c.amount).cte("voided")
_VOID = Statement(
    update(credit_accounts)
    .where(_mine, _voided.c.amount.is_not(None))
    .values(held=credit_accounts.c.held - _voided.c.amount)
    .returning(credit_accounts.c.held),
    into=int,
)
_RESERVED = Statement(select(credit_holds.c.amount).where(*_open), into=int)
_expired = func.billing.expired_holds().table_valued(*(column(name, Uuid) for name in ExpiredHold.__struct_fields__))
_EXPIRED = Statement(select(*_expired.c), into=ExpiredHold)


class HoldRepository:
    """One tenant's holds."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._accounts = AccountRepository(transaction)
        self._entries = EntryRepository(transaction)

    async def hold(self, tenant_id: UUID, user_id: UUID, amount: int, *, reason: str, reference: UUID) -> Hold:
        """Reserve `amount` for an hour; raises `InsufficientCredits`."""
        made = await self._tx.one_or_none(
            _HOLD, tenant_id=tenant_id, user_id=user_id, amount=amount, reason=reason, reference=reference
        )
        if made is None:
            raise insufficient(amount, await self._accounts.balance(tenant_id))
        return made

    async def settle(self, tenant_id: UUID, hold_id: UUID, amount: int | None = None) -> bool:
        """Spend what was really used, all of it where nobody says; the rest is free again.

        False where the hold is not open any more; raises `HoldExceeded` where more was used than was reserved.
        """
        settled = await self._tx.one_or_none(_SETTLE, tenant_id=tenant_id, hold_id=hold_id, used=amount)
        if settled is None:
            reserved = await self._tx.one_or_none(_RESERVED, tenant_id=tenant_id, hold_id=hold_id)
            if reserved is not None and amount is not None and amount > reserved:
                raise HoldExceeded(reserved=reserved, used=amount)
            return False
        if settled.spent > 0:
            entry = NewEntry(
                amount=-settled.spent,
                kind="spend",
                reason=settled.reason,
                reference=str(settled.reference),
                idempotency_key=f"hold:{hold_id}",
            )
            await self._entries.enter_spend(tenant_id, entry, settled.balance)
        return True

    async def void(self, tenant_id: UUID, hold_id: UUID) -> bool:
        """Give back what was reserved. False where the hold is not open any more."""
        return await self._tx.one_or_none(_VOID, tenant_id=tenant_id, hold_id=hold_id) is not None

    async def expired(self) -> list[ExpiredHold]:
        """Those of all tenants, the oldest hundred."""
        return await self._tx.all(_EXPIRED)
