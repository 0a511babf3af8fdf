"""Anonymising what was deleted 30 days ago, as whoever runs the command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx
import psycopg
import pytest

from app.reach import DATABASE
from core.database.roles import Endpoints
from tests.app.test_serve import ROOT
from tests.client import PASSWORD, Person, sign_up

pytestmark = pytest.mark.anyio


def purge(endpoints: Endpoints, *options: str) -> tuple[int, list[dict[str, Any]]]:
    variables = {"APP_ENV": "test", "DB_DRIVER": "postgres", "DATABASE_URL": url(endpoints.runtime)}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.purge", "--json", *options],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def url(conninfo: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(conninfo)
    password = f":{parts['password']}" if parts.get("password") else ""
    host, port = parts.get("host", ""), parts.get("port", 5432)
    if str(host).startswith("/"):
        return f"postgresql://{parts['user']}{password}@/{parts['dbname']}?host={host}&port={port}"
    return f"postgresql://{parts['user']}{password}@{host}:{port}/{parts.get('dbname', DATABASE)}"


async def gone(client: httpx.AsyncClient, owner: psycopg.Connection, email: str) -> Person:
    """Somebody who left 31 days ago."""
    person = await sign_up(client, email=email, name="Nadia Adel", region="Cairo")
    owner.execute(
        "INSERT INTO users.accounts (user_id, type, provider, provider_account_id, email)"
        " VALUES (%s, 'oidc', 'acme', %s, %s)",
        (person.user["id"], email, email),
    )
    await person.patch("/users/me", {"bio": "Nadia's", "interests": ["bread"], "image_url": "https://x.example/n.png"})
    await person.delete("/users/me")
    owner.execute("UPDATE users.users SET deleted_at = now() - interval '31 days' WHERE id = %s", (person.user["id"],))
    return person


def everything(owner: psycopg.Connection) -> str:
    """All that schemas users and authz hold, as text."""
    tables = owner.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema IN ('users', 'authz') AND table_type = 'BASE TABLE'"
    ).fetchall()
    return " ".join(
        str(owner.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t".encode()).fetchone())
        for (table,) in tables
        if table != "users.verification_tokens"  # those are forgotten a day after they expire
    )


async def test_nothing_tells_any_more_who_it_was(
    client: httpx.AsyncClient, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    person = await gone(client, owner, "nadia@left.example")
    recent = await sign_up(client, email="recent@left.example")
    await recent.delete("/users/me")
    assert "nadia" in everything(owner).lower()
    code, report = purge(endpoints)
    assert (code, report) == (0, [{"user_id": person.user["id"], "outcome": "anonymised"}])
    left = everything(owner).lower()
    assert "nadia" not in left
    assert "bread" not in left
    assert "recent@left.example" in left
    assert purge(endpoints) == (0, [])


async def test_a_dry_run_tells_and_does_nothing(
    client: httpx.AsyncClient, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    person = await gone(client, owner, "nadia@left.example")
    before = everything(owner)
    assert purge(endpoints, "--dry-run") == (0, [{"user_id": person.user["id"], "outcome": "due"}])
    assert everything(owner) == before


async def test_one_that_fails_is_told_and_keeps_nobody_else(
    client: httpx.AsyncClient, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    stuck = await gone(client, owner, "stuck@left.example")
    other = await gone(client, owner, "other@left.example")
    unless = f"anonymised_at IS NULL OR id <> '{stuck.user['id']}'"
    owner.execute(f"ALTER TABLE users.users ADD CONSTRAINT stuck CHECK ({unless})".encode())
    code, report = purge(endpoints)
    outcomes = {found["user_id"]: found["outcome"] for found in report}
    assert code == 1
    assert outcomes[other.user["id"]] == "anonymised"
    assert outcomes[stuck.user["id"]].startswith("failed: ")
    assert "stuck@left.example" in everything(owner)


async def test_the_address_of_somebody_who_is_gone_is_anybodys(
    client: httpx.AsyncClient, endpoints: Endpoints, owner: psycopg.Connection
) -> None:
    person = await gone(client, owner, "nadia@left.example")
    purge(endpoints)
    refused = await client.post("/api/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    assert refused.status_code == 401
    assert (await sign_up(client, email=person.email)).user["id"] != person.user["id"]
