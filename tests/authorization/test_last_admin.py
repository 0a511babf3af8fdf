"""Whoever goes or steps down: a tenant keeps an admin, and a personal one its owner."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest

from core.database.roles import Endpoints
from tests.authorization.scenes import agree, found, let_in, problem, role, waiting
from tests.client import Person, sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio
ACME_ADMIN = "20000000-0000-4000-8000-000000000011"


async def test_leaving_needs_no_right(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar, await role(nadia, tenant, "guest"))
    assert (await omar.delete(f"/tenants/{tenant}/members/{omar.user['id']}")).status_code == 204
    assert (await omar.delete(f"/tenants/{tenant}/members/{omar.user['id']}")).status_code == 404
    assert [each["kind"] for each in await walk(omar, "/tenants")] == ["personal"]


async def test_the_last_admin_neither_leaves_nor_steps_down(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar)
    await let_in(nadia, tenant, salma, "admin")
    assert (await salma.delete("/users/me")).status_code == 204  # no admin any more, though still a member
    me = f"/tenants/{tenant}/members/{nadia.user['id']}"
    assert problem(await nadia.delete(me)) == (409, "last-admin")
    assert problem(await nadia.patch(me, {"role": "member"})) == (409, "last-admin")
    assert (await nadia.patch(f"/tenants/{tenant}/members/{omar.user['id']}", {"role": "admin"})).status_code == 200
    await agree(omar, tenant)
    assert (await nadia.delete(me)).status_code == 204


@pytest.mark.parametrize("how", ["each demotes the other", "each removes the other", "both leave", "both step down"])
async def test_of_two_admins_at_the_same_instant_one_stays(shared_client: httpx.AsyncClient, how: str) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    for _ in range(4):
        tenant = await found(nadia)
        await let_in(nadia, tenant, omar, "admin")
        await agree(omar, tenant)

        def at(person: Person, tenant: str = tenant) -> str:
            return f"/tenants/{tenant}/members/{person.user['id']}"

        attempts = {
            "each demotes the other": lambda: (
                nadia.patch(at(omar), {"role": "member"}),
                omar.patch(at(nadia), {"role": "member"}),
            ),
            "each removes the other": lambda: (nadia.delete(at(omar)), omar.delete(at(nadia))),
            "both leave": lambda: (nadia.delete(at(nadia)), omar.delete(at(omar))),
            "both step down": lambda: (
                nadia.patch(at(nadia), {"role": "member"}),
                omar.patch(at(omar), {"role": "member"}),
            ),
        }
        answers = await asyncio.gather(*attempts[how]())
        # Who comes second was an admin when it was asked, or is none any more.
        assert sorted(answer.status_code for answer in answers)[0] in (200, 204)
        assert sorted(answer.status_code for answer in answers)[1] in (403, 404, 409)
        admins = [
            each
            for person in (nadia, omar)
            if (await person.get(f"/tenants/{tenant}/members")).status_code == 200
            for each in await walk(person, f"/tenants/{tenant}/members")
            if each["role"]["name"] == "admin"
        ]
        assert len(admins) == 1


async def test_two_admins_who_demote_each_other_in_the_middle_of_it_leave_one(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, shared_endpoints: Endpoints
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar, "admin")
    await agree(omar, tenant)
    with psycopg.connect(str(shared_endpoints.owner)) as other:
        other.execute(
            "UPDATE authz.memberships m SET role_id = r.id FROM authz.roles r"
            " WHERE r.tenant_id = m.tenant_id AND r.name = 'member' AND m.tenant_id = %s AND m.user_id = %s",
            (tenant, nadia.user["id"]),
        )
        demoting = asyncio.create_task(nadia.patch(f"/tenants/{tenant}/members/{omar.user['id']}", {"role": "member"}))
        await waiting(shared_owner)
    assert problem(await demoting) == (409, "last-admin")


async def test_the_owner_stays_in_a_personal_tenant_as_its_admin(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = f"personal-{UUID(nadia.user['id']).hex}"
    owner = f"/tenants/{tenant}/members/{nadia.user['id']}"
    await let_in(nadia, tenant, omar, "admin")
    for person in (nadia, omar):
        assert problem(await person.delete(owner)) == (409, "owner-stays")
        assert problem(await person.patch(owner, {"role": "member"})) == (409, "owner-stays")
    assert (await omar.delete(f"/tenants/{tenant}/members/{omar.user['id']}")).status_code == 204
    assert (await nadia.get("/billing/credits")).status_code == 200
