"""What operators see and do of users."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.module import Subscription
from modules.user import UserDeleted
from tests.client import PASSWORD, log_in, sign_up
from tests.operators import operate, walk

pytestmark = pytest.mark.anyio


# --- seeing ----------------------------------------------------------------------------------------------------------


async def test_all_users_are_listed_newest_first_each_once_on_whatever_pages(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    owner.execute(
        "INSERT INTO users.users (email, created_at)"
        " SELECT 'many' || n || '@example.com', now() - make_interval(hours => n / 3) FROM generate_series(1, 25) n"
    )
    operator = await operate(client)
    seen = [user["id"] for user in await walk(operator, "/operators/users", limit=7)]
    rows = owner.execute("SELECT id::text FROM users.users ORDER BY created_at DESC, id DESC").fetchall()
    assert seen == [row[0] for row in rows]
    assert len(seen) == 28


async def test_an_operator_sees_a_user_as_the_user_does_and_what_became_of_the_account(
    client: httpx.AsyncClient,
) -> None:
    operator, person = await operate(client), await sign_up(client, name="Nour Adel", region="Giza")
    own = (await person.get("/users/me")).json()
    seen = (await operator.get(f"/operators/users/{own['id']}")).json()
    assert seen == {**own, "deleted_at": None, "anonymised_at": None}
    assert (await person.delete("/users/me")).status_code == 204
    gone = (await operator.get(f"/operators/users/{own['id']}")).json()
    assert gone["deleted_at"] is not None
    assert {**gone, "deleted_at": None} == seen
    assert gone in await walk(operator, "/operators/users", email=person.email)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("bob@", ["bob@example.com"]),
        ("BOB@Example", ["bob@example.com"]),
        ("50%_off", ["50%_off\\@example.com"]),
        ("f\\@", ["50%_off\\@example.com"]),
        ("%", ["50%_off\\@example.com"]),
        ("_", ["50%_off\\@example.com"]),
        ("b_b", []),
        ("' or true --", []),
        ("", ["50%_off\\@example.com", "alice@example.com", "bob@example.com", "dana@example.com"]),
    ],
)
async def test_a_part_of_an_address_is_text_and_no_pattern(
    client: httpx.AsyncClient, owner: psycopg.Connection, part: str, found: list[str]
) -> None:
    owner.execute(r"INSERT INTO users.users (email) VALUES ('50%_off\@example.com')")
    operator = await operate(client)
    seen = await walk(operator, "/operators/users", email=part)
    assert sorted(user["email"] for user in seen) == found


@pytest.mark.parametrize("params", [{"email": "x" * 255}, {"email": "\0"}, {"limit": 101}, {"cursor": "x"}])
async def test_a_question_that_makes_no_sense_is_a_400(client: httpx.AsyncClient, params: dict[str, Any]) -> None:
    operator = await operate(client)
    assert (await operator.get("/operators/users", params=params)).status_code == 400


async def test_who_does_not_exist_is_a_404_however_asked(client: httpx.AsyncClient) -> None:
    operator, path = await operate(client), f"/operators/users/{uuid4()}"
    answers = [await operator.get(path), await operator.patch(path, {"name": "Nobody"}), await operator.delete(path)]
    assert [answer.status_code for answer in answers] == [404] * 3


# --- making ----------------------------------------------------------------------------------------------------------


async def test_a_user_whom_an_operator_made_has_all_that_a_sign_up_gives(client: httpx.AsyncClient) -> None:
    operator = await operate(client)
    wish = {"email": " Salma@Example.com ", "password": PASSWORD, "name": "Salma Nabil", "email_verified": True}
    made = await operator.post("/operators/users", wish)
    assert made.status_code == 201
    salma = await log_in(client, "salma@example.com", PASSWORD)
    assert made.json() == {**salma.user, "deleted_at": None, "anonymised_at": None}
    assert (salma.user["email"], salma.user["email_verified"]) == ("Salma@Example.com", True)
    assert await salma.credits() == (10, 0)
    assert (await operator.get("/operators/users")).status_code == 200  # still an operator, and nobody else


async def test_without_a_password_a_mailed_token_lets_the_user_in(
    client: httpx.AsyncClient,
    environ: dict[str, str],
    start_worker: Callable[[], AbstractAsyncContextManager[None]],
) -> None:
    operator = await operate(client)
    made = await operator.post("/operators/users", {"email": "salma@example.com"})
    assert (made.status_code, made.json()["email_verified"], made.json()["name"]) == (201, False, None)
    async with start_worker():
        mail = await first_mail(Path(environ["DATA_DIR"]) / "outbox")
    assert "To: salma@example.com" in mail
    token = re.findall(r"one_[\w-]{43}", mail)[-1]
    proof = {"token": token, "password": PASSWORD}
    assert (await client.post("/api/v1/auth/password-reset/confirm", json=proof)).status_code == 204
    salma = await log_in(client, "salma@example.com", PASSWORD)
    assert salma.user["email_verified"]
    assert await salma.credits() == (10, 0)


async def first_mail(outbox: Path) -> str:
    for _ in range(300):
        if found := list(outbox.glob("*.eml")):
            return found[0].read_text()
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


@pytest.mark.parametrize(
    ("wish", "purposes"),
    [
        ({}, ["password_reset"]),
        ({"email_verified": True}, ["password_reset"]),
        ({"password": PASSWORD}, ["email_verification"]),
        ({"password": PASSWORD, "email_verified": True}, []),
    ],
)
async def test_a_new_user_is_mailed_what_is_still_missing(
    client: httpx.AsyncClient, owner: psycopg.Connection, wish: dict[str, Any], purposes: list[str]
) -> None:
    operator = await operate(client)
    made = await operator.post("/operators/users", {"email": "salma@example.com", **wish})
    assert made.status_code == 201
    rows = owner.execute("SELECT purpose FROM users.verification_tokens").fetchall()
    assert [purpose for (purpose,) in rows] == purposes


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"email": "BOB@example.com"}, 409),
        ({"email": "no address"}, 400),
        ({"email": "salma@example.com", "password": "short"}, 400),
        ({"email": "salma@example.com", "password": "password123"}, 400),
        ({"email": "salma@example.com", "name": "x"}, 400),
        ({"email": "salma@example.com", "id": str(uuid4())}, 400),
        ({}, 400),
    ],
)
async def test_a_user_who_cannot_be_made_leaves_nothing_behind(
    client: httpx.AsyncClient, owner: psycopg.Connection, wish: dict[str, Any], status: int
) -> None:
    operator = await operate(client)
    assert (await operator.post("/operators/users", wish)).status_code == status
    counts = "SELECT (SELECT count(*) FROM users.users), (SELECT count(*) FROM authz.tenants)"
    assert owner.execute(counts).fetchone() == (3, 5)


# --- changing --------------------------------------------------------------------------------------------------------


async def test_a_patch_changes_what_it_names_of_one_user_and_ends_no_session(client: httpx.AsyncClient) -> None:
    operator, person, other = await operate(client), await sign_up(client), await sign_up(client)
    patch = {"name": "Nour Adel", "bio": "maps", "field": "data", "interests": ["sql"], "region": None}
    changed = await operator.patch(f"/operators/users/{person.user['id']}", patch)
    assert changed.status_code == 200
    own = (await person.get("/users/me")).json()
    assert changed.json() == {**own, "deleted_at": None, "anonymised_at": None}
    assert own == {**person.user, **patch, "onboarding": {"status": "pending", "missing": []}}
    assert (await other.get("/users/me")).json() == other.user


async def test_an_empty_patch_is_the_user_unchanged(client: httpx.AsyncClient) -> None:
    operator, person = await operate(client), await sign_up(client)
    changed = await operator.patch(f"/operators/users/{person.user['id']}", {})
    assert changed.json() == {**person.user, "deleted_at": None, "anonymised_at": None}


@pytest.mark.parametrize(("said", "verified"), [({}, False), ({"email_verified": True}, True)])
async def test_a_new_address_ends_all_sessions_and_is_unverified_unless_said_otherwise(
    client: httpx.AsyncClient, owner: psycopg.Connection, said: dict[str, bool], verified: bool
) -> None:
    operator, person = await operate(client), await sign_up(client)
    again = await log_in(client, person.email, person.password)
    owner.execute("UPDATE users.users SET email_verified_at = now() WHERE id = %s", (person.user["id"],))
    wish = {"email": "moved@example.com", **said}
    changed = await operator.patch(f"/operators/users/{person.user['id']}", wish)
    assert (changed.json()["email"], changed.json()["email_verified"]) == ("moved@example.com", verified)
    assert [(await who.get("/users/me")).status_code for who in (person, again)] == [401, 401]
    old = await client.post("/api/v1/auth/login", json={"email": person.email, "password": person.password})
    assert old.status_code == 401
    assert (await log_in(client, "moved@example.com", person.password)).user["id"] == person.user["id"]


async def test_another_spelling_of_the_same_address_changes_no_more_than_the_spelling(
    client: httpx.AsyncClient,
) -> None:
    operator, bob = await operate(client), await log_in(client, "bob@example.com", "bob-in-development")
    changed = await operator.patch(f"/operators/users/{bob.user['id']}", {"email": "Bob@example.com"})
    assert (changed.json()["email"], changed.json()["email_verified"]) == ("Bob@example.com", True)
    assert (await bob.get("/users/me")).status_code == 200


async def test_an_address_is_verified_and_unverified_by_word_alone(client: httpx.AsyncClient) -> None:
    operator, person = await operate(client), await sign_up(client)
    path = f"/operators/users/{person.user['id']}"
    for said in (True, True, False):
        assert (await operator.patch(path, {"email_verified": said})).json()["email_verified"] is said
        assert (await person.get("/users/me")).json()["email_verified"] is said


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"bio": "half", "email": "BOB@example.com"}, 409),
        ({"bio": "half", "email": "no address"}, 400),
        ({"bio": "half", "password": PASSWORD}, 400),
        ({"bio": "half", "name": None}, 400),
        ({"bio": "half", "email_verified": None}, 400),
        ({"bio": "half", "deleted_at": None}, 400),
    ],
)
async def test_a_patch_that_is_refused_changes_nothing(
    client: httpx.AsyncClient, patch: dict[str, Any], status: int
) -> None:
    operator, person = await operate(client), await sign_up(client)
    answer = await operator.patch(f"/operators/users/{person.user['id']}", patch)
    assert answer.status_code == status
    assert (await person.get("/users/me")).json() == person.user


# --- deleting --------------------------------------------------------------------------------------------------------


async def test_a_user_whom_an_operator_deletes_is_out_at_once_and_free_to_sign_up_again(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    operator, person = await operate(client), await sign_up(client)
    path = f"/operators/users/{person.user['id']}"
    assert (await operator.delete(path)).status_code == 204
    assert (await person.get("/users/me")).status_code == 401
    left = "SELECT count(*) FROM users.sessions WHERE user_id = %s AND revoked_at IS NULL"
    assert owner.execute(left, (person.user["id"],)).fetchone() == (0,)
    assert (await client.post("/api/v1/auth/restore", json={"email": person.email})).status_code == 202
    assert (await sign_up(client, email=person.email)).user["id"] != person.user["id"]


async def test_whoever_waits_for_users_to_leave_hears_of_it_once(client: httpx.AsyncClient, parent: Parent) -> None:
    heard: list[UUID] = []

    async def hear(event: UserDeleted) -> None:
        heard.append(event.user_id)

    parent.core.events().subscribe([Subscription(UserDeleted, lambda: hear)])
    operator, person = await operate(client), await sign_up(client)
    for _ in range(2):
        await operator.delete(f"/operators/users/{person.user['id']}")
    assert heard == [UUID(person.user["id"])]


async def test_what_was_deleted_is_neither_deleted_again_nor_changed(client: httpx.AsyncClient) -> None:
    operator, person = await operate(client), await sign_up(client)
    path = f"/operators/users/{person.user['id']}"
    await operator.delete(path)
    before = (await operator.get(path)).json()
    answers = [await operator.delete(path), await operator.patch(path, {"email": "x@example.com", "bio": "x"})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (await operator.get(path)).json() == before


async def test_of_two_who_delete_the_same_user_one_did(client: httpx.AsyncClient) -> None:
    operator, person = await operate(client), await sign_up(client)
    path = f"/operators/users/{person.user['id']}"
    answers = await asyncio.gather(*(operator.delete(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404, 404]
