"""Talking to the client of a predefined project."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import psycopg
import pytest

from modules.simulations.catalogue import TASKS
from modules.simulations.services.conversations import client_name
from tests.client import Person, log_in, sign_up
from tests.model_server import ModelServer, model_server
from tests.model_server.behaviours import answer as words
from tests.model_server.behaviours import refuse
from tests.simulations.interviewing import patient

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
EVENTS = {**ACME, "accept": "text/event-stream"}
PATH = "/tasks/landing-page/messages"
PERSONA = "/simulations/50000000-0000-4000-8000-000000000001/personas/60000000-0000-4000-8000-000000000001/messages"
LANDING_PAGE = next(task for task in TASKS if task.id == "landing-page")


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        patient(environ)
        server.always = words("From nine to six.")
        yield server


@pytest.fixture
async def bob(client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


async def messages(person: Person, path: str = PATH, **params: str) -> list[tuple[str, str]]:
    found = await person.get(path, headers=ACME, params=params)
    assert found.status_code == 200, found.text
    return [(each["role"], each["content"]) for each in found.json()["items"]]


async def last_activity(person: Person, project_id: str) -> tuple[str, datetime]:
    (found,) = [
        each
        for each in (await person.get("/progress", headers=ACME)).json()["items"]
        if each["project_id"] == project_id
    ]
    return found["status"], datetime.fromisoformat(found["last_activity_at"])


async def test_a_client_answers_and_the_answer_is_kept(model: ModelServer, bob: Person) -> None:
    said = await bob.post(PATH, {"content": "When are you open?"}, headers=ACME)
    assert (said.status_code, said.json()["reply"]) == (201, "From nine to six.")
    assert await messages(bob) == [("user", "When are you open?"), ("assistant", "From nine to six.")]
    call = (await bob.get(f"/agent-requests/{said.json()['agent_request_id']}", headers=ACME)).json()
    assert (call["agent_type"], call["status"]) == ("chat", "completed")


async def test_an_answer_may_be_streamed(model: ModelServer, bob: Person) -> None:
    told = await bob.post(PATH, {"content": "When are you open?"}, headers=EVENTS)
    names = [block.split("\n")[1].removeprefix("event: ") for block in told.text.strip().split("\n\n")]
    assert (told.status_code, names[0], set(names[1:-1]), names[-1]) == (201, "start", {"token"}, "done")
    assert (await messages(bob))[-1] == ("assistant", "From nine to six.")


async def test_the_model_reads_who_the_client_is_what_is_to_be_built_and_what_was_said(
    model: ModelServer, bob: Person
) -> None:
    await bob.post(PATH, {"content": "When are you open?"}, headers=ACME)
    await bob.post(PATH, {"content": "متى؟", "language": "ar", "code_context": "<main>"}, headers=ACME)
    first, second = (request.body["messages"] for request in model.requests)
    assert "Answer in English" in first[0]["content"]
    for part in (LANDING_PAGE.client_persona, "You are Marta, Client.", LANDING_PAGE.title, "Answer in Arabic"):
        assert part in second[0]["content"]
    assert LANDING_PAGE.description[:80] in second[0]["content"]
    assert f"Your mood: {LANDING_PAGE.client_mood}" in second[0]["content"]
    assert [(each["role"], each["content"]) for each in second[1:3]] == [
        ("user", "When are you open?"),
        ("assistant", "From nine to six."),
    ]
    assert "<main>" in second[3]["content"]


async def test_each_task_has_its_own_conversation_and_so_has_each_intern(
    model: ModelServer, bob: Person, client: httpx.AsyncClient
) -> None:
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    await bob.post(PATH, {"content": "From Bob"}, headers=ACME)
    await alice.post(PATH, {"content": "From Alice"}, headers=ACME)
    await bob.post("/tasks/rest-api/messages", {"content": "From Bob, to Jana"}, headers=ACME)
    assert [content for role, content in await messages(bob) if role == "user"] == ["From Bob"]
    assert [content for role, content in await messages(alice) if role == "user"] == ["From Alice"]
    assert all("From Alice" not in str(request.body) for request in (model.requests[0], model.requests[2]))


async def test_whoever_may_read_messages_of_others_reads_an_interns_conversation(
    model: ModelServer, bob: Person, client: httpx.AsyncClient
) -> None:
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    await bob.post(PATH, {"content": "From Bob"}, headers=ACME)
    assert (await messages(alice, user_id=bob.user["id"]))[0] == ("user", "From Bob")
    assert await messages(alice) == []
    refused = await bob.get(PATH, headers=ACME, params={"user_id": alice.user["id"]})
    assert refused.status_code == 403


async def test_a_conversation_pages_oldest_first(model: ModelServer, bob: Person) -> None:
    for number in range(2):
        await bob.post(PATH, {"content": f"Question {number}"}, headers=ACME)
    everything = (await bob.get(PATH, headers=ACME)).json()["items"]
    page = (await bob.get(PATH, headers=ACME, params={"limit": 3})).json()
    rest = (await bob.get(PATH, headers=ACME, params={"cursor": page["next_cursor"]})).json()
    assert page["items"] + rest["items"] == everything
    assert len(everything) == 4
    elsewhere = await bob.get("/tasks/rest-api/messages", headers=ACME, params={"cursor": page["next_cursor"]})
    assert elsewhere.status_code == 400


async def test_the_same_key_is_one_message(model: ModelServer, bob: Person) -> None:
    key = {**ACME, "idempotency-key": "the same key"}
    first, again = [(await bob.post(PATH, {"content": "Hello"}, headers=key)) for _ in range(2)]
    assert first.json() == again.json()
    assert len(model.requests) == 1
    assert (await bob.post("/tasks/rest-api/messages", {"content": "Hello"}, headers=key)).status_code == 422


async def test_a_first_message_starts_the_task_and_every_message_moves_its_last_activity(
    model: ModelServer, bob: Person, owner: psycopg.Connection
) -> None:
    await bob.post("/tasks/dashboard-analytics/messages", {"content": "Hello"}, headers=ACME)
    status, first = await last_activity(bob, "dashboard-analytics")
    assert status == "in_progress"
    await bob.put("/progress/dashboard-analytics", {"status": "completed"}, headers=ACME)
    await bob.post("/tasks/dashboard-analytics/messages", {"content": "Thanks"}, headers=ACME)
    status, second = await last_activity(bob, "dashboard-analytics")
    assert status == "completed"
    assert second > first


async def test_a_message_to_a_persona_moves_the_projects_last_activity(model: ModelServer, bob: Person) -> None:
    simulation_id = PERSONA.split("/")[2]
    await bob.post(PERSONA, {"content": "Hello"}, headers=ACME)
    _, first = await last_activity(bob, simulation_id)
    await bob.post(PERSONA, {"content": "Hello again"}, headers=ACME)
    _, second = await last_activity(bob, simulation_id)
    assert second > first


async def test_a_client_whose_model_fails_is_a_clear_problem(model: ModelServer, bob: Person) -> None:
    model.always = refuse(500)
    refused = await bob.post(PATH, {"content": "Hello"}, headers=ACME)
    assert (refused.status_code, refused.headers["content-type"]) == (502, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "path"),
    [({"content": " "}, "content"), ({"content": "x" * 8001}, "content"), ({"content": "x", "mood": "y"}, "mood")],
)
async def test_a_message_that_does_not_fit_is_refused(bob: Person, body: dict[str, str], path: str) -> None:
    refused = await bob.post(PATH, body, headers=ACME)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"] == path


async def test_a_task_that_is_not_there_has_no_client(bob: Person) -> None:
    for answer in (
        await bob.post("/tasks/no-such-task/messages", {"content": "Hello"}, headers=ACME),
        await bob.get("/tasks/no-such-task/messages", headers=ACME),
    ):
        assert answer.status_code == 404


async def test_without_a_model_every_tasks_client_answers_in_both_languages(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    for task in TASKS:
        for question, language in (("What do you need first?", "en"), ("ما أهم شيء عندك؟", "ar")):
            said = await person.post(f"/tasks/{task.id}/messages", {"content": question, "language": language})
            assert said.status_code == 201, said.text
            assert said.json()["reply"].strip()


def test_a_clients_name_is_the_first_words_with_a_capital() -> None:
    assert [client_name(task.client_persona) for task in TASKS if task.level in (1, 8)] == [
        "Marta",
        "Dr. Brandt",
    ]
    assert client_name("Inspector Moreau has dropped two tablets") == "Inspector Moreau"
    assert client_name("مارتا، التي أسست التعاونية") == "مارتا"
    assert client_name("a committee") == "a"
