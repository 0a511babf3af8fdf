"""What a bad model does to a generation and to a chat: a clear end, the credits back, no connection held."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import msgspec
import psycopg
import pytest

from core.bootstrap import Parent
from modules.simulations.catalogue import SHOWCASE
from modules.simulations.offline import write_simulation
from tests.client import BRIEF, Person, idle, log_in, sign_up
from tests.model_server import Behaviour, ModelServer, model_server
from tests.model_server.behaviours import (
    answer,
    answer_json,
    break_off,
    broken_json,
    empty,
    hang,
    huge_event,
    refuse,
    rubbish,
    stall,
)

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
CHAT = "/simulations/50000000-0000-4000-8000-000000000001/personas/60000000-0000-4000-8000-000000000001/messages"
GOOD = msgspec.to_builtins(write_simulation(SHOWCASE))


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    """The application's model, whose behaviour the test decides."""
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        environ["LLM_API_KEY"] = "not-to-be-shown"
        environ["LLM_FIRST_BYTE_SECONDS"] = "0.5"
        environ["LLM_IDLE_SECONDS"] = "0.5"
        environ["LLM_TOTAL_SECONDS"] = "5"
        yield server


@pytest.fixture
def patient_model(model: ModelServer, environ: dict[str, str]) -> ModelServer:
    """The same, under an application that waits longer than a busy machine takes."""
    environ.update(LLM_FIRST_BYTE_SECONDS="15", LLM_IDLE_SECONDS="15", LLM_TOTAL_SECONDS="30")
    return model


async def test_a_real_model_writes_a_simulation(
    patient_model: ModelServer, client: httpx.AsyncClient, worker: None
) -> None:
    patient_model.always = answer_json(GOOD)
    person = await sign_up(client)
    simulation = (await person.post("/simulations", BRIEF, headers={"prefer": "wait=20"})).json()
    assert simulation["overview"] == GOOD["overview"]
    assert simulation["personas"][0]["name"] == GOOD["personas"][0]["name"]
    asked = json.dumps(patient_model.requests[0].body)
    assert "bakery in Alexandria" in asked
    assert "English" in asked


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [(hang(), 504), (stall(), 504), (break_off(), 502), (rubbish(), 502), (broken_json(), 502), (empty(), 502),
     (refuse(500), 502), (refuse(401), 502), (refuse(400, message="context_length_exceeded"), 400),
     (huge_event(), 502), (answer("not JSON at all"), 502), (answer_json({"title": "of another shape"}), 502),
     (answer_json({**GOOD, "personas": GOOD["personas"][:2]}), 502), (answer_json({**GOOD, "quiz": []}), 502)],
    ids=["hangs", "stalls", "breaks off", "rubbish", "broken JSON", "empty", "500", "401", "too long", "10 MB event",
         "prose", "another shape", "two personas", "no quiz"],
)  # fmt: skip
async def test_a_generation_that_fails_says_so_and_gives_the_credits_back(
    model: ModelServer,
    client: httpx.AsyncClient,
    worker: None,
    owner: psycopg.Connection,
    behaviour: Behaviour,
    status: int,
) -> None:
    model.always = behaviour
    person = await sign_up(client)
    failed = await person.post("/simulations", BRIEF, headers={"prefer": "wait=25"})
    assert failed.status_code == status, failed.text
    problem = failed.json()
    assert problem["detail"]
    assert "not-to-be-shown" not in failed.text
    shown = (await person.get(f"/simulations/{problem['simulation_id']}")).json()
    assert (shown["status"], shown["error"]) == ("failed", problem["detail"])
    assert await person.credits() == (10, 0)
    request = owner.execute("SELECT status, error FROM agents.agent_requests WHERE user_id = %s", (person.user["id"],))
    assert ("failed", problem["detail"]) in request.fetchall()


@pytest.mark.parametrize("behaviour", [refuse(429, {"retry-after": "1"}), refuse(503)], ids=["429", "503"])
async def test_a_generation_whose_model_is_unavailable_is_tried_again(
    patient_model: ModelServer, client: httpx.AsyncClient, worker: None, behaviour: Behaviour
) -> None:
    patient_model.script(*[behaviour] * 4)
    patient_model.always = answer_json(GOOD)
    person = await sign_up(client)
    done = await person.post("/simulations", BRIEF, headers={"prefer": "wait=25"})
    assert done.status_code == 201, done.text
    assert await person.credits() == (7, 0)


