"""A chat that a plan puts a price on: paid once, for an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from tests.agents.stage import fall_silent
from tests.client import BRIEF, Person, log_in, sign_up
from tests.model_server import ModelServer, model_server
from tests.model_server.behaviours import answer, refuse

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
KEY = {**ACME, "idempotency-key": "the same key"}
SEEDED = "/simulations/50000000-0000-4000-8000-000000000001/personas/60000000-0000-4000-8000-00000000000"
CHAT = f"{SEEDED}1/messages"
HELLO = {"content": "Hello"}


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    """The application's model, whose behaviour the test decides."""
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        yield server


@pytest.fixture
async def bob(model: ModelServer, client: httpx.AsyncClient, owner: psycopg.Connection) -> Person:
    """Whose tenant's plan puts 2 credits on a chat."""
    owner.execute("""UPDATE billing.plans SET prices = '{"chat": 2, "generation": 5}' WHERE id = 'enterprise'""")
    return await log_in(client, "bob@example.com", "bob-in-development")


async def credits(person: Person) -> tuple[int, int]:
    found = (await person.get("/billing/credits", headers=ACME)).json()
    return found["balance"], found["held"]


def ends(owner: psycopg.Connection) -> list[str]:
    return [row[0] for row in owner.execute("SELECT status FROM agents.agent_requests ORDER BY created_at").fetchall()]


def told(text: str) -> list[tuple[str, Any]]:
    """Names and data of the events of a stream."""
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


async def test_an_answer_is_paid_at_the_plans_price_also_when_it_is_streamed(bob: Person) -> None:
    assert (await bob.post(CHAT, HELLO, headers=ACME)).status_code == 201
    assert await credits(bob) == (1998, 0)
    assert (await bob.post(CHAT, HELLO, headers={**ACME, "accept": "text/event-stream"})).status_code == 201
    assert await credits(bob) == (1996, 0)
    entry = (await bob.get("/billing/credits/entries", headers=ACME)).json()["items"][0]
    assert (entry["amount"], entry["kind"], entry["reason"]) == (-2, "spend", "chat")


async def test_a_plan_sets_the_price_of_a_generation_too(bob: Person) -> None:
    assert (await bob.post("/simulations", BRIEF, headers=ACME)).status_code == 202
    assert await credits(bob) == (2000, 5)


async def test_who_cannot_pay_is_not_answered_and_the_model_is_not_asked(
    bob: Person, model: ModelServer, owner: psycopg.Connection
) -> None:
    owner.execute("""UPDATE billing.plans SET prices = '{"chat": 2001}'""")
    refused = await bob.post(CHAT, HELLO, headers=KEY)
    assert (refused.status_code, refused.json()["price"], refused.json()["available"]) == (402, 2001, 2000)
    assert (model.requests, ends(owner)) == ([], [])
    owner.execute("UPDATE billing.plans SET prices = '{}'")
    assert (await bob.post(CHAT, HELLO, headers=KEY)).status_code == 201
    assert await credits(bob) == (2000, 0)
    assert owner.execute("SELECT count(*) FROM billing.credit_holds").fetchone() == (0,)


async def test_a_generation_that_costs_nothing_is_written_all_the_same(
    bob: Person, client: httpx.AsyncClient, owner: psycopg.Connection, model: ModelServer, worker: None
) -> None:
    import msgspec

    from modules.simulations.catalogue import SHOWCASE
    from modules.simulations.offline import write_simulation
    from tests.model_server.behaviours import answer_json

    model.always = answer_json(msgspec.to_builtins(write_simulation(SHOWCASE)))
    owner.execute("""UPDATE billing.plans SET prices = '{"generation": 0}'""")
    person = await sign_up(client)
    assert (await person.post("/simulations", BRIEF, headers={"prefer": "wait=20"})).status_code == 201
    assert await person.credits() == (10, 0)


async def test_the_same_key_replays_the_answer_and_neither_asks_nor_pays_again(bob: Person, model: ModelServer) -> None:
    model.script(answer("The first answer."), answer("Another."))
    first, again = [await bob.post(CHAT, HELLO, headers=KEY) for _ in range(2)]
    assert (first.status_code, first.json()["reply"]) == (201, "The first answer.")
    assert (again.status_code, again.json()) == (201, first.json())
    stream = await bob.post(CHAT, HELLO, headers={**KEY, "accept": "text/event-stream"})
    assert stream.status_code == 201
    request_id = first.json()["agent_request_id"]
    start, token, done = told(stream.text)
    assert (start, token) == (("start", {"agent_request_id": request_id}), ("token", {"text": "The first answer."}))
    assert done[0] == "done"
    assert len(model.requests) == 1
    assert await credits(bob) == (1998, 0)


