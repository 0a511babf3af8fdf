"""What policies open of simulations: decided in Python, filtered in lists, enforced by row-level security."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.authorization.organization import ACME, ALICE_ID, BOB_ID, acme
from tests.client import BRIEF

pytestmark = pytest.mark.anyio


def leaf(attribute: str, operator: str, value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}


async def test_an_admin_sees_a_members_simulation_and_a_member_nobody_elses(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    mine = await scene.simulation()
    theirs = (await scene.alice.post("/simulations", BRIEF, headers=ACME)).json()["id"]

    seen = (await scene.alice.get("/simulations", headers=ACME)).json()["items"]
    assert {item["id"] for item in seen} == {mine, theirs}
    assert {item["user_id"] for item in seen} == {ALICE_ID, BOB_ID}
    assert (await scene.alice.get(f"/simulations/{mine}", headers=ACME)).status_code == 200

    assert [item["id"] for item in (await scene.bob.get("/simulations", headers=ACME)).json()["items"]] == [mine]
    assert (await scene.bob.get(f"/simulations/{theirs}", headers=ACME)).status_code == 404


async def test_a_list_can_be_narrowed_to_one_user(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    mine = await scene.simulation()
    await scene.alice.post("/simulations", BRIEF, headers=ACME)
    found = (await scene.alice.get(f"/simulations?user_id={BOB_ID}", headers=ACME)).json()["items"]
    assert [item["id"] for item in found] == [mine]
    assert (await scene.bob.get(f"/simulations?user_id={ALICE_ID}", headers=ACME)).json()["items"] == []


async def test_an_admin_reads_a_members_conversation_and_does_not_speak_in_it(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    mine = await scene.simulation()
    persona = (await scene.bob.get(f"/simulations/{mine}", headers=ACME)).json()["personas"][0]["id"]
    path = f"/simulations/{mine}/personas/{persona}/messages"
    assert (await scene.bob.post(path, {"content": "Who decides?"}, headers=ACME)).status_code == 201

    read = await scene.alice.get(path, headers=ACME)
    assert [message["role"] for message in read.json()["items"]] == ["user", "assistant"]
    spoken = await scene.alice.post(path, {"content": "Me."}, headers=ACME)
    assert spoken.status_code == 403
    assert "Only the intern" in spoken.json()["detail"]


async def test_a_right_that_is_taken_away_is_gone_on_the_next_request(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    mine = await scene.simulation()
    denied = await scene.give("deny", "simulations", "read")
    refused = await scene.bob.get(f"/simulations/{mine}", headers=ACME)
    assert refused.status_code == 403
    assert refused.json()["policy_id"] == denied
    await scene.take(denied)
    assert (await scene.bob.get(f"/simulations/{mine}", headers=ACME)).status_code == 200


async def test_a_deny_beats_every_allow(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await scene.give("allow", "*", "*", scope="all")
    await scene.give("deny", "simulations", "create")
    assert (await scene.bob.post("/simulations", BRIEF, headers=ACME)).status_code == 403
    assert (await scene.bob.get("/simulations", headers=ACME)).status_code == 200


async def test_a_condition_on_what_is_made_is_checked_before_anything_is_reserved(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read")
    await scene.give("allow", "simulations", "create", conditions=leaf("resource.level", "lte", 3))
    before = (await scene.alice.get("/billing/credits", headers=ACME)).json()

    refused = await scene.bob.post("/simulations", {**BRIEF, "level": 4}, headers=ACME)
    assert refused.status_code == 403
    assert "resource.level lte 3" in refused.json()["detail"]
    assert (await scene.alice.get("/billing/credits", headers=ACME)).json() == before
    assert (await scene.bob.post("/simulations", {**BRIEF, "level": 3}, headers=ACME)).status_code == 202


async def test_what_may_be_seen_but_not_deleted_is_a_403_and_what_may_not_be_seen_a_404(
    client: httpx.AsyncClient,
) -> None:
    scene = await acme(client)
    mine = await scene.simulation()
    theirs = (await scene.alice.post("/simulations", BRIEF, headers=ACME)).json()["id"]
    await scene.give("deny", "simulations", "delete", conditions=leaf("resource.status", "eq", "ready"))
    assert (await scene.bob.delete(f"/simulations/{mine}", headers=ACME)).status_code == 403
    assert (await scene.bob.delete(f"/simulations/{theirs}", headers=ACME)).status_code == 404
    assert (await scene.bob.get(f"/simulations/{mine}", headers=ACME)).status_code == 200


async def test_a_list_shows_what_the_conditions_open_and_all_of_it(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read", scope="all", conditions=leaf("resource.language", "eq", "ar"))
    made = [
        (await scene.alice.post("/simulations", {**BRIEF, "language": "ar"}, headers=ACME)).json()["id"]
        for _ in range(3)
    ]
    await scene.alice.post("/simulations", {**BRIEF, "language": "en"}, headers=ACME)

    first = (await scene.bob.get("/simulations?limit=2", headers=ACME)).json()
    rest = (await scene.bob.get(f"/simulations?limit=2&cursor={first['next_cursor']}", headers=ACME)).json()
    assert [item["id"] for item in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None


async def test_a_condition_on_the_subject_holds_for_whom_it_says(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await scene.take_all("simulations")
    await scene.give("allow", "simulations", "read", conditions=leaf("subject.region", "eq", "Cairo"))
    assert (await scene.bob.patch("/users/me", {"region": "Lima"})).status_code == 200
    assert (await scene.bob.get("/simulations", headers=ACME)).status_code == 403
    assert (await scene.bob.patch("/users/me", {"region": "Cairo"})).status_code == 200
    assert len((await scene.bob.get("/simulations", headers=ACME)).json()["items"]) == 1


async def test_a_condition_on_the_tenants_plan_follows_the_plan(client: httpx.AsyncClient, owner: Any) -> None:
    scene = await acme(client)
    await scene.give("deny", "simulations", "read", conditions=leaf("tenant.plan", "ne", "enterprise"))
    assert (await scene.bob.get("/simulations", headers=ACME)).status_code == 200
    owner.execute(
        "UPDATE authz.tenant_attributes SET plan = 'free'"
        " WHERE tenant_id = (SELECT id FROM authz.tenants WHERE slug = 'acme')"
    )
    assert (await scene.bob.get("/simulations", headers=ACME)).status_code == 403
