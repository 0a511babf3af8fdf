"""Interviews with a model that fails, with clients that leave, and without a model."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from tests.client import Person, idle, log_in
from tests.model_server import Behaviour, ModelServer, model_server
from tests.model_server.behaviours import answer as words
from tests.model_server.behaviours import (
    answer_json,
    break_off,
    broken_json,
    empty,
    hang,
    huge_event,
    refuse,
    stall,
)
from tests.simulations.interviewing import (
    ACME,
    EVENTS,
    FEEDBACK,
    JOB,
    KEY,
    answer,
    begin,
    patient,
    said,
    shown,
    until_settled,
)

pytestmark = pytest.mark.anyio
FAULTS = [(hang(), 504), (stall(), 504), (break_off(), 502), (broken_json(), 502), (empty(), 502), (refuse(500), 502),
          (refuse(429), 503), (huge_event(), 502)]  # fmt: skip
NAMES = ["hangs", "stalls", "breaks off", "broken JSON", "empty", "500", "429", "10 MB event"]


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        environ.update(LLM_FIRST_BYTE_SECONDS="2", LLM_IDLE_SECONDS="2", LLM_TOTAL_SECONDS="10")
        server.always = words("What is a transaction?")
        yield server


@pytest.fixture
def slow_model(model: ModelServer, environ: dict[str, str]) -> ModelServer:
    patient(environ)
    return model


async def log_in_bob(client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


# --- models that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("behaviour", "status"), FAULTS, ids=NAMES)
async def test_an_interview_whose_model_fails_is_not_begun_and_costs_nothing(
    model: ModelServer, client: httpx.AsyncClient, owner: psycopg.Connection, behaviour: Behaviour, status: int
) -> None:
    owner.execute("""UPDATE billing.plans SET prices = '{"interview": 2}' WHERE id = 'enterprise'""")
    bob = await log_in_bob(client)
    model.always = behaviour
    refused = await bob.post("/interviews", JOB, headers=KEY)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json"), refused.text
    assert ("retry-after" in refused.headers) == (status == 503)
    assert (await bob.get("/interviews", headers=ACME)).json()["items"] == []
    assert (await bob.get("/billing/credits", headers=ACME)).json() == {"balance": 2000, "held": 0}
    model.always = words("What is a transaction?")
    assert (await bob.post("/interviews", JOB, headers=KEY)).status_code == 201
    assert (await bob.get("/billing/credits", headers=ACME)).json() == {"balance": 1998, "held": 0}


@pytest.mark.parametrize(("behaviour", "status"), FAULTS, ids=NAMES)
async def test_a_model_that_fails_leaves_the_interview_as_it_was(
    model: ModelServer, client: httpx.AsyncClient, parent: Parent, behaviour: Behaviour, status: int
) -> None:
    bob = await log_in_bob(client)
    interview = await begin(bob)
    await answer(bob, interview["id"], "All or nothing.")
    before = await shown(bob, interview["id"])
    model.always = behaviour
    refused = await answer(bob, interview["id"], "And isolated.", **KEY)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json"), refused.text
    told = await answer(bob, interview["id"], "And isolated.", **EVENTS)
    assert "event: error" in told.text
    assert f'"status":{status}' in told.text
    unjudged = await bob.post(f"/interviews/{interview['id']}/feedback", headers=ACME)
    assert unjudged.status_code == status
    after = await shown(bob, interview["id"])
    assert {**after, "agent_request_id": "", "updated_at": ""} == {**before, "agent_request_id": "", "updated_at": ""}
    assert await idle(parent.database)
    model.always = words("And then?")
    assert (await answer(bob, interview["id"], "And isolated.", **KEY)).json()["reply"] == "And then?"


async def test_feedback_that_does_not_fit_is_asked_for_once_more_and_then_a_502(
    slow_model: ModelServer, client: httpx.AsyncClient
) -> None:
    bob = await log_in_bob(client)
    interview = await begin(bob)
    await answer(bob, interview["id"], "All or nothing.")
    path = f"/interviews/{interview['id']}/feedback"
    wrong = answer_json({**FEEDBACK, "overall_score": 11})
    slow_model.script(wrong, wrong)
    refused = await bob.post(path, headers=ACME)
    assert refused.status_code == 502
    assert (await shown(bob, interview["id"]))["status"] == "active"
    slow_model.script(wrong, answer_json(FEEDBACK))
    assert (await bob.post(path, headers=ACME)).json() == FEEDBACK
    assert "<= 10" in slow_model.requests[-1].body["messages"][-1]["content"]
    assert len(slow_model.requests) == 6


# --- clients that leave ----------------------------------------------------------------------------------------------


async def test_a_question_is_in_the_transcript_also_where_the_client_leaves_in_the_middle(
    slow_model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    bob = await log_in_bob(live)
    interview = await begin(bob)
    slow_model.always = words("one two three four", pieces=4, delay=0.2)
    headers = {"authorization": f"Bearer {bob.token}", **EVENTS}
    path = f"/api/v1/interviews/{interview['id']}/messages"
    async with live.stream("POST", path, json={"content": "Count."}, headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line == "event: token":
                break
    await until_settled(owner)
    found = await shown(bob, interview["id"])
    assert said(found)[1:] == [("user", "Count."), ("assistant", "one two three four")]
    resumed = await bob.get(f"/agent-requests/{found['agent_request_id']}/events", headers=ACME)
    assert resumed.text.count("event: token") == 1
    assert "one two three four" in resumed.text


async def test_an_interview_and_its_feedback_are_kept_also_where_the_client_does_not_wait(
    slow_model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    bob = await log_in_bob(live)
    slow_model.always = words("Well?", pieces=5, delay=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await bob.post("/interviews", JOB, headers=KEY, timeout=0.5)
    await until_settled(owner)
    ((listed,),) = [(await bob.get("/interviews", headers=ACME)).json()["items"]]
    assert (await bob.post("/interviews", JOB, headers=KEY)).json()["id"] == listed["id"]
    await answer(bob, listed["id"], "All or nothing.")
    slow_model.always = answer_json(FEEDBACK, pieces=5, delay=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await bob.post(f"/interviews/{listed['id']}/feedback", headers=KEY, timeout=0.5)
    await until_settled(owner)
    found = await shown(bob, listed["id"])
    assert (found["status"], found["feedback"]) == ("completed", FEEDBACK)


async def test_a_question_that_was_cancelled_is_no_part_of_the_transcript_and_its_key_is_free_again(
    slow_model: ModelServer, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    bob = await log_in_bob(client)
    interview = await begin(bob)
    slow_model.script(words("one two three four five six seven", pieces=7, delay=0.3))
    asking = asyncio.create_task(answer(bob, interview["id"], "Count.", **KEY))
    assert await slow_model.until(
        lambda: len(slow_model.requests) == 2 and slow_model.requests[1].sent_bytes > 400, seconds=9
    )
    under_way = (await shown(bob, interview["id"]))["agent_request_id"]
    assert (await bob.delete(f"/agent-requests/{under_way}", headers=ACME)).status_code == 204
    assert (await asking).status_code == 409
    await until_settled(owner)
    assert said(await shown(bob, interview["id"])) == said(interview)
    again = await answer(bob, interview["id"], "Count.", **KEY)
    assert (again.status_code, again.json()["reply"]) == (201, "What is a transaction?")


async def test_a_first_question_that_was_cancelled_in_the_middle_costs_nothing(
    slow_model: ModelServer, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    """There is no interview then, so there is nothing to pay."""
    owner.execute("""UPDATE billing.plans SET prices = '{"interview": 2}' WHERE id = 'enterprise'""")
    bob = await log_in_bob(client)
    slow_model.script(words("one two three four five six seven", pieces=7, delay=0.3))
    beginning = asyncio.create_task(bob.post("/interviews", JOB, headers=KEY))
    assert await slow_model.until(lambda: slow_model.requests and slow_model.requests[0].sent_bytes > 400, seconds=9)
    ((under_way,),) = owner.execute("SELECT id FROM agents.agent_requests WHERE finished_at IS NULL").fetchall()
    assert (await bob.delete(f"/agent-requests/{under_way}", headers=ACME)).status_code == 204
    assert (await beginning).status_code == 409
    await until_settled(owner)
    assert (await bob.get("/billing/credits", headers=ACME)).json() == {"balance": 2000, "held": 0}
    assert (await bob.post("/interviews", JOB, headers=KEY)).status_code == 201
    assert (await bob.get("/billing/credits", headers=ACME)).json() == {"balance": 1998, "held": 0}


# --- without a model -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "job", "answers"),
    [
        ("en", JOB["job_description"], ["I wrote a queue in PostgreSQL.", "I test with pytest, against a database."]),
        ("ar", "مطور بايثون مبتدئ لخدمة الطلبات في مخبز", ["كتبت خدمة بسيطة مع اختبارات.", "أسأل العميل أولا."]),
    ],
)
async def test_without_a_model_an_interview_goes_all_the_way(
    client: httpx.AsyncClient, language: str, job: str, answers: list[str]
) -> None:
    bob = await log_in_bob(client)
    interview = await begin(bob, job_description=job, language=language)
    for each in answers:
        assert (await answer(bob, interview["id"], each)).status_code == 201
    found = await shown(bob, interview["id"])
    questions = [content for role, content in said(found) if role == "assistant"]
    assert len(set(questions)) == 3
    given = await bob.post(f"/interviews/{interview['id']}/feedback", headers=ACME)
    assert given.status_code == 200, given.text
    feedback = given.json()
    assert 0 <= feedback["overall_score"] <= 10
    assert feedback["went_well"]
    assert feedback["improvements"]
    assert (await shown(bob, interview["id"]))["feedback"] == feedback
