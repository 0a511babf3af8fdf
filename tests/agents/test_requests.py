"""Agent sessions and requests: written down at once, answered by a worker, told, counted, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.agents.stage import (
    ACME,
    CHAT,
    PLAN,
    Stage,
    ended,
    hear,
    nothing_left,
    show,
    speaking,
    submit,
    working,
)
from tests.client import Person, log_in, sign_up
from tests.model_server.behaviours import answer, hang

pytestmark = pytest.mark.anyio
KEY = {**ACME, "idempotency-key": "the same key"}


@pytest.fixture
async def worker(on: Stage) -> AsyncIterator[None]:
    """A worker in the other process."""
    async with working(on):
        yield


@pytest.fixture(autouse=True)
def _fresh(on: Stage) -> None:
    on.model.always = answer("Here you are.")
    on.model.requests.clear()


async def items(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = (await person.get(path, headers=ACME, params=params)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("kind", ["create", "edit", "research"])
async def test_a_worker_answers_and_its_tokens_are_counted(on: Stage, worker: None, kind: str) -> None:
    written = await submit(on.bob, {**PLAN, "agent_type": kind})
    assert (written["status"], written["progress"], written["results"]) == ("pending", 0, {})
    heard = await hear(on.bob, written["id"]).end()
    assert [event.name for event in heard.events] == ["start", "token", "done"]
    found = await show(on.bob, written["id"])
    assert (found["status"], found["progress"], found["results"]) == ("completed", 1, {"reply": "Here you are."})
    assert (found["provider"], found["prompt_version"]) == ("openai-compatible", "assignment-1")
    assert found["token_cost"] == found["input_tokens"] + found["output_tokens"] > 3
    assert heard.events[-1].data["usage"] == {name: found[name] for name in ("input_tokens", "output_tokens")}
    metered = on.rows(
        "SELECT event_type, tokens_used FROM billing.usage_events WHERE idempotency_key = %s",
        f"agent-request:{written['id']}",
    )
    assert metered == [(kind, found["token_cost"])]


async def test_progress_is_shown_and_the_text_only_when_it_is_whole(on: Stage, worker: None) -> None:
    """It may be begun anew, and then say something else."""
    go_on = asyncio.Event()
    on.model.script(speaking("Dear customers, " * 50, "the end.", go_on))
    written = await submit(on.bob, PLAN)
    listening = hear(on.bob, written["id"])
    async with asyncio.timeout(10):
        while not (found := await show(on.bob, written["id"]))["progress"]:
            await asyncio.sleep(0.05)
    assert (found["status"], found["results"], 0 < found["progress"] < 1) == ("processing", {}, True)
    assert [event.name for event in listening.events] == ["start"]
    go_on.set()
    assert (await listening.end()).text.endswith("the end.")
    assert (await show(on.bob, written["id"]))["progress"] == 1


async def test_a_follow_up_knows_what_was_asked_before_and_the_chain_is_in_order(on: Stage, worker: None) -> None:
    first = await submit(on.bob, PLAN)
    await ended(on.bob, first["id"])
    session = {"session_id": first["session_id"]}
    second = await submit(on.bob, {"agent_type": "edit", "content": "Shorter, please.", **session})
    await ended(on.bob, second["id"])
    said = [(message["role"], message["content"]) for message in on.model.requests[-1].body["messages"][1:]]
    assert said == [("user", PLAN["content"]), ("assistant", "Here you are."), ("user", "Shorter, please.")]
    shown = (await on.bob.get(f"/agent-sessions/{first['session_id']}", headers=ACME)).json()
    assert shown["request_chain"] == [first["id"], second["id"]]
    in_session = await items(on.bob, "/agent-requests", session_id=first["session_id"])
    assert [request["id"] for request in in_session] == [second["id"], first["id"]]


async def test_what_was_asked_later_is_no_history_of_what_was_asked_before(on: Stage) -> None:
    first = await submit(on.bob, PLAN)
    later = await submit(on.bob, {**PLAN, "content": "And later?", "session_id": first["session_id"]})
    on.owner.execute("UPDATE agents.agent_requests SET status = 'completed', finished_at = now(),"
                     """ results = '{"reply": "Later."}' WHERE id = %s""", (later["id"],))  # fmt: skip
    async with working(on):
        await ended(on.bob, first["id"])
    bodies = [each.body["messages"] for each in on.model.requests]
    assert [message["content"] for message in bodies[0][1:]] == [PLAN["content"]]


async def test_a_conversations_session_is_no_place_for_documents(on: Stage) -> None:
    await on.bob.post(CHAT, {"content": "Hello"}, headers=ACME)
    [(session,)] = on.rows("SELECT id FROM agents.agent_sessions WHERE subject LIKE 'persona:%%' LIMIT 1")
    refused = await on.bob.post("/agent-requests", {**PLAN, "session_id": str(session)}, headers=ACME)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:interna:problem:of-a-conversation")


async def test_who_has_ordered_twenty_documents_waits_for_one_of_them(on: Stage) -> None:
    dana = await sign_up(on.bob.client)
    ordered = [(await dana.post("/agent-requests", PLAN)).json()["id"] for _ in range(20)]
    refused = await dana.post("/agent-requests", PLAN)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert (await dana.delete(f"/agent-requests/{ordered.pop()}")).status_code == 204
    ordered.append((await dana.post("/agent-requests", PLAN)).json()["id"])
    for request_id in ordered:
        assert (await dana.delete(f"/agent-requests/{request_id}")).status_code == 204


async def test_of_thirty_ordered_at_the_same_instant_twenty_are_taken(on: Stage) -> None:
    person = await sign_up(on.bob.client)
    answers = await asyncio.gather(*(person.post("/agent-requests", PLAN) for _ in range(30)))
    assert sorted(each.status_code for each in answers) == [201] * 20 + [429] * 10
    for taken in (each.json()["id"] for each in answers if each.status_code == 201):
        await person.delete(f"/agent-requests/{taken}")


async def test_lists_page_newest_first_and_show_only_what_one_may_see(on: Stage) -> None:
    titles = [f"Number {number}" for number in range(3)]
    opened = [(await on.bob.post("/agent-sessions", {"title": title}, headers=ACME)).json() for title in titles]
    assert [session["context_state"] for session in opened] == [{"title": title} for title in titles]
    asked = [await submit(on.bob, {**PLAN, "session_id": session["id"]}) for session in opened]
    found = await items(on.bob, "/agent-sessions", limit=2)
    assert [session["id"] for session in found[:3]] == [session["id"] for session in opened[::-1]]
    requests = await items(on.bob, "/agent-requests", limit=2)
    assert [request["id"] for request in requests[:3]] == [request["id"] for request in asked[::-1]]
    assert {request["user_id"] for request in requests} == {on.bob.user["id"]}
    for path, mine in (("/agent-sessions", opened), ("/agent-requests", asked)):
        seen = {each["id"] for each in await items(on.alice, path, user_id=on.bob.user["id"])}
        assert seen >= {each["id"] for each in mine}
        dana = await log_in(on.here.client, "dana@example.com", "dana-in-development")
        assert (await dana.get(path)).json()["items"] == []
    for request in asked:
        await on.bob.delete(f"/agent-requests/{request['id']}", headers=ACME)


async def test_what_waits_is_cancelled_at_once_and_never_begins(on: Stage) -> None:
    written = await submit(on.bob, PLAN)
    assert (await on.bob.delete(f"/agent-requests/{written['id']}", headers=ACME)).status_code == 204
    found = await show(on.bob, written["id"])
    assert (found["status"], found["error"], found["finished_at"] is None) == ("cancelled", "It was cancelled.", False)
    async with working(on):
        await nothing_left(on)
    assert on.model.requests == []
    heard = await hear(on.bob, written["id"]).end()
    assert heard.events[-1].data["problem"]["status"] == 409


async def test_what_another_process_is_at_is_cancelled_at_the_model_within_a_second(on: Stage, worker: None) -> None:
    on.model.script(hang())
    written = await submit(on.bob, PLAN)
    listening = hear(on.bob, written["id"])
    assert await on.model.until(lambda: len(on.model.requests) == 1, seconds=5)
    loop = asyncio.get_running_loop()
    cancelled = loop.time()
    assert (await on.bob.delete(f"/agent-requests/{written['id']}", headers=ACME)).status_code == 204
    assert await on.model.until(lambda: on.model.requests[0].left_at is not None, seconds=5)
    assert loop.time() - cancelled < 2  # half a second on a machine with nothing else to do
    heard = await listening.end()
    assert (heard.text, heard.events[-1].data["problem"]["status"]) == ("", 409)
    found = await show(on.bob, written["id"])
    assert (found["status"], found["error"], found["token_cost"]) == ("cancelled", "It was cancelled.", 0)
    await nothing_left(on)
    assert on.elsewhere.is_idle()


async def test_what_is_over_or_not_ones_own_is_not_cancelled(on: Stage, worker: None) -> None:
    done = await submit(on.bob, PLAN)
    await ended(on.bob, done["id"])
    path = f"/agent-requests/{done['id']}"
    assert (await on.bob.delete(path, headers=ACME)).status_code == 409
    dana = await log_in(on.here.client, "dana@example.com", "dana-in-development")
    for person, headers in ((dana, {}), (dana, {"x-tenant-id": "globex"})):
        assert (await person.delete(path, headers=headers)).status_code == 404
    assert (await on.bob.delete(f"/agent-requests/{uuid4()}", headers=ACME)).status_code == 404
    assert (await show(on.bob, done["id"]))["status"] == "completed"


async def test_the_same_key_is_one_request_also_when_it_is_sent_five_times_at_once(on: Stage) -> None:
    sent = await asyncio.gather(*(on.bob.post("/agent-requests", PLAN, headers=KEY) for _ in range(5)))
    made = {each.json()["id"] for each in sent if each.status_code == 201}
    assert len(made) == 1
    assert {each.status_code for each in sent} <= {201, 409}
    assert all(each.headers["retry-after"] for each in sent if each.status_code == 409)
    async with working(on):
        await ended(on.bob, *made)
    again = await on.bob.post("/agent-requests", PLAN, headers=KEY)
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (201, *made, "completed")
    other = await on.bob.post("/agent-requests", {**PLAN, "content": "Another plan"}, headers=KEY)
    assert other.status_code == 422
    assert len(on.model.requests) == 1


async def test_nobody_asks_in_a_session_of_another_user(on: Stage) -> None:
    session_id = (await on.bob.post("/agent-sessions", {}, headers=ACME)).json()["id"]
    wish = {**PLAN, "session_id": session_id}
    assert (await on.alice.post("/agent-requests", wish, headers=ACME)).status_code == 403
    dana = await log_in(on.here.client, "dana@example.com", "dana-in-development")
    for person, session in ((dana, session_id), (on.bob, str(uuid4()))):
        assert (await person.post("/agent-requests", {**PLAN, "session_id": session})).status_code == 404


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"agent_type": "chat"}, "agent_type"),
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": "x" * 32_001}, "content"),
        ({"content": "a\0b"}, None),
        ({"session_id": "mine"}, "session_id"),
        ({"status": "completed"}, "status"),
    ],
)
async def test_a_wish_that_does_not_fit_is_refused(on: Stage, change: dict[str, str], path: str | None) -> None:
    refused = await on.bob.post("/agent-requests", {**PLAN, **change}, headers=ACME)
    assert refused.status_code == 400
    assert path in (None, refused.json()["errors"][0]["path"])


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
async def test_a_title_that_does_not_fit_is_refused(on: Stage, title: str) -> None:
    assert (await on.bob.post("/agent-sessions", {"title": title}, headers=ACME)).status_code == 400


async def test_a_session_that_is_not_there_has_no_requests(on: Stage) -> None:
    unknown = await on.bob.get("/agent-requests", headers=ACME, params={"session_id": str(uuid4())})
    assert unknown.json() == {"items": [], "next_cursor": None}
    wrong: httpx.Response = await on.bob.get("/agent-requests", headers=ACME, params={"session_id": "x"})
    assert wrong.status_code == 400
