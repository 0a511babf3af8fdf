"""A generation as it is followed: progress that rises, its one end, and all the ways in which it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
import pytest

from core.database.identity import Acting
from modules.simulations.catalogue import SHOWCASE
from modules.simulations.drafts import SimulationDraft
from modules.simulations.offline import write_simulation
from modules.simulations.prompts import GENERATION_VERSION, generation_request
from modules.simulations.services.generation import _ordered
from tests.agents.stage import ACME, Hearing, Stage, fall_silent, follow, nothing_left, speaking, working
from tests.client import BRIEF, Person, sign_up
from tests.model_server.behaviours import answer_json, hang, refuse, stall

pytestmark = pytest.mark.anyio
GOOD = msgspec.to_builtins(write_simulation(SHOWCASE))
WRITTEN = msgspec.json.encode(GOOD).decode()


@pytest.fixture(autouse=True)
def _fresh(on: Stage) -> None:
    on.model.always = answer_json(GOOD)
    on.model.requests.clear()


@pytest.fixture
async def worker(on: Stage) -> AsyncIterator[None]:
    """A worker in the other process."""
    async with working(on):
        yield


@pytest.fixture
async def intern(on: Stage) -> Person:
    """Somebody new, with ten credits."""
    return await sign_up(on.here.client)


async def order(person: Person) -> tuple[str, str]:
    """The simulation, and the request that writes it."""
    ordered = (await person.post("/simulations", BRIEF)).json()
    shown = (await person.get(f"/simulations/{ordered['id']}")).json()
    return ordered["id"], shown["request_id"]


async def show(person: Person, simulation_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/simulations/{simulation_id}")).json()
    return found


def progress_of(heard: Hearing) -> list[float]:
    told = [event.data["progress"] for event in heard.events if event.name == "progress"]
    assert told == sorted(set(told))
    assert [round(value * 1000) for value in told] == heard.ids[: len(told)]
    return told


async def test_progress_rises_while_a_slow_model_writes_and_ends_with_done(on: Stage, intern: Person) -> None:
    halves, thirds = asyncio.Event(), len(WRITTEN) // 3
    on.model.script(speaking(WRITTEN[:thirds], WRITTEN[thirds:], halves))
    simulation_id, request_id = await order(intern)
    heard = follow(intern, f"/simulations/{simulation_id}/events")
    async with working(on):
        await heard.until(lambda: len(heard.events) >= 2)
        resumed = [follow(intern, f"/simulations/{simulation_id}/events", at) for at in (0, heard.ids[-1], 999)]
        halves.set()
        await heard.end()
    first, later, *_ = progress_of(heard)
    assert (first, 0 < later < 1) == (0, True)
    assert (heard.events[-1].name, heard.ids[-1]) == ("done", 1000)
    assert heard.events[-1].data == {"status": "ready", "simulation_id": simulation_id}
    for again, after in zip(resumed, (0, later * 1000, 999), strict=True):
        assert all(id_ > after for id_ in (await again.end()).ids)
        assert again.events[-1] == heard.events[-1]
    request = (await intern.get(f"/agent-requests/{request_id}")).json()
    assert (request["status"], request["progress"]) == ("completed", 1)


async def test_one_that_is_written_is_done_at_once_and_then_there_is_nothing_more(
    on: Stage, intern: Person, worker: None
) -> None:
    simulation_id, _ = await order(intern)
    path = f"/simulations/{simulation_id}/events"
    await follow(intern, path).end()
    for after in (None, 0, 431):
        heard = await follow(intern, path, after).end()
        assert [(event.id, event.name) for event in heard.events] == [(1000, "done")]
    told = await follow(intern, path, 1000).end()
    assert (told.status, told.events) == (204, [])


async def test_one_that_failed_says_why_until_that_was_heard(on: Stage, intern: Person, worker: None) -> None:
    on.model.always = refuse(401)
    simulation_id, _ = await order(intern)
    path = f"/simulations/{simulation_id}/events"
    heard = await follow(intern, path).end()
    again = await follow(intern, path, 999).end()
    for each in (heard, again):
        problem = each.events[-1].data["problem"]
        assert (each.events[-1].name, problem["status"], problem["simulation_id"]) == ("error", 502, simulation_id)
        assert problem["type"] == "urn:interna:problem:model-failed"
    told = await follow(intern, path, heard.ids[-1]).end()
    assert (told.status, told.events) == (204, [])
    assert await intern.credits() == (10, 0)


@pytest.mark.parametrize("after", ["abc", "-1", str(2**31 + 1)])
async def test_an_event_id_that_is_none_is_refused(on: Stage, intern: Person, after: str) -> None:
    simulation_id, _ = await order(intern)
    refused = await intern.get(f"/simulations/{simulation_id}/events", headers={"last-event-id": after})
    assert refused.status_code == 400
    other = await sign_up(on.here.client)
    assert (await other.get(f"/simulations/{simulation_id}/events")).status_code == 404
    await intern.delete(f"/simulations/{simulation_id}")


async def test_an_admin_who_watches_anothers_generation_sees_its_end(on: Stage) -> None:
    ordered = (await on.bob.post("/simulations", BRIEF, headers=ACME)).json()["id"]
    heard = follow(on.alice, f"/simulations/{ordered}/events", **ACME)
    async with working(on):
        await heard.end()
    assert [event.name for event in heard.events][-1:] == ["done"]


async def test_one_that_is_deleted_meanwhile_is_gone_for_who_watches_and_for_the_model(
    on: Stage, intern: Person, worker: None
) -> None:
    on.model.script(hang())
    simulation_id, request_id = await order(intern)
    heard = follow(intern, f"/simulations/{simulation_id}/events")
    assert await on.model.until(lambda: len(on.model.requests) == 1, seconds=5)
    assert (await intern.delete(f"/simulations/{simulation_id}")).status_code == 204
    await heard.end()
    assert heard.events[-1].data["problem"]["status"] == 404
    assert on.model.requests[0].left_at is not None
    request = (await intern.get(f"/agent-requests/{request_id}")).json()
    assert (request["status"], request["error"]) == ("cancelled", "The simulation was deleted.")
    assert await intern.credits() == (10, 0)


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "being written"])
async def test_one_whose_request_is_cancelled_fails_and_gives_its_credits_back_once(
    on: Stage, intern: Person, begun: bool
) -> None:
    on.model.script(stall(WRITTEN[:2000]))
    simulation_id, request_id = await order(intern)
    heard = follow(intern, f"/simulations/{simulation_id}/events")
    assert await intern.credits() == (10, 3)
    async with asyncio.timeout(20), working(on) if begun else nobody_working():
        if begun:
            await heard.until(lambda: len(heard.events) > 1)
        cancelled = await asyncio.gather(*(intern.delete(f"/agent-requests/{request_id}") for _ in range(3)))
        assert sorted(answer.status_code for answer in cancelled) == [204, 409, 409]
        await heard.end()
    problem = heard.events[-1].data["problem"]
    assert (problem["status"], problem["detail"]) == (409, "It was cancelled.")
    found = await show(intern, simulation_id)
    assert (found["status"], found["error"]) == ("failed", "It was cancelled.")
    assert await intern.credits() == (10, 0)
    holds = on.rows("SELECT status FROM billing.credit_holds WHERE reference = %s", UUID(request_id))
    assert holds == [("void",)]
    async with working(on):
        await nothing_left(on)
    assert await intern.credits() == (10, 0)
    on.model._queue.clear()


@asynccontextmanager
async def nobody_working() -> AsyncIterator[None]:
    yield


async def test_one_whose_process_died_is_ended_by_housekeeping_once(on: Stage, intern: Person) -> None:
    simulation_id, request_id = await order(intern)
    on.owner.execute("UPDATE agents.agent_requests SET status = 'processing' WHERE id = %s", (request_id,))
    for minutes in (14, 16):
        fall_silent(on.owner, minutes=minutes)
        await asyncio.gather(*(site.parent.core.jobs().sweep() for site in (on.here, on.elsewhere)))
        assert (await show(intern, simulation_id))["status"] == ("generating" if minutes < 15 else "failed")
    assert (await show(intern, simulation_id))["error"] == "Nobody was left to answer."
    assert await intern.credits() == (10, 0)
    async with working(on):
        await nothing_left(on)
    assert (await intern.credits(), on.model.requests) == ((10, 0), [])


async def test_those_that_are_taken_away_as_their_last_word_comes_leave_nothing_and_block_nobody(
    on: Stage, intern: Person
) -> None:
    """Who writes one locks its call, then the simulation; so must whoever takes it away."""
    on.owner.execute("UPDATE billing.credit_accounts SET balance = 100 WHERE balance = 10")
    go_on = asyncio.Event()
    on.model.always = speaking(WRITTEN[:-100], WRITTEN[-100:], go_on)
    orders = [await order(intern) for _ in range(10)]
    async with working(on):
        assert await on.model.until(lambda: len(on.model.requests) == len(orders), seconds=10)
        go_on.set()
        answers = await asyncio.gather(
            *(intern.delete(f"/simulations/{simulation_id}") for simulation_id, _ in orders),
            *(intern.delete(f"/agent-requests/{request_id}") for _, request_id in orders),
        )
        await nothing_left(on)
    assert {answer.status_code for answer in answers} <= {204, 409}
    assert (await intern.get("/simulations")).json()["items"] == []
    [(written,)] = on.rows(
        "SELECT count(*)::int FROM agents.agent_requests WHERE status = 'completed' AND user_id = %s",
        UUID(intern.user["id"]),
    )
    assert await intern.credits() == (100 - 3 * written, 0)


async def test_what_the_model_was_asked_can_be_asked_again_from_what_is_stored(
    on: Stage, intern: Person, worker: None
) -> None:
    simulation_id, request_id = await order(intern)
    await follow(intern, f"/simulations/{simulation_id}/events").end()
    containers = {module.name: module.container for module in on.here.parent.modules}
    user_id, tenant_id = on.rows("SELECT user_id, tenant_id FROM simulations.simulations WHERE id = %s", simulation_id)[
        0
    ]
    async with on.here.parent.database.unit(Acting(user_id, tenant_id)):
        stored = await containers["simulations"].simulations().order(tenant_id, UUID(simulation_id))
    again = generation_request(_ordered(stored))
    await containers["agents"].model().structured(again, SimulationDraft)
    first, second = (msgspec.json.encode(request.body) for request in on.model.requests)
    assert first == second
    assert on.model.requests[0].body["seed"] == stored.seed
    request = (await intern.get(f"/agent-requests/{request_id}")).json()
    assert (request["prompt_version"], request["model"]) == (GENERATION_VERSION, on.model.requests[0].body["model"])
