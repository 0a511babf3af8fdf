"""Who hands in work, how often, who sees it, and how it moves progress."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.client import BRIEF, Person, log_in, sign_up
from tests.model_server import ModelServer, model_server
from tests.simulations.reviewing import ACME, FIRST, SEEDED, TASK, WHOLE, WORK, failing, grading, work

pytestmark = pytest.mark.anyio
KEY = {**ACME, "idempotency-key": "the same key"}
NOWHERE = "/simulations/00000000-0000-4000-8000-00000000ffff"


@pytest.fixture
async def model(environ: dict[str, str], anyio_backend: str) -> AsyncIterator[ModelServer]:
    """The application's model: a reviewer to whom everything is as it should be."""
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        environ.update(LLM_FIRST_BYTE_SECONDS="15", LLM_IDLE_SECONDS="15", LLM_TOTAL_SECONDS="30")
        server.always = grading()
        yield server


@pytest.fixture
async def bob(model: ModelServer, client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


@pytest.fixture
async def alice(model: ModelServer, client: httpx.AsyncClient) -> Person:
    """Acme's admin, who may see everybody's."""
    return await log_in(client, "alice@example.com", "alice-in-development")


async def hand_in(person: Person, path: str, body: dict[str, str] = WORK) -> dict[str, Any]:
    answered = await person.post(path, body, headers=ACME)
    assert answered.status_code == 201, answered.text
    review: dict[str, Any] = answered.json()
    return review


async def listed(person: Person, path: str, **params: Any) -> list[str]:
    page = (await person.get(path, headers=ACME, params=params)).json()
    assert page["next_cursor"] is None
    return [review["id"] for review in page["items"]]


# --- once ------------------------------------------------------------------------------------------------------------


async def test_the_same_key_is_one_review_and_another_body_is_refused(bob: Person, model: ModelServer) -> None:
    first = await bob.post(FIRST, WORK, headers=KEY)
    again = await bob.post(FIRST, WORK, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await bob.post(FIRST, work(1), headers=KEY)).status_code == 422
    elsewhere = await bob.post(f"{SEEDED}/milestones/1/reviews", WORK, headers=KEY)
    assert elsewhere.status_code == 422
    assert len(model.requests) == 1
    assert len(await listed(bob, WHOLE)) == 1


async def test_a_key_is_busy_while_its_work_is_graded(bob: Person, model: ModelServer) -> None:
    model.always = grading(delay=0.3)
    first = asyncio.create_task(bob.post(FIRST, WORK, headers=KEY))
    assert await model.until(lambda: len(model.requests) == 1, seconds=5)
    busy = await bob.post(FIRST, WORK, headers=KEY)
    assert (busy.status_code, busy.headers["retry-after"]) == (409, "1")
    done = await first
    assert (await bob.post(FIRST, WORK, headers=KEY)).json() == done.json()


async def test_a_review_is_kept_also_where_the_client_leaves(
    model: ModelServer, live: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    model.always = grading(delay=0.3)
    bob = await log_in(live, "bob@example.com", "bob-in-development")
    with pytest.raises(httpx.ReadTimeout):
        await bob.post(FIRST, WORK, headers=KEY, timeout=0.4)
    assert await model.until(lambda: len(model.requests) == 1 and model.requests[0].answered, seconds=5)
    for _ in range(200):
        if owner.execute("SELECT 1 FROM simulations.reviews").fetchall():
            break
        await asyncio.sleep(0.02)
    assert owner.execute("SELECT status FROM agents.agent_requests").fetchall() == [("completed",)]
    (review,) = (await bob.get(FIRST, headers=ACME)).json()["items"]
    assert (await bob.post(FIRST, WORK, headers=KEY)).json() == review
    assert len(model.requests) == 1


async def test_a_review_that_costs_is_paid_once_and_the_same_work_costs_nothing(
    owner: psycopg.Connection, bob: Person
) -> None:
    owner.execute("""UPDATE billing.plans SET prices = '{"review": 2}' WHERE id = 'enterprise'""")
    for _ in range(2):
        await hand_in(bob, FIRST)
    assert (await bob.get("/billing/credits", headers=ACME)).json() == {"balance": 1998, "held": 0}
    owner.execute("UPDATE billing.credit_accounts SET balance = 1")
    assert (await bob.post(FIRST, work(1), headers=ACME)).status_code == 402


async def test_without_a_language_model_work_is_reviewed_all_the_same(client: httpx.AsyncClient) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    first = await hand_in(bob, FIRST)
    assert all(1 <= line <= 2 for grade in first["grades"] for line in grade["lines"])
    assert (await hand_in(bob, FIRST, work(1)))["score"] == first["score"]
    assert (await bob.get(f"/agent-requests/{first['agent_request_id']}", headers=ACME)).json()["provider"] == "offline"


# --- who and what ----------------------------------------------------------------------------------------------------


async def test_only_the_intern_whose_project_it_is_hands_in_work(
    bob: Person, alice: Person, client: httpx.AsyncClient, model: ModelServer
) -> None:
    assert (await alice.post(FIRST, WORK, headers=ACME)).status_code == 403
    stranger = await sign_up(client)
    for path, nowhere in ((FIRST, f"{NOWHERE}/milestones/0/reviews"), (WHOLE, f"{NOWHERE}/reviews")):
        hidden, missing = [await stranger.post(each, WORK) for each in (path, nowhere)]
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["detail"] == missing.json()["detail"]
        assert (await stranger.get(path)).status_code == 404
    assert model.requests == []


@pytest.mark.parametrize("index", ["4", "99", "-1", "9" * 30])
async def test_a_milestone_that_the_project_does_not_have_is_not_found(bob: Person, index: str) -> None:
    path = f"{SEEDED}/milestones/{index}/reviews"
    assert (await bob.post(path, WORK, headers=ACME)).status_code == 404
    assert (await bob.get(path, headers=ACME)).status_code == 404


async def test_an_unknown_task_is_not_found(bob: Person) -> None:
    assert (await bob.post("/tasks/no-such-task/reviews", WORK, headers=ACME)).status_code == 404
    assert (await bob.get("/tasks/no-such-task/reviews", headers=ACME)).status_code == 404


async def test_what_is_being_written_or_never_was_takes_no_work(
    bob: Person, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    simulation = (await person.post("/simulations", BRIEF)).json()["id"]
    early = await person.post(f"/simulations/{simulation}/reviews", WORK)
    assert (early.status_code, early.headers["retry-after"]) == (409, "2")
    owner.execute("UPDATE simulations.simulations SET status = 'failed' WHERE id = %s", (simulation,))
    late = await person.post(f"/simulations/{simulation}/milestones/0/reviews", WORK)
    assert late.status_code == 409
    assert "retry-after" not in late.headers


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"code": "", "language": "Python"}, "code"),
        ({"code": " \n", "language": "Python"}, "code"),
        ({"code": "x" * 64_001, "language": "Python"}, "code"),
        ({"code": "a\0b", "language": "Python"}, "code"),
        ({"code": "x", "language": ""}, "language"),
        ({"code": "x", "language": " "}, "language"),
        ({"code": "x", "language": "x" * 41}, "language"),
        ({"code": "x", "language": "a\nb"}, "language"),
        ({"code": "x"}, "language"),
        ({"code": "x", "language": "Python", "score": 100}, "score"),
    ],
)
async def test_work_that_does_not_fit_is_refused(bob: Person, body: dict[str, Any], path: str) -> None:
    for route in (FIRST, WHOLE, TASK):
        refused = await bob.post(route, body, headers=ACME)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["path"] == path


