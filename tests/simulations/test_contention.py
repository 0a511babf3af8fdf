"""Many at once: never overspent, never twice."""

import asyncio
from collections import Counter

import httpx
import psycopg
import pytest

from tests.client import BRIEF, Person, log_in, sign_up
from tests.operators import operate

pytestmark = pytest.mark.anyio


async def settled(person: Person, owner: psycopg.Connection) -> None:
    for _ in range(400):
        row = owner.execute("SELECT count(*) FROM simulations.simulations WHERE status = 'generating'").fetchone()
        if row == (0,):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the simulations were not written in time")


async def test_two_hundred_requests_at_once_never_overspend_one_balance(
    client: httpx.AsyncClient, owner: psycopg.Connection, worker: None
) -> None:
    person = await sign_up(client)
    tenant = owner.execute("SELECT id::text FROM authz.tenants WHERE owner_id = %s", (person.user["id"],)).fetchone()
    assert tenant is not None
    gift = {"tenant_id": tenant[0], "amount": 21, "reason": "a test"}
    assert (await (await operate(client)).post("/operators/credits", gift)).status_code == 201
    answers = await asyncio.gather(*(person.post("/simulations", BRIEF) for _ in range(200)))
    counts = Counter(answer.status_code for answer in answers)
    assert counts == {202: 10, 402: 190}
    await settled(person, owner)
    assert await person.credits() == (1, 0)


async def test_one_idempotency_key_sent_ten_times_at_once_is_one_simulation_charged_once(
    client: httpx.AsyncClient, owner: psycopg.Connection, worker: None
) -> None:
    person = await sign_up(client)
    key = {"idempotency-key": "the same key"}
    answers = await asyncio.gather(*(person.post("/simulations", BRIEF, headers=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 409)
    accepted = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    assert len(accepted) == 1
    again = await person.post("/simulations", BRIEF, headers=key)
    assert again.json()["id"] in accepted
    await settled(person, owner)
    assert await person.credits() == (7, 0)


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    key = {"idempotency-key": "k"}
    await person.post("/simulations", BRIEF, headers=key)
    other = await person.post("/simulations", {**BRIEF, "level": 4}, headers=key)
    assert other.status_code == 422
    assert await person.credits() == (10, 3)


async def test_a_key_belongs_to_its_tenant(client: httpx.AsyncClient) -> None:
    first, second = await sign_up(client), await sign_up(client)
    key = {"idempotency-key": "popular"}
    one = (await first.post("/simulations", BRIEF, headers=key)).json()["id"]
    two = (await second.post("/simulations", BRIEF, headers=key)).json()["id"]
    assert one != two


async def test_a_refused_request_does_not_use_up_its_key(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    person = await sign_up(client)
    key = {"idempotency-key": "try again"}
    owner.execute("UPDATE billing.credit_accounts SET balance = 2")
    assert (await person.post("/simulations", BRIEF, headers=key)).status_code == 402
    owner.execute("UPDATE billing.credit_accounts SET balance = 10")
    assert (await person.post("/simulations", BRIEF, headers=key)).status_code == 202


async def test_a_key_is_forgotten_after_a_day(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    person = await sign_up(client)
    key = {"idempotency-key": "old"}
    first = (await person.post("/simulations", BRIEF, headers=key)).json()["id"]
    owner.execute("UPDATE app.idempotency_keys SET created_at = now() - interval '25 hours'")
    second = (await person.post("/simulations", BRIEF, headers=key)).json()["id"]
    assert first != second


async def test_another_users_or_tenants_simulation_is_a_404_on_every_verb(client: httpx.AsyncClient) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    acme = {"x-tenant-id": "acme"}
    mine = (await bob.get("/simulations", headers=acme)).json()["items"][0]["id"]
    persona = (await bob.get(f"/simulations/{mine}", headers=acme)).json()["personas"][0]["id"]
    path = f"/simulations/{mine}"
    message = {"content": "Hello"}
    for headers in ({"x-tenant-id": "globex"}, {}):
        for answer in (
            await alice.get(path, headers=headers),
            await alice.delete(path, headers=headers),
            await alice.get(f"{path}/personas/{persona}/messages", headers=headers),
            await alice.post(f"{path}/personas/{persona}/messages", message, headers=headers),
            await alice.put(f"/progress/{mine}", {"status": "completed"}, headers=headers),
        ):
            assert answer.status_code == 404
            nothing = await alice.get("/simulations/00000000-0000-4000-8000-00000000ffff", headers=headers)
            assert answer.json()["detail"] == nothing.json()["detail"]
    assert (await bob.get(path, headers=acme)).status_code == 200
    assert (await bob.get(path)).status_code == 404
