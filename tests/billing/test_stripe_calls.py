"""Checkout and portal: what Stripe is asked, who may ask, and what happens when it fails."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from tests.billing.stripe_server import KEY, Failing, StripeServer, body, hang, status
from tests.billing.subscribers import billing, connect, personal_tenant
from tests.client import log_in, sign_up
from tests.operators import alice_of_acme

pytestmark = pytest.mark.anyio

ACME = {"x-tenant-id": "acme"}
CHECKOUT = "/billing/checkout"
PRO = {"plan": "pro"}


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {
        **environ,
        "STRIPE_SECRET_KEY": KEY,
        "PUBLIC_URL": "https://api.interna.test",
        "CORS_ORIGINS": "https://app.interna.test",
        "DB_POOL_SIZE": "1",
    }


@pytest.fixture(autouse=True)
def hasty(parent: Parent, stripe: StripeServer) -> None:
    connect(parent, stripe, seconds=3)


async def test_a_checkout_sells_the_plan_to_the_tenant(client: httpx.AsyncClient, stripe: StripeServer) -> None:
    person = await sign_up(client)
    tenant = await personal_tenant(person)
    answer = await person.post(CHECKOUT, {**PRO, "success_url": "https://app.interna.test/thanks?plan=pro"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["url"].startswith("https://checkout.test/")
    assert stripe.forms("/v1/customers") == [{"metadata[tenant_id]": tenant}]
    (price,) = stripe.forms("/v1/prices")
    assert (price["unit_amount"], price["currency"], price["recurring[interval]"]) == ("4900", "usd", "month")
    (session,) = stripe.forms("/v1/checkout/sessions")
    assert session["mode"] == "subscription"
    assert session["client_reference_id"] == session["subscription_data[metadata][tenant_id]"] == tenant
    assert session["success_url"] == "https://app.interna.test/thanks?plan=pro"
    assert session["cancel_url"] == "https://app.interna.test/"


async def test_a_second_checkout_takes_the_same_customer_and_the_same_price(
    client: httpx.AsyncClient, stripe: StripeServer
) -> None:
    person = await sign_up(client)
    answers = [await person.post(CHECKOUT, PRO) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = stripe.forms("/v1/checkout/sessions")
    assert first["customer"] == second["customer"]
    assert first["line_items[0][price]"] == second["line_items[0][price]"]
    assert len(stripe.forms("/v1/prices")) == len(stripe.forms("/v1/customers")) == 1


async def test_many_first_checkouts_at_once_make_one_customer(
    client: httpx.AsyncClient, stripe: StripeServer, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    answers = await asyncio.gather(*(person.post(CHECKOUT, PRO) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({form["customer"] for form in stripe.forms("/v1/checkout/sessions")}) == 1
    assert owner.execute("SELECT count(*) FROM billing.customers").fetchone() == (1,)


async def test_a_customer_that_was_deleted_at_stripe_is_made_anew(
    client: httpx.AsyncClient, stripe: StripeServer, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    await person.post(CHECKOUT, PRO)
    stripe.gone.update(form["customer"] for form in stripe.forms("/v1/checkout/sessions"))
    assert (await person.post("/billing/portal")).status_code == 409
    assert (await person.post(CHECKOUT, PRO)).status_code == 201
    assert (await person.post("/billing/portal")).status_code == 201
    row = owner.execute("SELECT provider_customer_id FROM billing.customers").fetchone()
    assert row is not None
    assert row[0] not in stripe.gone


async def test_a_year_costs_what_the_catalogue_says_and_a_new_price_takes_the_place_of_the_old_one(
    client: httpx.AsyncClient, stripe: StripeServer, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    await person.post(CHECKOUT, {**PRO, "interval": "year"})
    owner.execute("UPDATE billing.plans SET yearly_price_cents = 52000 WHERE id = 'pro'")
    await person.post(CHECKOUT, {**PRO, "interval": "year"})
    assert [form["unit_amount"] for form in stripe.forms("/v1/prices")] == ["49000", "52000"]
    sold = [form["line_items[0][price]"] for form in stripe.forms("/v1/checkout/sessions")]
    assert sold[0] != sold[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": "free"},
        {"plan": "gold"},
        {},
        {**PRO, "interval": "week"},
        {**PRO, "price": 1},
        {**PRO, "success_url": ""},
        {**PRO, "success_url": "https://evil.test/"},
        {**PRO, "success_url": "https://app.interna.test@evil.test/"},
        {**PRO, "cancel_url": "https://app.interna.test.evil.test/"},
        {**PRO, "cancel_url": "//evil.test"},
        {**PRO, "cancel_url": "javascript:alert(1)"},
        {**PRO, "cancel_url": "https://evil.test\\@app.interna.test/"},
        {**PRO, "cancel_url": "https://[x/"},
        {**PRO, "cancel_url": "https://app.interna.test/" + "x" * 2000},
    ],
    ids=str,
)
async def test_a_bad_wish_is_a_400_and_stripe_is_not_asked(
    client: httpx.AsyncClient, stripe: StripeServer, wrong: dict[str, Any]
) -> None:
    person = await sign_up(client)
    assert (await person.post(CHECKOUT, wrong)).status_code == 400
    assert stripe.asked == []


async def test_a_member_may_neither_buy_nor_change_nor_see_the_subscription(
    client: httpx.AsyncClient, stripe: StripeServer
) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    for answer in (
        await bob.post(CHECKOUT, PRO, headers=ACME),
        await bob.post("/billing/portal", headers=ACME),
        await bob.get("/billing/subscription", headers=ACME),
    ):
        assert answer.status_code == 403
    assert stripe.asked == []


async def test_who_has_a_subscription_is_sent_to_the_portal(client: httpx.AsyncClient, stripe: StripeServer) -> None:
    alice = await alice_of_acme(client)
    answer = await alice.post(CHECKOUT, PRO, headers=ACME)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:interna:problem:already-subscribed")


async def test_the_portal_is_for_customers(client: httpx.AsyncClient, stripe: StripeServer) -> None:
    person = await sign_up(client)
    answer = await person.post("/billing/portal")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:interna:problem:never-subscribed")
    await person.post(CHECKOUT, PRO)
    answer = await person.post("/billing/portal")
    assert answer.status_code == 201
    assert answer.json()["url"].startswith("https://portal.test/")
    (form,) = stripe.forms("/v1/billing_portal/sessions")
    assert form["return_url"] == "https://app.interna.test/"


FAILURES: list[tuple[str, list[Failing], int]] = [
    ("500", [status(500)] * 3, 503),
    ("429", [status(429)], 503),
    ("hang", [hang()] * 3, 503),
    ("cut JSON", [body(b'{"id": "cus')], 502),
    ("a list", [body(b"[]")], 502),
    ("an empty object", [body(b"{}")], 502),
    ("nonsense in an error", [body(b"[]", 400)], 502),
    ("an error that is text", [body(b'{"error": "x"}', 400)], 502),
    ("deep", [body(b"[" * 50_000)], 502),
    ("a redirect", [body(b"{}", 302)], 502),
    ("a wrong key", [status(401)], 502),
    ("forbidden", [status(403)], 502),
    ("too much", [body(b" " * (1 << 21))] * 3, 503),
]


@pytest.mark.parametrize(("failures", "code"), [(f, c) for _, f, c in FAILURES], ids=[name for name, _, _ in FAILURES])
async def test_a_failure_of_stripe_is_a_clear_problem_that_tells_no_secret(
    client: httpx.AsyncClient,
    stripe: StripeServer,
    failures: list[Failing],
    code: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    person = await sign_up(client)
    stripe.failures.extend(failures)
    answer = await person.post(CHECKOUT, PRO)
    assert answer.status_code == code, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (code == 503)
    assert KEY not in answer.text + "".join(capfd.readouterr())
    stripe.failures.clear()
    assert (await person.post(CHECKOUT, PRO)).status_code == 201


async def test_a_hiccup_of_stripe_is_not_noticed(client: httpx.AsyncClient, stripe: StripeServer) -> None:
    person = await sign_up(client)
    stripe.failures.append(status(500))
    assert (await person.post(CHECKOUT, PRO)).status_code == 201
    keys = [asked.headers["idempotency-key"] for asked in stripe.asked if asked.path == "/v1/customers"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_while_stripe_hangs_the_only_connection_is_everybody_elses(
    client: httpx.AsyncClient, stripe: StripeServer
) -> None:
    person, other = await sign_up(client), await sign_up(client)
    await person.post(CHECKOUT, PRO)
    stripe.failures.extend([hang()] * 6)
    waiting = [asyncio.create_task(asked) for asked in (person.post("/billing/portal"), other.post(CHECKOUT, PRO))]
    await asyncio.sleep(0.3)
    assert (await other.get("/billing/credits")).status_code == 200
    assert not any(task.done() for task in waiting)
    assert [(await task).status_code for task in waiting] == [503, 503]


async def test_a_stripe_that_cannot_be_reached_is_a_503(client: httpx.AsyncClient, parent: Parent) -> None:
    person = await sign_up(client)
    billing(parent).stripe().api_url = "http://127.0.0.1:1"
    assert (await person.post(CHECKOUT, PRO)).status_code == 503


async def test_without_a_key_nothing_can_be_bought_and_the_problem_says_why(shared_client: httpx.AsyncClient) -> None:
    person = await sign_up(shared_client)
    answer = await person.post(CHECKOUT, PRO)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:interna:problem:not-configured")
    assert "STRIPE_SECRET_KEY" in answer.json()["detail"]
    assert "retry-after" not in answer.headers
    assert (await person.post("/billing/portal")).status_code == 503
    assert (await person.get("/billing/subscription")).json()["plan"] == "free"
