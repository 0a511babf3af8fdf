"""The ledger: entries stay as they are, in their order, and every balance follows from them."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from core.database.roles import Endpoints
from modules.billing.domain import InsufficientCredits, LedgerBroken
from tests.billing.ledger import Ledger

pytestmark = pytest.mark.anyio

TABLES = ("billing.credit_entries", "billing.credit_allocations")


@pytest.fixture
async def tenant(ledger: Ledger) -> UUID:
    """With 10 credits."""
    made = ledger.tenant()
    async with ledger.books(made) as books:
        await books.grant(10)
    return made


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET amount = 11", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_not_even_the_owner_changes_an_entry(ledger: Ledger, tenant: UUID, table: str, change: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only: a correction is an entry"):
        ledger.owner.execute(change.format(table).encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        ledger.owner.execute(b"DELETE FROM billing.credit_grants WHERE tenant_id = %s", (tenant,))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET amount = 11", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_application_was_never_granted_it(shared_endpoints: Endpoints, table: str, change: str) -> None:
    with (
        psycopg.connect(shared_endpoints.runtime, autocommit=True) as runtime,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        runtime.execute(change.format(table).encode())


async def test_a_ledger_goes_with_its_tenant_and_with_nothing_less(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        spent = await books.spend(4)
        await books.refund(spent.id)
        await books.hold(1)
    ledger.owner.execute("DELETE FROM authz.tenants WHERE id = %s", (tenant,))
    for table in (*TABLES, "billing.credit_accounts", "billing.credit_grants", "billing.credit_holds"):
        query = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"
        assert ledger.owner.execute(query.encode(), (tenant,)).fetchone() == (0,)


async def test_an_entry_of_the_wrong_sign_is_refused_by_the_database(ledger: Ledger, tenant: UUID) -> None:
    query = (
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after) VALUES (%s, %s, %s, '', 0)"
    )
    for amount, kind in ((-1, "grant"), (1, "spend"), (1, "expiry"), (1, "refund"), (0, "adjustment")):
        with pytest.raises(psycopg.errors.CheckViolation):
            ledger.owner.execute(query, (tenant, amount, kind))


async def test_entries_are_in_the_order_in_which_the_account_was_changed(ledger: Ledger, tenant: UUID) -> None:
    """Whoever began first and waited for the lock comes later, whatever the clock said when it began."""
    async with ledger.books(tenant) as early:
        await early.balance()
        async with ledger.books(tenant) as late:
            await late.spend(1)
        await early.spend(2)
    rows = ledger.owner.execute(
        "SELECT amount, balance_after FROM billing.credit_entries WHERE tenant_id = %s ORDER BY number", (tenant,)
    ).fetchall()
    assert rows == [(10, 10), (-1, 9), (-2, 7)]
    times = ledger.owner.execute(
        "SELECT amount FROM billing.credit_entries WHERE tenant_id = %s ORDER BY created_at", (tenant,)
    ).fetchall()
    assert times == [(10,), (-2,), (-1,)]
    assert ledger.faults(tenant) == []


async def test_a_hundred_that_spend_at_once_spend_what_there_is_and_no_more(ledger: Ledger, tenant: UUID) -> None:
    async def work(number: int) -> bool:
        try:
            async with ledger.books(tenant) as books:
                await books.spend(1, idempotency_key=f"k{number % 50}")
        except InsufficientCredits:
            return False
        return True

    done = await asyncio.gather(*(work(number) for number in range(100)))
    assert sum(done) == 20  # ten keys, each sent twice: the second time is a replay
    assert ledger.kinds(tenant)[1:] == [("spend", -1)] * 10
    assert ledger.faults(tenant) == []


async def test_a_spend_that_is_rolled_back_leaves_nothing(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.spend(4)
        await books.transaction.rollback()
    assert ledger.kinds(tenant) == [("grant", 10)]
    assert ledger.faults(tenant) == []


async def test_where_grants_do_not_cover_the_balance_nothing_is_spent(ledger: Ledger, tenant: UUID) -> None:
    ledger.owner.execute("UPDATE billing.credit_accounts SET balance = 12 WHERE tenant_id = %s", (tenant,))
    with pytest.raises(LedgerBroken):
        async with ledger.books(tenant) as books:
            await books.spend(11)
    async with ledger.books(tenant) as books:
        assert await books.balance() == (12, 0)


# --- what the audit finds ------------------------------------------------------------------------------------------

ENTRY = "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after, idempotency_key)"
SPOILT = {
    "UPDATE billing.credit_accounts SET balance = balance + 1 WHERE tenant_id = %s": {
        ("balance is not the sum of the entries", 9, 10),
        ("what remains of the grants is not the balance", 10, 9),
    },
    "UPDATE billing.credit_accounts SET held = held + 1 WHERE tenant_id = %s": {
        ("held is not the sum of the open holds", 2, 3),
    },
    "UPDATE billing.credit_grants SET remaining = remaining - 1 WHERE tenant_id = %s": {
        ("what remains of a grant is not the sum of its allocations", 9, 8),
        ("what remains of the grants is not the balance", 9, 8),
    },
    "DELETE FROM billing.credit_accounts WHERE tenant_id = %s": {
        ("balance is not the sum of the entries", 9, None),
    },
    f"{ENTRY} VALUES (%s, 5, 'grant', 'x', 15, NULL)": {
        ("balance is not the sum of the entries", 14, 9),
        ("balance_after does not follow from the entry before", 14, 15),
        ("an entry is not the sum of its allocations", 5, 0),
    },
    f"{ENTRY} VALUES (%s, -1, 'spend', 'x', 8, 'hold:{UUID(int=1)}')": {
        ("balance is not the sum of the entries", 8, 9),
        ("an entry is not the sum of its allocations", -1, 0),
        ("a settled hold and its entry differ", None, 1),
    },
    "UPDATE billing.credit_holds SET status = 'settled', spent = 2 WHERE tenant_id = %s AND status = 'open'": {
        ("held is not the sum of the open holds", 0, 2),
        ("a settled hold and its entry differ", 2, None),
    },
    "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after, refund_of)"
    " SELECT tenant_id, 2, 'refund', 'x', 11, id FROM billing.credit_entries WHERE amount = -1 AND tenant_id = %s": {
        ("balance is not the sum of the entries", 11, 9),
        ("an entry is not the sum of its allocations", 2, 0),
        ("more was given back than was spent", 1, 2),
    },
}


@pytest.mark.parametrize("spoil", SPOILT)
async def test_the_audit_finds_whatever_does_not_follow_from_the_entries(
    ledger: Ledger, tenant: UUID, spoil: str
) -> None:
    async with ledger.books(tenant) as books:
        hold = await books.hold(1)
        await books.settle(hold.id)
        await books.hold(2)
    assert ledger.faults(tenant) == []
    with ledger.owner.transaction(force_rollback=True):
        ledger.owner.execute(spoil.encode(), (tenant,))
        found = ledger.faults(tenant)
        everywhere = ledger.faults()
    assert {(fault.fault, fault.expected, fault.found) for fault in found} == SPOILT[spoil]
    assert {fault.tenant for fault in found} == {tenant.hex}
    assert set(map(str, found)) <= set(map(str, everywhere))


async def test_the_seeds_ledgers_are_whole(ledger: Ledger) -> None:
    tenants = ledger.owner.execute("SELECT id FROM authz.tenants WHERE slug IN ('acme', 'globex')").fetchall()
    assert len(tenants) == 2
    assert [ledger.faults(tenant) for (tenant,) in tenants] == [[], []]
    assert ledger.faults(uuid4()) == []
