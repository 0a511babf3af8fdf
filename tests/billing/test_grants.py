"""Grants: which one is spent first, what comes back to which, and what runs out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.container import current_child
from core.errors import NotFound
from modules.billing.domain import AlreadyRefunded, KeyTaken, NotSpent
from modules.billing.repositories import ExpiryRepository
from modules.billing.services import CreditExpiry
from tests.billing.ledger import Ledger, soon

pytestmark = pytest.mark.anyio


@pytest.fixture
def tenant(ledger: Ledger) -> UUID:
    return ledger.tenant()


async def test_what_expires_first_is_spent_first_then_what_is_oldest(ledger: Ledger, tenant: UUID) -> None:
    for said in ({}, {"expires_at": soon(days=9)}, {"expires_at": soon(days=2)}, {}):
        async with ledger.books(tenant) as books:
            await books.grant(10, **said)
    for price, left in ((7, [10, 10, 3, 10]), (5, [10, 8, 0, 10]), (12, [6, 0, 0, 10]), (16, [0, 0, 0, 0])):
        async with ledger.books(tenant) as books:
            await books.spend(price)
        assert ledger.remaining(tenant) == left
    assert ledger.faults(tenant) == []


async def test_the_same_key_grants_once_and_answers_the_same_entry(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        first = await books.grant(200, idempotency_key="2026-10")
        again = await books.grant(200, idempotency_key="2026-10")
    async with ledger.books(tenant) as books:
        assert await books.grant(200, idempotency_key="2026-10") == first == again
        assert await books.balance() == (200, 0)
        with pytest.raises(KeyTaken):
            await books.grant(201, idempotency_key="2026-10")
    assert ledger.kinds(tenant) == [("grant", 200)]


async def test_ten_workers_that_grant_the_same_period_at_once_grant_it_once(ledger: Ledger, tenant: UUID) -> None:
    async def work() -> UUID:
        async with ledger.books(tenant) as books:
            return (await books.grant(200, idempotency_key="2026-10")).id

    assert len(set(await asyncio.gather(*(work() for _ in range(10))))) == 1
    assert ledger.kinds(tenant) == [("grant", 200)]


async def test_two_tenants_may_use_the_same_key(ledger: Ledger, tenant: UUID) -> None:
    other = ledger.tenant()
    for each in (tenant, other):
        async with ledger.books(each) as books:
            await books.grant(5, idempotency_key="k")
    assert ledger.kinds(other) == [("grant", 5)]


async def test_a_tenant_without_an_account_is_granted_nothing(ledger: Ledger) -> None:
    async with ledger.books(uuid4()) as books:
        for said in ({}, {"idempotency_key": "k"}):
            with pytest.raises(NotFound):
                await books.grant(1, **said)


# --- refunds -------------------------------------------------------------------------------------------------------


async def test_a_refund_goes_back_to_the_grants_that_it_came_from_the_last_taken_first(
    ledger: Ledger, tenant: UUID
) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(4, expires_at=soon(days=1))
    async with ledger.books(tenant) as books:
        await books.grant(10)
    async with ledger.books(tenant) as books:
        spent = await books.spend(9)
    assert ledger.remaining(tenant) == [0, 5]
    for amount, left in ((3, [0, 8]), (4, [2, 10]), (None, [4, 10])):
        async with ledger.books(tenant) as books:
            refund = await books.refund(spent.id, amount)
        assert (refund.kind, refund.refund_of) == ("refund", spent.id)
        assert ledger.remaining(tenant) == left
    assert ledger.kinds(tenant)[-3:] == [("refund", 3), ("refund", 4), ("refund", 2)]
    assert ledger.faults(tenant) == []


async def test_never_more_is_given_back_than_was_spent(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        granted = await books.grant(10)
        spent = await books.spend(6)
        await books.refund(spent.id, 4)
        for amount in (3, 2**31 - 1, 0, -1):
            with pytest.raises(AlreadyRefunded):
                await books.refund(spent.id, amount)
        await books.refund(spent.id)
        with pytest.raises(AlreadyRefunded):
            await books.refund(spent.id)
        with pytest.raises(NotSpent):
            await books.refund(granted.id)
        with pytest.raises(NotFound):
            await books.refund(uuid4())
        assert await books.balance() == (10, 0)


async def test_the_same_refund_asked_for_ten_times_at_once_is_one(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10)
        spent, other = await books.spend(6), await books.spend(1)

    async def work() -> UUID:
        async with ledger.books(tenant) as books:
            return (await books.refund(spent.id, 2, idempotency_key="r")).id

    assert len(set(await asyncio.gather(*(work() for _ in range(10))))) == 1
    async with ledger.books(tenant) as books:
        assert await books.balance() == (5, 0)
        with pytest.raises(KeyTaken):
            await books.refund(other.id, idempotency_key="r")


async def test_of_many_refunds_of_one_spend_at_once_no_credit_is_given_back_twice(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10)
        spent = await books.spend(7)

    async def work() -> bool:
        try:
            async with ledger.books(tenant) as books:
                await books.refund(spent.id, 2)
        except AlreadyRefunded:
            return False
        return True

    assert sum(await asyncio.gather(*(work() for _ in range(10)))) == 3
    assert ledger.faults(tenant) == []


async def test_what_came_from_a_grant_that_expired_can_be_spent_for_a_week(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(4, expires_at=soon(days=1))
    async with ledger.books(tenant) as books:
        await books.grant(10)
    async with ledger.books(tenant) as books:
        spent = await books.spend(6)
    ledger.age("credit_grants", ledger.grants(tenant)[0])
    for amount, left in ((3, [0, 10, 1]), (None, [0, 10, 1, 3])):
        async with ledger.books(tenant) as books:
            await books.refund(spent.id, amount)
            assert await books.expire() == []
        assert ledger.remaining(tenant) == left
    row = ledger.owner.execute(
        "SELECT reason, amount, expires_at - created_at FROM billing.credit_grants WHERE id = %s",
        (ledger.grants(tenant)[3],),
    ).fetchone()
    assert row == ("refund", 3, timedelta(days=7))
    assert ledger.faults(tenant) == []


async def test_an_entry_of_another_tenant_is_not_there(ledger: Ledger, tenant: UUID) -> None:
    other = ledger.tenant()
    async with ledger.books(other) as books:
        await books.grant(5)
        spent = await books.spend(5)
    async with ledger.books(tenant) as books:
        with pytest.raises(NotFound):
            await books.refund(spent.id)


# --- expiry --------------------------------------------------------------------------------------------------------


async def test_what_remains_of_an_expired_grant_leaves_the_account_once(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10, expires_at=soon(days=1))
        await books.grant(5)
        await books.spend(3)
    first = ledger.grants(tenant)[0]
    ledger.age("credit_grants", first)

    async def work() -> int:
        async with ledger.books(tenant) as books:
            return len(await books.expire())

    assert sorted(await asyncio.gather(*(work() for _ in range(5)))) == [0, 0, 0, 0, 1]
    assert ledger.kinds(tenant)[-1] == ("expiry", -7)
    assert ledger.remaining(tenant) == [0, 5]
    assert ledger.faults(tenant) == []


async def test_open_holds_keep_what_would_be_spent_next_until_they_are_closed(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(6, expires_at=soon(days=1))
    async with ledger.books(tenant) as books:
        await books.grant(6, expires_at=soon(days=2))
    async with ledger.books(tenant) as books:
        await books.grant(20)
        paid, given_up = await books.hold(5), await books.hold(4)
    for grant in ledger.grants(tenant)[:2]:
        ledger.age("credit_grants", grant)
    async with ledger.books(tenant) as books:
        assert [entry.amount for entry in await books.expire()] == [-3]
        assert await books.balance() == (29, 9)
        await books.settle(paid.id)
    async with ledger.books(tenant) as books:
        assert await books.expire() == []
        await books.void(given_up.id)
        assert sorted(entry.amount for entry in await books.expire()) == [-3, -1]
        assert await books.balance() == (20, 0)
    assert ledger.faults(tenant) == []


async def test_housekeeping_finds_every_tenant_with_something_to_lose(ledger: Ledger) -> None:
    tenants = [ledger.tenant() for _ in range(3)]
    for each in tenants:
        async with ledger.books(each) as books:
            await books.grant(2, expires_at=soon(days=-1))
    async with ledger.books(tenants[0]) as books:
        await books.hold(2)
    chore = CreditExpiry(ledger.database, lambda: ExpiryRepository(current_child().transaction))
    assert await chore() == 2
    assert await chore() == 0
    assert [ledger.kinds(each)[-1] for each in tenants] == [("grant", 2), ("expiry", -2), ("expiry", -2)]
