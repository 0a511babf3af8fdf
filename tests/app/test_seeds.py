"""What the seeds plant, and where they plant nobody."""

from __future__ import annotations

import psycopg

from core.database.roles import Endpoints
from seeds import seed_all


def people(owner: psycopg.Connection) -> tuple[int, ...]:
    row = owner.execute("SELECT (SELECT count(*) FROM users.users), (SELECT count(*) FROM users.operators)").fetchone()
    assert row is not None
    return row


def test_in_production_no_development_user_is_planted(endpoints: Endpoints, owner: psycopg.Connection) -> None:
    assert endpoints.owner is not None
    assert people(owner) == (3, 1)
    for ledger in ("credit_entries", "credit_allocations"):  # else nobody empties it
        owner.execute(f"ALTER TABLE billing.{ledger} DISABLE TRIGGER USER".encode())
    owner.execute("TRUNCATE users.users, users.operators CASCADE")
    seed_all(endpoints.owner, development=False)
    assert people(owner) == (0, 0)
    seed_all(endpoints.owner, development=True)
    assert people(owner) == (3, 1)
