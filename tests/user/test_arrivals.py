"""Who arrives with a proof from elsewhere: which account is theirs, and which is never."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.errors import AlreadyThere
from core.database.identity import Anonymous
from core.errors import Invalid
from modules.user.domain import AddressTaken, ExternalIdentity
from modules.user.repositories.accounts import Grant
from modules.user.services.arrivals import AccountDeleted
from tests.client import PASSWORD, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
EMAIL = "kate@example.com"
KATE = ExternalIdentity(type="oauth", provider="acme", subject="k-1", email=EMAIL, email_verified=True)
ISSUED = msgspec.structs.replace(KATE, type="jwt", provider="https://issuer.example")


def kate(**changes: object) -> ExternalIdentity:
    return msgspec.structs.replace(KATE, **changes)


def issued(**changes: object) -> ExternalIdentity:
    return msgspec.structs.replace(ISSUED, **changes)


@pytest.fixture
async def victim(client: httpx.AsyncClient) -> Person:
    """Somebody who signed up with the address, and never proved it."""
    return await sign_up(client, email=EMAIL)


def prove(owner: psycopg.Connection, person: Person) -> None:
    owner.execute("UPDATE users.users SET email_verified_at = now() WHERE id = %s", (person.user["id"],))


async def welcome(parent: Parent, identity: ExternalIdentity, *, revive: bool = True) -> str:
    user = next(module for module in parent.modules if module.name == "user")
    async with parent.database.unit(Anonymous()):
        found: UUID = await user.container.arrivals().welcome(identity, Grant(), revive=revive)
    return str(found)


def count(owner: psycopg.Connection, what: str) -> int:
    found = owner.execute(f"SELECT count(*) FROM users.{what}".encode()).fetchone()
    assert found is not None
    return int(found[0])


async def test_a_verified_address_leads_to_the_account_that_has_it(
    parent: Parent, victim: Person, owner: psycopg.Connection
) -> None:
    prove(owner, victim)
    assert await welcome(parent, kate(email="KATE@example.com")) == victim.user["id"]
    assert (await victim.get("/users/me")).status_code == 200
    assert (await log_in(victim.client, EMAIL, PASSWORD)).user["id"] == victim.user["id"]


async def test_the_owner_of_an_address_takes_the_account_from_whoever_never_proved_it(
    parent: Parent, victim: Person, owner: psycopg.Connection
) -> None:
    owner.execute(
        "INSERT INTO users.accounts (user_id, type, provider, provider_account_id) VALUES (%s, 'oidc', 'evil', '1')",
        (victim.user["id"],),
    )
    assert await welcome(parent, kate()) == victim.user["id"]
    assert (await victim.get("/users/me")).status_code == 401
    refused = await victim.client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert refused.status_code == 401
    providers = owner.execute("SELECT array_agg(provider) FROM users.accounts").fetchone()
    assert providers == (["acme"],)
    assert count(owner, f"users WHERE email = '{EMAIL}' AND email_verified_at IS NOT NULL") == 1


async def test_an_address_that_nobody_proved_leads_to_nobodys_account(
    parent: Parent, victim: Person, owner: psycopg.Connection
) -> None:
    for proven in (False, True):
        if proven:
            prove(owner, victim)
        with pytest.raises(AddressTaken):
            await welcome(parent, kate(email_verified=False))
    assert count(owner, "accounts") == 0
    assert (await victim.get("/users/me")).status_code == 200


@pytest.mark.parametrize(
    "email", ["\u212aate@example.com", "ｋate@example.com", "kate@example\u3002com", "kate@\u0130nterna.example"]
)
async def test_an_address_that_only_looks_like_another_leads_nowhere(
    parent: Parent, victim: Person, owner: psycopg.Connection, email: str
) -> None:
    await sign_up(victim.client, email="kate@interna.example")
    owner.execute("UPDATE users.users SET email_verified_at = now()")
    with pytest.raises(Invalid):
        await welcome(parent, kate(email=email))
    assert count(owner, "accounts") == 0


async def test_an_address_in_another_form_of_unicode_is_the_same(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client, email="ren\u00e9@example.com")
    prove(owner, person)
    assert await welcome(parent, kate(email="rene\u0301@example.com")) == person.user["id"]


async def test_a_stranger_gets_an_account_with_a_name_and_a_picture_that_can_be_kept(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    user_id = await welcome(parent, kate(name="Ka\0te " + "x" * 300, image_url="javascript:alert(1)"))
    row = owner.execute("SELECT name, image_url FROM users.profiles WHERE user_id = %s", (user_id,)).fetchone()
    assert row is not None
    assert (row[0][:5], len(row[0]), row[1]) == ("Kate ", 255, None)
    assert count(owner, f"credentials WHERE user_id = '{user_id}'") == 0


@pytest.mark.parametrize("email", [None, "", "kate", "a" * 250 + "@example.com"])
async def test_without_an_address_there_is_no_account(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection, email: str | None
) -> None:
    before = count(owner, "users")
    with pytest.raises(Invalid):
        await welcome(parent, kate(email=email))
    assert count(owner, "users") == before


async def test_who_is_linked_is_known_by_the_subject_whatever_the_address(
    parent: Parent, client: httpx.AsyncClient
) -> None:
    first = await welcome(parent, kate())
    for email in ("moved@example.com", "bob@example.com", "\u212aate@example.com", None):
        assert await welcome(parent, kate(email=email)) == first
    assert await welcome(parent, kate(subject="k-2", email="k2@example.com")) != first


async def test_an_issuer_moves_the_address_of_its_user_but_never_to_somebody_elses(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    user_id = await welcome(parent, issued())
    address = "SELECT email, email_verified_at IS NOT NULL FROM users.users WHERE id = %s"
    for said, verified, kept in (
        ("moved@example.com", False, ("moved@example.com", False)),
        ("moved@example.com", True, ("moved@example.com", True)),
        ("bob@example.com", True, ("moved@example.com", True)),
        ("b\u0130b@example.com", True, ("moved@example.com", True)),
    ):
        assert await welcome(parent, issued(email=said, email_verified=verified)) == user_id
        assert owner.execute(address, (user_id,)).fetchone() == kept


async def test_a_provider_does_not_move_an_address(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    user_id = await welcome(parent, kate())
    await welcome(parent, kate(email="moved@example.com"))
    assert owner.execute("SELECT email FROM users.users WHERE id = %s", (user_id,)).fetchone() == (EMAIL,)


async def test_who_left_starts_afresh_by_signing_in_but_not_by_a_token_that_is_still_good(
    parent: Parent, victim: Person, owner: psycopg.Connection
) -> None:
    prove(owner, victim)
    await welcome(parent, kate())
    assert (await victim.delete("/users/me")).status_code == 204
    with pytest.raises(AccountDeleted):
        await welcome(parent, kate(), revive=False)
    assert count(owner, "accounts") == 1
    afresh = await welcome(parent, kate())
    assert afresh != victim.user["id"]
    assert await welcome(parent, kate()) == afresh


async def test_of_two_who_arrive_at_once_for_the_first_time_one_makes_the_account(
    parent: Parent, client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    before = count(owner, "users")
    outcomes = await asyncio.gather(*(welcome(parent, kate()) for _ in range(4)), return_exceptions=True)
    errors = [found for found in outcomes if isinstance(found, BaseException)]
    assert all(isinstance(error, (AlreadyThere, AddressTaken)) for error in errors)
    assert len({found for found in outcomes if isinstance(found, str)}) == 1
    assert count(owner, "users") == before + 1
