"""Signing up: what it makes, and what it refuses."""

import httpx
import psycopg
import pytest

from tests.client import PASSWORD, sign_up

pytestmark = pytest.mark.anyio
SIGN_UP = "/api/v1/auth/signup"


async def test_signing_up_makes_a_user_a_personal_tenant_and_ten_credits(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client, name="Nadia Intern", region="Cairo", field="data")
    assert person.user["email"] == person.email
    assert (person.user["name"], person.user["region"], person.user["field"]) == (
        "Nadia Intern",
        "Cairo",
        "data",
    )
    assert person.user["onboarding"] == {"status": "pending", "missing": ["interests"]}
    assert await person.credits() == (10, 0)
    kind, role = owner.execute(
        "SELECT t.kind, r.name FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id"
        " JOIN authz.roles r ON r.id = m.role_id WHERE m.user_id = %s",
        (person.user["id"],),
    ).fetchone() or (None, None)
    assert (kind, role) == ("personal", "admin")


async def test_the_answer_carries_a_session_cookie_that_scripts_cannot_read(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(SIGN_UP, json={"email": "c@example.com", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"interna_session={answer.json()['token']};")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))


async def test_an_address_is_taken_in_any_case(client: httpx.AsyncClient) -> None:
    await sign_up(client, email="Once@Example.com")
    answer = await client.post(SIGN_UP, json={"email": "once@example.COM", "password": PASSWORD})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:interna:problem:address-taken"


async def test_a_refused_sign_up_leaves_nothing_behind(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    await sign_up(client, email="first@example.com")
    count = "SELECT (SELECT count(*) FROM users.users) + (SELECT count(*) FROM authz.tenants)"
    before = owner.execute(count).fetchone()
    await client.post(SIGN_UP, json={"email": "first@example.com", "password": PASSWORD})
    assert owner.execute(count).fetchone() == before


@pytest.mark.parametrize(
    "password",
    [
        "",
        "seven77",
        "x" * 129,
        "password",
        "Password123!",
        "P@ssw0rd",
        "12345678",
        "aaaaaaaaaa",
        "strong@example.com",
    ],
)
async def test_a_weak_password_is_refused(client: httpx.AsyncClient, password: str) -> None:
    answer = await client.post(SIGN_UP, json={"email": "strong@example.com", "password": password})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "password"


@pytest.mark.parametrize("password", ["كلمة سر طويلة جدا", "длинный пароль", "🐑🐑🐑🐑 jump over", "x y" * 42 + "zz"])
async def test_a_password_may_be_of_any_script(client: httpx.AsyncClient, password: str) -> None:
    answer = await client.post(SIGN_UP, json={"email": "any@example.com", "password": password})
    assert answer.status_code == 201
    again = await client.post("/api/v1/auth/login", json={"email": "any@example.com", "password": password})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b", "a b@example.com", "a@@example.com", "a@example..com", "x" * 250 + "@e.com"],
)
async def test_what_is_no_address_is_refused(client: httpx.AsyncClient, email: str) -> None:
    answer = await client.post(SIGN_UP, json={"email": email, "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "email"


async def test_no_password_and_no_token_is_stored_as_it_is(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    stored = owner.execute(
        "SELECT c.password_hash, s.token_hash FROM users.credentials c JOIN users.sessions s USING (user_id)"
        " WHERE c.user_id = %s",
        (person.user["id"],),
    ).fetchone()
    assert stored is not None
    assert stored[0].startswith("$argon2id$")
    assert len(stored[1]) == 32
    assert person.token.encode() not in stored[1]