async def test_the_longest_work_is_taken(bob: Person) -> None:
    review = await hand_in(bob, FIRST, {"code": "س" * 64_000, "language": "C++"})
    assert len(review["code"]) == 64_000


# --- lists -----------------------------------------------------------------------------------------------------------


async def test_reviews_are_listed_newest_first_a_milestones_apart(bob: Person) -> None:
    paths = [FIRST, f"{SEEDED}/milestones/1/reviews", WHOLE, FIRST, TASK]
    made = [(await hand_in(bob, path, work(number)))["id"] for number, path in enumerate(paths)]
    assert await listed(bob, WHOLE) == [made[3], made[2], made[1], made[0]]
    assert await listed(bob, FIRST) == [made[3], made[0]]
    assert await listed(bob, TASK) == [made[4]]
    first = (await bob.get(WHOLE, headers=ACME, params={"limit": 3})).json()
    rest = (await bob.get(WHOLE, headers=ACME, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [review["id"] for review in first["items"] + rest["items"]] == await listed(bob, WHOLE)
    foreign = await bob.get(FIRST, headers=ACME, params={"cursor": first["next_cursor"]})
    assert foreign.status_code == 400


async def test_who_may_read_reviews_of_others_sees_them_and_nobody_else_does(bob: Person, alice: Person) -> None:
    hers, his = (await hand_in(alice, TASK))["id"], (await hand_in(bob, TASK))["id"]
    assert await listed(bob, TASK) == [his]
    assert await listed(alice, TASK) == [his, hers]
    assert await listed(alice, TASK, user_id=bob.user["id"]) == [his]
    assert await listed(bob, TASK, user_id=alice.user["id"]) == []
    assert (await alice.get(f"/reviews/{his}", headers=ACME)).json()["user_id"] == bob.user["id"]
    hidden = await bob.get(f"/reviews/{hers}", headers=ACME)
    missing = await bob.get("/reviews/00000000-0000-4000-8000-00000000ffff", headers=ACME)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]
    await hand_in(bob, FIRST)
    assert len(await listed(alice, WHOLE)) == 1


# --- progress --------------------------------------------------------------------------------------------------------


async def project(person: Person, project_id: str) -> dict[str, Any]:
    projects = (await person.get("/projects", headers=ACME)).json()["items"]
    found: dict[str, Any] = next(each for each in projects if each["id"] == project_id)
    return found


async def progress(person: Person) -> tuple[str, bool | None]:
    (row,) = (await person.get("/progress", headers=ACME)).json()["items"]
    assert row["last_review_at"] == row["last_activity_at"]
    return row["status"], row["last_review_approved"]


async def test_a_simulation_is_completed_with_the_last_of_its_milestones(bob: Person, model: ModelServer) -> None:
    simulation_id = SEEDED.rpartition("/")[2]
    before = (await project(bob, simulation_id))["last_activity_at"]
    model.script(grading(failing))
    await hand_in(bob, FIRST, work(1))
    assert await progress(bob) == ("in_progress", False)
    for milestone in (3, 0, 1, 1):
        await hand_in(bob, f"{SEEDED}/milestones/{milestone}/reviews", work(milestone + 1))
        assert await progress(bob) == ("in_progress", milestone != 0)
        model.script(*([grading()] if milestone else []))
    await hand_in(bob, f"{SEEDED}/milestones/2/reviews")
    assert await progress(bob) == ("in_progress", True)
    await hand_in(bob, FIRST, work(9))
    assert await progress(bob) == ("completed", True)
    shown = await project(bob, simulation_id)
    assert shown["status"] == "completed"
    assert shown["last_activity_at"] > before


@pytest.mark.parametrize(("path", "project_id"), [(WHOLE, SEEDED.rpartition("/")[2]), (TASK, "rest-api")])
async def test_a_project_that_is_approved_is_completed_and_stays_so(
    bob: Person, model: ModelServer, path: str, project_id: str
) -> None:
    model.script(grading(failing))
    await hand_in(bob, path, work(1))
    assert await progress(bob) == ("in_progress", False)
    await hand_in(bob, path, work(2))
    assert await progress(bob) == ("completed", True)
    model.script(grading(failing))
    await hand_in(bob, path, work(3))
    assert await progress(bob) == ("completed", False)
    assert (await project(bob, project_id))["status"] == "completed"


async def test_the_last_two_milestones_at_once_complete_the_simulation(bob: Person, model: ModelServer) -> None:
    for milestone in (0, 1):
        await hand_in(bob, f"{SEEDED}/milestones/{milestone}/reviews")
    model.always = grading(delay=0.05)
    await asyncio.gather(*(hand_in(bob, f"{SEEDED}/milestones/{milestone}/reviews") for milestone in (2, 3)))
    assert await progress(bob) == ("completed", True)


async def test_work_is_reviewed_also_where_policies_keep_progress_from_its_intern(bob: Person, alice: Person) -> None:
    roles = (await alice.get("/tenants/acme/roles")).json()["items"]
    member = next(role["id"] for role in roles if role["name"] == "member")
    deny = {"role_id": member, "effect": "deny", "resource": "progress", "actions": ["update"]}
    assert (await alice.post("/tenants/acme/policies", deny)).status_code == 201
    first, again = [await hand_in(bob, FIRST) for _ in range(2)]
    assert again["agent_request_id"] == first["agent_request_id"]
