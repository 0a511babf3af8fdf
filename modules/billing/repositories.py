"""All SQL of the billing module. The guarded UPDATE of the account decides and locks; what follows is the next
statement of the same transaction."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.billing.contracts import CreditBalance, CreditEntry
from modules.billing.domain import EntryKind, Hold, InsufficientCredits, Usage
from modules.billing.tables import credit_accounts, credit_entries, credit_grants, credit_holds, usage_events

_HOLD_LASTS = text("interval '1 hour'")


class OpenHold(msgspec.Struct, frozen=True):
    amount: int
    reason: str
    reference: UUID


class ExpiredHold(msgspec.Struct, frozen=True):
    tenant_id: UUID
    user_id: UUID
    id: UUID
    reference: UUID


_mine = credit_accounts.c.tenant_id == bindparam("tenant_id")
_amount = bindparam("amount", type_=Integer)

_OPEN_ACCOUNT = Statement.command(insert(credit_accounts).values(tenant_id=bindparam("tenant_id")))
_BALANCE = Statement(select(credit_accounts.c.balance, credit_accounts.c.held).where(_mine), into=CreditBalance)
_RESERVE = Statement(
    update(credit_accounts)
    .where(_mine, credit_accounts.c.balance - credit_accounts.c.held >= _amount)
    .values(held=credit_accounts.c.held + _amount)
    .returning(credit_accounts.c.held),
    into=int,
)
_RELEASE = Statement.command(update(credit_accounts).where(_mine).values(held=credit_accounts.c.held - _amount))
_SPEND_HELD = Statement(
    update(credit_accounts)
    .where(_mine)
    .values(balance=credit_accounts.c.balance - _amount, held=credit_accounts.c.held - _amount)
    .returning(credit_accounts.c.balance),
    into=int,
)
_ADD = Statement(
    update(credit_accounts)
    .where(_mine)
    .values(balance=credit_accounts.c.balance + _amount)
    .returning(credit_accounts.c.balance),
    into=int,
)
_NEW_HOLD = Statement(
    insert(credit_holds)
    .values(
        tenant_id=bindparam("tenant_id"),
        user_id=bindparam("user_id"),
        amount=_amount,
        reason=bindparam("reason"),
        reference=bindparam("reference"),
        expires_at=func.now() + _HOLD_LASTS,
    )
    .returning(credit_holds.c.id, credit_holds.c.amount),
    into=Hold,
)
_CLOSE_HOLD = Statement(
    update(credit_holds)
    .where(
        credit_holds.c.tenant_id == bindparam("tenant_id"),
        credit_holds.c.id == bindparam("hold_id"),
        credit_holds.c.status == "open",
    )
    .values(status=bindparam("new_status"))
    .returning(credit_holds.c.amount, credit_holds.c.reason, credit_holds.c.reference),
    into=OpenHold,
)
_NEW_GRANT = Statement.command(
    insert(credit_grants).values(
        tenant_id=bindparam("tenant_id"), amount=_amount, remaining=_amount, reason=bindparam("reason")
    )
)
_entry = tuple(credit_entries.c[name] for name in CreditEntry.__struct_fields__)
_NEW_ENTRY = Statement(
    insert(credit_entries)
    .values(
        tenant_id=bindparam("tenant_id"),
        amount=_amount,
        kind=bindparam("kind"),
        reason=bindparam("reason"),
        reference=bindparam("reference"),
        balance_after=bindparam("balance_after"),
    )
    .returning(*_entry),
    into=CreditEntry,
)
_order = (credit_grants.c.expires_at.nulls_last(), credit_grants.c.created_at, credit_grants.c.id)
_open_grants = (
    select(
        credit_grants.c.id,
        (func.sum(credit_grants.c.remaining).over(order_by=_order) - credit_grants.c.remaining).label("before"),
    )
    .where(
        credit_grants.c.tenant_id == bindparam("tenant_id"),
        credit_grants.c.remaining > 0,
        or_(credit_grants.c.expires_at.is_(None), credit_grants.c.expires_at > func.now()),
    )
    .subquery()
)
_ALLOCATE = Statement.command(
    update(credit_grants)
    .where(
        credit_grants.c.tenant_id == bindparam("tenant_id"),
        and_(credit_grants.c.id == _open_grants.c.id, _open_grants.c.before < _amount),
    )
    .values(
        remaining=credit_grants.c.remaining
        - func.least(credit_grants.c.remaining, cast(_amount - cast(_open_grants.c.before, BigInteger), Integer))
    )
)
_ENTRIES = Statement(
    select(*_entry)
    .where(
        credit_entries.c.tenant_id == bindparam("tenant_id"),
        tuple_(credit_entries.c.created_at, credit_entries.c.id)
        < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
    )
    .order_by(credit_entries.c.created_at.desc(), credit_entries.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    into=CreditEntry,
)
_expired = func.billing.expired_holds().table_valued(*(column(name, Uuid) for name in ExpiredHold.__struct_fields__))
_EXPIRED_HOLDS = Statement(select(*_expired.c), into=ExpiredHold)
_RECORD_USAGE = Statement.command(
    upsert(usage_events)
    .values(
        tenant_id=bindparam("tenant_id"),
        user_id=bindparam("user_id"),
        event_type=bindparam("event_type", type_=Text),
        tokens_used=bindparam("tokens_used"),
        idempotency_key=bindparam("idempotency_key"),
        occurred_at=func.now(),
    )
    .on_conflict_do_nothing()
)


class CreditRepository:
    """One tenant's account, entries, grants and holds."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def open_account(self, tenant_id: UUID) -> None:
        await self._tx.execute(_OPEN_ACCOUNT, tenant_id=tenant_id)

    async def balance(self, tenant_id: UUID) -> CreditBalance:
        return await self._tx.one(_BALANCE, tenant_id=tenant_id)

    async def grant(self, tenant_id: UUID, amount: int, reason: str, *, reference: str | None = None) -> CreditEntry:
        """Raises `NotFound` where the tenant has no account."""
        balance = await self._tx.one(_ADD, tenant_id=tenant_id, amount=amount)
        await self._tx.execute(_NEW_GRANT, tenant_id=tenant_id, amount=amount, reason=reason)
        return await self._enter(tenant_id, amount, "grant", reason, reference, balance)

    async def hold(self, tenant_id: UUID, user_id: UUID, amount: int, *, reason: str, reference: UUID) -> Hold:
        """Reserve `amount` for an hour; raises `InsufficientCredits`."""
        if await self._tx.one_or_none(_RESERVE, tenant_id=tenant_id, amount=amount) is None:
            found = await self.balance(tenant_id)
            raise InsufficientCredits(
                f"This costs {amount} credits; {found.balance - found.held} are left.",
                price=amount,
                available=found.balance - found.held,
            )
        return await self._tx.one(
            _NEW_HOLD,
            tenant_id=tenant_id,
            user_id=user_id,
            amount=amount,
            reason=reason,
            reference=reference,
        )

    async def settle(self, tenant_id: UUID, hold_id: UUID) -> bool:
        hold = await self._close(tenant_id, hold_id, "settled")
        if hold is None:
            return False
        if hold.amount > 0:
            balance = await self._tx.one(_SPEND_HELD, tenant_id=tenant_id, amount=hold.amount)
            await self._tx.execute(_ALLOCATE, tenant_id=tenant_id, amount=hold.amount)
            await self._enter(tenant_id, -hold.amount, "spend", hold.reason, str(hold.reference), balance)
        return True

    async def void(self, tenant_id: UUID, hold_id: UUID) -> bool:
        hold = await self._close(tenant_id, hold_id, "void")
        if hold is None:
            return False
        await self._tx.execute(_RELEASE, tenant_id=tenant_id, amount=hold.amount)
        return True

    async def expired_holds(self) -> list[ExpiredHold]:
        return await self._tx.all(_EXPIRED_HOLDS)

    async def entries(self, tenant_id: UUID, after: Position, limit: int) -> list[CreditEntry]:
        return await self._tx.all(_ENTRIES, tenant_id=tenant_id, at=after.at, id=after.id, limit=limit)

    async def _close(self, tenant_id: UUID, hold_id: UUID, status: str) -> OpenHold | None:
        return await self._tx.one_or_none(_CLOSE_HOLD, tenant_id=tenant_id, hold_id=hold_id, new_status=status)

    async def _enter(
        self, tenant_id: UUID, amount: int, kind: EntryKind, reason: str, reference: str | None, balance: int
    ) -> CreditEntry:
        return await self._tx.one(
            _NEW_ENTRY,
            tenant_id=tenant_id,
            amount=amount,
            kind=kind,
            reason=reason,
            reference=reference,
            balance_after=balance,
        )


class UsageRepository:
    """What was used, insert-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def record(self, tenant_id: UUID, usage: Usage) -> None:
        await self._tx.execute(
            _RECORD_USAGE,
            tenant_id=tenant_id,
            user_id=usage.user_id,
            event_type=usage.event_type,
            tokens_used=usage.tokens_used,
            idempotency_key=usage.idempotency_key,
        )
