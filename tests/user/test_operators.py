"""Operators get in and out, and their doors and the users' are never the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from core.bootstrap import Parent
from core.http.authority import is_for_operators, is_open
from modules.user.passwords import Passwords
from tests.client import sign_up
from tests.operators import EMAIL, LOGIN, PASSWORD, alice_of_acme, operate

pytestmark = pytest.mark.anyio

USERS = "/api/v1/operators/users"


class CountedPasswords(Passwords):
    """The real ones, which count how often they were asked."""

    verified = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified += 1
        return await super().verify(password_hash, password)


@pytest.fixture
def counted(parent: Parent) -> CountedPasswords:
    (module,) = (module for module in parent.modules if module.name == "user")
    found = CountedPasswords()
    module.container.passwords.override(found)
    return found


# --- getting in and out ----------------------------------------------------------------------------------------------


async def test_an_operator_gets_a_token_for_twelve_hours_and_no_cookie(client: httpx.AsyncClient) -> None:
    answer = await client.post(LOGIN, json={"email": EMAIL.upper(), "password": PASSWORD})
    body = answer.json()
    assert answer.status_code == 200
    assert body["operator"] == {
        "id": "00000000-0000-4000-8000-000000000101",
        "email": EMAIL,
        "name": "Olga Operator",
    }
    assert body["token"].startswith("ops_")
    assert len(body["token"]) == len("ops_") + 43
    ends = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < ends <= timedelta(hours=12)
    assert "set-cookie" not in answer.headers


async def test_a_token_is_stored_only_as_its_hash(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    operator = await operate(client)
    rows = owner.execute("SELECT token_hash, s::text FROM users.operator_sessions s").fetchall()
    ((stored, text),) = rows
    assert len(stored) == 32
    assert operator.token not in text
    assert operator.token.removeprefix("ops_").encode().hex() not in text


async def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(
    client: httpx.AsyncClient, owner: psycopg.Connection, counted: CountedPasswords
) -> None:
    owner.execute(
        "INSERT INTO users.operators (email, name, password_hash, disabled_at)"
        " SELECT 'gone@example.com', name, password_hash, now() FROM users.operators"
    )
    wishes = [(EMAIL, "not this one"), ("nobody@example.com", PASSWORD), ("gone@example.com", PASSWORD)]
    answers = [await client.post(LOGIN, json={"email": email, "password": said}) for email, said in wishes]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({str({**answer.json(), "request_id": ""}) for answer in answers}) == 1
    assert answers[0].json()["detail"] == "The address or the password is wrong."
    assert counted.verified == 3
    await operate(client)
    assert counted.verified == 4


async def test_neither_users_nor_operators_get_in_at_the_others_log_in(client: httpx.AsyncClient) -> None:
    person = await sign_up(client)
    as_operator = await client.post(LOGIN, json={"email": person.email, "password": person.password})
    as_user = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert as_operator.status_code == as_user.status_code == 401


async def test_the_eleventh_wrong_password_is_refused_unread_and_right_ones_never_count(
    client: httpx.AsyncClient, counted: CountedPasswords
) -> None:
    for _ in range(12):
        await operate(client)
    counted.verified = 0
    wrong = {"email": EMAIL, "password": "not this one"}
    statuses = [(await client.post(LOGIN, json=wrong)).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    refused = await client.post(LOGIN, json={"email": EMAIL, "password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert counted.verified == 10


async def test_after_logging_out_the_token_is_refused_and_another_one_is_not(client: httpx.AsyncClient) -> None:
    first, second = await operate(client), await operate(client)
    assert (await first.post("/operators/logout")).status_code == 204
    assert (await first.get("/operators/users")).status_code == 401
    assert (await first.post("/operators/logout")).status_code == 401
    assert (await second.get("/operators/users")).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users.operators SET disabled_at = now()",
        "UPDATE users.operator_sessions SET expires_at = now()",
        "UPDATE users.operator_sessions SET revoked_at = now()",
        "DELETE FROM users.operators",
    ],
)
async def test_what_ends_a_session_is_felt_on_the_very_next_request(
    client: httpx.AsyncClient, owner: psycopg.Connection, change: str
) -> None:
    operator = await operate(client)
    assert (await operator.get("/operators/users")).status_code == 200
    owner.execute(change.encode())
    assert (await operator.get("/operators/users")).status_code == 401


# --- two worlds ------------------------------------------------------------------------------------------------------


def closed_routes(app: Litestar, *, of_operators: bool) -> list[tuple[str, str]]:
    """Method and path of every route with a lock, its parameters filled in."""

    def found() -> Iterator[tuple[str, str]]:
        for route in app.routes:
            if not isinstance(route, HTTPRoute):
                continue
            for handler in route.route_handlers:
                if not is_open(handler) and is_for_operators(handler) is of_operators:
                    yield from ((str(method), filled(route)) for method in methods(handler))

    return sorted(set(found()))


def methods(handler: HTTPRouteHandler) -> set[str]:
    return {str(method) for method in handler.http_methods} - {"OPTIONS", "HEAD"}


def filled(route: HTTPRoute) -> str:
    values = {UUID: str(uuid4()), int: "1"}
    parts = (part if isinstance(part, str) else values.get(part.type, "x") for part in route.path_components)
    return "/" + "/".join(parts)


async def test_an_operators_token_opens_no_route_of_a_user(app: Litestar, client: httpx.AsyncClient) -> None:
    operator = await operate(client)
    routes = closed_routes(app, of_operators=False)
    assert ("GET", "/api/v1/users/me") in routes
    for method, path in routes:
        for headers in (
            {"authorization": f"Bearer {operator.token}"},
            {"authorization": f"Bearer {operator.token}", "x-tenant-id": "acme"},
            {"cookie": f"interna_session={operator.token}", "origin": "http://interna.test"},
        ):
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.headers["www-authenticate"] == "Bearer", (method, path)


async def test_no_users_token_opens_a_route_of_operators(app: Litestar, client: httpx.AsyncClient) -> None:
    alice, operator = await alice_of_acme(client), await operate(client)
    routes = closed_routes(app, of_operators=True)
    assert {("GET", "/api/v1/operators/tenants"), ("POST", "/api/v1/operators/credits")} <= set(routes)
    for method, path in routes:
        for headers in (
            {"authorization": f"Bearer {alice.token}", "x-tenant-id": "acme"},
            {"cookie": f"interna_session={alice.token}", "origin": "http://interna.test"},
            {"cookie": f"interna_session={operator.token}", "origin": "http://interna.test"},
            {"authorization": f"Bearer ops_{'A' * 43}"},
            {"authorization": "Bearer a.b.c"},
            {},
        ):
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.headers["www-authenticate"] == "Bearer", (method, path)


async def test_everything_below_operators_is_for_operators_but_the_log_in(app: Litestar) -> None:
    below = {
        (str(method), route.path_format): is_for_operators(handler)
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path_format.startswith("/api/v1/operators")
        for handler in route.route_handlers
        for method in methods(handler)
    }
    assert below["DELETE", "/api/v1/operators/users/{user_id}"]
    assert [where for where, locked in below.items() if not locked] == [("POST", LOGIN)]
