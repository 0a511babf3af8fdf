"""Credits. The guarded UPDATE of the account decides and locks; what follows (the entry, and which grants it draws
from) is the next statement of the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Integer, Text, bindparam, cast, func, literal, or_, select
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.pages import Position
from modules.billing.contracts.credits import CreditBalance, CreditEntry
from modules.billing.domain import (
    PRICES,
    REFUND_LASTS,
    EntryKind,
    InsufficientCredits,
    KeyTaken,
    NewEntry,
    NotSpent,
    Part,
    Priced,
    refundable,
)
from modules.billing.domain.plans import PlanId, SubscriptionStatus
from modules.billing.domain.subscriptions import ruling
from modules.billing.repositories.accounts import AccountRepository
from modules.billing.repositories.entries import EntryRepository
from modules.billing.tables import credit_allocations, credit_entries, credit_grants, plans, subscriptions


class PlannedPrice(msgspec.Struct, frozen=True):
    """What something costs by a subscription of the tenant; None where its plan does not say."""

    plan: PlanId
    status: SubscriptionStatus
    current_period_end: datetime
    price: int | None


class ReturnedPart(msgspec.Struct, frozen=True):
    """What of a spend came from a grant and goes back now, unless the grant expired meanwhile."""

    grant_id: UUID
    amount: int
    expired: bool


class Spend(msgspec.Struct, frozen=True):
    """An entry that somebody wants to be given back, and how much of it was already."""

    kind: EntryKind
    amount: int
    refunded: int


_tenant = bindparam("tenant_id", type_=Uuid)
_this = bindparam("entry_id", type_=Uuid)

# What the free plan says too, as if everybody had subscribed to it.
_PRICES = Statement(
    select(
        plans.c.id.label("plan"),
        func.coalesce(subscriptions.c.status, "active").label("status"),
        func.coalesce(subscriptions.c.current_period_end, func.now()).label("current_period_end"),
        cast(plans.c.prices.op("->>")(bindparam("what", type_=Text)), Integer).label("price"),
    )
    .select_from(
        plans.outerjoin(
            subscriptions,
            (subscriptions.c.plan == plans.c.id) & (subscriptions.c.tenant_id == _tenant) & (plans.c.id != "free"),
        )
    )
    .where(or_(plans.c.id == "free", subscriptions.c.id.is_not(None))),
    into=PlannedPrice,
)

_refunds = credit_entries.alias("refunds")
_refunded = (
    select(func.coalesce(func.sum(_refunds.c.amount), literal(0, BigInteger)))
    .where(_refunds.c.tenant_id == _tenant, _refunds.c.refund_of == _this)
    .scalar_subquery()
)
_SPEND = Statement(
    select(credit_entries.c.kind, credit_entries.c.amount, cast(_refunded, BigInteger).label("refunded")).where(
        credit_entries.c.tenant_id == _tenant, credit_entries.c.id == _this
    ),
    into=Spend,
)
# What was taken last goes back first, as if so much less had been spent. `upto` counts from there.
_taken = -credit_allocations.c.amount
_backwards = (
    credit_grants.c.expires_at.desc().nulls_first(),
    credit_grants.c.created_at.desc(),
    credit_grants.c.id.desc(),
)
_sources = (
    select(
        credit_grants.c.id,
        _taken.label("taken"),
        func.sum(_taken).over(order_by=_backwards).label("upto"),
        func.coalesce(credit_grants.c.expires_at <= func.now(), False).label("expired"),
    )
    .join(
        credit_grants,
        (credit_grants.c.tenant_id == credit_allocations.c.tenant_id)
        & (credit_grants.c.id == credit_allocations.c.grant_id),
    )
    .where(credit_allocations.c.tenant_id == _tenant, credit_allocations.c.entry_id == _this)
    .subquery("sources")
)
_done, _wanted = bindparam("refunded", type_=BigInteger), bindparam("wanted", type_=BigInteger)
_part = func.least(_sources.c.upto, _done + _wanted) - func.greatest(_sources.c.upto - _sources.c.taken, _done)
_RETURNED = Statement(
    select(_sources.c.id.label("grant_id"), cast(_part, Integer).label("amount"), _sources.c.expired).where(_part > 0),
    into=ReturnedPart,
)


class CreditRepository:
    """One tenant's account, its ledger, and the grants that are spent.

    Whatever takes an `idempotency_key` is done once: the second time, also at the same time, it answers the first
    one's entry. Raises `KeyTaken` where that is another kind of entry, or of another amount.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._accounts = AccountRepository(transaction)
        self._entries = EntryRepository(transaction)

    async def open_account(self, tenant_id: UUID) -> None:
        await self._accounts.open(tenant_id)

    async def balance(self, tenant_id: UUID) -> CreditBalance:
        return await self._accounts.balance(tenant_id)

    async def price(self, tenant_id: UUID, what: Priced) -> int:
        """What the tenant's plan says that it costs; else the price list."""
        plan = ruling(await self._tx.all(_PRICES, tenant_id=tenant_id, what=what))
        return PRICES[what] if plan is None or plan.price is None else plan.price

    async def grant(
        self,
        tenant_id: UUID,
        amount: int,
        reason: str,
        *,
        reference: str | None = None,
        expires_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CreditEntry:
        """Raises `NotFound` where the tenant has no account."""
        entry = NewEntry(
            amount=amount, kind="grant", reason=reason, reference=reference, idempotency_key=idempotency_key
        )
        if (found := await self._entered(tenant_id, entry)) is not None:
            return found
        balance = await self._accounts.add(tenant_id, amount)
        grant_id = await self._accounts.new_grant(tenant_id, amount, reason, expires_at=expires_at)
        return await self._entries.enter(tenant_id, entry, balance, [Part(grant_id, amount)])

    async def spend(
        self,
        tenant_id: UUID,
        amount: int,
        reason: str,
        *,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> CreditEntry:
        """Spend at once what costs a known price. Raises `InsufficientCredits`, and `NotFound` without an account."""
        entry = NewEntry(
            amount=-amount, kind="spend", reason=reason, reference=reference, idempotency_key=idempotency_key
        )
        if (found := await self._entered(tenant_id, entry)) is not None:
            return found
        balance = await self._accounts.deduct(tenant_id, amount)
        if balance is None:
            raise insufficient(amount, await self._accounts.balance(tenant_id))
        return await self._entries.enter_spend(tenant_id, entry, balance)

    async def refund(
        self,
        tenant_id: UUID,
        entry_id: UUID,
        amount: int | None = None,
        *,
        reason: str,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> CreditEntry:
        """Give back what was spent, or what is left of it, to the grants that it came from.

        What came from a grant that has expired goes to a new one that lasts `REFUND_LASTS`: where it came from it
        would be gone at the next sweep, and without an end a refund would be a way to make credits last.
        Raises `NotFound`, `NotSpent` and `AlreadyRefunded`.
        """
        await self._accounts.lock(tenant_id)
        if idempotency_key is not None:
            found = await self._entries.under_key(tenant_id, idempotency_key)
            if found is not None:
                if found.refund_of != entry_id or (amount is not None and found.amount != amount):
                    raise KeyTaken
                return found
        spend = await self._tx.one_or_none(_SPEND, tenant_id=tenant_id, entry_id=entry_id)
        if spend is None:
            raise NotFound("There is no such entry.")
        if spend.kind != "spend":
            raise NotSpent
        amount = refundable(-spend.amount, spend.refunded, amount)
        parts = await self._returned(tenant_id, entry_id, spend.refunded, amount)
        entry = NewEntry(
            amount=amount,
            kind="refund",
            reason=reason,
            reference=reference,
            idempotency_key=idempotency_key,
            refund_of=entry_id,
        )
        return await self._entries.enter(tenant_id, entry, await self._accounts.add(tenant_id, amount), parts)

    async def entries(self, tenant_id: UUID, after: Position, limit: int) -> list[CreditEntry]:
        return await self._entries.page(tenant_id, after, limit)

    async def _entered(self, tenant_id: UUID, entry: NewEntry) -> CreditEntry | None:
        """What was entered under the key before; looked up under the account's lock, so that nobody else is at it."""
        if entry.idempotency_key is None:
            return None
        await self._accounts.lock(tenant_id)
        found = await self._entries.under_key(tenant_id, entry.idempotency_key)
        if found is not None and (found.kind, found.amount) != (entry.kind, entry.amount):
            raise KeyTaken
        return found

    async def _returned(self, tenant_id: UUID, entry_id: UUID, refunded: int, amount: int) -> list[Part]:
        found = await self._tx.all(_RETURNED, tenant_id=tenant_id, entry_id=entry_id, refunded=refunded, wanted=amount)
        parts = [Part(part.grant_id, part.amount) for part in found if not part.expired]
        homeless = sum(part.amount for part in found if part.expired)
        if homeless:
            new = await self._accounts.new_grant(tenant_id, homeless, "refund", lasts=REFUND_LASTS)
            parts.append(Part(new, homeless))
        return parts


def insufficient(price: int, found: CreditBalance) -> InsufficientCredits:
    available = found.balance - found.held
    return InsufficientCredits(f"This costs {price} credits; {available} are left.", price=price, available=available)
