"""The platform's own staff, as clients: the one whom the seeds made, and users to look after."""

from __future__ import annotations

from typing import Any

import httpx

from tests.client import Person, log_in

EMAIL = "operator@example.com"
PASSWORD = "operator-in-development"
LOGIN = "/api/v1/operators/login"


async def operate(client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD) -> Person:
    """A logged-in operator; requests carry the token."""
    answer = await client.post(LOGIN, json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Person(client, body["token"], body["operator"], email, password)


async def alice_of_acme(client: httpx.AsyncClient) -> Person:
    """A user with every right that a tenant can give."""
    return await log_in(client, "alice@example.com", "alice-in-development")


async def walk(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {**params, **({"cursor": cursor} if cursor else {})}
        answer = await person.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
