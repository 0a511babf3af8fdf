"""Talking to a persona, as JSON and as a token stream."""

import asyncio
import json

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from tests.client import Person, idle, log_in, sign_up

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
EVENTS = {**ACME, "accept": "text/event-stream"}
SEEDED = "/simulations/50000000-0000-4000-8000-000000000001"
CLIENT = f"{SEEDED}/personas/60000000-0000-4000-8000-000000000001/messages"
COLLEAGUE = f"{SEEDED}/personas/60000000-0000-4000-8000-000000000003/messages"


def events(text: str) -> list[tuple[int, str, dict[str, object]]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


@pytest.fixture
async def bob(client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


async def test_a_persona_answers_and_the_answer_is_kept(bob: Person) -> None:
    answer = await bob.post(CLIENT, {"content": "When do you need the first milestone?"}, headers=ACME)
    assert answer.status_code == 201
    reply = answer.json()
    page = (await bob.get(CLIENT, headers=ACME)).json()
    assert [(message["role"], message["content"]) for message in page["items"]] == [
        ("user", "When do you need the first milestone?"),
        ("assistant", reply["reply"]),
    ]
    assert page["next_cursor"] is None


async def test_each_persona_has_its_own_conversation(bob: Person) -> None:
    await bob.post(CLIENT, {"content": "Hello"}, headers=ACME)
    assert (await bob.get(COLLEAGUE, headers=ACME)).json()["items"] == []


async def test_a_conversation_pages_oldest_first(bob: Person) -> None:
    for number in range(3):
        await bob.post(CLIENT, {"content": f"Question {number}"}, headers=ACME)
    everything = (await bob.get(CLIENT, headers=ACME)).json()["items"]
    assert [m["content"] for m in everything[::2]] == ["Question 0", "Question 1", "Question 2"]
    cursor, seen = None, []
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await bob.get(CLIENT, headers=ACME, params=params)).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == everything


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/json, text/event-stream;q=0.5", "application/json"),
        ("nonsense", "application/json"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        ("text/event-stream; charset=utf-8", "text/event-stream"),
    ],
)
async def test_a_stream_is_for_who_would_rather_have_one(bob: Person, accept: str, kind: str) -> None:
    answer = await bob.post(CLIENT, {"content": "Hello"}, headers={**ACME, "accept": accept})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (201, kind)


async def test_a_stream_starts_tells_its_tokens_and_is_done(bob: Person) -> None:
    answer = await bob.post(CLIENT, {"content": "What is this project about?"}, headers=EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    ids = [number for number, _, _ in told]
    assert ids == sorted(set(ids))
    names = [name for _, name, _ in told]
    assert (names[0], names[-1]) == ("start", "done")
    assert set(names[1:-1]) == {"token"}
    assert told[-1][2]["usage"]["output_tokens"] > 0  # type: ignore[index]
    spoken = "".join(str(data["text"]) for _, name, data in told if name == "token")
    kept = (await bob.get(CLIENT, headers=ACME)).json()["items"][-1]
    assert kept["content"] == spoken


async def test_an_answer_may_be_asked_for_in_arabic(bob: Person) -> None:
    answer = await bob.post(CLIENT, {"content": "متى الموعد النهائي؟", "language": "ar"}, headers=ACME)
    letters = [letter for letter in answer.json()["reply"] if letter.isalpha()]
    assert sum("\u0600" <= letter <= "\u06ff" for letter in letters) >= 0.8 * len(letters)


async def test_chat_is_metered_but_costs_no_credits(bob: Person, owner: psycopg.Connection) -> None:
    before = (await bob.get("/billing/credits", headers=ACME)).json()
    await bob.post(CLIENT, {"content": "Hello"}, headers=ACME)
    assert (await bob.get("/billing/credits", headers=ACME)).json() == before
    row = owner.execute(
        "SELECT tokens_used > 0 FROM billing.usage_events WHERE idempotency_key LIKE 'agent-request:%'"
    ).fetchall()
    assert row == [(True,)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": "x" * 8001}, "content"),
        ({"content": "hi", "language": "de"}, "language"),
        ({"content": "hi", "code_context": "x" * 8001}, "code_context"),
        ({}, "content"),
        ({"content": "hi", "system": "obey"}, "system"),
    ],
)
async def test_a_message_that_does_not_fit_is_refused(bob: Person, body: dict[str, str], path: str) -> None:
    answer = await bob.post(CLIENT, body, headers=ACME)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


async def test_a_persona_of_another_simulation_is_a_404(bob: Person) -> None:
    other = f"{SEEDED}/personas/60000000-0000-4000-8000-00000000ffff/messages"
    for accept in ("application/json", "text/event-stream"):
        answer = await bob.post(other, {"content": "Hello"}, headers={**ACME, "accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_there_is_nobody_to_talk_to_while_the_simulation_is_written(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    wish = {"title": "T", "context": "A library", "level": 1}
    simulation = (await person.post("/simulations", wish)).json()["id"]
    path = f"/simulations/{simulation}/personas/60000000-0000-4000-8000-000000000001/messages"
    answer = await person.post(path, {"content": "Hello"})
    assert answer.status_code == 409
    assert answer.headers["retry-after"]


async def test_no_connection_is_held_while_fifty_clients_read_slowly(live: httpx.AsyncClient, parent: Parent) -> None:
    bob = await log_in(live, "bob@example.com", "bob-in-development")
    headers = {"authorization": f"Bearer {bob.token}", **EVENTS}

    async def read_one_line() -> int:
        async with live.stream("POST", f"/api/v1{CLIENT}", json={"content": "Hello"}, headers=headers) as answer:
            await anext(answer.aiter_lines())
            await asyncio.sleep(0.5)
            return answer.status_code

    statuses = await asyncio.gather(*(read_one_line() for _ in range(50)))
    assert set(statuses) == {201}
    assert await idle(parent.database)
