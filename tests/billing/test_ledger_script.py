"""`python -m scripts.ledger verify`: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from core.database.migrations import ROOT
from core.database.roles import Endpoints
from tests.billing.ledger import owner_of

pytestmark = pytest.mark.slow


def url(conninfo: str) -> str:
    parts = {str(name): str(value) for name, value in conninfo_to_dict(conninfo).items()}
    place = [(name, parts[name]) for name in ("host", "port") if name in parts]
    secret = quote(parts.get("password", ""), safe="")
    return f"postgresql://{parts['user']}:{secret}@/{parts['dbname']}?{urlencode(place)}"


def verify(endpoints: Endpoints, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert endpoints.owner is not None
    environ = {
        "PATH": os.defpath,
        "APP_ENV": "test",
        "DB_DRIVER": "postgres",
        "DATABASE_URL": url(endpoints.runtime),
        "DATABASE_OWNER_URL": url(endpoints.owner),
    }
    command = [sys.executable, "-m", "scripts.ledger", "verify", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_a_whole_ledger_is_summed_and_ends_with_0(shared_endpoints: Endpoints) -> None:
    shown = verify(shared_endpoints)
    assert shown.returncode == 0, shown.stderr
    assert "entries: grant" in shown.stdout
    assert "every balance follows from its entries" in shown.stdout
    assert shown.stderr == ""


def test_for_machines_it_is_json_and_of_one_tenant_if_that_is_asked(shared_endpoints: Endpoints) -> None:
    everything = json.loads(verify(shared_endpoints, "--json").stdout)
    acme = json.loads(verify(shared_endpoints, "--tenant", "acme", "--json").stdout)
    assert acme["accounts"] == 1 < everything["accounts"]
    assert (acme["balance"], acme["remaining"], acme["held"]) == (2000, 2000, 0)
    assert acme["sums"] == [{"kind": "grant", "entries": 1, "credits": 2000}]
    assert everything["faults"] == []


def test_what_is_odd_is_named_and_ends_with_1(endpoints: Endpoints, owner: psycopg.Connection) -> None:
    owner.execute(
        "UPDATE billing.credit_accounts SET balance = 1999"
        " WHERE tenant_id = (SELECT id FROM authz.tenants WHERE slug = 'acme')"
    )
    shown = verify(endpoints)
    assert shown.returncode == 1
    assert "balance is not the sum of the entries" in shown.stdout
    assert "2 odd" in shown.stdout
    fault = json.loads(verify(endpoints, "--json").stdout)["faults"][0]
    assert (fault["tenant"], fault["expected"], fault["found"]) == ("acme", 2000, 1999)
    assert verify(endpoints, "--tenant", "globex").returncode == 0


def test_a_hundred_faults_of_a_kind_are_shown_and_all_are_counted(endpoints: Endpoints) -> None:
    with owner_of(endpoints) as owner:
        owner.execute(
            "WITH made AS (INSERT INTO authz.tenants (name, slug, kind)"
            " SELECT 'x', 'many-' || n, 'organization' FROM generate_series(1, 120) n RETURNING id)"
            " INSERT INTO billing.credit_accounts (tenant_id, balance) SELECT id, 1 FROM made"
        )
    found = json.loads(verify(endpoints, "--json").stdout)
    assert (len(found["faults"]), found["all_faults"]) == (200, 240)


def test_a_tenant_that_there_is_not_is_said_and_ends_with_2(shared_endpoints: Endpoints) -> None:
    refused = verify(shared_endpoints, "--tenant", "nobody")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "interna: there is no tenant nobody\n"


def test_a_database_that_does_not_answer_is_one_line_and_2() -> None:
    gone = "host=/nowhere user=interna_owner dbname=interna"
    refused = verify(Endpoints(runtime=gone, owner=gone))
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