@pytest.mark.parametrize("other", [(CHAT, {"content": "Hello?"}), (f"{SEEDED}3/messages", HELLO)], ids=["body", "who"])
async def test_another_question_with_the_same_key_is_refused(bob: Person, other: tuple[str, dict[str, str]]) -> None:
    await bob.post(CHAT, HELLO, headers=KEY)
    assert (await bob.post(*other, headers=KEY)).status_code == 422
    assert await credits(bob) == (1998, 0)


async def test_while_the_first_is_being_answered_the_others_are_told_to_wait(bob: Person, model: ModelServer) -> None:
    model.always = answer("A slow answer.", delay=2)
    first = asyncio.create_task(bob.post(CHAT, HELLO, headers=KEY))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    for answered in await asyncio.gather(*(bob.post(CHAT, HELLO, headers=KEY) for _ in range(5))):
        assert (answered.status_code, answered.headers["retry-after"]) == (409, "1")
    assert await credits(bob) == (2000, 2)
    reply = (await first).json()
    assert (await bob.post(CHAT, HELLO, headers=KEY)).json() == reply
    assert len(model.requests) == 1
    assert await credits(bob) == (1998, 0)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_model_that_fails_is_not_paid_and_the_key_is_free_again(
    bob: Person, model: ModelServer, owner: psycopg.Connection, accept: str
) -> None:
    model.always = refuse(500)
    await bob.post(CHAT, HELLO, headers={**KEY, "accept": accept})
    assert await credits(bob) == (2000, 0)
    model.always = answer("Now I can.")
    assert (await bob.post(CHAT, HELLO, headers=KEY)).status_code == 201
    assert ends(owner) == ["failed", "completed"]
    assert await credits(bob) == (1998, 0)


async def test_who_leaves_in_the_middle_pays_for_what_was_said_and_gets_it_again(
    model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    owner.execute("""UPDATE billing.plans SET prices = '{"chat": 2}'""")
    model.always = answer("one two three four five six seven eight", pieces=8, delay=0.2)
    bob = await log_in(live, "bob@example.com", "bob-in-development")
    headers = {"authorization": f"Bearer {bob.token}", **KEY, "accept": "text/event-stream"}
    async with live.stream("POST", f"/api/v1{CHAT}", json=HELLO, headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line == "id: 3":
                break
    for _ in range(200):
        if ends(owner) == ["cancelled"]:
            break
        await asyncio.sleep(0.02)
    assert await credits(bob) == (1998, 0)
    again = await bob.post(CHAT, HELLO, headers=KEY)
    assert again.status_code == 201
    assert again.json()["reply"].startswith("one")
    assert len(model.requests) == 1
    assert await credits(bob) == (1998, 0)


async def test_a_question_whose_worker_died_is_asked_again_and_paid_once(
    bob: Person, model: ModelServer, owner: psycopg.Connection
) -> None:
    """The first answer comes when nobody believes in it any more: it is neither kept nor paid."""
    model.script(answer("Far too late.", delay=0.5), answer("In time."))
    late = asyncio.create_task(bob.post(CHAT, HELLO, headers=KEY))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    fall_silent(owner, minutes=3)
    assert (await bob.post(CHAT, HELLO, headers=KEY)).json()["reply"] == "In time."
    await late
    assert ends(owner) == ["failed", "completed"]
    assert await credits(bob) == (1998, 0)
    assert (await bob.post(CHAT, HELLO, headers=KEY)).json()["reply"] == "In time."


async def test_the_hold_of_a_chat_whose_worker_died_is_given_back(
    bob: Person, model: ModelServer, owner: psycopg.Connection, parent: Parent
) -> None:
    model.always = answer("Never heard.", delay=0.5)
    asking = asyncio.create_task(bob.post(CHAT, HELLO, headers=ACME))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    owner.execute("UPDATE billing.credit_holds SET expires_at = now() - interval '1 second'")
    await parent.core.jobs().sweep()
    assert await credits(bob) == (2000, 0)
    await asking
    assert await credits(bob) == (2000, 0)
