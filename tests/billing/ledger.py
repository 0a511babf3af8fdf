"""Tenants with accounts, as the code beneath the API sees them, and what the owner sees of their ledgers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import msgspec
import psycopg

from core.database.identity import Acting
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from modules.billing.contracts.credits import CreditEntry
from modules.billing.domain import Hold
from modules.billing.repositories import CreditRepository, ExpiryRepository, HoldRepository
from modules.billing.repositories.audit import Fault, LedgerAudit

Owner: TypeAlias = "psycopg.Connection[Any]"
BOB = UUID("00000000-0000-4000-8000-000000000002")


class Books(msgspec.Struct, frozen=True):
    """One tenant's repositories, on one transaction."""

    tenant: UUID
    transaction: Transaction

    @property
    def credits(self) -> CreditRepository:
        return CreditRepository(self.transaction)

    @property
    def holds(self) -> HoldRepository:
        return HoldRepository(self.transaction)

    async def hold(self, amount: int) -> Hold:
        return await self.holds.hold(self.tenant, BOB, amount, reason="test", reference=uuid4())

    async def settle(self, hold_id: UUID, amount: int | None = None) -> bool:
        return await self.holds.settle(self.tenant, hold_id, amount)

    async def void(self, hold_id: UUID) -> bool:
        return await self.holds.void(self.tenant, hold_id)

    async def grant(self, amount: int, **said: Any) -> CreditEntry:
        return await self.credits.grant(self.tenant, amount, "test", **said)

    async def spend(self, amount: int, **said: Any) -> CreditEntry:
        return await self.credits.spend(self.tenant, amount, "test", **said)

    async def refund(self, entry_id: UUID, amount: int | None = None, **said: Any) -> CreditEntry:
        return await self.credits.refund(self.tenant, entry_id, amount, reason="test", **said)

    async def expire(self) -> list[CreditEntry]:
        return await ExpiryRepository(self.transaction).expire(self.tenant)

    async def balance(self) -> tuple[int, int]:
        found = await self.credits.balance(self.tenant)
        return found.balance, found.held


class Ledger:
    """A database with tenants that have nothing yet."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self.database = database
        self.owner = owner

    def tenant(self) -> UUID:
        tenant = uuid4()
        self.owner.execute(
            "INSERT INTO authz.tenants (id, name, slug, kind) VALUES (%s, 'Test', %s, 'organization')",
            (tenant, tenant.hex),
        )
        self.owner.execute("INSERT INTO billing.credit_accounts (tenant_id) VALUES (%s)", (tenant,))
        return tenant

    @asynccontextmanager
    async def books(self, tenant: UUID) -> AsyncIterator[Books]:
        """Committed at the end; rolled back on an error."""
        async with self.database.unit(Acting(BOB, tenant)) as unit:
            yield Books(tenant, unit.transaction)

    def age(self, table: str, row_id: UUID) -> None:
        """As if the time of a grant or a hold were over."""
        query = f"UPDATE billing.{table} SET expires_at = now() - interval '1 second' WHERE id = %s"
        self.owner.execute(query.encode(), (row_id,))

    def remaining(self, tenant: UUID) -> list[int]:
        """Of each grant, oldest first."""
        query = "SELECT remaining FROM billing.credit_grants WHERE tenant_id = %s ORDER BY created_at, id"
        return [row[0] for row in self.owner.execute(query, (tenant,)).fetchall()]

    def grants(self, tenant: UUID) -> list[UUID]:
        query = "SELECT id FROM billing.credit_grants WHERE tenant_id = %s ORDER BY created_at, id"
        return [row[0] for row in self.owner.execute(query, (tenant,)).fetchall()]

    def kinds(self, tenant: UUID) -> list[tuple[str, int]]:
        """Kind and amount of each entry, in their order."""
        query = "SELECT kind, amount FROM billing.credit_entries WHERE tenant_id = %s ORDER BY number"
        return self.owner.execute(query, (tenant,)).fetchall()

    def faults(self, tenant: UUID | None = None) -> list[Fault]:
        return LedgerAudit(self.owner).run(tenant).faults


@contextmanager
def owner_of(endpoints: Endpoints) -> Iterator[Owner]:
    assert endpoints.owner is not None
    with psycopg.connect(endpoints.owner, autocommit=True) as connection:
        yield connection


@asynccontextmanager
async def ledger_on(endpoints: Endpoints, size: int = 10) -> AsyncIterator[Ledger]:
    database = Database(endpoints.runtime, size=size)
    await database.open()
    try:
        with owner_of(endpoints) as owner:
            yield Ledger(database, owner)
    finally:
        await database.close()


def soon(**later: float) -> datetime:
    """An instant from now."""
    return datetime.now().astimezone() + timedelta(**later)
