"""Credits that operators add by hand."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.client import BRIEF, Person, sign_up
from tests.operators import alice_of_acme, operate

pytestmark = pytest.mark.anyio

ACME = "10000000-0000-4000-8000-000000000001"
PATH = "/operators/credits"


def gift(tenant: str = ACME, **said: Any) -> dict[str, Any]:
    return {"tenant_id": tenant, "amount": 500, "reason": "goodwill", **said}


async def personal_tenant(person: Person, owner: psycopg.Connection) -> str:
    row = owner.execute("SELECT id::text FROM authz.tenants WHERE owner_id = %s", (person.user["id"],)).fetchone()
    assert row is not None
    return str(row[0])


async def test_credits_that_an_operator_adds_are_in_the_ledger_with_who_and_why(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    operator, person = await operate(client), await sign_up(client)
    tenant = await personal_tenant(person, owner)
    added = await operator.post(PATH, gift(tenant))
    assert added.status_code == 201
    entry = added.json()
    assert (entry["amount"], entry["kind"], entry["reason"]) == (500, "grant", "goodwill")
    assert (entry["reference"], entry["balance_after"]) == (f"operator:{operator.user['id']}", 510)
    assert await person.credits() == (510, 0)
    ledger = (await person.get("/billing/credits/entries")).json()["items"]
    assert ledger[0] == entry
    assert len(ledger) == 2


async def test_the_credits_can_be_spent(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    """A grant without a rest would leave the account and its grants apart."""
    operator, person = await operate(client), await sign_up(client)
    tenant = await personal_tenant(person, owner)
    await operator.post(PATH, gift(tenant, amount=7))
    grants = "SELECT sum(remaining) FROM billing.credit_grants WHERE tenant_id = %s"
    assert owner.execute(grants, (tenant,)).fetchone() == (17,)


def problem(answer: httpx.Response) -> tuple[Any, ...]:
    """The status, and which parts of the body do not fit."""
    return answer.status_code, *(error["path"] for error in answer.json()["errors"])


async def spend(person: Person, owner: psycopg.Connection) -> dict[str, str]:
    """What a simulation cost: the tenant and the entry."""
    answer = await person.post("/simulations", BRIEF, headers={"prefer": "wait=20"})
    assert answer.status_code == 201, answer.text
    entry = (await person.get("/billing/credits/entries")).json()["items"][0]
    return {"tenant_id": await personal_tenant(person, owner), "entry_id": entry["id"]}


@pytest.mark.parametrize("amount", [1, 10_000])
async def test_the_bounds_themselves_are_allowed(client: httpx.AsyncClient, amount: int) -> None:
    operator = await operate(client)
    assert (await operator.post(PATH, gift(amount=amount, reason="x" * 255))).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 10_001},
        {"amount": 2**63},
        {"amount": 1.5},
        {"amount": "5"},
        {"amount": None},
        {"amount": True},
        {"reason": ""},
        {"reason": "x" * 256},
        {"reason": "\0"},
        {"tenant_id": "acme"},
        {"kind": "refund"},
    ],
    ids=str,
)
async def test_what_is_no_gift_is_a_400_and_adds_nothing(client: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    operator, alice = await operate(client), await alice_of_acme(client)
    answer = await operator.post(PATH, gift(**wrong), headers={"idempotency-key": "k"})
    assert problem(answer) == (400, *wrong), answer.text
    assert (await alice.get("/billing/credits", headers={"x-tenant-id": "acme"})).json()["balance"] == 2000


@pytest.mark.parametrize("amount", [0, -1, 10_001, 2**63, 1.5, "5", True], ids=str)
async def test_an_amount_that_is_none_gives_nothing_back(
    client: httpx.AsyncClient, owner: psycopg.Connection, worker: None, amount: Any
) -> None:
    operator, person = await operate(client), await sign_up(client)
    spent = await spend(person, owner)
    answer = await operator.post(f"{PATH}/refunds", {**spent, "amount": amount, "reason": "it was empty"})
    assert problem(answer) == (400, "amount"), answer.text
    assert await person.credits() == (7, 0)


async def test_what_was_spent_is_given_back_by_parts_and_never_twice(
    client: httpx.AsyncClient, owner: psycopg.Connection, worker: None
) -> None:
    operator, person = await operate(client), await sign_up(client)
    spent = await spend(person, owner)
    refund = {**spent, "reason": "it was empty"}
    first = await operator.post(f"{PATH}/refunds", {**refund, "amount": 1})
    assert first.status_code == 201
    assert (first.json()["kind"], first.json()["refund_of"]) == ("refund", spent["entry_id"])
    assert (await operator.post(f"{PATH}/refunds", {**refund, "amount": 3})).status_code == 409
    assert (await operator.post(f"{PATH}/refunds", refund)).json()["amount"] == 2
    again = await operator.post(f"{PATH}/refunds", refund)
    assert (again.status_code, again.json()["type"]) == (409, "urn:interna:problem:already-refunded")
    grant = (await person.get("/billing/credits/entries")).json()["items"][-1]
    answer = await operator.post(f"{PATH}/refunds", {**refund, "entry_id": grant["id"]})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:interna:problem:not-spent")
    assert await person.credits() == (10, 0)


async def test_an_entry_of_another_tenant_is_not_given_back(
    client: httpx.AsyncClient, owner: psycopg.Connection, worker: None
) -> None:
    operator, person = await operate(client), await sign_up(client)
    spent = await spend(person, owner)
    answer = await operator.post(f"{PATH}/refunds", {**spent, "tenant_id": ACME, "reason": "x"})
    assert answer.status_code == 404
    assert await person.credits() == (7, 0)


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}])
async def test_an_unknown_tenant_is_a_404(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    operator = await operate(client)
    answer = await operator.post(PATH, gift(str(uuid4())), headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such tenant.")


async def test_an_admin_of_the_tenant_adds_nothing(client: httpx.AsyncClient) -> None:
    alice = await alice_of_acme(client)
    for path in (PATH, f"{PATH}/refunds"):
        answer = await alice.post(path, gift(), headers={"x-tenant-id": "acme"})
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:interna:problem:unauthenticated")
    assert (await alice.get("/billing/credits", headers={"x-tenant-id": "acme"})).json()["balance"] == 2000


async def test_the_same_key_adds_once_and_answers_the_same(client: httpx.AsyncClient) -> None:
    operator, alice = await operate(client), await alice_of_acme(client)
    key = {"idempotency-key": "outage-4-january"}
    first, again = [await operator.post(PATH, gift(), headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (await operator.post(PATH, gift(amount=501), headers=key)).status_code == 422
    assert (await operator.post(PATH, gift(reason="another"), headers=key)).status_code == 422
    other = {"idempotency-key": "outage-5-january"}
    assert (await operator.post(PATH, gift(), headers=other)).json()["id"] != first.json()["id"]
    assert (await alice.get("/billing/credits", headers={"x-tenant-id": "acme"})).json()["balance"] == 3000


async def test_a_key_is_the_tenants_so_two_tenants_may_have_the_same(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    operator, person = await operate(client), await sign_up(client)
    key = {"idempotency-key": "k"}
    for tenant in (ACME, await personal_tenant(person, owner)):
        assert (await operator.post(PATH, gift(tenant), headers=key)).json()["amount"] == 500
    assert await person.credits() == (510, 0)
    stored = owner.execute("SELECT DISTINCT route, count(*) OVER () FROM app.idempotency_keys").fetchall()
    assert stored == [("POST /operators/credits", 2)]


async def test_many_at_once_are_all_counted_and_with_one_key_one_is(client: httpx.AsyncClient) -> None:
    operator, alice = await operate(client), await alice_of_acme(client)
    answers = await asyncio.gather(*(operator.post(PATH, gift(amount=n)) for n in range(1, 9)))
    assert {answer.status_code for answer in answers} == {201}
    assert (await alice.get("/billing/credits", headers={"x-tenant-id": "acme"})).json()["balance"] == 2036
    same = [operator.post(PATH, gift(), headers={"idempotency-key": "k"}) for _ in range(8)]
    statuses = [answer.status_code for answer in await asyncio.gather(*same)]
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert (await alice.get("/billing/credits", headers={"x-tenant-id": "acme"})).json()["balance"] == 2536
