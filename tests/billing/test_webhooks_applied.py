"""Web hooks applied: what was bought is there, once, and what goes wrong is written down and tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import psycopg
import pytest

from core.bootstrap import Parent
from tests.billing.stripe_server import (
    HOOK,
    KEY,
    SECRET,
    StripeServer,
    deliver,
    event,
    hang,
    running,
    signed,
    subscription,
)
from tests.billing.subscribers import (
    account,
    billing,
    connect,
    events,
    kept,
    monthly,
    organization,
    personal_tenant,
    soon,
)
from tests.client import sign_up

pytestmark = pytest.mark.anyio

UPDATED = "customer.subscription.updated"
Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}


async def test_the_same_event_many_times_at_the_same_instant_is_applied_once(
    client: httpx.AsyncClient, owner: psycopg.Connection, stripe: StripeServer, start_worker: Working
) -> None:
    stripe.subscriptions["sub_1"] = subscription()
    content = event(UPDATED, subscription())
    answers = await asyncio.gather(*(deliver(client, content) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {204}
    assert owner.execute("SELECT count(*) FROM jobs.procrastinate_jobs").fetchone() == (1,)
    async with start_worker():
        await soon(lambda: events(owner)[0][2] is not None)
    assert len(stripe.asked) == 1


async def test_what_was_bought_is_there_when_the_provider_has_told_us(
    client: httpx.AsyncClient, owner: psycopg.Connection, stripe: StripeServer, worker: None
) -> None:
    person = await sign_up(client)
    tenant = await personal_tenant(person)
    await person.post("/billing/checkout", {"plan": "pro"})
    customer = next(form["customer"] for form in stripe.forms("/v1/checkout/sessions"))
    stripe.subscriptions["sub_1"] = running(customer=customer)
    session = {"id": "cs_1", "subscription": "sub_1", "customer": customer, "client_reference_id": tenant}
    assert (await deliver(client, event("checkout.session.completed", session))).status_code == 204
    assert await soon(lambda: kept(owner, tenant) == [("sub_1", "pro", "active")])
    shown = (await person.get("/billing/subscription")).json()
    assert (shown["plan"], shown["status"]) == ("pro", "active")
    mine = (await person.get("/tenants")).json()["items"][0]
    assert (mine["plan"], mine["max_users"], mine["features"]) == ("pro", 25, ["advanced-analytics"])
    assert await person.credits() == (210, 0)
    assert events(owner) == [("evt_1", "applied", None)]
    assert (await person.post("/billing/checkout", {"plan": "enterprise"})).status_code == 409
    assert (await person.post("/billing/portal")).status_code == 201


async def test_a_subscription_that_was_sold_elsewhere_finds_its_tenant_by_its_metadata(
    client: httpx.AsyncClient, owner: psycopg.Connection, stripe: StripeServer, worker: None
) -> None:
    tenant = await personal_tenant(await sign_up(client))
    stripe.subscriptions["sub_1"] = running(metadata={"tenant_id": tenant, "plan": "free"})
    invoice = {"id": "in_1", "parent": {"subscription_details": {"subscription": "sub_1"}}}
    await deliver(client, event("invoice.paid", invoice))
    assert await soon(lambda: monthly(owner, tenant) == [200])


@pytest.mark.parametrize("known", [True, False])
async def test_an_event_that_cannot_be_applied_yet_is_kept_with_its_error_and_applied_later(
    client: httpx.AsyncClient,
    parent: Parent,
    owner: psycopg.Connection,
    stripe: StripeServer,
    known: bool,
    worker: None,
) -> None:
    tenant = await personal_tenant(await sign_up(client))
    if known:
        stripe.subscriptions["sub_1"] = running(customer="cus_nobody")
    assert (await deliver(client, event(UPDATED, {"id": "sub_1"}))).status_code == 204
    why = "No tenant has this subscription." if known else "The payment provider does not know this."
    assert await soon(lambda: events(owner) == [("evt_1", None, why)])
    stripe.subscriptions["sub_1"] = running(metadata={"tenant_id": tenant})
    assert await billing(parent).catching_up()() == 0  # not before its time
    owner.execute("UPDATE billing.webhook_events SET next_attempt_at = now()")
    assert await billing(parent).catching_up()() == 1
    assert await soon(lambda: events(owner) == [("evt_1", "applied", None)])
    assert account(owner, tenant).plan == "pro"


async def test_one_that_failed_is_applied_when_it_is_sent_again_by_hand(
    client: httpx.AsyncClient, owner: psycopg.Connection, stripe: StripeServer, worker: None
) -> None:
    tenant = await personal_tenant(await sign_up(client))
    content = event(UPDATED, {"id": "sub_1"})
    await deliver(client, content)
    assert await soon(lambda: events(owner)[0][2] is not None)
    stripe.subscriptions["sub_1"] = running(metadata={"tenant_id": tenant})
    await deliver(client, content)
    assert await soon(lambda: events(owner) == [("evt_1", "applied", None)])


async def test_an_event_is_given_up_after_twenty_tries(owner: psycopg.Connection, parent: Parent) -> None:
    await parent.open()
    row = owner.execute(
        "INSERT INTO billing.webhook_events (provider, event_id, type, occurred_at, payload, attempts, next_attempt_at)"
        ' VALUES (\'stripe\', \'evt_1\', %s, now(), \'{"data": {"object": {"id": "sub_1"}}}\', 20, now()) RETURNING id',
        (UPDATED,),
    ).fetchone()
    assert row is not None
    billing(parent).stripe().api_url = "http://127.0.0.1:1"
    await billing(parent).event_job()(row[0])
    assert owner.execute("SELECT attempts, next_attempt_at FROM billing.webhook_events").fetchone() == (21, None)
    assert await billing(parent).catching_up()() == 0
    await parent.close()


async def test_stripe_is_answered_at_once_while_its_api_hangs(
    client: httpx.AsyncClient, parent: Parent, stripe: StripeServer, worker: None
) -> None:
    stripe.failures.extend(hang() for _ in range(9))
    connect(parent, stripe, seconds=1)
    started = time.monotonic()
    for number in range(5):
        await deliver(client, event(UPDATED, {"id": "sub_1"}, name=f"evt_{number}"))
    assert time.monotonic() - started < 2
    assert (await client.get("/health/ready")).status_code == 200


@pytest.mark.parametrize(
    "thing",
    [
        {},
        {"id": 7},
        {"id": ""},
        {"id": "s" * 300},
        {"subscription": None, "parent": []},
        {"parent": {"subscription_details": 1}},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [UPDATED, "invoice.paid", "checkout.session.completed"])
async def test_an_event_of_no_subscription_is_ignored(
    client: httpx.AsyncClient, owner: psycopg.Connection, parent: Parent, kind: str, thing: dict[str, object]
) -> None:
    await deliver(client, event(kind, thing))
    row = owner.execute("SELECT id FROM billing.webhook_events").fetchone()
    assert row is not None
    await billing(parent).event_job()(row[0])
    assert events(owner) == [("evt_1", "ignored", None)]


async def test_neither_a_secret_nor_a_body_is_in_the_logs(
    client: httpx.AsyncClient,
    stripe: StripeServer,
    worker: None,
    owner: psycopg.Connection,
    capfd: pytest.CaptureFixture[str],
) -> None:
    content = msgspec.json.encode({"customer_email": "mariam@example.com"})
    await client.post(HOOK, content=content, headers=signed(content, secret="whsec_other"))
    await deliver(client, event(UPDATED, {"id": "sub_9", "customer_email": "mariam@example.com"}))
    assert await soon(lambda: events(owner)[0][2] is not None)
    said = "".join(capfd.readouterr())
    assert "a web hook was not applied" in said
    assert not any(secret in said for secret in (KEY, SECRET, "mariam"))


async def test_a_subscription_whose_period_ended_in_silence_is_asked_for(
    client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection, stripe: StripeServer, worker: None
) -> None:
    """Every web hook of its renewal got lost."""
    about = {"tenant_id": str(organization(owner, "silent"))}
    renewed = running(metadata=about)
    began = datetime.fromtimestamp(renewed["items"]["data"][0]["current_period_start"], UTC)
    stripe.subscriptions["sub_1"] = running(start=began - timedelta(days=30), end=began, metadata=about)
    await billing(parent).sync()("sub_1")
    assert monthly(owner, about["tenant_id"]) == []
    stripe.subscriptions["sub_1"] = renewed
    assert [await billing(parent).catching_up()() for _ in range(2)] == [1, 0]
    assert await soon(lambda: monthly(owner, about["tenant_id"]) == [200])
