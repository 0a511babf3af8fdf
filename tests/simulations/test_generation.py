"""Ordering a simulation: what it costs, who writes it, and what comes of it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import psycopg
import pytest

from tests.client import BRIEF, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
WAIT = {"prefer": "wait=20"}
Worker = Callable[[], AbstractAsyncContextManager[None]]


async def ready(person: Person, **brief: object) -> dict[str, object]:
    answer = await person.post("/simulations", {**BRIEF, **brief}, headers=WAIT)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


async def test_ordering_answers_at_once_and_reserves_the_price(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    answer = await person.post("/simulations", BRIEF)
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "generating"
    assert answer.headers["location"] == f"/api/v1/simulations/{body['id']}"
    assert await person.credits() == (10, 3)
    shown = (await person.get(f"/simulations/{body['id']}")).json()
    assert (shown["status"], shown["overview"], shown["personas"]) == ("generating", None, [])


async def test_a_client_that_waits_gets_the_whole_simulation(client: httpx.AsyncClient, worker: None) -> None:
    person = await sign_up(client)
    answer = await person.post("/simulations", BRIEF, headers=WAIT)
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=20"
    simulation = answer.json()
    assert simulation["status"] == "ready"
    assert len(simulation["personas"]) >= 3
    assert len(simulation["milestones"]) >= 3
    assert len(simulation["quiz"]) >= 5
    assert (simulation["difficulty"], simulation["client_mood"]) == ("easy", "friendly")
    assert simulation == (await person.get(f"/simulations/{simulation['id']}")).json()
    assert await person.credits() == (7, 0)


async def test_neither_a_prompt_nor_a_quiz_answer_is_sent_to_the_client(
    client: httpx.AsyncClient, worker: None
) -> None:
    person = await sign_up(client)
    simulation = await ready(person)
    for text in ("system_prompt", "correct_option_index", "explanation"):
        assert text not in str(simulation)


async def test_a_wait_that_is_too_short_is_a_202(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    answer = await person.post("/simulations", BRIEF, headers={"prefer": "respond-async, wait=1"})
    assert answer.status_code == 202
    assert answer.json()["status"] == "generating"


async def test_the_fourth_simulation_of_a_fresh_user_is_a_402_and_spends_nothing(
    client: httpx.AsyncClient, worker: None
) -> None:
    person = await sign_up(client)
    for _ in range(3):
        await ready(person)
    refused = await person.post("/simulations", BRIEF)
    assert refused.status_code == 402
    assert (refused.json()["price"], refused.json()["available"]) == (3, 1)
    assert await person.credits() == (1, 0)
    assert len((await person.get("/simulations")).json()["items"]) == 3


async def test_the_ledger_tells_what_the_credits_went_for(client: httpx.AsyncClient, worker: None) -> None:
    person = await sign_up(client)
    simulation = await ready(person)
    entry = (await person.get("/billing/credits/entries")).json()["items"][0]
    assert (entry["amount"], entry["kind"], entry["balance_after"]) == (-3, "spend", 7)
    assert entry["reference"] == simulation["request_id"]


async def test_tokens_are_metered_with_the_call(
    client: httpx.AsyncClient, worker: None, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    await ready(person)
    tokens, provider, status = owner.execute(
        "SELECT u.tokens_used, r.provider, r.status FROM billing.usage_events u"
        " JOIN agents.agent_requests r ON u.idempotency_key = 'agent-request:' || r.id WHERE r.user_id = %s",
        (person.user["id"],),
    ).fetchone() or (0, "", "")
    assert tokens > 100
    assert (provider, status) == ("offline", "completed")


async def test_taking_away_a_simulation_that_is_being_written_gives_the_credits_back(
    client: httpx.AsyncClient, start_worker: Worker
) -> None:
    person = await sign_up(client)
    ordered = (await person.post("/simulations", BRIEF)).json()
    assert (await person.delete(f"/simulations/{ordered['id']}")).status_code == 204
    assert await person.credits() == (10, 0)
    async with start_worker():
        await asyncio.sleep(0.3)
    assert await person.credits() == (10, 0)
    assert (await person.get(f"/simulations/{ordered['id']}")).status_code == 404


async def test_a_reservation_that_ran_out_fails_its_simulation(
    client: httpx.AsyncClient, parent: object, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    ordered = (await person.post("/simulations", BRIEF)).json()
    owner.execute("UPDATE billing.credit_holds SET expires_at = now() - interval '1 second'")
    await parent.core.jobs().sweep()  # type: ignore[attr-defined]
    shown = (await person.get(f"/simulations/{ordered['id']}")).json()
    assert (shown["status"], shown["error"]) == ("failed", "It took too long.")
    assert await person.credits() == (10, 0)


async def test_a_job_that_runs_twice_writes_and_charges_once(
    client: httpx.AsyncClient, start_worker: Worker, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    await person.post("/simulations", BRIEF)
    owner.execute("SET search_path TO jobs")
    owner.execute(
        "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args)"
        " SELECT queue_name, task_name, args FROM jobs.procrastinate_jobs"
    )
    async with start_worker():
        for _ in range(100):
            await asyncio.sleep(0.05)
            left = owner.execute(
                "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status IN ('todo', 'doing')"
            ).fetchone()
            if left == (0,):
                break
    assert await person.credits() == (7, 0)
    (personas,) = owner.execute(
        "SELECT count(DISTINCT position) = count(*) FROM simulations.personas WHERE user_id = %s",
        (person.user["id"],),
    ).fetchone() or (False,)
    assert personas


async def test_lists_page_newest_first(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    ids = [(await person.post("/simulations", {**BRIEF, "title": f"Number {n}"})).json()["id"] for n in range(3)]
    first = (await person.get("/simulations", params={"limit": 2})).json()
    second = (await person.get("/simulations", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"context": ""}, "context"),
        ({"context": "x" * 8001}, "context"),
        ({"level": 0}, "level"),
        ({"level": 9}, "level"),
        ({"level": "3"}, "level"),
        ({"level": 3.5}, "level"),
        ({"level": 2**63}, "level"),
        ({"language": "fr"}, "language"),
        ({"team_mode": "crowd"}, "team_mode"),
    ],
)
async def test_a_wish_that_does_not_fit_is_refused_and_costs_nothing(
    client: httpx.AsyncClient, change: dict[str, object], path: str
) -> None:
    person = await sign_up(client)
    answer = await person.post("/simulations", {**BRIEF, **change})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path
    assert await person.credits() == (10, 0)


async def test_a_member_of_a_tenant_spends_the_tenants_credits(client: httpx.AsyncClient, worker: None) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    acme = {"x-tenant-id": "acme"}
    answer = await bob.post("/simulations", BRIEF, headers={**acme, **WAIT})
    assert answer.status_code == 201
    assert (await bob.get("/billing/credits", headers=acme)).json() == {"balance": 1997, "held": 0}
    assert await bob.credits() == (10, 0)
