"""`python -m scripts.ledger verify`: what it prints, and how it ends."""

from __future__ import annotations

import json

import psycopg
import pytest

from core.database.roles import Endpoints
from scripts.ledger import main
from tests.billing.ledger import owner_of
from tests.commands import Ended, run, variables_of

pytestmark = pytest.mark.slow


def verify(endpoints: Endpoints, *arguments: str) -> Ended:
    return run(main, "verify", *arguments, variables=variables_of(endpoints))


def test_a_whole_ledger_is_summed_and_ends_with_0(shared_endpoints: Endpoints) -> None:
    shown = verify(shared_endpoints)
    assert shown.code == 0, shown.complained
    assert "entries: grant" in shown.said
    assert "every balance follows from its entries" in shown.said
    assert shown.complained == ""


def test_for_machines_it_is_json_and_of_one_tenant_if_that_is_asked(shared_endpoints: Endpoints) -> None:
    everything = json.loads(verify(shared_endpoints, "--json").said)
    acme = json.loads(verify(shared_endpoints, "--tenant", "acme", "--json").said)
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
    assert shown.code == 1
    assert "balance is not the sum of the entries" in shown.said
    assert "2 odd" in shown.said
    fault = json.loads(verify(endpoints, "--json").said)["faults"][0]
    assert (fault["tenant"], fault["expected"], fault["found"]) == ("acme", 2000, 1999)
    assert verify(endpoints, "--tenant", "globex").code == 0


def test_a_hundred_faults_of_a_kind_are_shown_and_all_are_counted(endpoints: Endpoints) -> None:
    with owner_of(endpoints) as owner:
        owner.execute(
            "WITH made AS (INSERT INTO authz.tenants (name, slug, kind)"
            " SELECT 'x', 'many-' || n, 'organization' FROM generate_series(1, 120) n RETURNING id)"
            " INSERT INTO billing.credit_accounts (tenant_id, balance) SELECT id, 1 FROM made"
        )
    found = json.loads(verify(endpoints, "--json").said)
    assert (len(found["faults"]), found["all_faults"]) == (200, 240)


def test_a_tenant_that_there_is_not_is_said_and_ends_with_2(shared_endpoints: Endpoints) -> None:
    refused = verify(shared_endpoints, "--tenant", "nobody")
    assert (refused.code, refused.said) == (2, "")
    assert refused.complained == "interna: there is no tenant nobody\n"


def test_a_database_that_does_not_answer_is_one_line_and_2() -> None:
    gone = "host=/nowhere user=interna_owner dbname=interna"
    refused = verify(Endpoints(runtime=gone, owner=gone))
    assert refused.code == 2
    assert len(refused.complained.splitlines()) == 1
