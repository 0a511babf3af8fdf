"""Where one is logged in, and how to end it from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from app.asgi import create_app
from app.composition import compose
from core.bootstrap import bootstrap
from core.database.roles import Endpoints
from tests.client import PASSWORD, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
EMAIL = "nadia@example.com"


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client, email=EMAIL)


async def listed(person: Person) -> list[dict[str, object]]:
    answer = await person.get("/auth/sessions")
    assert answer.status_code == 200
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_a_user_sees_each_device_its_address_and_which_one_this_is(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    phone = await client.post("/api/v1/auth/login", json=body, headers={"user-agent": "Phone/1.0"})
    client.cookies.clear()
    first, second = await listed(nadia)
    assert first["user_agent"] == "Phone/1.0"
    assert first["ip"] == second["ip"] == "127.0.0.1"
    assert (first["current"], second["current"]) == (False, True)
    assert first["expires_at"] == phone.json()["expires_at"]
    assert set(first) == {"id", "user_agent", "ip", "created_at", "last_seen_at", "expires_at", "current"}


async def test_the_list_comes_in_pages(client: httpx.AsyncClient, nadia: Person) -> None:
    for _ in range(4):
        await log_in(client, EMAIL, PASSWORD)
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await nadia.get("/auth/sessions", params=query)).json()
        seen += [session["id"] for session in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_a_session_that_is_ended_is_refused_on_the_next_request_in_every_worker(
    client: httpx.AsyncClient, nadia: Person, environ: dict[str, str], endpoints: Endpoints
) -> None:
    phone = await log_in(client, EMAIL, PASSWORD)
    elsewhere = create_app(bootstrap(compose, environ, endpoints=endpoints))
    async with elsewhere.lifespan():
        transport = httpx.ASGITransport(app=elsewhere)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as other:
            there = Person(other, phone.token, phone.user, EMAIL)
            assert (await there.get("/users/me")).status_code == 200
            ended = next(session["id"] for session in await listed(nadia) if not session["current"])
            assert (await nadia.delete(f"/auth/sessions/{ended}")).status_code == 204
            assert (await there.get("/users/me")).status_code == 401
    assert (await nadia.delete(f"/auth/sessions/{ended}")).status_code == 404
    assert len(await listed(nadia)) == 1


async def test_a_session_that_is_over_is_not_listed_and_one_that_is_used_was_seen_just_now(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    await log_in(client, EMAIL, PASSWORD)
    over, mine = await listed(nadia)
    owner.execute("UPDATE users.sessions SET expires_at = now() WHERE id = %s", (over["id"],))
    owner.execute("UPDATE users.sessions SET last_seen_at = now() - interval '1 hour'")
    await listed(nadia)
    (left,) = await listed(nadia)
    assert left["id"] == mine["id"] != over["id"]
    age = datetime.now(UTC) - datetime.fromisoformat(str(left["last_seen_at"]))
    assert abs(age.total_seconds()) < 30
    assert (await nadia.delete(f"/auth/sessions/{over['id']}")).status_code == 404


async def test_nobody_elses_session_can_be_ended(client: httpx.AsyncClient, nadia: Person) -> None:
    other = await sign_up(client)
    theirs = (await listed(other))[0]["id"]
    refused = await nadia.delete(f"/auth/sessions/{theirs}")
    unknown = await nadia.delete("/auth/sessions/00000000-0000-4000-8000-00000000dead")
    assert (refused.status_code, refused.json()["detail"]) == (404, unknown.json()["detail"])
    assert (await other.get("/users/me")).status_code == 200


async def test_all_others_or_all_can_be_ended(client: httpx.AsyncClient, nadia: Person) -> None:
    others = [await log_in(client, EMAIL, PASSWORD) for _ in range(3)]
    assert (await nadia.delete("/auth/sessions", params={"keep": "current"})).status_code == 204
    assert {(await other.get("/users/me")).status_code for other in others} == {401}
    assert (await nadia.get("/users/me")).status_code == 200
    assert (await nadia.delete("/auth/sessions")).status_code == 204
    assert (await nadia.get("/users/me")).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"), [("/auth/sessions?keep=other", 400), ("/auth/sessions?keep=", 400), ("/auth/sessions/me", 404)]
)
async def test_what_names_no_session_ends_none(nadia: Person, path: str, status: int) -> None:
    assert (await nadia.delete(path)).status_code == status
    assert (await nadia.get("/users/me")).status_code == 200


@pytest.mark.parametrize("path", ["login", "signup"])
async def test_a_token_that_the_client_brings_is_never_adopted(
    client: httpx.AsyncClient, nadia: Person, path: str
) -> None:
    chosen = "ses_" + "A" * 43
    body = {"email": EMAIL if path == "login" else "new@example.com", "password": PASSWORD}
    answer = await client.post(f"/api/v1/auth/{path}", json=body, headers={"cookie": f"interna_session={chosen}"})
    client.cookies.clear()
    assert answer.is_success
    assert answer.json()["token"] != chosen
    assert (await Person(client, chosen, {}, EMAIL).get("/users/me")).status_code == 401


async def test_a_log_in_ends_the_session_that_the_browser_had(client: httpx.AsyncClient, nadia: Person) -> None:
    other = await sign_up(client)
    for before in (nadia.token, other.token):  # also somebody else's, on a shared machine
        body = {"email": EMAIL, "password": PASSWORD}
        cookie = {"cookie": f"interna_session={before}"}
        assert (await client.post("/api/v1/auth/login", json=body, headers=cookie)).status_code == 200
        client.cookies.clear()
        assert (await Person(client, before, {}, EMAIL).get("/users/me")).status_code == 401


async def test_a_browser_that_says_its_cookies_in_several_lines_is_understood(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    cookies = [("cookie", "theme=dark"), ("cookie", f"interna_session={nadia.token}")]
    assert (await client.post("/api/v1/auth/login", json=body, headers=cookies)).status_code == 200
    client.cookies.clear()
    assert (await nadia.get("/users/me")).status_code == 401


async def test_every_log_in_has_a_token_of_its_own_of_256_bits_that_is_nowhere_stored(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    tokens = {nadia.token, *[(await log_in(client, EMAIL, PASSWORD)).token for _ in range(3)]}
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {len("ses_") + 43}  # base64url of 32 bytes
    stored = str(owner.execute("SELECT string_agg(s::text, ' ') FROM users.sessions s").fetchone())
    assert not [token for token in tokens if token in stored or token.encode().hex() in stored]
