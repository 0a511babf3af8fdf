"""Idempotency-Key: the same request twice has one effect and one answer, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app.asgi import create_app
from app.composition import compose
from core.bootstrap import bootstrap
from core.database.roles import Endpoints
from tests.billing.cutting import Cutter, Moment
from tests.client import BRIEF, Person, log_in, sign_up
from tests.operators import operate

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
ACME_ID = "10000000-0000-4000-8000-000000000001"
KEY = {"idempotency-key": "the same key"}
GIFT = {"tenant_id": ACME_ID, "amount": 500, "reason": "goodwill"}


@asynccontextmanager
async def served(endpoints: Endpoints, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application of its own, with connections of its own."""
    app = create_app(bootstrap(compose, {"APP_ENV": "test", "DATA_DIR": str(folder)}, endpoints=endpoints))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        yield client


@pytest.fixture
async def cutter(endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Cutter]:
    async with Cutter(endpoints.runtime).listening() as found:
        yield found


@pytest.fixture
async def fragile(endpoints: Endpoints, cutter: Cutter, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with served(Endpoints(cutter.conninfo, endpoints.owner, endpoints.admin), tmp_path) as client:
        yield client


def there(owner: psycopg.Connection, table: str) -> int:
    row = owner.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def whole(answer: httpx.Response) -> tuple[int, Any, str | None]:
    """All of an answer that a client may build on."""
    return answer.status_code, answer.json(), answer.headers.get("location")


async def test_a_replay_is_the_first_answer_status_body_and_headers(client: httpx.AsyncClient) -> None:
    person, operator = await sign_up(client), await operate(client)
    for ask in (
        lambda: person.post("/simulations", BRIEF, headers=KEY),
        lambda: operator.post("/operators/credits", GIFT, headers=KEY),
    ):
        first, again = whole(await ask()), whole(await ask())
        assert first == again
        assert first[0] in (201, 202)
    assert await person.credits() == (10, 3)


@pytest.mark.parametrize(("moment", "made"), [("before", 0), ("after", 1)])
async def test_a_connection_that_is_lost_at_the_commit_costs_neither_the_effect_nor_a_second_one(
    fragile: httpx.AsyncClient, cutter: Cutter, owner: psycopg.Connection, moment: Moment, made: int
) -> None:
    person = await sign_up(fragile)
    before = there(owner, "simulations.simulations")
    cutter.cut_next = moment
    lost = await person.post("/simulations", BRIEF, headers=KEY)
    assert (lost.status_code, cutter.cuts) == (503, 1)
    assert lost.json()["type"] == "urn:interna:problem:outcome-unknown"
    assert "retry-after" not in lost.headers
    assert there(owner, "simulations.simulations") - before == made
    again = await person.post("/simulations", BRIEF, headers=KEY)
    assert again.status_code == 202
    assert there(owner, "simulations.simulations") - before == 1
    assert await person.credits() == (10, 3)
    assert (await person.get(again.headers["location"].removeprefix("/api/v1"))).status_code == 200


async def test_credits_by_hand_are_added_once_also_where_the_answer_was_lost(
    fragile: httpx.AsyncClient, cutter: Cutter, owner: psycopg.Connection
) -> None:
    operator = await operate(fragile)
    for path, body in (("/operators/credits", GIFT), ("/operators/credits/refunds", await spent_by_acme(owner))):
        before = there(owner, "billing.credit_entries")
        cutter.cut_next, cutter.let_pass = "after", 1  # the first one only ends the look at who is calling
        assert (await operator.post(path, body, headers=KEY)).status_code == 503
        assert there(owner, "billing.credit_entries") - before == 1
        assert (await operator.post(path, body, headers=KEY)).status_code == 201
        assert there(owner, "billing.credit_entries") - before == 1


async def spent_by_acme(owner: psycopg.Connection) -> dict[str, str]:
    """A refund's body."""
    entry = owner.execute(
        "WITH spent AS (INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%(tenant)s, -7, 'spend', 'generation', 1993) RETURNING id),"
        " account AS (UPDATE billing.credit_accounts SET balance = balance - 7 WHERE tenant_id = %(tenant)s),"
        " grants AS (UPDATE billing.credit_grants SET remaining = remaining - 7 WHERE tenant_id = %(tenant)s"
        " RETURNING id), taken AS (INSERT INTO billing.credit_allocations SELECT %(tenant)s, spent.id, grants.id, -7"
        " FROM spent, grants) SELECT id::text FROM spent",
        {"tenant": ACME_ID},
    ).fetchone()
    assert entry is not None
    return {"tenant_id": ACME_ID, "entry_id": entry[0], "reason": "it was about another bakery"}


async def test_two_processes_that_get_one_key_at_the_same_time_do_it_once(
    endpoints: Endpoints, client: httpx.AsyncClient, owner: psycopg.Connection, tmp_path: Path
) -> None:
    async with served(endpoints, tmp_path / "other") as other:
        person = await sign_up(client)
        elsewhere = Person(other, person.token, person.user, person.email)
        before = there(owner, "simulations.simulations")
        asked = [each.post("/simulations", BRIEF, headers=KEY) for _ in range(8) for each in (person, elsewhere)]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} <= {202, 409}
        assert {answer.headers.get("retry-after") for answer in answers if answer.status_code == 409} <= {"1"}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
        assert whole(await elsewhere.post("/simulations", BRIEF, headers=KEY))[0] == 202
        assert there(owner, "simulations.simulations") - before == 1
        assert await elsewhere.credits() == (10, 3)


async def test_whoever_comes_while_the_first_is_at_it_is_told_to_wait(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    """The first one waits for the account, which somebody else has locked."""
    person = await sign_up(client)
    with owner.transaction():
        owner.execute("SELECT FROM billing.credit_accounts FOR UPDATE")
        first = asyncio.create_task(person.post("/simulations", BRIEF, headers=KEY))
        for _ in range(200):
            row = owner.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1").fetchone()
            if row != (0,):
                break
            await asyncio.sleep(0.01)
        second = await person.post("/simulations", BRIEF, headers=KEY)
        assert (second.status_code, second.headers["retry-after"]) == (409, "1")
        assert second.json()["type"] == "urn:interna:problem:still-running"
    assert (await first).status_code == 202
    assert whole(await person.post("/simulations", BRIEF, headers=KEY)) == whole(await first)


async def test_a_colleague_with_the_same_key_is_refused_and_shown_nothing(client: httpx.AsyncClient) -> None:
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    first = await bob.post("/simulations", BRIEF, headers={**ACME, **KEY})
    other = await alice.post("/simulations", BRIEF, headers={**ACME, **KEY})
    assert (first.status_code, other.status_code) == (202, 422)
    assert first.json()["id"] not in other.text


async def test_two_routes_may_have_the_same_key(client: httpx.AsyncClient) -> None:
    operator = await operate(client)
    assert (await operator.post("/operators/credits", GIFT, headers=KEY)).status_code == 201
    unknown = {"tenant_id": ACME_ID, "entry_id": ACME_ID, "reason": "x"}
    assert (await operator.post("/operators/credits/refunds", unknown, headers=KEY)).status_code == 404
