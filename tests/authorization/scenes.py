"""Organizations and people, as the tests of tenants need them."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import psycopg

from tests.client import Person

_numbers = count(1)


async def found(admin: Person, name: str = "Bread Academy", **wish: Any) -> str:
    """A new organization's id."""
    answer = await admin.post("/tenants", {"name": name, **wish})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def let_in(admin: Person, tenant: str, person: Person, role: str = "member") -> None:
    answer = await admin.post(f"/tenants/{tenant}/members", {"email": person.email, "role": role})
    assert answer.status_code == 201, answer.text


async def agree(person: Person, tenant: str, role: str = "admin") -> None:
    """By changing one's own membership, which somebody else made."""
    answer = await person.patch(f"/tenants/{tenant}/members/{person.user['id']}", {"role": role})
    assert answer.status_code == 200, answer.text


async def role(admin: Person, tenant: str, name: str) -> str:
    """A new role's id; it may do nothing."""
    answer = await admin.post(f"/tenants/{tenant}/roles", {"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def allow(admin: Person, tenant: str, role_id: str, resource: str, *actions: str, **more: Any) -> None:
    wish = {"role_id": role_id, "effect": "allow", "resource": resource, "actions": actions, "scope": "all", **more}
    answer = await admin.post(f"/tenants/{tenant}/policies", wish)
    assert answer.status_code == 201, answer.text


def strangers(owner: psycopg.Connection, number: int) -> list[str]:
    """Addresses of people who have an account and never come by."""
    emails = [f"stranger{next(_numbers)}@example.com" for _ in range(number)]
    with owner.cursor() as cursor:
        cursor.executemany("INSERT INTO users.users (email) VALUES (%s)", [(email,) for email in emails])
    return emails


def seats(owner: psycopg.Connection, tenant: str, number: int) -> None:
    owner.execute("UPDATE authz.tenant_attributes SET max_users = %s WHERE tenant_id = %s", (number, tenant))


def version(owner: psycopg.Connection, tenant: str) -> int:
    """How often what its members may do has changed."""
    row = owner.execute("SELECT policy_version FROM authz.tenants WHERE id = %s", (tenant,)).fetchone()
    assert row is not None
    return int(row[0])


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the last word of the problem's type."""
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def tally(answers: list[httpx.Response]) -> dict[int, int]:
    """How many answers there are of each status."""
    statuses = [answer.status_code for answer in answers]
    return {status: statuses.count(status) for status in set(statuses)}


def is_id(text: str) -> bool:
    return str(UUID(text)) == text


async def waiting(owner: psycopg.Connection) -> None:
    """Until somebody waits for somebody else's lock."""
    async with asyncio.timeout(5):
        while not owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
            await asyncio.sleep(0.01)
