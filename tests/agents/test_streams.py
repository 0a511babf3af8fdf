"""An answer told as it is spoken: resumed anywhere, after anything, in any process; and what a dropped client costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from structlog.testing import capture_logs

from core.database.roles import Endpoints
from core.http.events import Events, EventStream, ServerEvent
from modules.agents import Call, Message, ModelRequest
from modules.agents.services.running import Live
from tests.agents.stage import ACME, CHAT, Hearing, Site, Stage, ask, fall_silent, hear, speaking, stage
from tests.client import Person, sign_up
from tests.model_server import Behaviour
from tests.model_server.behaviours import answer, break_off, hang, refuse

pytestmark = pytest.mark.anyio
FIRST, REST = "Seven o'clock. 🚀\n", "لا تتأخر. And bring the bread, please."
WHOLE = FIRST + REST


@pytest.fixture(scope="module")
async def on(
    shared_endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[Stage]:
    async with stage(shared_endpoints, str(tmp_path_factory.mktemp("data")), LLM_CONTEXT_TOKENS="4096") as found:
        found.owner.execute("""UPDATE billing.plans SET prices = '{"chat": 1}' WHERE id = 'enterprise'""")
        yield found


@pytest.fixture(autouse=True)
async def _idle_afterwards(on: Stage) -> AsyncIterator[None]:
    """Whatever a test does: nothing goes on behind it, no connection is held, nothing stays reserved."""
    on.model.always = answer(WHOLE)
    yield
    async with asyncio.timeout(10):
        while not (on.here.is_idle() and on.elsewhere.is_idle()):
            await asyncio.sleep(0.01)
    assert on.rows("SELECT held FROM billing.credit_accounts WHERE held <> 0") == []
    assert on.rows("SELECT id FROM agents.agent_requests WHERE finished_at IS NULL") == []


def told(heard: Hearing, text: str) -> bool:
    return heard.status == 200 and heard.text == text


async def balance(person: Person) -> int:
    return int((await person.get("/billing/credits", headers=ACME)).json()["balance"])


def assert_is_the_rest(heard: Hearing, after: int | None) -> None:
    assert heard.status in (200, 201)
    assert heard.text == WHOLE[after or 0 :]
    assert heard.events[-1].name == "done"
    assert [event.name for event in heard.events[:-1]].count("start") == (after is None)
    ids = heard.ids if after is None else [after, *heard.ids]
    assert all(earlier < later for earlier, later in pairwise(ids)), ids


async def test_a_stream_resumed_after_any_event_gives_exactly_the_rest(on: Stage) -> None:
    """In both processes: while the model still speaks, and when it is long over."""
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on))
    asked = ask(on.bob)
    await asked.until(lambda: asked.text == FIRST)
    places = [None, 0, 1, *{event.id for event in asked.events}, len(FIRST) - 1]
    meanwhile = [
        (after, hear(site.person(on.bob), asked.request_id, after))
        for after in places
        for site in (on.here, on.elsewhere)
    ]
    for after, heard in meanwhile[::2]:
        await heard.until(partial(told, heard, FIRST[after or 0 :]))
    go_on.set()
    assert_is_the_rest(await asked.end(), None)
    for after, heard in meanwhile:
        assert_is_the_rest(await heard.end(), after)
    later = [(after, hear(on.elsewhere.person(on.bob), asked.request_id, after)) for after in range(len(WHOLE) + 1)]
    for after, heard in later:
        assert_is_the_rest(await heard.end(), after)
    stored = on.rows("SELECT results ->> 'reply' FROM agents.agent_requests WHERE id = %s", asked.request_id)
    assert stored == [(WHOLE,)]


async def test_what_is_said_reaches_another_process_before_it_is_all_said(on: Stage) -> None:
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on))
    asked = ask(on.bob)
    await asked.until(lambda: asked.text)
    await asked.leave()
    heard = hear(on.elsewhere.person(on.bob), asked.request_id, asked.ids[-1])
    await heard.until(lambda: asked.text + heard.text == FIRST)
    go_on.set()
    assert_is_the_rest(await heard.end(), asked.ids[-1])


async def test_when_all_was_told_there_is_nothing_more(on: Stage) -> None:
    asked = await ask(on.bob).end()
    again = await hear(on.bob, asked.request_id, asked.ids[-1]).end()
    assert (again.status, again.events, again.problem) == (204, [], None)


@pytest.mark.parametrize("after", ["abc", "-1", "1.5", "", str(2**31 + 1), str(2**63), "0x10", "١٢"])
async def test_an_event_id_that_is_none_is_refused(on: Stage, after: str) -> None:
    headers = {**ACME, "last-event-id": after.encode()}
    refused = await on.bob.get(f"/agent-requests/{uuid4()}/events", headers=headers)
    assert refused.status_code == 400
    assert refused.json()["errors"]


async def test_another_users_answer_is_not_there_but_an_admin_may_hear_it(on: Stage) -> None:
    asked = await ask(on.bob).end()
    path = f"/agent-requests/{asked.request_id}/events"
    stranger = await sign_up(on.here.client)
    unknown = await stranger.get(f"/agent-requests/{uuid4()}/events")
    refused = await stranger.get(path)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert without_place(refused) == without_place(unknown)
    told = await hear(on.alice, asked.request_id).end()
    assert (told.text, told.ids) == (asked.text, [0, asked.ids[-2], asked.ids[-1]])


def without_place(answer: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in answer.json().items() if name not in ("instance", "request_id")}


@pytest.mark.parametrize(
    ("behaviour", "status", "text"),
    [(refuse(500), 502, ""), (break_off("Half a"), 502, "Half a"), (refuse(429, {"retry-after": "9"}), 503, "")],
    ids=["refused", "broken off", "unavailable"],
)
async def test_an_error_is_told_again_with_the_same_status_and_is_not_paid(
    on: Stage, behaviour: Behaviour, status: int, text: str
) -> None:
    before = await balance(on.bob)
    on.model.always = behaviour
    with capture_logs() as logs:
        asked = await ask(on.bob).end()
    assert [log["event"] for log in logs] == ["the model failed"]  # whoever runs it wants to know
    assert (asked.events[-1].name, asked.events[-1].data["problem"]["status"]) == ("error", status)
    assert asked.text == text
    for person, after in ((on.bob, None), (on.elsewhere.person(on.bob), 0), (on.bob, asked.ids[-1] - 1)):
        again = await hear(person, asked.request_id, after).end()
        problem = again.events[-1].data["problem"]
        assert (again.events[-1].name, problem["status"]) == ("error", status)
        assert problem["detail"] == asked.events[-1].data["problem"]["detail"]
        assert again.text == text[after or 0 :]
        assert again.ids[-1] == asked.ids[-1]
    told = await hear(on.bob, asked.request_id, asked.ids[-1]).end()
    assert (told.status, told.events, told.problem) == (204, [], None)
    assert await balance(on.bob) == before


async def test_an_answer_that_was_cancelled_says_so_to_who_listens_and_to_who_comes_later(on: Stage) -> None:
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on))
    asked = ask(on.bob)
    await asked.until(lambda: asked.text == FIRST)
    elsewhere = hear(on.elsewhere.person(on.bob), asked.request_id)
    assert (await on.bob.delete(f"/agent-requests/{asked.request_id}", headers=ACME)).status_code == 204
    for heard in (asked, elsewhere, hear(on.bob, asked.request_id)):
        await heard.end()
        assert heard.text == FIRST
        assert heard.events[-1].data["problem"]["status"] == 409
    assert await on.model.until(lambda: on.model.requests[-1].left_at is not None)


async def test_a_stop_of_the_server_keeps_what_was_said_and_lets_it_be_asked_again(on: Stage) -> None:
    before = await balance(on.bob)
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on), answer(WHOLE))
    key = {"idempotency-key": "through a stop"}
    asked = ask(on.elsewhere.person(on.bob), **key)
    await asked.until(lambda: asked.text == FIRST)
    await on.elsewhere.calls.close()
    await asked.end()
    assert asked.events[-1].data["problem"]["status"] == 503
    again = await hear(on.bob, asked.request_id).end()
    assert (again.text, again.events[-1].data["problem"]["status"]) == (FIRST, 503)
    assert on.rows(
        "SELECT u.tokens_used = r.token_cost, r.output_tokens > 0, r.status FROM agents.agent_requests r"
        " JOIN billing.usage_events u ON u.idempotency_key = 'agent-request:' || r.id WHERE r.id = %s",
        asked.request_id,
    ) == [(True, True, "failed")]
    assert await balance(on.bob) == before
    told = await ask(on.bob, **key).end()
    assert (told.text, told.request_id != asked.request_id) == (WHOLE, True)
    assert await balance(on.bob) == before - 1


async def test_what_a_process_had_stored_before_it_died_stays(on: Stage) -> None:
    await ask(on.bob).end()
    [(request_id,)] = on.rows(
        "UPDATE agents.agent_requests SET status = 'processing', finished_at = NULL, results = %s"
        " WHERE id = (SELECT id FROM agents.agent_requests ORDER BY id DESC LIMIT 1) RETURNING id",
        '{"reply": "Well, what I"}',
    )
    fall_silent(on.owner, minutes=3)
    await on.here.parent.core.jobs().sweep()
    heard = await hear(on.bob, request_id).end()
    assert heard.text == "Well, what I"
    assert heard.events[-1].data["problem"]["detail"] == "Nobody was left to answer."
    assert on.rows(
        "SELECT r.input_tokens > 0, r.output_tokens, u.tokens_used = r.token_cost FROM agents.agent_requests r"
        " JOIN billing.usage_events u ON u.idempotency_key = 'agent-request:' || r.id WHERE r.id = %s"
        " ORDER BY u.created_at DESC LIMIT 1",
        request_id,
    ) == [(True, len("Well, what I") // 4, True)]


async def test_what_somebody_hears_here_reaches_another_process_a_little_later(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.agents.services.calls._STORED_WHILE_HEARD", 0.7)
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on))
    asked = ask(on.bob)
    await asked.until(lambda: asked.text == FIRST)
    elsewhere = hear(on.elsewhere.person(on.bob), asked.request_id)
    await elsewhere.until(lambda: elsewhere.text == FIRST)
    go_on.set()
    assert_is_the_rest(await elsewhere.end(), None)


async def test_a_call_whose_process_lives_is_never_taken_for_abandoned(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.agents.services.running._HEARD_OF", 0.5)
    go_on = asyncio.Event()
    on.model.script(speaking(FIRST, REST, go_on))
    asked = ask(on.bob)
    await asked.until(lambda: asked.text == FIRST)
    fall_silent(on.owner, minutes=60)
    await asyncio.sleep(1.5)
    await on.here.parent.core.jobs().sweep()
    go_on.set()
    await asked.end()
    assert asked.text == WHOLE


async def test_a_call_that_is_ended_before_it_begins_is_ended(on: Stage) -> None:
    """Its task never ran, and so could not notice."""
    session = on.rows("SELECT id, user_id, tenant_id FROM agents.agent_sessions LIMIT 1")
    if not session:
        await ask(on.bob).end()
        session = on.rows("SELECT id, user_id, tenant_id FROM agents.agent_sessions LIMIT 1")
    session_id, user_id, tenant_id = session[0]
    [(request_id,)] = on.rows(
        "INSERT INTO agents.agent_requests (tenant_id, session_id, user_id, agent_type, content, status, provider,"
        " model, prompt_version) VALUES (%s, %s, %s, 'chat', 'x', 'processing', 'x', 'x', 'x') RETURNING id",
        tenant_id, session_id, user_id,
    )  # fmt: skip
    asked = len(on.model.requests)
    on.here.calls.speak(Call(request_id, user_id, tenant_id, some_request()))
    on.here.calls.cancel(request_id, "Never mind.")
    heard = await hear(on.bob, request_id).end()
    assert heard.events[-1].data["problem"]["detail"] == "Never mind."
    assert len(on.model.requests) == asked


def some_request() -> ModelRequest:
    return ModelRequest(
        agent_type="chat", prompt_version="x", messages=(Message("user", "x"),), subject=Message("user", "x")
    )


async def test_a_user_with_too_many_calls_under_way_is_told_to_wait_and_others_are_not(on: Stage) -> None:
    user_id, tenant_id = UUID(on.bob.user["id"]), uuid4()
    lives = [Live(Call(uuid4(), user_id, tenant_id, some_request())) for _ in range(100)]
    for live in lives:
        on.here.running.enter(live)
    refused = await on.bob.post(CHAT, {"content": "Hello"}, headers=ACME)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    on.here.running.leave(lives.pop())
    assert (await on.bob.post(CHAT, {"content": "Hello"}, headers=ACME)).status_code == 201
    for live in lives:
        on.here.running.leave(live)


async def test_a_silent_stream_is_kept_alive_by_comments_that_are_no_events() -> None:
    async def silent() -> Events:
        yield ServerEvent("start", {}, id=7)
        await asyncio.sleep(0.2)
        yield ServerEvent("done", {})

    @get("/")
    async def stream() -> EventStream:
        return EventStream(silent(), after=5, breath=0.02)

    transport = httpx.ASGITransport(app=Litestar([stream]))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        text = (await client.get("/")).text
    start, *comments, done, end = text.split("\n\n")
    assert start == "id: 7\nevent: start\ndata: {}"
    assert set(comments) == {": still here"}
    assert len(comments) >= 3
    assert (done, end) == ("id: 8\nevent: done\ndata: {}", "")


async def test_the_events_of_a_call_that_never_speaks_are_only_its_beginning(on: Stage) -> None:
    on.model.script(hang(after_headers=True))
    asked = ask(on.bob)
    await asked.until(lambda: asked.events)
    assert [event.name for event in asked.events] == ["start"]
    on.here.calls.cancel(asked.request_id, "Enough.")
    assert (await asked.end()).events[-1].data["problem"]["status"] == 409


async def test_five_hundred_clients_that_leave_cost_five_hundred_answers_once_each(on: Stage) -> None:
    on.model.always = answer(WHOLE, pieces=2, delay=0.05)
    [(credits, requests)] = await counted(on)
    left, gate = asyncio.Semaphore(20), on.here

    async def leave_in_the_middle() -> bytes:
        async with left:
            return await half_a_stream(gate, on.bob)

    heard = await asyncio.gather(*(leave_in_the_middle() for _ in range(500)))
    assert sum(b"event: start" in each for each in heard) == 500
    assert all(b"event: done" not in each for each in heard)
    async with asyncio.timeout(20):
        while on.here.running:
            await asyncio.sleep(0.02)
    assert await counted(on) == [(credits - 500, requests + 500)]
    assert on.rows(
        "SELECT count(*), count(DISTINCT r.id) FROM agents.agent_requests r"
        " JOIN billing.usage_events u ON u.idempotency_key = 'agent-request:' || r.id"
        " JOIN billing.credit_entries e ON e.reference = r.id::text AND e.amount = -1"
        " WHERE r.status = 'completed' AND r.results ->> 'reply' = %s AND r.content = 'Leaving'",
        WHOLE,
    ) == [(500, 500)]


async def counted(on: Stage) -> list[tuple[int, int]]:
    [(requests,)] = on.rows("SELECT count(*) FROM agents.agent_requests WHERE status = 'completed'")
    return [(await balance(on.bob), requests)]


async def half_a_stream(site: Site, person: Person) -> bytes:
    """Up to the first event, and away: on a bare socket, which costs this machine less than a client."""
    body = msgspec.json.encode({"content": "Leaving"})
    address = urlsplit(str(site.client.base_url))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"POST /api/v1{CHAT} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {person.token}\r\n"
        f"X-Tenant-ID: acme\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    heard = b""
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(20):
            while b"event: start" not in heard and (piece := await reader.read(65536)):
                heard += piece
    writer.transport.abort()
    return heard
