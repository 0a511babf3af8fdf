"""Anonymising what was deleted 30 days ago, as whoever runs the command."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.roles import Endpoints
from modules.user.services.purge import Purge, Purged
from scripts.purge import main
from tests.client import PASSWORD, Person, sign_up
from tests.commands import Ended, run, variables_of
from tests.user.mailbox import RESTORE, Mailbox

pytestmark = pytest.mark.anyio
EMAIL = "nadia@left.example"


def command(endpoints: Endpoints, *options: str) -> Ended:
    return run(main, *options, variables=variables_of(endpoints))


async def purge(parent: Parent, at_most: int = 100) -> list[Purged]:
    service: Purge = next(module for module in parent.modules if module.name == "user").container.purge()
    return [found async for found in service.run(at_most)]


async def gone(client: httpx.AsyncClient, owner: psycopg.Connection, email: str, *, days: int = 31) -> Person:
    """Somebody who left so many days ago."""
    headers = {"user-agent": "Nadia's phone"}
    wish = {"email": email, "password": PASSWORD, "name": "Nadia Adel", "region": "Cairo"}
    answer = await client.post("/api/v1/auth/signup", json=wish, headers=headers)
    client.cookies.clear()
    person = Person(client, answer.json()["token"], answer.json()["user"], email)
    owner.execute(
        "INSERT INTO users.accounts (user_id, type, provider, provider_account_id, email)"
        " VALUES (%s, 'oidc', 'acme', %s, %s)",
        (person.user["id"], email, email),
    )
    await person.patch("/users/me", {"bio": "Nadia's", "interests": ["bread"], "image_url": "https://x.example/n.png"})
    await person.delete("/users/me")
    age(owner, person, days)
    return person


def age(owner: psycopg.Connection, person: Person, days: int) -> None:
    owner.execute(
        "UPDATE users.users SET deleted_at = now() - make_interval(days => %s) WHERE id = %s",
        (days, person.user["id"]),
    )


def everything(owner: psycopg.Connection, *, but: str = "") -> str:
    """All that schemas users and authz hold, as text."""
    tables = owner.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema IN ('users', 'authz') AND table_type = 'BASE TABLE'"
    ).fetchall()
    return " ".join(
        str(owner.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t".encode()).fetchone())
        for (table,) in tables
        if table != but
    )


async def test_nothing_tells_any_more_who_it_was(
    client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection
) -> None:
    person = await gone(client, owner, EMAIL)
    await gone(client, owner, "recent@left.example", days=29)
    assert await purge(parent) == [Purged(UUID(person.user["id"]), "anonymised")]
    of_person = " ".join(
        str(owner.execute(f"SELECT t::text FROM {table} t WHERE {key} = %s".encode(), (person.user["id"],)).fetchall())
        for table, key in (
            ("users.users", "id"),
            ("users.profiles", "user_id"),
            ("users.credentials", "user_id"),
            ("users.accounts", "user_id"),
            ("users.sessions", "user_id"),
            ("authz.tenants", "owner_id"),
        )
    )
    for told in ("nadia", "left.example", "bread", "cairo", "n.png", "127.0.0.1", "phone", "argon2", "acme"):
        assert told not in of_person.lower(), told
    assert EMAIL not in everything(owner, but="users.verification_tokens")
    assert "recent@left.example" in everything(owner)


async def test_the_tokens_that_were_mailed_to_it_are_forgotten_when_they_expire(
    client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection
) -> None:
    await gone(client, owner, EMAIL)
    await purge(parent)
    assert EMAIL in everything(owner)
    owner.execute("UPDATE users.verification_tokens SET expires_at = now() - interval '1 second'")
    await parent.core.jobs().sweep()
    assert EMAIL not in everything(owner)


async def test_a_second_run_has_nothing_to_do(
    client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection
) -> None:
    people = [await gone(client, owner, f"person{number}@left.example", days=40 - number) for number in range(3)]
    ids = [person.user["id"] for person in people]
    assert [(str(found.user_id), found.outcome) for found in await purge(parent, 2)] == [
        (ids[0], "anonymised"),
        (ids[1], "anonymised"),
    ]
    assert [str(found.user_id) for found in await purge(parent)] == ids[2:]
    before = everything(owner)
    assert await purge(parent) == []
    assert everything(owner) == before


@pytest.mark.slow
async def test_the_command_tells_what_is_due_does_it_and_tells_what_failed(
    client: httpx.AsyncClient, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    stuck = await gone(client, owner, "stuck@left.example", days=50)
    other = await gone(client, owner, "other@left.example")
    before = everything(owner)
    rehearsed = command(endpoints, "--dry-run", "--json")
    assert rehearsed.code == 0, rehearsed.complained
    assert json.loads(rehearsed.said) == [{"user_id": person.user["id"], "outcome": "due"} for person in (stuck, other)]
    assert everything(owner) == before
    unless = f"anonymised_at IS NULL OR id <> '{stuck.user['id']}'"
    owner.execute(f"ALTER TABLE users.users ADD CONSTRAINT stuck CHECK ({unless})".encode())
    done = command(endpoints, "--json")
    outcomes: dict[str, Any] = {found["user_id"]: found["outcome"] for found in json.loads(done.said)}
    assert done.code == 1
    assert outcomes[other.user["id"]] == "anonymised"
    assert outcomes[stuck.user["id"]].startswith("failed: ")
    assert "stuck@left.example" in everything(owner)
    table = command(endpoints, "--limit", "1")
    assert (table.code, stuck.user["id"] in table.said) == (1, True)
    assert table.said.endswith("purge: 1 due, 1 failed\n")


def test_the_command_refuses_a_number_of_accounts_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    for number in ("0", "-1", "many", "10000001"):
        with pytest.raises(SystemExit, match="2"):
            main(["--limit", number])
        assert "usage: python -m scripts.purge" in capsys.readouterr().err


async def test_who_is_gone_cannot_come_back_and_the_address_is_anybodys(
    client: httpx.AsyncClient, parent: Parent, worker: None, environ: dict[str, str], owner: psycopg.Connection
) -> None:
    person = await gone(client, owner, EMAIL, days=1)
    assert (await client.post("/api/v1/auth/restore", json={"email": EMAIL})).status_code == 202
    token = await Mailbox(environ, EMAIL).token(RESTORE)
    age(owner, person, 31)
    assert len(await purge(parent)) == 1
    refused = await client.post("/api/v1/auth/restore/confirm", json={"token": token})
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:interna:problem:bad-token")
    refused = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert refused.status_code == 401
    assert (await sign_up(client, email=EMAIL)).user["id"] != person.user["id"]


async def test_of_a_restoration_and_a_purge_at_the_same_moment_one_happens(
    client: httpx.AsyncClient,
    parent: Parent,
    worker: None,
    environ: dict[str, str],
    endpoints: Endpoints,
    owner: psycopg.Connection,
) -> None:
    person = await gone(client, owner, EMAIL, days=1)
    await client.post("/api/v1/auth/restore", json={"email": EMAIL})
    token = await Mailbox(environ, EMAIL).token(RESTORE)
    with psycopg.connect(str(endpoints.owner)) as purging:
        purging.execute(
            "UPDATE users.users SET email = 'x@anonymised.invalid', anonymised_at = now() WHERE id = %s",
            (person.user["id"],),
        )
        restoring = asyncio.create_task(client.post("/api/v1/auth/restore/confirm", json={"token": token}))
        async with asyncio.timeout(5):
            while not owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                await asyncio.sleep(0.01)
    refused = await restoring
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:interna:problem:bad-token")
    row = owner.execute("SELECT deleted_at IS NULL FROM users.users WHERE id = %s", (person.user["id"],)).fetchone()
    assert row == (False,)
