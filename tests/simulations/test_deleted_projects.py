"""Simulations that are deleted: nothing of the work on them is left, whoever deletes them and whatever is under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import psycopg
import pytest

from tests.agents.stage import speaking
from tests.authorization.organization import ACME, Acme, acme
from tests.client import Person, log_in
from tests.model_server import ModelServer, model_server
from tests.simulations.reviewing import FIRST, SEEDED, WORK, grading

pytestmark = pytest.mark.anyio
SIMULATION = SEEDED.removeprefix("/simulations/")
CHAT = f"{SEEDED}/personas/60000000-0000-4000-8000-000000000001/messages"
_BLOCKED = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted"
)


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        environ.update(LLM_FIRST_BYTE_SECONDS="10", LLM_IDLE_SECONDS="10", LLM_TOTAL_SECONDS="30")
        yield server


@pytest.fixture
async def scene(client: httpx.AsyncClient) -> Acme:
    return await acme(client)


async def projects_of(person: Person) -> list[str]:
    return [row["project_id"] for row in (await person.get("/progress", headers=ACME)).json()["items"]]


async def after_the_deletion(owner: psycopg.Connection, act: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """What is answered to somebody who comes while the simulation is being deleted, and waits for the end of that."""
    with owner.transaction():
        owner.execute("DELETE FROM simulations.simulations WHERE id = %s", (SIMULATION,))
        owner.execute("DELETE FROM simulations.progress WHERE project_id = %s", (SIMULATION,))
        answering = asyncio.ensure_future(act())
        for _ in range(400):
            if answering.done() or owner.execute(_BLOCKED).fetchone() != (0,):
                break
            owner.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0.01)
    return await answering


@pytest.mark.parametrize("who", ["bob", "alice"], ids=["its intern", "an admin"])
async def test_with_a_simulation_goes_the_progress_on_it_and_on_nothing_else(scene: Acme, who: str) -> None:
    for project in (SIMULATION, "rest-api"):
        assert (await scene.bob.put(f"/progress/{project}", {}, headers=ACME)).status_code == 200
    person: Person = getattr(scene, who)
    assert (await person.delete(SEEDED, headers=ACME)).status_code == 204
    assert await projects_of(scene.bob) == ["rest-api"]
    assert [row["id"] for row in (await scene.bob.get("/projects", headers=ACME)).json()["items"]] == ["rest-api"]


async def test_it_goes_also_where_who_deletes_may_not_see_it(scene: Acme, owner: psycopg.Connection) -> None:
    await scene.bob.put(f"/progress/{SIMULATION}", {}, headers=ACME)
    await scene.give("deny", "progress", "read")
    assert (await scene.bob.delete(SEEDED, headers=ACME)).status_code == 204
    left = owner.execute("SELECT count(*) FROM simulations.progress WHERE project_id = %s", (SIMULATION,)).fetchone()
    assert left == (0,)


async def test_what_may_not_be_deleted_keeps_its_progress(scene: Acme) -> None:
    await scene.bob.put(f"/progress/{SIMULATION}", {}, headers=ACME)
    ready = {"attribute": "resource.status", "operator": "eq", "value": "ready"}
    await scene.give("deny", "simulations", "delete", conditions=ready)
    assert (await scene.bob.delete(SEEDED, headers=ACME)).status_code == 403
    assert await projects_of(scene.bob) == [SIMULATION]


async def test_a_chat_that_ends_after_the_deletion_is_kept_and_moves_nothing(
    model: ModelServer, client: httpx.AsyncClient
) -> None:
    go_on = asyncio.Event()
    model.always = speaking("One ", "two.", go_on)
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    chat = asyncio.create_task(bob.post(CHAT, {"content": "Count"}, headers=ACME))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    assert (await bob.delete(SEEDED, headers=ACME)).status_code == 204
    go_on.set()
    answered = await chat
    assert (answered.status_code, answered.json()["reply"]) == (201, "One two.")
    assert await projects_of(bob) == []


async def test_a_review_that_ends_after_the_deletion_is_kept_and_moves_nothing(
    model: ModelServer, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    model.always = grading(delay=0.3)
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    handing_in = asyncio.create_task(bob.post(FIRST, WORK, headers=ACME))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    assert (await bob.delete(SEEDED, headers=ACME)).status_code == 204
    await handing_in
    assert owner.execute("SELECT count(*) FROM simulations.reviews").fetchone() == (1,)
    assert await projects_of(bob) == []


async def test_chats_go_on_moving_what_is_there(client: httpx.AsyncClient) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    assert (await bob.post(CHAT, {"content": "Hello"}, headers=ACME)).status_code == 201
    assert (await bob.post("/tasks/rest-api/messages", {"content": "Hello"}, headers=ACME)).status_code == 201
    assert sorted(await projects_of(bob)) == sorted([SIMULATION, "rest-api"])


async def test_of_deletions_at_the_same_instant_one_deletes_and_the_others_find_nothing(scene: Acme) -> None:
    answers = await asyncio.gather(*(scene.bob.delete(SEEDED, headers=ACME) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [204, *[404] * 7]


async def test_a_deletion_that_comes_too_late_is_a_404(scene: Acme, owner: psycopg.Connection) -> None:
    answered = await after_the_deletion(owner, lambda: scene.bob.delete(SEEDED, headers=ACME))
    assert answered.status_code == 404


async def test_a_quiz_that_is_answered_too_late_is_a_404_and_moves_nothing(
    scene: Acme, owner: psycopg.Connection
) -> None:
    row = owner.execute("SELECT jsonb_array_length(quiz) FROM simulations.simulations").fetchone()
    assert row is not None
    answers = {"answers": [0] * row[0]}
    answered = await after_the_deletion(owner, lambda: scene.bob.post(f"{SEEDED}/quiz", answers, headers=ACME))
    assert answered.status_code == 404
    assert await projects_of(scene.bob) == []


@pytest.mark.parametrize("begun", [False, True], ids=["first", "again"])
async def test_progress_that_is_put_too_late_is_a_404_and_leaves_none(
    scene: Acme, owner: psycopg.Connection, begun: bool
) -> None:
    if begun:
        await scene.bob.put(f"/progress/{SIMULATION}", {}, headers=ACME)
    change = {"status": "completed"}
    answered = await after_the_deletion(owner, lambda: scene.bob.put(f"/progress/{SIMULATION}", change, headers=ACME))
    assert answered.status_code == 404
    assert await projects_of(scene.bob) == []


async def test_work_and_deletion_at_the_same_instant_leave_no_progress_and_block_nobody(scene: Acme) -> None:
    async def chat() -> int:
        return (await scene.bob.post(CHAT, {"content": "Hello"}, headers=ACME)).status_code

    async def put() -> int:
        return (await scene.bob.put(f"/progress/{SIMULATION}", {}, headers=ACME)).status_code

    async def delete() -> int:
        return (await scene.bob.delete(SEEDED, headers=ACME)).status_code

    await put()
    told = await asyncio.gather(chat(), put(), chat(), put(), delete(), delete(), put(), chat(), put())
    assert set(told) <= {200, 201, 204, 404}
    assert await projects_of(scene.bob) == []
