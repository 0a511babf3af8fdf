"""Policies of a tenant: what they may say, who may write them, and what may not be lost by it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.authorization.organization import ACME, ADMIN_ID, ALICE_ID, BOB_ID, MEMBER_ID, Acme, acme
from tests.client import BRIEF, Person, log_in
from tests.operators import walk

pytestmark = pytest.mark.anyio

PATH = "/tenants/acme/policies"
GLOBEX_MEMBER_ID = "20000000-0000-4000-8000-000000000022"


def wish(**change: Any) -> dict[str, Any]:
    return {"role_id": MEMBER_ID, "effect": "allow", "resource": "documents", "actions": ["update"], **change}


async def role_with(scene: Acme, *policies: dict[str, Any]) -> str:
    """A role of acme that bob has from now on."""
    role_id = (await scene.alice.post("/tenants/acme/roles", {"name": "mentor"})).json()["id"]
    for policy in policies:
        answer = await scene.alice.post(PATH, wish(role_id=role_id, **policy))
        assert answer.status_code == 201, answer.text
    assert (await scene.alice.patch(f"/tenants/acme/members/{BOB_ID}", {"role": "mentor"})).status_code == 200
    return str(role_id)


async def test_a_policy_is_shown_as_it_was_kept(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    condition = {"all": [{"attribute": "resource.level", "operator": "in", "value": [1, 2]}, {"operator": "owner"}]}
    made = await scene.alice.post(
        PATH, wish(resource="simulations", actions=["update", "read", "update"], conditions=condition)
    )
    assert made.status_code == 201
    policy = made.json()
    assert policy["actions"] == ["read", "update"]
    assert policy["conditions"] == condition
    assert policy["scope"] == "own"
    assert made.headers["location"] == f"/api/v1{PATH}/{policy['id']}"
    assert (await scene.alice.get(f"{PATH}/{policy['id']}")).json() == policy
    assert policy in await walk(scene.alice, PATH, limit=3)
    assert {item["role_id"] for item in await walk(scene.alice, PATH, role_id=ADMIN_ID)} == {ADMIN_ID}


async def test_without_a_scope_an_allow_is_of_ones_own_and_a_deny_of_all(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    scopes = [(await scene.alice.post(PATH, wish(effect=effect))).json()["scope"] for effect in ("allow", "deny")]
    assert scopes == ["own", "all"]


async def test_the_same_policy_is_there_once_in_whatever_order_its_actions_are(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    first = await scene.alice.post(PATH, wish(actions=["update", "share"]))
    again = await scene.alice.post(PATH, wish(actions=["share", "update"]))
    assert (first.status_code, again.status_code) == (201, 409)


async def test_a_change_keeps_what_it_does_not_name_and_is_in_force_at_once(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    policy_id = await scene.give("deny", "simulations", "create")
    assert (await scene.bob.post("/simulations", BRIEF, headers=ACME)).status_code == 403
    changed = await scene.alice.patch(f"{PATH}/{policy_id}", {"actions": ["update"]})
    assert changed.status_code == 200
    assert (changed.json()["effect"], changed.json()["actions"]) == ("deny", ["update"])
    assert (await scene.bob.post("/simulations", BRIEF, headers=ACME)).status_code == 202


def nested(depth: int) -> dict[str, Any]:
    condition: dict[str, Any] = {"operator": "owner"}
    for _ in range(depth - 1):
        condition = {"not": condition}
    return condition


def compared(attribute: Any, operator: Any, value: Any) -> dict[str, Any]:
    return {"conditions": {"attribute": attribute, "operator": operator, "value": value}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (compared("resource.id", "matches", "x"), "conditions.operator"),
        (compared("resource.colour", "eq", "red"), "conditions.attribute"),
        (compared("subject.password", "eq", "x"), "conditions.attribute"),
        (compared("tenant.max_users", "gt", "5"), "conditions.value"),
        (compared("tenant.max_users", "gt", True), "conditions.value"),
        ({"conditions": nested(200)}, "conditions"),
        ({"conditions": nested(9)}, "conditions"),
        ({"conditions": {"any": [{"operator": "owner"}] * 300}}, "conditions"),
        ({"actions": [f"a{n}" for n in range(65)]}, "actions"),
        ({"actions": []}, "actions"),
        ({"actions": ["Read"]}, "actions[0]"),
        ({"resource": "platform:tenants"}, "resource"),
        ({"resource": "x" * 101}, "resource"),
        ({"effect": "maybe"}, "effect"),
        ({"scope": "none"}, "scope"),
        ({"role_id": GLOBEX_MEMBER_ID}, "role_id"),
        ({"role_id": "member"}, "role_id"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_no_policy_may_say_is_refused_by_its_path(
    shared_client: httpx.AsyncClient, change: dict[str, Any], path: str
) -> None:
    alice = await log_in(shared_client, "alice@example.com", "alice-in-development")
    answer = await alice.post(PATH, wish(**change))
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["path"] == path


@pytest.mark.parametrize("depth", [1_000, 100_000])
async def test_a_tree_a_thousand_deep_is_a_400(shared_client: httpx.AsyncClient, depth: int) -> None:
    alice = await log_in(shared_client, "alice@example.com", "alice-in-development")
    condition = '{"not":' * depth + '{"operator":"owner"}' + "}" * depth
    body = f'{{"role_id":"{MEMBER_ID}","effect":"deny","resource":"x","actions":["y"],"conditions":{condition}}}'
    answer = await alice.request("POST", PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert "deep" in answer.text


async def test_a_condition_may_be_eight_deep(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    assert (await scene.alice.post(PATH, wish(conditions=nested(8)))).status_code == 201


async def test_an_admin_can_be_denied_anything_but_the_way_back(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    mine = await scene.alice.post(PATH, wish(role_id=ADMIN_ID, effect="deny", resource="simulations", actions=["*"]))
    assert mine.status_code == 201
    assert (await scene.alice.get("/simulations", headers=ACME)).status_code == 403

    for last in ({"resource": "policies", "actions": ["delete"]}, {"resource": "*", "actions": ["*"]}):
        refused = await scene.alice.post(PATH, wish(role_id=ADMIN_ID, effect="deny", **last))
        assert refused.status_code == 409
        assert "an admin always can" in refused.json()["detail"]
    everything = (await scene.alice.get(f"{PATH}?role_id={ADMIN_ID}")).json()["items"][0]
    assert (await scene.alice.delete(f"{PATH}/{everything['id']}")).status_code == 409
    assert (await scene.alice.delete(f"{PATH}/{mine.json()['id']}")).status_code == 204
    assert (await scene.alice.get("/simulations", headers=ACME)).status_code == 200


async def test_policies_of_another_tenant_are_not_there(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    theirs = (await scene.alice.get("/tenants/globex/policies")).json()["items"][0]["id"]
    for answer in (
        await scene.alice.get(f"{PATH}/{theirs}"),
        await scene.alice.patch(f"{PATH}/{theirs}", {"effect": "deny"}),
        await scene.alice.delete(f"{PATH}/{theirs}"),
        await scene.bob.get("/tenants/globex/policies"),
        await scene.bob.post("/tenants/nowhere/policies", wish()),
    ):
        assert answer.status_code == 404


async def test_a_member_may_neither_read_nor_write_policies(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    theirs = (await scene.alice.get(PATH)).json()["items"][0]["id"]
    for answer in (
        await scene.bob.get(PATH),
        await scene.bob.post(PATH, wish()),
        await scene.bob.patch(f"{PATH}/{theirs}", {"effect": "deny"}),
        await scene.bob.delete(f"{PATH}/{theirs}"),
        await scene.bob.get("/tenants/acme/access-report"),
    ):
        assert answer.status_code == 403


async def test_nobody_gives_by_a_policy_what_they_do_not_have(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    role_id = await role_with(
        scene,
        {"resource": "policies", "actions": ["create", "delete", "read", "update"], "scope": "all"},
        {"resource": "documents", "actions": ["read"], "scope": "own"},
        {"effect": "deny", "resource": "posts", "actions": ["delete"]},
    )

    async def tries(**change: Any) -> int:
        return (await scene.bob.post(PATH, wish(role_id=role_id, **change))).status_code

    assert await tries(resource="*", actions=["*"], scope="all") == 403
    assert await tries(resource="documents", actions=["read"], scope="all") == 403
    assert await tries(resource="documents", actions=["delete"]) == 403
    assert await tries(resource="documents", actions=["read"], conditions={"operator": "owner"}) == 201
    assert await tries(effect="deny", resource="simulations", actions=["read"]) == 201
    mine = await walk(scene.bob, PATH, role_id=role_id)
    deny = next(policy for policy in mine if policy["resource"] == "posts")
    assert (await scene.bob.delete(f"{PATH}/{deny['id']}")).status_code == 403
    assert (await scene.bob.patch(f"{PATH}/{deny['id']}", {"effect": "allow"})).status_code == 403
    for policy in await walk(scene.bob, PATH, role_id=MEMBER_ID):
        assert (await scene.bob.patch(f"{PATH}/{policy['id']}", {"actions": ["*"]})).status_code == 403


async def test_nobody_hands_out_a_role_that_may_more_than_they(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await role_with(scene, {"resource": "members", "actions": ["*"], "scope": "all"})
    for answer in (
        await scene.bob.patch(f"/tenants/acme/members/{BOB_ID}", {"role": "admin"}),
        await scene.bob.post("/tenants/acme/members", {"email": "dana@example.com", "role": "admin"}),
        await scene.bob.post("/tenants/acme/members", {"email": "dana@example.com", "role": "member"}),
        await scene.bob.patch(f"/tenants/acme/members/{ALICE_ID}", {"role": "mentor"}),
        await scene.bob.delete(f"/tenants/acme/members/{ALICE_ID}"),
    ):
        assert answer.status_code == 403, answer.text
    given = await scene.bob.post("/tenants/acme/members", {"email": "dana@example.com", "role": "mentor"})
    assert given.status_code == 201


# --- asking ------------------------------------------------------------------------------------------------------


async def ask(person: Person, *checks: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await person.post("/authorization/check", {"checks": checks}, headers=ACME)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["decisions"]
    return found


async def test_many_questions_are_answered_in_their_order_with_the_policy_that_decided(
    client: httpx.AsyncClient,
) -> None:
    scene = await acme(client)
    denied = await scene.give("deny", "documents", "delete")
    decisions = await ask(
        scene.bob,
        {"action": "create", "resource": "simulations"},
        {"action": "delete", "resource": "documents"},
        {"action": "delete", "resource": "tenants"},
        {"action": "read", "resource": "platform:tenants"},
        {"action": "read", "resource": "unheard_of"},
    )
    assert [decision["allowed"] for decision in decisions] == [True, False, False, False, False]
    assert decisions[1]["policy_id"] == denied
    assert decisions[2]["policy_id"] is None
    assert decisions[2]["reason"] == "no policy allows to delete tenants"


async def test_a_question_about_one_thing_is_answered_by_its_attributes(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    await scene.take_all("simulations")
    condition = {"attribute": "resource.level", "operator": "lte", "value": 3}
    policy_id = await scene.give("allow", "simulations", "create", "read", conditions=condition)

    def create(**attributes: Any) -> dict[str, Any]:
        return {"action": "create", "resource": "simulations", "attributes": attributes}

    decisions = await ask(
        scene.bob, create(level=3), create(level=4), create(), create(level=3, user_id=ADMIN_ID), create(level=None)
    )
    assert [decision["allowed"] for decision in decisions] == [True, False, False, False, False]
    assert {decision["policy_id"] for decision in decisions} == {policy_id}
    assert decisions[1]["reason"] == "does not hold: resource.level lte 3"
    assert decisions[2]["reason"] == "cannot be told: resource.level lte 3"
    assert decisions[3]["reason"] == "does not hold: owner"


@pytest.mark.parametrize(
    ("check", "path"),
    [
        ({"action": "read", "resource": "simulations", "attributes": {"colour": 1}}, "checks[0].attributes.colour"),
        ({"action": "read", "resource": "simulations", "attributes": {"level": "3"}}, "checks[0].attributes.level"),
        ({"action": "", "resource": "simulations"}, "checks[0].action"),
        ({"action": "read"}, "checks[0].resource"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_its_path(
    shared_client: httpx.AsyncClient, check: dict[str, Any], path: str
) -> None:
    bob = await log_in(shared_client, "bob@example.com", "bob-in-development")
    answer = await bob.post("/authorization/check", {"checks": [check]})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


async def test_at_most_a_hundred_questions_are_answered_at_once(shared_client: httpx.AsyncClient) -> None:
    bob = await log_in(shared_client, "bob@example.com", "bob-in-development")
    check = {"action": "read", "resource": "users"}
    for number, status in ((0, 400), (100, 200), (101, 400)):
        assert (await bob.post("/authorization/check", {"checks": [check] * number})).status_code == status


# --- the report --------------------------------------------------------------------------------------------------


async def test_the_report_says_who_may_do_what_and_by_which_policy(client: httpx.AsyncClient) -> None:
    scene = await acme(client)
    denied = await scene.give("deny", "posts", "create")
    some = await scene.give(
        "allow",
        "simulations",
        "read",
        scope="all",
        conditions={"attribute": "resource.language", "operator": "eq", "value": "ar"},
    )
    report = (await scene.alice.get("/tenants/acme/access-report")).json()
    roles = {role["name"]: role for role in report["roles"]}
    assert [member["email"] for member in roles["admin"]["members"]] == ["alice@example.com"]
    assert [member["user_id"] for member in roles["member"]["members"]] == [BOB_ID]

    rights = {(right["resource"], right["action"]): right for right in roles["member"]["rights"]}
    assert rights["users", "read"]["rows"] == "all"
    assert rights["progress", "update"]["rows"] == "own"
    assert rights["posts", "create"]["rows"] == "none"
    assert rights["posts", "create"]["denied_by"] == [denied]
    assert rights["simulations", "read"]["rows"] == "some"
    assert some in rights["simulations", "read"]["allowed_by"]
    assert rights["simulations", "read"]["conditions"] in (
        '(owner or resource.language eq "ar")',
        '(resource.language eq "ar" or owner)',
    )
    assert ("tenants", "delete") not in rights
    assert all(right["rows"] == "all" for right in roles["admin"]["rights"])
    assert len(roles["admin"]["rights"]) > 20


# --- the tenant that is asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", ["nowhere", "globex", "10000000-0000-4000-8000-000000000002", "acme ' or 1=1"])
async def test_a_tenant_that_is_not_there_and_one_that_is_not_mine_are_the_same_404(
    shared_client: httpx.AsyncClient, tenant: str
) -> None:
    bob = await log_in(shared_client, "bob@example.com", "bob-in-development")
    answer = await bob.get("/simulations", headers={"x-tenant-id": tenant})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such tenant."


async def test_a_tenant_header_that_is_empty_or_there_twice_is_a_400(shared_client: httpx.AsyncClient) -> None:
    bob = await log_in(shared_client, "bob@example.com", "bob-in-development")
    assert (await bob.get("/simulations", headers={"x-tenant-id": ""})).status_code == 400
    twice = [("authorization", f"Bearer {bob.token}"), ("x-tenant-id", "acme"), ("x-tenant-id", "acme")]
    assert (await shared_client.get("/api/v1/simulations", headers=twice)).status_code == 400


async def test_on_a_tenants_own_paths_the_path_names_it(shared_client: httpx.AsyncClient) -> None:
    alice = await log_in(shared_client, "alice@example.com", "alice-in-development")
    found = await alice.get(PATH, headers={"x-tenant-id": "globex"})
    assert {policy["role_id"] for policy in found.json()["items"]} == {ADMIN_ID, MEMBER_ID}
