"""Tenants that go, with all that is their own; and nobody leaves one without an admin behind."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg import sql

from core.bootstrap import Parent
from core.database.metadata import metadata
from core.database.roles import Endpoints
from core.errors import Conflict
from core.module import Subscription
from modules.authorization.domain import TenantDeleted
from tests.authorization.scenes import agree, allow, found, let_in, problem, role, tally, version, waiting
from tests.client import BRIEF, sign_up
from tests.operators import alice_of_acme, operate, walk

pytestmark = pytest.mark.anyio
ACME = "10000000-0000-4000-8000-000000000001"
DANA = "00000000-0000-4000-8000-000000000003"


def left(owner: psycopg.Connection, tenant: str) -> dict[str, int]:
    """How many rows each table has of a tenant."""
    rows: dict[str, int] = {}
    for name, table in metadata.tables.items():
        if "tenant_id" in table.columns:
            query = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(sql.Identifier(*name.split(".")))
            counted = owner.execute(query, (tenant,)).fetchone()
            assert counted is not None
            rows[name] = counted[0]
    return rows


async def test_a_tenant_goes_with_all_that_is_its_own_and_with_nothing_else(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    alice, here = await alice_of_acme(client), {"x-tenant-id": "acme"}
    assert (await alice.post("/simulations", BRIEF, headers={**here, "idempotency-key": "k"})).status_code == 202
    assert (await alice.put("/progress/landing-page", {"status": "completed"}, headers=here)).status_code == 200
    mentor = await role(alice, "acme", "mentor")
    await allow(alice, "acme", mentor, "posts", "read")
    await let_in(alice, "acme", await sign_up(client, email="gone@example.com"), "mentor")
    invited = await alice.post("/tenants/acme/invitations", {"email": "later@example.com", "role": "mentor"})
    assert invited.status_code == 201
    full, others = left(owner, ACME), left(owner, "10000000-0000-4000-8000-000000000002")
    assert {name for name, rows in full.items() if rows} >= {
        "app.idempotency_keys",
        "authz.invitations",
        "authz.memberships",
        "authz.policies",
        "authz.role_rights",
        "billing.credit_entries",
        "billing.credit_holds",
        "billing.usage_events",
        "simulations.personas",
        "simulations.progress",
    }
    for member in (await walk(alice, "/tenants/acme/members"))[1:]:
        assert problem(await alice.delete("/tenants/acme")) == (409, "other-members")
        assert (await alice.delete(f"/tenants/acme/members/{member['user_id']}")).status_code == 204
    assert (await alice.delete("/tenants/acme")).status_code == 204
    assert (await alice.get("/tenants/acme")).status_code == 404
    assert set(left(owner, ACME).values()) == {0}
    assert left(owner, "10000000-0000-4000-8000-000000000002") == others
    assert "acme" not in [tenant["slug"] for tenant in await walk(alice, "/tenants")]
    assert (await alice.get("/users/me")).status_code == 200
    await found(alice, slug="acme")


async def test_who_deleted_the_account_does_not_keep_a_tenant_from_going(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar)
    assert (await omar.delete("/users/me")).status_code == 204
    assert (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 1
    assert (await nadia.delete(f"/tenants/{tenant}")).status_code == 204


async def test_a_member_who_joins_at_the_last_moment_keeps_the_tenant(
    shared_client: httpx.AsyncClient, shared_endpoints: Endpoints, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    with psycopg.connect(str(shared_endpoints.owner)) as joining:
        joining.execute(
            "INSERT INTO authz.memberships (tenant_id, user_id, role_id)"
            " SELECT tenant_id, %s, id FROM authz.roles WHERE tenant_id = %s AND name = 'member'",
            (DANA, tenant),
        )
        deleting = asyncio.create_task(nadia.delete(f"/tenants/{tenant}"))
        await waiting(shared_owner)
    assert problem(await deleting) == (409, "other-members")
    assert (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 2


async def test_other_modules_are_told_of_a_deletion_while_the_tenant_is_there_and_may_refuse(
    client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection
) -> None:
    nadia = await sign_up(client)
    tenant = await found(nadia)
    told: list[UUID] = []

    async def refuse(event: TenantDeleted) -> None:
        told.append(event.tenant_id)
        raise Conflict("Not now.")

    parent.core.events().subscribe([Subscription(TenantDeleted, lambda: refuse)])
    assert (await nadia.delete(f"/tenants/{tenant}")).status_code == 409
    assert told == [UUID(tenant)]
    assert version(owner, tenant)


async def test_who_is_the_only_admin_of_others_does_not_delete_the_account(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, staff = await sign_up(shared_client), await sign_up(shared_client), await operate(shared_client)
    for slug in ("bakery", "mill", "alone", "shared"):
        await found(nadia, slug=slug)
    for slug, given in (("bakery", "member"), ("mill", "member"), ("shared", "admin")):
        await let_in(nadia, slug, omar, given)
    await agree(omar, "shared")
    for answer in (await nadia.delete("/users/me"), await staff.delete(f"/operators/users/{nadia.user['id']}")):
        assert (*problem(answer), answer.json()["tenants"]) == (409, "only-admin", ["bakery", "mill"])
        assert "bakery, mill" in answer.json()["detail"]
    assert (await nadia.get("/users/me")).status_code == 200
    assert (await omar.delete(f"/tenants/mill/members/{omar.user['id']}")).status_code == 204
    promoted = await nadia.patch(f"/tenants/bakery/members/{omar.user['id']}", {"role": "admin"})
    assert promoted.status_code == 200
    await agree(omar, "bakery")
    assert (await nadia.delete("/users/me")).status_code == 204
    assert (await omar.get("/tenants/bakery")).json()["members"] == 1


async def test_of_two_admins_who_delete_their_accounts_at_once_one_stays(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, await sign_up(shared_client))
    for _ in range(3):
        second = await sign_up(shared_client)
        await let_in(nadia, tenant, second, "admin")
        await agree(second, tenant)
        answers = await asyncio.gather(nadia.delete("/users/me"), second.delete("/users/me"))
        assert tally(list(answers)) == {204: 1, 409: 1}
        nadia = nadia if answers[1].status_code == 204 else second


async def test_an_admin_does_not_leave_beside_one_who_is_deleting_the_account(
    shared_client: httpx.AsyncClient, shared_endpoints: Endpoints, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar, "admin")
    await agree(omar, tenant)
    with psycopg.connect(str(shared_endpoints.owner)) as leaving:
        leaving.execute("UPDATE users.users SET deleted_at = now() WHERE id = %s", (omar.user["id"],))
        leaving.execute("SELECT FROM authz.tenant_attributes WHERE tenant_id = %s FOR UPDATE", (tenant,))
        going = asyncio.create_task(nadia.delete(f"/tenants/{tenant}/members/{nadia.user['id']}"))
        await waiting(shared_owner)
    assert problem(await going) == (409, "last-admin")
