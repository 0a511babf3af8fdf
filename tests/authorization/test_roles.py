"""Roles: made, renamed, deleted; the system's own stay as they are."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from core.database.roles import Endpoints
from tests.authorization.scenes import allow, found, is_id, let_in, problem, role, tally, version, waiting
from tests.client import sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio
ACME_ADMIN = "20000000-0000-4000-8000-000000000011"


async def test_a_new_role_is_nobodys_and_may_do_nothing(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    made = await nadia.post(f"/tenants/{tenant}/roles", {"name": " Lead mentor "})
    assert made.status_code == 201
    mentor = made.json()
    assert (await nadia.get(f"/tenants/{tenant}/roles/{mentor['id']}")).json() == mentor
    await let_in(nadia, tenant, omar, "Lead mentor")
    for path in ("/users", "/billing/credits", f"/tenants/{tenant}/roles"):
        assert problem(await omar.get(path, headers={"x-tenant-id": tenant})) == (403, "not-allowed")
    assert is_id(mentor.pop("id"))
    assert mentor.pop("created_at")
    assert mentor == {"name": "Lead mentor", "is_system": False, "members": 0}


async def test_roles_are_listed_oldest_first_with_how_many_have_them(
    shared_client: httpx.AsyncClient,
) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    for name in ("mentor", "coach", "guest"):
        await role(nadia, tenant, name)
    await let_in(nadia, tenant, omar, "coach")
    await let_in(nadia, tenant, salma, "coach")
    assert (await salma.delete("/users/me")).status_code == 204
    for limit in (1, 2, 100):
        listed = await walk(nadia, f"/tenants/{tenant}/roles", limit=limit)
        assert [(each["name"], each["is_system"], each["members"]) for each in listed] == [
            ("admin", True, 1),
            ("member", True, 0),
            ("mentor", False, 0),
            ("coach", False, 1),
            ("guest", False, 0),
        ]


async def test_who_may_read_roles_but_no_members_still_learns_how_many_there_are(
    shared_client: httpx.AsyncClient,
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    reader = await role(nadia, tenant, "reader")
    await allow(nadia, tenant, reader, "roles", "read")
    await let_in(nadia, tenant, omar, "reader")
    assert [each["members"] for each in await walk(omar, f"/tenants/{tenant}/roles")] == [1, 0, 1]
    assert problem(await omar.post(f"/tenants/{tenant}/roles", {"name": "x"})) == (403, "not-allowed")
    assert problem(await omar.patch(f"/tenants/{tenant}/roles/{reader}", {"name": "x"})) == (403, "not-allowed")
    assert problem(await omar.delete(f"/tenants/{tenant}/roles/{reader}")) == (403, "not-allowed")


async def test_a_name_is_one_tenants_once(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    one, another = await found(nadia), await found(nadia)
    answers = await asyncio.gather(*(nadia.post(f"/tenants/{one}/roles", {"name": "mentor"}) for _ in range(5)))
    assert tally(answers) == {201: 1, 409: 4}
    mentor = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    assert problem(await nadia.post(f"/tenants/{one}/roles", {"name": "admin"})) == (409, "role-there")
    assert problem(await nadia.patch(f"/tenants/{one}/roles/{mentor}", {"name": "member"})) == (409, "role-there")
    await role(nadia, another, "mentor")


async def test_a_role_that_cannot_be_called_so_is_neither_made_nor_renamed(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    before = version(shared_owner, tenant)
    names = ["", "  ", "a" * 101, "a\0b", "a\tb", "mentor\n", "\u2029", ACME_ADMIN, ACME_ADMIN.upper(), 5, None, []]
    wishes: list[Any] = [{"name": name} for name in names]
    for wish in [*wishes, [], None, "mentor", {"name": "x", "is_system": True}]:
        assert (await nadia.post(f"/tenants/{tenant}/roles", wish)).status_code == 400, wish
        assert (await nadia.patch(f"/tenants/{tenant}/roles/{mentor}", wish)).status_code == 400, wish
    assert (await nadia.post(f"/tenants/{tenant}/roles", {})).status_code == 400
    assert version(shared_owner, tenant) == before
    await role(nadia, tenant, "a" * 100)


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [
        ("Admin", 409, "role-there"),
        ("MEMBER", 409, "role-there"),
        (" admin ", 409, "role-there"),
        ("\uff21dmin", 409, "role-there"),  # a full-width A
        ("ad\u200bmin", 400, "invalid"),
        ("\u202enimda", 400, "invalid"),
        ("mentor\ufeff", 400, "invalid"),
    ],
    ids=ascii,
)
async def test_no_role_looks_like_one_of_the_systems(
    shared_client: httpx.AsyncClient, name: str, status: int, word: str
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    assert problem(await nadia.post(f"/tenants/{tenant}/roles", {"name": name})) == (status, word)
    assert problem(await nadia.patch(f"/tenants/{tenant}/roles/{mentor}", {"name": name})) == (status, word)


async def test_a_role_is_renamed_and_its_members_keep_it(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    await let_in(nadia, tenant, omar, "mentor")
    before = version(shared_owner, tenant)
    renamed = await nadia.patch(f"/tenants/{tenant}/roles/{mentor}", {"name": "coach"})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["members"]) == (200, "coach", 1)
    assert version(shared_owner, tenant) > before
    assert (await nadia.patch(f"/tenants/{tenant}/roles/{mentor}", {"name": " coach "})).json() == renamed.json()
    assert (await nadia.patch(f"/tenants/{tenant}/roles/{mentor}", {})).json() == renamed.json()
    assert (await omar.get(f"/tenants/{tenant}")).json()["role"] == {"id": mentor, "name": "coach"}


async def test_the_systems_own_roles_are_neither_renamed_nor_deleted(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    for each in await walk(nadia, f"/tenants/{tenant}/roles"):
        path = f"/tenants/{tenant}/roles/{each['id']}"
        assert problem(await nadia.patch(path, {"name": "x"})) == (409, "system-role")
        assert problem(await nadia.delete(path)) == (409, "system-role")


async def test_a_role_of_another_tenant_is_as_good_as_none(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    one, another = await found(nadia), await found(nadia)
    for role_id in (await role(nadia, another, "mentor"), ACME_ADMIN, str(uuid4())):
        path = f"/tenants/{one}/roles/{role_id}"
        for answer in (await nadia.get(path), await nadia.patch(path, {"name": "x"}), await nadia.delete(path)):
            assert problem(answer) == (404, "no-such-role")
    assert (await nadia.get(f"/tenants/{one}/roles/mentor")).status_code == 404


async def test_a_role_is_deleted_with_its_policies_when_nobody_has_it(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    await allow(nadia, tenant, mentor, "users", "read")
    await let_in(nadia, tenant, omar, "mentor")
    path = f"/tenants/{tenant}/roles/{mentor}"
    assert problem(await nadia.delete(path)) == (409, "role-in-use")
    assert (await omar.delete(f"/tenants/{tenant}/members/{omar.user['id']}")).status_code == 204
    assert (await nadia.delete(path)).status_code == 204
    assert problem(await nadia.get(path)) == (404, "no-such-role")
    row = shared_owner.execute("SELECT count(*) FROM authz.policies WHERE role_id = %s", (mentor,)).fetchone()
    assert row == (0,)


async def test_a_role_stays_for_whom_it_was_promised_to(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    await nadia.post(f"/tenants/{tenant}/invitations", {"email": "later@example.com", "role": "mentor"})
    assert problem(await nadia.delete(f"/tenants/{tenant}/roles/{mentor}")) == (409, "role-in-use")
    shared_owner.execute("UPDATE authz.invitations SET expires_at = now() WHERE role_id = %s", (mentor,))
    assert problem(await nadia.delete(f"/tenants/{tenant}/roles/{mentor}")) == (409, "role-in-use")
    earlier = "UPDATE authz.invitations SET created_at = created_at - interval '1 minute' WHERE role_id = %s"
    shared_owner.execute(earlier, (mentor,))
    assert (await nadia.delete(f"/tenants/{tenant}/roles/{mentor}")).status_code == 204


async def test_somebody_who_is_invited_at_the_last_moment_keeps_the_role(
    shared_client: httpx.AsyncClient, shared_endpoints: Endpoints, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    mentor = await role(nadia, tenant, "mentor")
    with psycopg.connect(str(shared_endpoints.owner)) as inviting:
        inviting.execute(
            "INSERT INTO authz.invitations (tenant_id, role_id, email, invited_by, expires_at)"
            " VALUES (%s, %s, 'late@example.com', %s, now() + interval '1 day')",
            (tenant, mentor, nadia.user["id"]),
        )
        deleting = asyncio.create_task(nadia.delete(f"/tenants/{tenant}/roles/{mentor}"))
        await waiting(shared_owner)
    assert problem(await deleting) == (409, "role-in-use")


async def test_policies_narrow_which_roles_are_seen_and_changed(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    keeper = await role(nadia, tenant, "keeper")
    only_guests = {"attribute": "resource.name", "operator": "contains", "value": "guest"}
    await allow(nadia, tenant, keeper, "roles", "create", "read", "update", "delete", conditions=only_guests)
    await let_in(nadia, tenant, omar, "keeper")
    roles = f"/tenants/{tenant}/roles"
    guest = await role(omar, tenant, "guest")
    assert problem(await omar.post(roles, {"name": "friend"})) == (403, "not-allowed")
    assert [each["name"] for each in await walk(omar, roles)] == ["guest"]
    assert problem(await omar.get(f"{roles}/{keeper}")) == (404, "no-such-role")
    assert problem(await omar.patch(f"{roles}/{keeper}", {"name": "guest keeper"})) == (404, "no-such-role")
    assert problem(await omar.delete(f"{roles}/{keeper}")) == (404, "no-such-role")
    assert (await omar.delete(f"{roles}/{guest}")).status_code == 204
