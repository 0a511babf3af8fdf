"""Requests that carry the token of a trusted issuer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from joserfc.jwk import OctKey
from litestar import Litestar
from psycopg.types.json import Jsonb

from core.bootstrap import Parent
from core.database.transaction import Transaction
from core.errors import Unauthenticated
from core.http.caller import Presented, identify
from tests.client import Person, log_in, sign_up
from tests.user.issuers.issuer_server import IssuerServer, sign, trusted

pytestmark = pytest.mark.anyio
SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"


@dataclass
class Trust:
    """Writes down whom to trust."""

    owner: psycopg.Connection

    def __call__(self, issuer: str, **changes: Any) -> None:
        said = msgspec.structs.asdict(trusted(issuer, **changes))
        said |= {"claims": Jsonb(said["claims"]), "tenants": Jsonb(said["tenants"])}
        columns, values = ", ".join(said), ", ".join(f"%({name})s" for name in said)
        self.owner.execute(f"INSERT INTO users.trusted_issuers ({columns}) VALUES ({values})".encode(), said)

    def count(self, table: str) -> int:
        row = self.owner.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        found: int = row[0]
        return found


@pytest.fixture
def trust(owner: psycopg.Connection) -> Trust:
    return Trust(owner)


def bearer(client: httpx.AsyncClient, token: str) -> Person:
    return Person(client, token, {}, "")


async def test_at_first_sight_a_token_makes_a_user_with_ten_credits(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    ada = bearer(client, issuer.token(name="Ada Lovelace", picture="https://example.com/ada.png"))
    user = (await ada.get("/users/me")).json()
    assert (user["email"], user["email_verified"], user["name"]) == ("ada@example.com", True, "Ada Lovelace")
    assert user["image_url"] == "https://example.com/ada.png"
    assert await ada.credits() == (10, 0)


async def test_another_token_of_the_same_subject_is_the_same_user(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    first = (await bearer(client, issuer.token()).get("/users/me")).json()
    users = trust.count("users.users")
    second = (await bearer(client, issuer.token(iat=int(time.time()) - 5)).get("/users/me")).json()
    stranger = (await bearer(client, issuer.token(sub="eve-1", email="eve@example.com")).get("/users/me")).json()
    assert second["id"] == first["id"] != stranger["id"]
    assert trust.count("users.users") == users + 1


async def test_the_first_request_may_be_one_that_writes(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    answer = await bearer(client, issuer.token()).patch("/users/me", {"bio": "I count."})
    assert (answer.status_code, answer.json()["bio"]) == (200, "I count.")


async def test_somebody_known_is_identified_in_the_round_trip_of_begin(
    client: httpx.AsyncClient, parent: Parent, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    token = issuer.token()
    me = (await bearer(client, token).get("/users/me")).json()
    transaction = Transaction(parent.database, read_only=True)
    try:
        presented = Presented(token, None, in_cookie=False)
        caller = await identify(transaction, presented, parent.core.sessions(), parent.core.issuers)
        assert transaction.round_trips == 1
    finally:
        await transaction.rollback()
    assert str(caller.user_id) == me["id"]
    assert (caller.session_id, caller.stale) == (None, False)


async def test_requests_at_the_same_moment_at_first_sight_make_one_user(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    before = trust.count("users.users"), trust.count("authz.tenants"), trust.count("users.accounts")
    ada = bearer(client, issuer.token())
    answers = await asyncio.gather(*(ada.get("/users/me") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.json()["id"] for answer in answers}) == 1
    after = trust.count("users.users"), trust.count("authz.tenants"), trust.count("users.accounts")
    assert after == tuple(number + 1 for number in before)
    assert await ada.credits() == (10, 0)


async def test_an_address_that_changed_at_the_issuer_changes_here(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    first = (await bearer(client, issuer.token()).get("/users/me")).json()
    ada = bearer(client, issuer.token(email="countess@example.com", email_verified=False))
    second = (await ada.get("/users/me")).json()
    assert (second["id"], second["email"]) == (first["id"], "countess@example.com")
    assert second["email_verified"] is False


async def test_a_verified_address_leads_to_the_user_who_has_it(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    found = (await bearer(client, issuer.token(email="BOB@example.com")).get("/users/me")).json()
    assert found["id"] == bob.user["id"]


async def test_an_address_that_is_not_verified_takes_no_account_over(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    person = await sign_up(client)
    answer = await bearer(client, issuer.token(email=person.email, email_verified=False)).get("/users/me")
    assert answer.status_code == 409
    assert (await person.get("/users/me")).status_code == 200


async def test_where_its_addresses_are_trusted_a_token_need_not_say_that_one_is_verified(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url, trust_email=True)
    user = (await bearer(client, issuer.token(email_verified=None)).get("/users/me")).json()
    assert user["email_verified"] is True


@pytest.mark.parametrize("email", [None, "", "ada"])
async def test_a_stranger_without_an_address_is_refused(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust, email: str | None
) -> None:
    trust(issuer.url)
    users = trust.count("users.users")
    answer = await bearer(client, issuer.token(email=email)).get("/users/me")
    assert answer.status_code == 401
    assert "email" in answer.json()["detail"]
    assert trust.count("users.users") == users


async def test_somebody_known_may_come_without_an_address_and_keeps_the_old_one(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    first = (await bearer(client, issuer.token()).get("/users/me")).json()
    second = (await bearer(client, issuer.token(email=None)).get("/users/me")).json()
    assert second == first


async def test_a_mapped_organisation_picks_the_tenant_and_makes_a_member(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust, owner: psycopg.Connection
) -> None:
    trust(issuer.url, organisation_claim="organization", tenants={"acme-corp": "acme"})
    token = issuer.token(organization={"acme-corp": {"id": "7"}})
    ada = bearer(client, token)
    me = (await ada.get("/users/me")).json()
    row = owner.execute(
        "SELECT r.name FROM authz.memberships m JOIN authz.tenants t ON t.id = m.tenant_id"
        " JOIN authz.roles r ON r.id = m.role_id WHERE m.user_id = %s AND t.slug = 'acme'",
        (me["id"],),
    ).fetchone()
    assert row == ("member",)
    assert (await ada.get("/billing/credits")).json()["balance"] != 10
    assert (await ada.get("/billing/credits", headers={"x-tenant-id": "globex"})).status_code == 404


async def test_a_request_that_names_a_tenant_gets_that_one(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust, owner: psycopg.Connection
) -> None:
    trust(issuer.url, organisation_claim="org", tenants={"acme-corp": "acme"})
    ada = bearer(client, issuer.token(org="acme-corp"))
    me = (await ada.get("/users/me")).json()
    row = owner.execute("SELECT id FROM authz.tenants WHERE owner_id = %s", (me["id"],)).fetchone()
    assert row is not None
    answer = await ada.get("/billing/credits", headers={"x-tenant-id": str(row[0])})
    assert answer.json() == {"balance": 10, "held": 0}


async def test_somebody_known_becomes_a_member_when_the_organisation_is_new(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url, organisation_claim="org", tenants={"acme-corp": "acme"})
    assert await bearer(client, issuer.token()).credits() == (10, 0)
    balance, _ = await bearer(client, issuer.token(org="acme-corp")).credits()
    assert balance != 10


@pytest.mark.parametrize("org", ["globex", "nowhere", "10000000-0000-4000-8000-000000000002"])
async def test_an_organisation_that_is_not_mapped_makes_nobody_a_member(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust, org: str
) -> None:
    trust(issuer.url, organisation_claim="org", tenants={"acme-corp": "acme"})
    members = trust.count("authz.memberships")
    answer = await bearer(client, issuer.token(org=org)).get("/users/me")
    assert answer.status_code == 404
    assert trust.count("authz.memberships") == members + 1  # of the personal tenant


async def test_a_deleted_user_is_refused_and_stays_deleted(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    ada = bearer(client, issuer.token())
    assert (await ada.delete("/users/me")).status_code == 204
    users = trust.count("users.users")
    for token in (ada.token, issuer.token(email="new@example.com"), issuer.token(email=None)):
        answer = await bearer(client, token).get("/users/me")
        assert answer.status_code == 401
        assert "deleted" in answer.json()["detail"]
    assert trust.count("users.users") == users


async def test_a_removed_issuer_is_refused_on_the_next_request_and_makes_no_users(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    ada = bearer(client, issuer.token())
    assert (await ada.get("/users/me")).status_code == 200
    users = trust.count("users.users")
    trust.owner.execute("DELETE FROM users.trusted_issuers")
    for token in (ada.token, issuer.token(sub="new", email="new@example.com")):
        answer = await bearer(client, token).get("/users/me")
        assert answer.status_code == 401
        assert answer.json()["detail"] == "The token's issuer is not trusted here."
    assert trust.count("users.users") == users


async def test_an_issuer_that_is_added_is_known_within_a_second(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    ada = bearer(client, issuer.token())
    assert (await ada.get("/users/me")).status_code == 401
    trust(issuer.url)
    await asyncio.sleep(1)
    assert (await ada.get("/users/me")).status_code == 200


async def test_the_same_subject_of_two_issuers_is_two_people(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    trust("https://other.example", jwks_uri=f"{issuer.url}/jwks")
    ada = (await bearer(client, issuer.token()).get("/users/me")).json()
    theirs = issuer.token(iss="https://other.example", email="other@example.com")
    other = (await bearer(client, theirs).get("/users/me")).json()
    assert other["id"] != ada["id"]


async def test_there_is_no_session_to_log_out_of(client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust) -> None:
    trust(issuer.url)
    ada = bearer(client, issuer.token())
    answer = await ada.post("/auth/logout")
    assert answer.status_code == 403
    assert "another issuer's" in answer.json()["detail"]
    assert (await ada.get("/users/me")).status_code == 200


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"aud": "other"}, {"iss": "https://issuer.example"}, {"sub": ""}, {"sub": "a\0b"}]
)
async def test_a_token_that_does_not_hold_is_a_401_with_a_reason(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust, claims: dict[str, Any]
) -> None:
    trust(issuer.url)
    token = issuer.token(**claims)
    answer = await bearer(client, token).get("/users/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"].startswith("The token")
    assert token.split(".")[1] not in answer.text


async def test_an_issuer_that_is_away_is_a_503_that_says_when_to_come_back(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    issuer.answers.clear()
    answer = await bearer(client, issuer.token()).get("/users/me")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_users_token_is_no_operators(client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust) -> None:
    trust(issuer.url)
    answer = await bearer(client, issuer.token(sub="operator", email="operator@example.com")).get("/operators/tenants")
    assert answer.status_code in (401, 404)


class TestSharedSecret:
    """Supabase's older projects: HS256 with a secret whose variable the row names."""

    ISSUER = "https://ref.supabase.co/auth/v1"

    @pytest.fixture
    def environ(self, environ: dict[str, str]) -> dict[str, str]:
        return environ | {"SUPABASE_JWT_SECRET": SECRET}

    async def test_its_user_gets_in(self, client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust) -> None:
        row = {"algorithms": ["HS256"], "claims": {"name": "user_metadata.full_name"}, "audience": "authenticated"}
        trust(self.ISSUER, secret_variable="SUPABASE_JWT_SECRET", **row)
        said = issuer.claims(
            iss=self.ISSUER, aud="authenticated", email_verified=None, user_metadata={"full_name": "Ada Lovelace"}
        )
        user = (await bearer(client, sign(said, OctKey.import_key(SECRET))).get("/users/me")).json()
        assert (user["name"], user["email_verified"]) == ("Ada Lovelace", False)


async def test_a_flood_of_first_sights_leaves_the_pool_whole(
    client: httpx.AsyncClient, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    people = [bearer(client, issuer.token(sub=f"s{n}", email=f"s{n}@example.com")) for n in range(40)]
    answers = await asyncio.gather(*(person.get("/users/me") for person in people))
    assert {answer.status_code for answer in answers} == {200}
    again = await asyncio.gather(*(person.get("/users/me") for person in people))
    assert [answer.json()["id"] for answer in again] == [answer.json()["id"] for answer in answers]


async def test_a_token_that_does_not_hold_opens_no_transaction(
    app: Litestar, parent: Parent, issuer: IssuerServer, trust: Trust
) -> None:
    trust(issuer.url)
    transaction = Transaction(parent.database, read_only=True)
    presented = Presented(issuer.token(exp=1), None, in_cookie=False)
    with pytest.raises(Unauthenticated):
        await identify(transaction, presented, parent.core.sessions(), parent.core.issuers)
    assert transaction.round_trips == 0
