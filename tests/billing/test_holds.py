"""Holds: reserved before, settled or given back after, and never both."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import pytest

from core.container import current_child
from core.module import Events, Subscription
from modules.billing.domain import HoldExceeded, HoldExpired, InsufficientCredits
from modules.billing.repositories import HoldRepository
from modules.billing.services import HoldExpiry
from tests.billing.ledger import Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tenant(ledger: Ledger) -> UUID:
    """With 10 credits."""
    made = ledger.tenant()
    async with ledger.books(made) as books:
        await books.grant(10)
    return made


async def test_what_is_reserved_can_be_neither_reserved_nor_spent_again(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.hold(7)
        assert await books.balance() == (10, 7)
        for attempt in (books.hold, books.spend):
            with pytest.raises(InsufficientCredits) as refused:
                await attempt(4)
            assert refused.value.facts == {"price": 4, "available": 3}
        await books.spend(3)
    assert ledger.faults(tenant) == []


async def test_a_hold_is_settled_for_what_was_used_and_the_rest_is_free(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        some, all_, none = await books.hold(5), await books.hold(2), await books.hold(3)
        with pytest.raises(HoldExceeded) as refused:
            await books.settle(some.id, 6)
        assert refused.value.facts == {"reserved": 5, "used": 6}
        assert await books.settle(some.id, 1)
        assert await books.settle(all_.id)
        assert await books.settle(none.id, 0)
        assert await books.balance() == (7, 0)
    assert ledger.kinds(tenant) == [("grant", 10), ("spend", -1), ("spend", -2)]
    assert ledger.faults(tenant) == []


@pytest.mark.parametrize("first", ["settle", "void"])
async def test_a_closed_hold_cannot_be_closed_again(ledger: Ledger, tenant: UUID, first: str) -> None:
    async with ledger.books(tenant) as books:
        hold = await books.hold(4)
        assert await getattr(books, first)(hold.id)
    async with ledger.books(tenant) as books:
        assert not await books.settle(hold.id)
        assert not await books.settle(hold.id, 99)
        assert not await books.void(hold.id)
        assert not await books.settle(uuid4())
        assert await books.balance() == ((6, 0) if first == "settle" else (10, 0))


async def test_a_hold_of_another_tenant_is_not_there(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        hold = await books.hold(4)
    async with ledger.books(ledger.tenant()) as books:
        assert not await books.settle(hold.id)
        assert not await books.void(hold.id)
    async with ledger.books(tenant) as books:
        assert await books.balance() == (10, 4)


async def test_of_twenty_that_close_one_hold_at_once_one_does(ledger: Ledger, tenant: UUID) -> None:
    for _ in range(5):
        async with ledger.books(tenant) as books:
            hold = await books.hold(1)

        async def close(how: str, hold_id: UUID) -> str | None:
            async with ledger.books(tenant) as books:
                return how if await getattr(books, how)(hold_id) else None

        done = await asyncio.gather(*(close(how, hold.id) for how in ("settle", "void") * 10))
        assert Counter(done)[None] == 19
    assert ledger.faults(tenant) == []
    async with ledger.books(tenant) as books:
        assert (await books.balance())[1] == 0


async def test_sixty_at_once_never_reserve_or_spend_more_than_there_is(ledger: Ledger, tenant: UUID) -> None:
    async def work(number: int) -> int:
        try:
            async with ledger.books(tenant) as books:
                if number % 3 == 0:
                    await books.spend(1)
                    return 1
                hold = await books.hold(1)
            async with ledger.books(tenant) as books:
                await (books.settle(hold.id) if number % 3 == 1 else books.void(hold.id))
        except InsufficientCredits:
            return 0
        return number % 3 == 1

    spent = sum(await asyncio.gather(*(work(number) for number in range(60))))
    async with ledger.books(tenant) as books:
        assert await books.balance() == (10 - spent, 0)
    assert ledger.faults(tenant) == []


async def test_the_hold_of_a_worker_that_died_is_voided_and_whoever_waits_for_it_is_told(
    ledger: Ledger, tenant: UUID
) -> None:
    async with ledger.books(tenant) as books:
        left, kept = await books.hold(3), await books.hold(2)
    ledger.age("credit_holds", left.id)
    told: list[HoldExpired] = []

    async def tell(event: HoldExpired) -> None:
        told.append(event)

    events = Events()
    events.subscribe([Subscription(HoldExpired, lambda: tell)])
    chore = HoldExpiry(ledger.database, lambda: HoldRepository(current_child().transaction), events)
    assert await chore() == 1
    assert await chore() == 0
    assert [event.tenant_id for event in told] == [tenant]
    async with ledger.books(tenant) as books:
        assert await books.balance() == (10, 2)
        assert not await books.settle(left.id)
        assert await books.settle(kept.id)


async def test_a_hold_that_cannot_be_voided_now_keeps_no_other_waiting(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        stuck, other = await books.hold(3), await books.hold(2)
    for hold in (stuck, other):
        ledger.age("credit_holds", hold.id)
    chore = HoldExpiry(ledger.database, lambda: HoldRepository(current_child().transaction), Events())
    with ledger.owner.transaction():
        ledger.owner.execute("SET LOCAL lock_timeout = '1s'")
        ledger.owner.execute("SELECT FROM billing.credit_holds WHERE id = %s FOR UPDATE", (stuck.id,))
        assert await chore() == 1
    async with ledger.books(tenant) as books:
        assert await books.balance() == (10, 3)
    assert await chore() == 1
