"""Credits that ran out: what remains of their grants leaves the account, as entries."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Integer, bindparam, cast, column, func, literal, select
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.contracts.credits import CreditEntry
from modules.billing.domain import NewEntry, Part
from modules.billing.repositories.accounts import AccountRepository
from modules.billing.repositories.entries import SPENDING_ORDER, EntryRepository
from modules.billing.tables import credit_grants

_tenants = (
    func.billing.tenants_with_expired_credits().table_valued(column("tenant_id", Uuid), name="tenants").render_derived()
)
_TENANTS = Statement(select(_tenants.c.tenant_id), into=UUID)

# What is reserved is spent in the same order, so the first `held` credits of it stay.
_queue = (
    select(
        credit_grants.c.id,
        credit_grants.c.remaining,
        credit_grants.c.expires_at,
        func.sum(credit_grants.c.remaining).over(order_by=SPENDING_ORDER).label("upto"),
    )
    .where(credit_grants.c.tenant_id == bindparam("tenant_id", type_=Uuid), credit_grants.c.open)
    .subquery("queue")
)
_beyond = func.least(_queue.c.remaining, _queue.c.upto - bindparam("held", type_=BigInteger))
_DUE = Statement(
    select(_queue.c.id.label("grant_id"), cast(_beyond, Integer).label("amount"))
    .where(_queue.c.expires_at <= func.now(), _beyond > literal(0, Integer))
    .order_by(_queue.c.upto),
    into=Part,
)


class ExpiryRepository:
    """Grants whose time is over."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._accounts = AccountRepository(transaction)
        self._entries = EntryRepository(transaction)

    async def tenants(self) -> list[UUID]:
        """A hundred tenants that have credits to lose."""
        return await self._tx.all(_TENANTS)

    async def expire(self, tenant_id: UUID) -> list[CreditEntry]:
        """Take what remains of the tenant's expired grants, but for what open holds need; an entry a grant.

        Under the account's lock, so that whoever does it second finds nothing left.
        """
        held = (await self._accounts.lock(tenant_id)).held
        entered: list[CreditEntry] = []
        for due in await self._tx.all(_DUE, tenant_id=tenant_id, held=held):
            balance = await self._accounts.add(tenant_id, -due.amount)
            entry = NewEntry(amount=-due.amount, kind="expiry", reason="expired", reference=str(due.grant_id))
            entered.append(await self._entries.enter(tenant_id, entry, balance, [Part(due.grant_id, -due.amount)]))
        return entered
