"""Other origins, and the headers that every answer carries."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from tests.client import PASSWORD, sign_up

pytestmark = pytest.mark.anyio
PAGE = "https://app.interna.example"
STRANGER = {"origin": "https://evil.example"}


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"CORS_ORIGINS": f"{PAGE}, http://localhost:5173"}


async def test_a_listed_origin_may_ask_for_what_the_api_offers(client: httpx.AsyncClient) -> None:
    question = {
        "origin": PAGE,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, content-type, x-tenant-id",
    }
    answer = await client.options("/api/v1/users/me", headers=question)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "x-tenant-id", "idempotency-key", "last-event-id"))
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{PAGE}.evil.example", PAGE.upper(), "http" + PAGE[5:]]
)
async def test_any_other_origin_is_told_nothing(client: httpx.AsyncClient, origin: str) -> None:
    question = {"origin": origin, "access-control-request-method": "POST"}
    preflight = await client.options("/api/v1/auth/login", headers=question)
    real = await client.get("/health/live", headers={"origin": origin})
    for answer in (preflight, real):
        assert answer.status_code in (200, 204)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("GET", "/api/v1/users/me", 401),
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/auth/login", 405),
        ("POST", "/api/v1/auth/login", 400),
    ],
)
async def test_every_answer_may_be_read_by_a_listed_origin(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, headers={"origin": PAGE})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_another_origin_never_comes_with_cookies(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"origin": PAGE})
    assert "access-control-allow-credentials" not in answer.headers
    person = await sign_up(client)
    cookie = {"cookie": f"interna_session={person.token}", "origin": PAGE}
    refused = await client.patch("/api/v1/users/me", json={"bio": "x"}, headers=cookie)
    assert refused.status_code == 403
    bearer = {"authorization": f"Bearer {person.token}", "origin": PAGE}
    assert (await client.patch("/api/v1/users/me", json={"bio": "x"}, headers=bearer)).status_code == 200


async def test_options_of_a_route_needs_nobody_to_be_logged_in(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/v1/users/me")
    assert answer.status_code == 204
    assert "OPTIONS" in answer.headers["allow"]
    assert (await client.options("/api/v1/nothing")).status_code == 404


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    person = await sign_up(client)
    json = {"content-type": "application/json"}
    answers = [
        await client.get("/health/live"),
        await person.get("/users/me"),
        await client.get("/api/v1/users/me"),
        await client.get("/api/v1/nothing"),
        await client.put("/api/v1/auth/login"),
        await client.post("/api/v1/auth/login", content=b" " * (2 << 20), headers=json),
        await client.post("/api/v1/auth/login", content=b"x", headers={"content-type": "text/plain"}),
        await client.post("/api/v1/auth/login", content=b"{", headers=json),
        await client.options("/api/v1/users/me", headers={"origin": PAGE, "access-control-request-method": "GET"}),
    ]
    owner.execute("ALTER TABLE users.profiles RENAME COLUMN region TO gone")  # an error that nobody foresaw
    answers.append(await person.get("/users/me"))
    assert {answer.status_code for answer in answers} == {200, 204, 400, 401, 404, 405, 413, 415, 500}
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff", answer
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "max-age" in answer.headers["strict-transport-security"]
        assert answer.headers["x-request-id"]


async def test_without_a_list_nothing_is_said_of_origins(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", json={"email": "a@b.c", "password": PASSWORD}, headers=STRANGER)
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("access-control-")]
