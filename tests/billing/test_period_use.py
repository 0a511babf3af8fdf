"""The subscription as its tenant sees it: the plan, the period, and what it has used so far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import httpx
import psycopg
import pytest

from modules.billing.repositories import SubscriptionRepository
from tests.billing.ledger import BOB, Ledger, soon
from tests.client import log_in, sign_up
from tests.operators import alice_of_acme

pytestmark = pytest.mark.anyio

ACME = {"x-tenant-id": "acme"}
TICK = timedelta(microseconds=1)


async def test_who_never_bought_anything_is_on_free_for_the_month(client: httpx.AsyncClient) -> None:
    shown = (await (await sign_up(client)).get("/billing/subscription")).json()
    assert (shown["plan"], shown["status"], shown["cancel_at_period_end"]) == ("free", "active", False)
    assert shown["current_period_start"][8:19] == "01T00:00:00"
    assert (shown["requests"], shown["tokens"], shown["credits"]) == (0, 0, 0)


async def test_a_period_shows_what_everybody_in_the_tenant_used_of_it(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    alice, bob = await alice_of_acme(client), await log_in(client, "bob@example.com", "bob-in-development")
    before = (await alice.get("/billing/subscription", headers=ACME)).json()
    assert (before["plan"], before["current_period_end"]) == ("enterprise", "2027-01-01T00:00:00Z")
    seeded = owner.execute(
        "SELECT count(*), sum(tokens_used) FROM billing.usage_events"
        " WHERE tenant_id = '10000000-0000-4000-8000-000000000001'"
    ).fetchone()
    assert (before["requests"], before["tokens"]) == seeded
    simulation = (await bob.get("/simulations", headers=ACME)).json()["items"][0]["id"]
    persona = (await bob.get(f"/simulations/{simulation}", headers=ACME)).json()["personas"][0]["id"]
    said = await bob.post(f"/simulations/{simulation}/personas/{persona}/messages", {"content": "Hi"}, headers=ACME)
    assert said.status_code == 201
    owner.execute(
        "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, idempotency_key, occurred_at)"
        " SELECT tenant_id, user_id, 'chat', 'before', '2025-12-31' FROM billing.usage_events LIMIT 1"
    )
    after = (await alice.get("/billing/subscription", headers=ACME)).json()
    assert after["requests"] == before["requests"] + 1
    assert after["tokens"] > before["tokens"]


@pytest.mark.parametrize("seed", range(4))
async def test_a_period_of_any_length_is_counted_to_the_microsecond(ledger: Ledger, seed: int) -> None:
    """Whole days come from the totals, and what is left over at both ends from the events: each once."""
    random = Random(seed)
    tenant = ledger.tenant()
    first = datetime(2026, 3, 1, tzinfo=UTC)
    moments = [first + timedelta(days=day) + edge for day in range(5) for edge in (-TICK, timedelta(0), TICK)]
    moments += [first + timedelta(seconds=random.uniform(0, 4 * 86400)) for _ in range(25)]
    with ledger.owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, idempotency_key,"
            " occurred_at) VALUES (%s, %s, 'chat', %s, %s, %s)",
            [(tenant, BOB, number, str(number), moment) for number, moment in enumerate(moments, start=1)],
        )
    for start, end in combinations(sorted(random.sample(moments, 12)), 2):
        if start == end:
            continue
        async with ledger.books(tenant) as books:
            used = await SubscriptionRepository(books.transaction).use(tenant, start, end)
        counted = [number for number, moment in enumerate(moments, start=1) if start <= moment < end]
        assert (used.requests, used.tokens) == (len(counted), sum(counted)), (start, end)


async def test_credits_that_were_given_back_were_not_used(ledger: Ledger) -> None:
    tenant = ledger.tenant()
    async with ledger.books(tenant) as books:
        await books.grant(20)
        spent = await books.spend(7)
        await books.refund(spent.id, 3)
    async with ledger.books(tenant) as books:
        used = await SubscriptionRepository(books.transaction).use(tenant, soon(days=-1), soon(days=1))
        before = await SubscriptionRepository(books.transaction).use(tenant, soon(days=-2), soon(days=-1))
    assert (used.credits, before.credits) == (4, 0)
