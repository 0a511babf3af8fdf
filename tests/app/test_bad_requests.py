"""Requests that nobody should send: a problem+json in the 400s each, never a 500, and nothing stored."""

import asyncio
import json

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client import BRIEF, Person, sign_up

pytestmark = pytest.mark.anyio
JSON = {"content-type": "application/json"}
DEEP = 5000

WISH = json.dumps(BRIEF).encode()


def brief(**change: object) -> bytes:
    return json.dumps({**BRIEF, **change}).encode()


BODIES = {
    "nothing": b"",
    "no JSON": b"{title: 1}",
    "half a document": WISH[:-10],
    "two documents": WISH + WISH,
    "a list": b"[1]",
    "null": b"null",
    "a number": b"5",
    "a wrong type": brief(title=5),
    "a number as text": brief(level="3"),
    "a fraction": brief(level=3.5),
    "true as a number": brief(level=True),
    "an unknown field": brief(admin=True),
    "NUL in a text": brief(title="a\0b"),
    "a raw control character": WISH.replace(b"Bread", b"Bre\x00ad"),
    "a lone surrogate": b'{"title": "\\ud800", "context": "x", "level": 1}',
    "half a pair": b'{"title": "\\ud83d x", "context": "x", "level": 1}',
    "invalid UTF-8": WISH.replace(b"Bread", b"Br\xff\xfead"),
    "an overlong encoding": WISH.replace(b"Bread", b"\xc0\xaf"),
    "a number beyond bigint": b'{"title": "a", "context": "b", "level": 9223372036854775808}',
    "a number of a thousand digits": b'{"title": "a", "context": "b", "level": ' + b"9" * 1000 + b"}",
    "infinity": b'{"title": "a", "context": "b", "level": 1e999}',
    "not a number": b'{"title": "a", "context": "b", "level": NaN}',
    "lists in lists": b"[" * DEEP + b"]" * DEEP,
    "lists never closed": b"[" * DEEP,
    "objects in objects": b'{"title":' * DEEP + b"1" + b"}" * DEEP,
    "depth in a text": b'{"context": "b", "level": 1, "title": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "depth in a number": b'{"title": "a", "context": "b", "level": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "depth in an unknown field": b'{"x": ' + b"[" * DEEP + b"]" * DEEP + b"}",
}


async def test_a_body_that_is_not_there_is_said_to_be_missing(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    headers = {"authorization": f"Bearer {person.token}", **JSON}
    answer = await client.post("/api/v1/simulations", content=b"", headers=headers)
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"path": "", "message": "The body is missing."}])


@pytest.mark.parametrize(
    ("change", "headers", "path", "message"),
    [
        ({"title": " \t"}, {}, "title", "It is blank."),
        ({}, {"idempotency-key": "x" * 256}, "Idempotency-Key", "Expected `str` of length <= 255"),
    ],
)
async def test_what_is_wrong_is_said_of_what_the_client_sent(
    client: httpx.AsyncClient, change: dict[str, str], headers: dict[str, str], path: str, message: str
) -> None:
    answer = await (await sign_up(client)).post("/simulations", {**BRIEF, **change}, headers=headers)
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"path": path, "message": message}])


async def refused(person: Person, answer: httpx.Response, owner: psycopg.Connection) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= problem.keys()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    stored = owner.execute("SELECT count(*) FROM simulations.simulations WHERE user_id = %s", (person.user["id"],))
    assert stored.fetchone() == (0,)
    assert await person.credits() == (10, 0)


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_refused_and_leaves_nothing(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, name: str
) -> None:
    person = await sign_up(shared_client)
    await refused(
        person, await person.request("POST", "/simulations", content=BODIES[name], headers=JSON), shared_owner
    )


async def test_twenty_megabytes_are_too_much(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    person = await sign_up(shared_client)
    answer = await person.request("POST", "/simulations", content=brief(context="x" * 20_000_000), headers=JSON)
    assert answer.status_code == 413
    await refused(person, answer, shared_owner)


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "", "json"]
)
async def test_only_json_is_json(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, media_type: str
) -> None:
    person = await sign_up(shared_client)
    headers = {"content-type": media_type} if media_type else {}
    answer = await person.request("POST", "/simulations", content=WISH, headers=headers)
    assert answer.status_code == 415
    await refused(person, answer, shared_owner)