async def test_an_answer_that_does_not_fit_is_repaired_once(
    patient_model: ModelServer, client: httpx.AsyncClient, worker: None
) -> None:
    patient_model.script(answer_json({**GOOD, "milestones": []}))
    patient_model.always = answer_json(GOOD)
    person = await sign_up(client)
    assert (await person.post("/simulations", BRIEF, headers={"prefer": "wait=20"})).status_code == 201
    assert len(patient_model.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (hang(), 504),
        (stall(), 504),
        (break_off(), 502),
        (rubbish(), 502),
        (broken_json(), 502),
        (empty(), 502),
        (refuse(500), 502),
        (refuse(401), 502),
        (refuse(400, message="context_length_exceeded"), 400),
        (refuse(429), 503),
        (huge_event(), 502),
    ],
    ids=[
        "hangs",
        "stalls",
        "breaks off",
        "rubbish",
        "broken JSON",
        "empty",
        "500",
        "401",
        "too long",
        "429",
        "10 MB event",
    ],
)
async def test_a_chat_with_a_bad_model_is_a_clear_problem(
    model: ModelServer,
    client: httpx.AsyncClient,
    parent: Parent,
    owner: psycopg.Connection,
    behaviour: Behaviour,
    status: int,
) -> None:
    model.always = behaviour
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    answered = await bob.post(CHAT, {"content": "Hello"}, headers=ACME)
    assert answered.status_code == status, answered.text
    assert answered.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answered.headers) == (status == 503)
    told = await bob.post(CHAT, {"content": "Hello"}, headers={**ACME, "accept": "text/event-stream"})
    assert told.status_code == 201
    assert "event: error" in told.text
    assert f'"status":{status}' in told.text
    assert await idle(parent.database)
    left = owner.execute("SELECT count(*) FROM agents.agent_requests WHERE status = 'processing'").fetchone()
    assert left == (0,)


async def test_no_connection_is_held_while_the_model_thinks(
    patient_model: ModelServer, client: httpx.AsyncClient, parent: Parent
) -> None:
    patient_model.always = answer("Hello", delay=0.8)
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    chats = [asyncio.create_task(bob.post(CHAT, {"content": "Hello"}, headers=ACME)) for _ in range(30)]
    assert await patient_model.until(lambda: len(patient_model.requests) == 30, seconds=10)
    assert await idle(parent.database, seconds=0.5)
    assert {chat.status_code for chat in await asyncio.gather(*chats)} == {201}


async def ended(owner: psycopg.Connection) -> tuple[str, str | None]:
    """What became of the only call: its status and its reply."""
    for _ in range(200):
        found = owner.execute("SELECT status, results ->> 'reply' FROM agents.agent_requests").fetchone()
        if found is not None and found[0] not in ("pending", "processing"):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("the call has not ended")


async def test_a_client_that_leaves_in_the_middle_loses_nothing(
    patient_model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    patient_model.always = answer("one two three four five six seven eight", pieces=8, delay=0.1)
    bob: Person = await log_in(live, "bob@example.com", "bob-in-development")
    headers = {"authorization": f"Bearer {bob.token}", **ACME, "accept": "text/event-stream"}
    async with live.stream("POST", f"/api/v1{CHAT}", json={"content": "Count"}, headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line == "event: token":
                break
    assert await ended(owner) == ("completed", "one two three four five six seven eight")
    used = owner.execute("SELECT tokens_used > 0 FROM billing.usage_events WHERE event_type = 'chat'").fetchall()
    assert (True,) in used


async def test_a_client_that_does_not_wait_for_its_answer_finds_it_later(
    patient_model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    patient_model.always = answer("a long story", pieces=3, delay=0.2)
    bob = await log_in(live, "bob@example.com", "bob-in-development")
    with pytest.raises(httpx.ReadTimeout):
        await bob.post(CHAT, {"content": "Tell me"}, headers=ACME, timeout=0.3)
    assert await ended(owner) == ("completed", "a long story")
    assert (await bob.get(CHAT, headers=ACME)).json()["items"][-1]["content"] == "a long story"


async def test_the_model_reads_the_personas_prompt_the_facts_and_the_history(
    patient_model: ModelServer, client: httpx.AsyncClient
) -> None:
    patient_model.script(answer("Seven in the morning."), answer("I said seven."))
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    await bob.post(CHAT, {"content": "When must it be there?"}, headers=ACME)
    await bob.post(CHAT, {"content": "Sorry, when?", "code_context": "def late(): ..."}, headers=ACME)
    body = patient_model.requests[1].body
    messages = [(message["role"], message["content"]) for message in body["messages"]]  # type: ignore[index]
    assert messages[0][0] == "system"
    assert GOOD["personas"][0]["system_prompt"] in messages[0][1]
    assert GOOD["milestones"][0]["title"] in messages[0][1]
    assert messages[1:3] == [("user", "When must it be there?"), ("assistant", "Seven in the morning.")]
    assert "def late(): ..." in messages[3][1]
