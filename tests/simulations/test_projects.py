"""The catalogue, progress, and the list of projects."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from tests.authorization.organization import ACME, acme
from tests.client import BRIEF, log_in, sign_up

pytestmark = pytest.mark.anyio


async def test_the_catalogue_has_at_least_two_tasks_and_two_resources_a_field(
    client: httpx.AsyncClient,
) -> None:
    person = await sign_up(client)
    tasks = (await person.get("/tasks", params={"limit": 100})).json()["items"]
    resources = (await person.get("/resources", params={"limit": 100})).json()["items"]
    for field in ("frontend", "backend", "fullstack", "mobile", "data", "design"):
        assert sum(task["field"] == field for task in tasks) >= 2, field
        assert sum(resource["track"] == field for resource in resources) >= 2, field
    assert {"landing-page", "rest-api", "auth-flow", "legacy-migration"} <= {task["id"] for task in tasks}
    assert (await person.get("/tasks/rest-api")).json() in tasks


async def test_tasks_page_by_their_slug(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    everything = (await person.get("/tasks", params={"limit": 100})).json()["items"]
    first = (await person.get("/tasks", params={"limit": 3})).json()
    second = (await person.get("/tasks", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert first["items"] + second["items"] == everything[:6]


async def test_resources_are_filtered_by_track_and_type(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    found = (await person.get("/resources", params={"track": "data", "limit": 100})).json()["items"]
    assert found
    assert {resource["track"] for resource in found} == {"data"}
    kind = found[0]["type"]
    narrowed = (await person.get("/resources", params={"track": "data", "type": kind})).json()["items"]
    assert narrowed == [resource for resource in found if resource["type"] == kind]
    refused = await person.get("/resources", params={"type": "song"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"] == "type"


@pytest.mark.parametrize("slug", ["nope", "x" * 101, "..", "%00", "REST-API"])
async def test_an_unknown_task_is_not_found_or_refused(client: httpx.AsyncClient, slug: str) -> None:
    person = await sign_up(client)
    assert (await person.get(f"/tasks/{slug}")).status_code in (400, 404)


async def test_progress_is_put_and_put_again(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    first = await person.put("/progress/rest-api", {})
    assert first.status_code == 200
    assert (first.json()["project_id"], first.json()["status"]) == ("rest-api", "in_progress")
    second = (await person.put("/progress/rest-api", {"last_review_approved": True})).json()
    assert (second["status"], second["last_review_approved"]) == ("in_progress", True)
    assert second["last_review_at"] is not None
    third = (await person.put("/progress/rest-api", {"status": "completed"})).json()
    assert (third["status"], third["last_review_approved"]) == ("completed", True)
    assert (await person.get("/progress")).json()["items"] == [third]


@pytest.mark.parametrize(
    "project",
    ["no-such-task", "00000000-0000-4000-8000-00000000ffff", "50000000-0000-4000-8000-000000000001"],
)
async def test_progress_on_what_one_cannot_see_is_a_404(client: httpx.AsyncClient, project: str) -> None:
    person = await sign_up(client)
    assert (await person.put(f"/progress/{project}", {"status": "completed"})).status_code == 404


async def test_projects_merge_started_tasks_and_own_simulations_by_last_activity(
    client: httpx.AsyncClient, worker: None
) -> None:
    person = await sign_up(client)
    await person.put("/progress/landing-page", {})
    simulation = (await person.post("/simulations", BRIEF, headers={"prefer": "wait=20"})).json()
    await person.put("/progress/rest-api", {"status": "completed"})
    projects = (await person.get("/projects")).json()["items"]
    assert [(project["id"], project["type"], project["status"]) for project in projects] == [
        ("rest-api", "predefined", "completed"),
        (simulation["id"], "custom", "in_progress"),
        ("landing-page", "predefined", "in_progress"),
    ]
    assert projects[1]["simulation_id"] == simulation["id"]
    await person.put(f"/progress/{simulation['id']}", {})
    assert (await person.get("/projects", params={"limit": 1})).json()["items"][0]["id"] == simulation["id"]


async def test_a_simulation_whose_progress_is_hidden_is_shown_as_if_there_were_none(client: httpx.AsyncClient) -> None:
    scene, simulation = await acme(client), "50000000-0000-4000-8000-000000000001"
    done = await scene.bob.put(f"/progress/{simulation}", {"status": "completed"}, headers=ACME)
    assert done.status_code == 200
    hidden = {"attribute": "resource.status", "operator": "eq", "value": "completed"}
    await scene.give("deny", "progress", "read", conditions=hidden)
    (project,) = (await scene.bob.get("/projects", headers=ACME)).json()["items"]
    assert (project["id"], project["status"]) == (simulation, "in_progress")


LEVEL_ONE = {"attribute": "resource.level", "operator": "eq", "value": 1}


async def test_projects_show_no_simulation_that_policies_hide(client: httpx.AsyncClient) -> None:
    scene, hidden = await acme(client), "50000000-0000-4000-8000-000000000001"
    await scene.bob.put("/progress/rest-api", {}, headers=ACME)
    await scene.bob.put(f"/progress/{hidden}", {}, headers=ACME)
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read", conditions=LEVEL_ONE)
    assert (await scene.bob.get(f"/simulations/{hidden}", headers=ACME)).status_code == 404
    listed = (await scene.bob.get("/projects", headers=ACME)).json()["items"]
    assert [project["id"] for project in listed] == ["rest-api"]


async def test_conditions_on_simulations_and_on_progress_hold_beside_each_other(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    scene, mine = await acme(client), "50000000-0000-4000-8000-000000000001"
    await scene.bob.put(f"/progress/{mine}", {"status": "completed"}, headers=ACME)
    await scene.bob.put("/progress/rest-api", {}, headers=ACME)
    await scene.bob.put("/progress/landing-page", {"status": "completed"}, headers=ACME)
    row = owner.execute("SELECT level FROM simulations.simulations").fetchone()
    assert row is not None
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read", conditions={**LEVEL_ONE, "value": row[0]})
    completed = {"attribute": "resource.status", "operator": "eq", "value": "completed"}
    await scene.give("deny", "progress", "read", conditions=completed)
    listed = (await scene.bob.get("/projects", headers=ACME)).json()["items"]
    assert {(project["id"], project["status"]) for project in listed} == {
        (mine, "in_progress"),
        ("rest-api", "in_progress"),
    }


async def test_projects_are_ones_own_where_policies_open_all_simulations(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    assert (await scene.alice.get("/simulations", headers=ACME)).json()["items"]
    assert (await scene.alice.get("/projects", headers=ACME)).json()["items"] == []


async def test_who_may_read_no_simulations_has_tasks_among_their_projects(client: httpx.AsyncClient) -> None:
    scene, simulation = await acme(client), "50000000-0000-4000-8000-000000000001"
    await scene.take_all("simulations")
    assert (await scene.bob.put("/progress/rest-api", {}, headers=ACME)).status_code == 200
    listed = await scene.bob.get("/projects", headers=ACME)
    assert (listed.status_code, [project["id"] for project in listed.json()["items"]]) == (200, ["rest-api"])
    assert (await scene.bob.put(f"/progress/{simulation}", {}, headers=ACME)).status_code == 404


async def test_progress_on_a_simulation_that_policies_hide_is_a_404(client: httpx.AsyncClient) -> None:
    scene, hidden = await acme(client), "50000000-0000-4000-8000-000000000001"
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read", conditions=LEVEL_ONE)
    refused = await scene.bob.put(f"/progress/{hidden}", {"status": "completed"}, headers=ACME)
    assert refused.status_code == 404
    assert (await scene.bob.get("/progress", headers=ACME)).json()["items"] == []


async def test_of_two_who_begin_at_the_same_instant_the_second_changes_what_the_first_began(
    client: httpx.AsyncClient,
) -> None:
    person = await sign_up(client)
    changes: list[dict[str, Any]] = [{"status": "completed"}, {"last_review_approved": True}] * 3
    answers = await asyncio.gather(*(person.put("/progress/rest-api", change) for change in changes))
    assert {answer.status_code for answer in answers} == {200}
    (row,) = (await person.get("/progress")).json()["items"]
    assert (row["status"], row["last_review_approved"]) == ("completed", True)


async def test_bob_finds_the_seeded_simulation_among_his_projects(client: httpx.AsyncClient) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    (project,) = (await bob.get("/projects", headers={"x-tenant-id": "acme"})).json()["items"]
    assert (project["id"], project["type"]) == ("50000000-0000-4000-8000-000000000001", "custom")
