"""Usage events over HTTP: each counted once, all of a request or none, and only what may be reported."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from core.database.errors import StillReferred
from core.database.identity import Acting
from modules.billing.contracts.usage import NewUsageEvent
from modules.billing.repositories import UsageRepository
from tests.billing.ledger import BOB, Ledger
from tests.billing.usage import (
    Owner,
    admin,
    ago,
    books,
    event,
    refused,
    report,
    stored,
    summed,
    taken,
)

pytestmark = pytest.mark.anyio

__all__ = ["books"]
NUL = "\0"


async def test_the_same_key_at_the_same_moment_counts_once(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, tenant = await admin(shared_client, books)
    one, other = event(tokens_used=7), event(tokens_used=5)
    assert await taken(person, one, one, other) == (2, 1)
    assert await taken(person, one, {**other, "tokens_used": 99}) == (0, 2)
    later = {**one, "occurred_at": ago(seconds=1).isoformat()}
    assert await taken(person, one, later) == (1, 1)
    assert stored(books, tenant) == 3
    assert [total[:2] for total in summed(books, tenant).values()] == [(3, 19)]


async def test_a_moment_is_the_same_in_every_offset(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    one = event(occurred_at=datetime.now(UTC).replace(microsecond=0) - timedelta(days=2))
    moment = datetime.fromisoformat(one["occurred_at"])
    ahead = (moment + timedelta(hours=23, minutes=59)).replace(tzinfo=None).isoformat() + "+23:59"
    behind = (moment - timedelta(hours=23, minutes=59)).replace(tzinfo=None).isoformat() + "-23:59"
    assert await taken(person, one, {**one, "occurred_at": ahead}, {**one, "occurred_at": behind}) == (1, 2)


async def test_another_tenant_may_use_the_same_key(shared_client: httpx.AsyncClient, books: Owner) -> None:
    one = event()
    for _ in range(2):
        person, _ = await admin(shared_client, books)
        assert await taken(person, one) == (1, 0)


async def test_batches_in_opposite_orders_and_single_events_at_the_same_time_count_each_once(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, tenant = await admin(shared_client, books)
    events = [event(event_type=f"type-{number % 7}", tokens_used=1) for number in range(400)]
    batches = [events, events[::-1], events[200:] + events[:200], *([each] for each in events[::100])]
    counted = await asyncio.gather(*(taken(person, *batch) for batch in batches))
    assert sum(accepted for accepted, _ in counted) == 400
    assert stored(books, tenant) == 400
    assert summed(books, tenant) == summed(books, tenant, kept=False)


@pytest.mark.parametrize("tokens", [-1, 2**31, 2**63, 2**70, 1.5, "5", True, None])
async def test_a_bad_event_is_named_and_none_of_its_batch_is_taken(
    shared_client: httpx.AsyncClient, books: Owner, tokens: Any
) -> None:
    person, tenant = await admin(shared_client, books)
    events = [event() for _ in range(20)]
    events[17]["tokens_used"] = tokens
    assert await refused(person, *events) == (400, "events[17].tokens_used")
    assert stored(books, tenant) == 0


async def test_ten_thousand_events_are_one_request_and_one_more_is_refused(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, tenant = await admin(shared_client, books)
    moment = ago(seconds=9)
    events = [event(occurred_at=moment) for _ in range(10_001)]
    assert await refused(person, *events) == (400, "events")
    assert await refused(person) == (400, "events")
    assert stored(books, tenant) == 0
    assert await taken(person, *events[:10_000]) == (10_000, 0)
    assert stored(books, tenant) == 10_000


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.999999-23:59",
        "2026-01-01T00:00:00",
        "2026-02-30T00:00:00Z",
        "yesterday",
        1_700_000_000,
        None,
    ],
)
async def test_an_event_of_no_time_that_is_counted_is_refused(
    shared_client: httpx.AsyncClient, books: Owner, moment: Any
) -> None:
    person, tenant = await admin(shared_client, books)
    assert await refused(person, event(), {**event(), "occurred_at": moment}) == (400, "events[1].occurred_at")
    assert stored(books, tenant) == 0


async def test_events_are_taken_from_a_year_ago_until_five_minutes_ahead(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, _ = await admin(shared_client, books)
    assert await taken(person, event(occurred_at=ago(days=365)), event(occurred_at=ago(minutes=-4))) == (2, 0)
    for moment in (ago(days=367), ago(minutes=-6)):
        assert await refused(person, event(occurred_at=moment)) == (400, "events[0].occurred_at")


@pytest.mark.parametrize(
    ("cost", "kept"),
    [
        ("0.1", "0.100000"),
        ('"0.1"', "0.100000"),
        ("5", "5.000000"),
        ("0.000001", "0.000001"),
        ("1e-6", "0.000001"),
        ("99999999.999999", "99999999.999999"),
        ("0.1000000000000000000000", "0.100000"),
        ('"0E-20000"', "0.000000"),
        ("-0.0", "0.000000"),
    ],
)
async def test_a_cost_is_kept_exactly_as_it_is_said(
    shared_client: httpx.AsyncClient, books: Owner, cost: str, kept: str
) -> None:
    person, tenant = await admin(shared_client, books)
    body = msgspec.json.encode({"events": [event(cost=msgspec.Raw(cost.encode()))]})
    answer = await person.request(
        "POST", "/billing/usage-events", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 201, answer.text
    row = books.execute("SELECT cost::text FROM billing.usage_events WHERE tenant_id = %s", (tenant,)).fetchone()
    assert row == (kept,)


@pytest.mark.parametrize(
    "cost",
    [
        "0.1234567",
        "1e-7",
        "0.30000000000000004",
        "-1",
        "-0.000001",
        "100000000",
        "1e400",
        '"1e999999999999999999"',
        '"NaN"',
        '"sNaN"',
        '"Infinity"',
        '"-Infinity"',
        '"a lot"',
        '""',
        "true",
        "null",
        "[1]",
    ],
)
async def test_a_cost_that_could_not_be_kept_as_it_is_said_is_refused(
    shared_client: httpx.AsyncClient, books: Owner, cost: str
) -> None:
    person, tenant = await admin(shared_client, books)
    body = msgspec.json.encode({"events": [event(), event(cost=msgspec.Raw(cost.encode()))]})
    answer = await person.request(
        "POST", "/billing/usage-events", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["path"] == "events[1].cost"
    assert stored(books, tenant) == 0


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"event_type": f"a{NUL}b"}, "events[1].event_type"),
        ({"idempotency_key": f"a{NUL}b"}, "events[1].idempotency_key"),
        ({"metadata": {"a": f"b{NUL}"}}, "events[1].metadata.a"),
        ({"metadata": {f"a{NUL}": "b"}}, "events[1].metadata"),
        ({"event_type": ""}, "events[1].event_type"),
        ({"event_type": "x" * 101}, "events[1].event_type"),
        ({"idempotency_key": ""}, "events[1].idempotency_key"),
        ({"idempotency_key": "k" * 10_000}, "events[1].idempotency_key"),
        ({"metadata": {"a": "x" * (1 << 20)}}, "events[1].metadata"),
        ({"metadata": {str(number): number for number in range(51)}}, "events[1].metadata"),
        ({"metadata": {"a": {"b": 1}}}, "events[1].metadata[...]"),
        ({"metadata": {"a": 2**53}}, "events[1].metadata[...]"),
        ({"metadata": []}, "events[1].metadata"),
        ({"user_id": "bob"}, "events[1].user_id"),
        ({"tenant_id": str(uuid4())}, "events[1].tenant_id"),
    ],
)
async def test_what_is_no_event_is_refused_and_named(
    shared_client: httpx.AsyncClient, books: Owner, said: dict[str, Any], path: str
) -> None:
    person, tenant = await admin(shared_client, books)
    assert await refused(person, event(), {**event(), **said}) == (400, path)
    assert stored(books, tenant) == 0


async def test_metadata_come_back_as_they_were_said(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, tenant = await admin(shared_client, books)
    said = {"modèle": 'a "b" \\ c\n', "n": 3, "f": 0.5, "yes": True, "none": None, "emoji": "🥐"}
    assert await taken(person, event(metadata=said)) == (1, 0)
    row = books.execute("SELECT metadata FROM billing.usage_events WHERE tenant_id = %s", (tenant,)).fetchone()
    assert row == (said,)


async def test_a_body_of_more_than_eight_mebibytes_is_not_read(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    assert (await report(person, event(metadata={"a": "x" * (8 << 20)}))).status_code == 413


async def test_an_event_of_a_tenant_that_there_is_not_is_refused(ledger: Ledger) -> None:
    nowhere = uuid4()
    with pytest.raises(StillReferred):
        await add(ledger, nowhere, "k")
    assert stored(ledger.owner, str(nowhere)) == 0


@pytest.mark.parametrize("is_first", [True, False])
async def test_of_a_tenant_that_is_deleted_meanwhile_no_event_is_left(ledger: Ledger, is_first: bool) -> None:
    """Nothing but its totals holds an event to its tenant."""
    tenant = ledger.tenant()
    ended = ledger.tenant()
    if not is_first:
        await add(ledger, tenant, "before")
    await add(ledger, ended, "other")
    async with ledger.database.unit(Acting(BOB, tenant)) as unit:
        await UsageRepository(unit.transaction).add(tenant, BOB, [one_of("k")])
        deleting = asyncio.create_task(
            asyncio.to_thread(ledger.owner.execute, "DELETE FROM authz.tenants WHERE id = %s", (tenant,))
        )
        await asyncio.sleep(0.3)
        assert not deleting.done()
    await deleting
    assert stored(ledger.owner, str(tenant)) == 0
    assert stored(ledger.owner, str(ended)) == 1
    with pytest.raises(StillReferred):
        await add(ledger, tenant, "after")


def one_of(key: str) -> NewUsageEvent:
    return NewUsageEvent(event_type="render", occurred_at=ago(seconds=5), idempotency_key=key)


async def add(ledger: Ledger, tenant: UUID, key: str) -> int:
    async with ledger.database.unit(Acting(BOB, tenant)) as unit:
        return await UsageRepository(unit.transaction).add(tenant, BOB, [one_of(key)])