async def test_json_may_name_its_character_set(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await person.request("POST", "/simulations", content=WISH, headers=headers)).status_code == 202


@pytest.mark.parametrize(
    "name", ["authorization", "x-tenant-id", "idempotency-key", "content-type", "prefer", "host", "content-length"]
)
async def test_a_header_that_is_there_twice_is_refused(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, name: str
) -> None:
    person = await sign_up(shared_client)
    plain = {
        "authorization": f"Bearer {person.token}",
        "content-type": "application/json",
        "content-length": str(len(WISH)),
        "host": "interna.test",
    }
    twice = [*plain.items(), (name, plain.get(name, "x")), *([] if name in plain else [(name, "y")])]
    answer = await shared_client.post("/api/v1/simulations", content=WISH, headers=twice)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == name
    await refused(person, answer, shared_owner)


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_an_idempotency_key_has_a_length(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, key: str
) -> None:
    person = await sign_up(shared_client)
    answer = await person.request("POST", "/simulations", content=WISH, headers={**JSON, "idempotency-key": key})
    await refused(person, answer, shared_owner)


@pytest.mark.parametrize("prefer", ["wait=x", "wait=-1", "return=minimal", "wait=99999999999999"])
async def test_a_preference_that_makes_no_sense_is_ignored(client: httpx.AsyncClient, prefer: str) -> None:
    person = await sign_up(client)
    answer = await person.request("POST", "/simulations", content=WISH, headers={**JSON, "prefer": prefer})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "path",
    ["/nope", "/simulations/not-an-id", "/simulations/%00", "/simulations/../users/me/x", "/tasks/" + "x" * 3000],
)
async def test_a_path_to_nowhere_is_not_found(shared_client: httpx.AsyncClient, path: str) -> None:
    person = await sign_up(shared_client)
    answer = await person.get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_method_that_a_resource_does_not_know_is_a_405_with_what_it_does(
    shared_client: httpx.AsyncClient,
) -> None:
    person = await sign_up(shared_client)
    answer = await person.delete("/users/me/onboarding")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


async def test_every_answer_carries_the_security_headers(shared_client: httpx.AsyncClient) -> None:
    for path, status in (("/health/live", 200), ("/api/v1/users/me", 401), ("/nope", 404)):
        answer = await shared_client.get(path)
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "max-age=" in answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"] == "no-store"


async def test_a_request_id_of_the_callers_own_is_kept_if_it_is_a_plain_one(shared_client: httpx.AsyncClient) -> None:
    kept = await shared_client.get("/health/live", headers={"x-request-id": "trace-0123456789"})
    assert kept.headers["x-request-id"] == "trace-0123456789"
    made = await shared_client.get("/health/live", headers={"x-request-id": "<script>"})
    assert made.headers["x-request-id"] != "<script>"


async def test_a_database_that_is_gone_is_a_503_that_asks_to_come_back(
    client: httpx.AsyncClient, parent: object
) -> None:
    person = await sign_up(client)
    await parent.database.pool.close()  # type: ignore[attr-defined]
    answer = await person.get("/users/me")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def test_no_body_whatever_is_a_500(app: object, parent: object) -> None:
    """Hypothesis writes the bodies; field names are ours, so that they get past the first look."""
    names = st.sampled_from(["title", "context", "level", "language", "team_mode"])
    pieces = (
        st.text().map(str.encode)
        | st.binary(max_size=60)
        | st.dictionaries(names, _JSON_VALUES).map(lambda value: json.dumps(value).encode())
    )

    async def post(bodies: list[bytes]) -> list[int]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
            url = "/api/v1/auth/signup"
            return [(await client.post(url, content=body, headers=JSON)).status_code for body in bodies]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(pieces, min_size=1, max_size=5))
    def check(bodies: list[bytes]) -> None:
        assert all(400 <= status < 500 for status in asyncio.run(post(bodies)))

    check()
