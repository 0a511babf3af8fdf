"""Usage events as clients send them, who sends them, and what the owner sees of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias

import httpx
import psycopg
import pytest

from core.database.roles import Endpoints
from tests.billing.ledger import owner_of
from tests.client import Person, sign_up

Owner: TypeAlias = "psycopg.Connection[Any]"
Total: TypeAlias = "tuple[int, int, Decimal]"
_keys = count(1)


@pytest.fixture(scope="module")
def books(shared_endpoints: Endpoints) -> Iterator[Owner]:
    """The owner of the tables of the database that the tests of one file share."""
    with owner_of(shared_endpoints) as owner:
        yield owner


def ago(**earlier: float) -> datetime:
    return datetime.now(UTC) - timedelta(**earlier)


def event(**said: Any) -> dict[str, Any]:
    """An event of just now, with a key of its own."""
    moment = said.pop("occurred_at", None) or ago(seconds=5)
    return {
        "event_type": "render",
        "idempotency_key": f"key-{next(_keys)}",
        "occurred_at": moment.isoformat() if isinstance(moment, datetime) else moment,
        **said,
    }


async def report(person: Person, *events: dict[str, Any], **options: Any) -> httpx.Response:
    return await person.post("/billing/usage-events", {"events": list(events)}, **options)


async def taken(person: Person, *events: dict[str, Any], **options: Any) -> tuple[int, int]:
    """How many were new, and how many were not."""
    answer = await report(person, *events, **options)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return body["accepted"], body["duplicates"]


async def refused(person: Person, *events: dict[str, Any], **options: Any) -> tuple[int, str]:
    """Status and path of the first error."""
    answer = await report(person, *events, **options)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json().get("errors", [{"path": ""}])[0]["path"]


async def admin(client: httpx.AsyncClient, owner: Owner) -> tuple[Person, str]:
    """Somebody with a tenant that only they are in, and its id."""
    person = await sign_up(client)
    return person, tenant_of(owner, person)


def tenant_of(owner: Owner, person: Person) -> str:
    row = owner.execute("SELECT tenant_id::text FROM authz.memberships WHERE user_id = %s", (person.user["id"],))
    found = row.fetchone()
    assert found is not None
    return str(found[0])


async def member(client: httpx.AsyncClient, owner: Owner, tenant: str, *rules: dict[str, Any]) -> Person:
    """Somebody with the member's role there; or with one of these rules instead."""
    person = await sign_up(client)
    owner.execute("UPDATE authz.tenant_attributes SET max_users = 100 WHERE tenant_id = %s", (tenant,))
    role = "member"
    if rules:
        role = f"role-{person.user['id']}"
        made = owner.execute(
            "INSERT INTO authz.roles (tenant_id, name) VALUES (%s, %s) RETURNING id", (tenant, role)
        ).fetchone()
        assert made is not None
        for rule in rules:
            owner.execute(
                "INSERT INTO authz.policies (tenant_id, role_id, effect, resource, actions, scope, digest)"
                " VALUES (%s, %s, 'allow', %s, %s, %s, sha256(random()::text::bytea))",
                (tenant, made[0], rule["resource"], rule["actions"], rule.get("scope", "own")),
            )
    owner.execute(
        "INSERT INTO authz.memberships (tenant_id, user_id, role_id)"
        " SELECT tenant_id, %s, id FROM authz.roles WHERE tenant_id = %s AND name = %s",
        (person.user["id"], tenant, role),
    )
    return person


@contextmanager
def without_reading_usage(owner: Owner, tenant: str) -> Iterator[None]:
    """Members see nobody's usage for a while, not even their own."""
    change = (
        "UPDATE authz.policies SET actions = %s WHERE tenant_id = %s AND resource = 'usage' AND scope = 'own'"
        " AND actions = %s"
    )
    owner.execute(change, (["nothing"], tenant, ["read"]))
    yield
    owner.execute(change, (["read"], tenant, ["nothing"]))


def stored(owner: Owner, tenant: str) -> int:
    row = owner.execute("SELECT count(*) FROM billing.usage_events WHERE tenant_id = %s", (tenant,)).fetchone()
    assert row is not None
    return int(row[0])


def summed(owner: Owner, tenant: str, *, kept: bool = True) -> dict[tuple[str, str, str], Total]:
    """By day, type and user: what is kept as totals, or else what the events come to."""
    query = (
        "SELECT day::text, event_type, user_id::text, requests, tokens, cost FROM billing.usage_totals"
        " WHERE tenant_id = %s"
        if kept
        else "SELECT ((occurred_at AT TIME ZONE 'UTC')::date)::text, event_type, user_id::text, count(*),"
        " sum(tokens_used), sum(cost) FROM billing.usage_events WHERE tenant_id = %s GROUP BY 1, 2, 3"
    )
    rows = owner.execute(query.encode(), (tenant,)).fetchall()
    return {(day, event_type, user): (requests, tokens, cost) for day, event_type, user, requests, tokens, cost in rows}
