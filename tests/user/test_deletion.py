"""Leaving, and coming back within 30 days."""

from __future__ import annotations

import asyncio

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.roles import Endpoints
from modules.user.passwords import Passwords
from tests.client import BRIEF, PASSWORD, Person, log_in, sign_up
from tests.user.mailbox import RESTORE, VERIFY, Mailbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("worker")]
EMAIL = "nadia@example.com"


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client, email=EMAIL)


@pytest.fixture
def mailbox(environ: dict[str, str]) -> Mailbox:
    return Mailbox(environ, EMAIL)


async def restore_token(client: httpx.AsyncClient, mailbox: Mailbox) -> str:
    assert (await client.post("/api/v1/auth/restore", json={"email": EMAIL})).status_code == 202
    return await mailbox.token(RESTORE)


async def test_who_deletes_the_account_is_out_at_once_everywhere(client: httpx.AsyncClient, nadia: Person) -> None:
    phone = await log_in(client, EMAIL, PASSWORD)
    answer = await nadia.delete("/users/me")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert {(await person.get("/users/me")).status_code for person in (nadia, phone)} == {401}
    refused = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:interna:problem:wrong-credentials")


async def test_who_logs_in_at_the_moment_of_the_deletion_gets_no_session(
    client: httpx.AsyncClient, nadia: Person, parent: Parent, owner: psycopg.Connection
) -> None:
    class Meanwhile(Passwords):
        async def verify(self, password_hash: str | None, password: str) -> bool:
            await nadia.delete("/users/me")
            return await super().verify(password_hash, password)

    provider = next(module for module in parent.modules if module.name == "user").container.passwords
    with provider.override(Meanwhile()):
        refused = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:interna:problem:wrong-credentials")
    assert owner.execute("SELECT count(*) FROM users.sessions WHERE revoked_at IS NULL").fetchone() == (0,)


async def test_a_session_that_begins_while_the_account_is_deleted_ends_with_it(
    nadia: Person, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    with psycopg.connect(str(endpoints.owner)) as beginning:
        beginning.execute("SELECT FROM users.users WHERE id = %s FOR SHARE", (nadia.user["id"],))
        beginning.execute(
            "INSERT INTO users.sessions (user_id, token_hash, expires_at)"
            " VALUES (%s, 'late', now() + interval '1 day')",
            (nadia.user["id"],),
        )
        leaving = asyncio.create_task(nadia.delete("/users/me"))
        async with asyncio.timeout(5):
            while not owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                await asyncio.sleep(0.01)
    assert (await leaving).status_code == 204
    assert owner.execute("SELECT count(*) FROM users.sessions WHERE revoked_at IS NULL").fetchone() == (0,)


async def test_a_restored_account_has_everything_but_its_sessions(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    made = await nadia.post("/simulations", BRIEF, headers={"prefer": "wait=20"})
    assert made.status_code == 201
    await nadia.delete("/users/me")
    token = await restore_token(client, mailbox)
    answer = await client.post("/api/v1/auth/restore/confirm", json={"token": token})
    assert (answer.status_code, answer.json()["id"], answer.json()["email_verified"]) == (200, nadia.user["id"], True)
    assert (await nadia.get("/users/me")).status_code == 401
    back = await log_in(client, EMAIL, PASSWORD)
    assert [found["id"] for found in (await back.get("/simulations")).json()["items"]] == [made.json()["id"]]
    assert await back.credits() == (7, 0)
    assert (await client.post("/api/v1/auth/restore/confirm", json={"token": token})).status_code == 400


async def test_the_address_is_free_at_once_and_then_there_is_nothing_to_restore(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    await nadia.delete("/users/me")
    token = await restore_token(client, mailbox)
    second = await sign_up(client, email=EMAIL.upper())
    assert second.user["id"] != nadia.user["id"]
    for _ in range(2):  # nothing is half done: it is the same answer again
        refused = await client.post("/api/v1/auth/restore/confirm", json={"token": token})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:interna:problem:address-taken")
    assert (await second.get("/users/me")).status_code == 200


async def test_an_account_that_is_not_deleted_is_mailed_no_restore(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    assert (await client.post("/api/v1/auth/restore", json={"email": EMAIL})).status_code == 202
    await nadia.post("/auth/email-verification")
    await mailbox.token(VERIFY, after=1)
    assert [subject for subject, _ in mailbox.mails()] == [VERIFY, VERIFY]


async def test_after_thirty_days_nothing_brings_it_back(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    await mailbox.token(VERIFY)  # before the deletion, after which it would not be sent
    await nadia.delete("/users/me")
    owner.execute("UPDATE users.users SET deleted_at = now() - interval '30 days 1 second' WHERE email = %s", (EMAIL,))
    await client.post("/api/v1/auth/restore", json={"email": EMAIL})
    await sign_up(client, email=EMAIL)
    await mailbox.token(VERIFY, after=1)
    assert RESTORE not in [subject for subject, _ in mailbox.mails()]
