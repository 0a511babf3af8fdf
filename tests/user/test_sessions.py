"""Log-in, log-out, and how a request says who it is from."""

import httpx
import psycopg
import pytest
from litestar import Litestar

from app.asgi import create_app
from app.composition import compose
from core.bootstrap import bootstrap
from core.database.roles import Endpoints
from tests.client import PASSWORD, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
ME = "/api/v1/users/me"


async def test_a_seeded_user_logs_in(client: httpx.AsyncClient) -> None:
    alice = await log_in(client, "ALICE@example.com", "alice-in-development")
    assert (await alice.get("/users/me")).json()["name"] == "Alice Example"


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    wrong = await client.post("/api/v1/auth/login", json={"email": person.email, "password": "not this one"})
    unknown = await client.post("/api/v1/auth/login", json={"email": "nobody@example.com", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    ours, theirs = wrong.json(), unknown.json()
    assert {**ours, "request_id": ""} == {**theirs, "request_id": ""}


async def test_after_logging_out_the_token_is_refused_in_every_worker(
    client: httpx.AsyncClient, endpoints: Endpoints, environ: dict[str, str]
) -> None:
    person = await sign_up(client)
    second = create_app(bootstrap(compose, environ, endpoints=endpoints))
    async with second.lifespan():
        transport = httpx.ASGITransport(app=second)
        async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as other:
            elsewhere = Person(other, person.token, person.user, person.email)
            assert (await elsewhere.get("/users/me")).status_code == 200
            assert (await person.post("/auth/logout")).status_code == 204
            assert (await elsewhere.get("/users/me")).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer ", "Bearer nonsense", "Basic YTpi", "bearer", "Bearer ses_" + "A" * 43, "Bearer ses_\u00e9"],
)
async def test_a_token_that_is_none_is_refused(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get(ME, headers={"authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_expired_session_is_refused(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    person = await sign_up(client)
    owner.execute("UPDATE users.sessions SET expires_at = now() WHERE user_id = %s", (person.user["id"],))
    assert (await person.get("/users/me")).status_code == 401


async def test_the_cookie_is_as_good_as_the_header_for_reading(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    answer = await client.get(ME, headers={"cookie": f"other=1; interna_session={person.token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://interna.test"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
async def test_a_change_by_cookie_must_come_from_this_site(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    person = await sign_up(client)
    answer = await client.patch(
        ME, json={"bio": "hello"}, headers={"cookie": f"interna_session={person.token}", **headers}
    )
    assert answer.status_code == status


async def test_in_production_the_cookie_is_bound_to_the_host(endpoints: Endpoints) -> None:
    environ = {
        "APP_ENV": "production",
        "DATABASE_URL": "postgresql://unused/interna",
        "SECRET_KEY": "a-key-of-forty-characters-for-production",
    }
    app: Litestar = create_app(bootstrap(compose, environ, endpoints=endpoints))
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://interna.test") as client:
            answer = await client.post("/api/v1/auth/signup", json={"email": "p@example.com", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-interna_session=")


async def test_a_session_is_marked_as_seen_at_most_once_a_minute(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    seen = "SELECT last_seen_at FROM users.sessions WHERE user_id = %s"
    owner.execute(
        "UPDATE users.sessions SET last_seen_at = now() - interval '2 minutes' WHERE user_id = %s",
        (person.user["id"],),
    )
    before = owner.execute(seen, (person.user["id"],)).fetchone()
    await person.get("/users/me")
    first = owner.execute(seen, (person.user["id"],)).fetchone()
    await person.get("/users/me")
    second = owner.execute(seen, (person.user["id"],)).fetchone()
    assert before is not None
    assert first is not None
    assert first[0] > before[0]
    assert second == first


@pytest.mark.parametrize("tenant", ["acme", "10000000-0000-4000-8000-000000000001"])
async def test_a_member_acts_for_a_tenant_named_by_slug_or_id(client: httpx.AsyncClient, tenant: str) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    answer = await bob.get("/billing/credits", headers={"x-tenant-id": tenant})
    assert answer.json() == {"balance": 2000, "held": 0}


@pytest.mark.parametrize(
    "tenant", ["globex", "no-such-tenant", "10000000-0000-4000-8000-000000000002", "' or true --", "é"]
)
async def test_a_tenant_that_is_not_yours_is_the_same_404_as_one_that_does_not_exist(
    client: httpx.AsyncClient, tenant: str
) -> None:
    bob = await log_in(client, "bob@example.com", "bob-in-development")
    answer = await bob.get("/users/me", headers={"x-tenant-id": tenant.encode("latin-1").decode("latin-1").encode()})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such tenant."


async def test_an_empty_tenant_header_is_a_400(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    assert (await person.get("/users/me", headers={"x-tenant-id": ""})).status_code == 400
