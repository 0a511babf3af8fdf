"""The tenants of the platform, as operators see them."""

from __future__ import annotations

import re
from uuid import UUID

import httpx
import psycopg
import pytest
from litestar import Litestar

from core.bootstrap import Parent
from core.database.identity import Acting, ActingOperator, Anonymous
from core.http.pages import NEWEST, Position
from modules.authorization.repositories.tenants import _SUMMARIES, TenantRepository
from tests.client import sign_up
from tests.operators import operate, walk

pytestmark = pytest.mark.anyio
OLGA = ActingOperator(UUID("00000000-0000-4000-8000-000000000101"))


async def test_a_tenant_is_shown_with_its_plan_and_the_number_of_its_members(client: httpx.AsyncClient) -> None:
    operator = await operate(client)
    found = {tenant["slug"]: tenant for tenant in await walk(operator, "/operators/tenants")}
    acme = found["acme"]
    assert acme.pop("created_at")
    assert acme == {
        "id": "10000000-0000-4000-8000-000000000001",
        "name": acme["name"],
        "slug": "acme",
        "kind": "organization",
        "plan": "enterprise",
        "members": 2,
    }
    assert (found["globex"]["plan"], found["globex"]["members"]) == ("pro", 2)
    assert [tenant["members"] for tenant in found.values() if tenant["kind"] == "personal"] == [1, 1, 1]


async def test_a_sign_up_is_the_newest_tenant(client: httpx.AsyncClient) -> None:
    operator, person = await operate(client), await sign_up(client, name="Nour Adel")
    (newest,) = (await operator.get("/operators/tenants", params={"limit": 1})).json()["items"]
    assert (newest["name"], newest["kind"], newest["plan"], newest["members"]) == ("Nour Adel", "personal", "free", 1)
    assert newest["slug"] == f"personal-{person.user['id'].replace('-', '')}"


async def test_all_tenants_are_listed_newest_first_each_once_on_whatever_pages(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    many(owner, 25)
    operator = await operate(client)
    seen = [tenant["id"] for tenant in await walk(operator, "/operators/tenants", limit=7)]
    rows = owner.execute("SELECT id::text FROM authz.tenants ORDER BY created_at DESC, id DESC").fetchall()
    assert seen == [row[0] for row in rows]
    assert len(seen) == 30


def many(owner: psycopg.Connection, number: int) -> None:
    """Organisations without members, three at a time in the same moment."""
    owner.execute(
        "WITH made AS (INSERT INTO authz.tenants (name, slug, kind, created_at)"
        " SELECT 'Many', 'many-' || n, 'organization', now() - make_interval(hours => n / 3)"
        " FROM generate_series(1, %s) n RETURNING id)"
        " INSERT INTO authz.tenant_attributes (tenant_id) SELECT id FROM made",
        (number,),
    )


async def test_a_page_is_one_query_that_begins_where_the_last_one_ended(
    app: Litestar, parent: Parent, owner: psycopg.Connection
) -> None:
    many(owner, 5_000)
    owner.execute(
        "WITH made AS (INSERT INTO authz.roles (tenant_id, name, is_system) SELECT id, 'admin', true FROM authz.tenants"
        " WHERE name = 'Many' RETURNING tenant_id, id)"
        " INSERT INTO authz.memberships (tenant_id, user_id, role_id)"
        " SELECT tenant_id, '00000000-0000-4000-8000-000000000001', id FROM made"
    )
    owner.execute("ANALYZE authz.tenants, authz.memberships, authz.tenant_attributes")
    middle = owner.execute("SELECT created_at, id::text FROM authz.tenants WHERE slug = 'many-2500'").fetchone()
    assert middle is not None
    for after in (NEWEST, Position(*middle)):
        async with parent.database.unit(OLGA, read_only=True) as unit:
            assert len(await TenantRepository(unit.transaction).summaries(after, 101)) == 101
            assert unit.transaction.round_trips == 2  # BEGIN with the identity, and the page
            connection = await unit.transaction.connection()
            explained = await connection.execute(
                f"EXPLAIN {_SUMMARIES.sql}".encode(),
                _SUMMARIES.binds({"at": after.at, "id": after.id, "at_most": 101}),
            )
            plan = "\n".join(str(line) for (line,) in await explained.fetchall())
        assert "ix_tenants_created_at" in plan
        assert not re.search("Seq Scan on (tenants|memberships|tenant_attributes)", plan)


async def test_to_anybody_else_the_same_query_shows_only_the_tenant_they_act_for(
    app: Litestar, parent: Parent, client: httpx.AsyncClient
) -> None:
    bob, acme = UUID("00000000-0000-4000-8000-000000000002"), UUID("10000000-0000-4000-8000-000000000001")
    for identity, slugs in ((Acting(bob, acme), ["acme"]), (Acting(bob, None), []), (Anonymous(), [])):
        async with parent.database.unit(identity) as unit:
            found = await TenantRepository(unit.transaction).summaries(NEWEST, 101)
        assert [tenant.slug for tenant in found] == slugs
