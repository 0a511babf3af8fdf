"""Members: let in, given a role, removed; never more than there are seats, never without an admin."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Acting
from modules.authorization.domain import ADMIN, MEMBER, TenantFull
from modules.user import ArrivedForTenant
from tests.authorization.scenes import allow, found, let_in, problem, role, seats, strangers, tally, version
from tests.client import sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio
ACME_ADMIN = "20000000-0000-4000-8000-000000000011"


def here(tenant: str) -> dict[str, str]:
    return {"x-tenant-id": tenant}


async def test_members_are_listed_by_the_time_of_joining_each_once_on_whatever_pages(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client, name="Nadia")
    tenant = await found(nadia)
    emails = [nadia.email, *strangers(shared_owner, 4)]
    for email in emails[1:]:
        assert (await nadia.post(f"/tenants/{tenant}/members", {"email": email, "role": MEMBER})).status_code == 201
    for limit in (1, 2, 5):
        listed = await walk(nadia, f"/tenants/{tenant}/members", limit=limit)
        assert [member["email"] for member in listed] == emails
    first = listed[0]
    assert first.pop("joined_at") == (await nadia.get(f"/tenants/{tenant}")).json()["created_at"]
    assert first.pop("role")["name"] == ADMIN
    assert first == {
        "user_id": nadia.user["id"],
        "email": nadia.email,
        "email_verified": False,
        "name": "Nadia",
        "image_url": None,
    }
    assert (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 5


async def test_somebody_is_let_in_by_address_with_a_role_by_name_or_id(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    roles = {each["name"]: each for each in await walk(nadia, f"/tenants/{tenant}/roles")}
    by_name = await nadia.post(f"/tenants/{tenant}/members", {"email": f" {omar.email.upper()} ", "role": "member"})
    assert (by_name.status_code, by_name.json()["user_id"]) == (201, omar.user["id"])
    assert by_name.json()["role"] == {"id": roles["member"]["id"], "name": "member"}
    by_id = await nadia.post(f"/tenants/{tenant}/members", {"email": salma.email, "role": roles["admin"]["id"].upper()})
    assert by_id.json()["role"]["name"] == "admin"
    assert by_id.json() in (await nadia.get(f"/tenants/{tenant}/members")).json()["items"]
    assert {(await person.get(f"/tenants/{tenant}")).status_code for person in (omar, salma)} == {200}
    assert problem(await nadia.post(f"/tenants/{tenant}/members", {"email": omar.email, "role": "admin"})) == (
        409,
        "already-member",
    )


async def test_who_is_nobody_or_cannot_have_the_role_is_not_let_in(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar, gone = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    mentor = await role(omar, await found(omar), "mentor")
    assert (await gone.delete("/users/me")).status_code == 204
    before = version(shared_owner, tenant)
    bad: list[tuple[Any, int, str]] = [
        ({"email": "nobody@example.com", "role": "member"}, 404, "nobody-there"),
        ({"email": gone.email, "role": "member"}, 404, "nobody-there"),
        ({"email": "o\u212aar@example.com", "role": "member"}, 404, "nobody-there"),
        ({"email": "%", "role": "member"}, 404, "nobody-there"),
        ({"email": omar.email, "role": "owner"}, 400, "unknown-role"),
        ({"email": omar.email, "role": "Admin"}, 400, "unknown-role"),
        ({"email": omar.email, "role": mentor}, 400, "unknown-role"),
        ({"email": omar.email, "role": "mentor"}, 400, "unknown-role"),
        ({"email": omar.email, "role": ACME_ADMIN}, 400, "unknown-role"),
        ({"email": omar.email, "role": str(uuid4())}, 400, "unknown-role"),
    ]
    for wish, status, name in bad:
        answer = await nadia.post(f"/tenants/{tenant}/members", wish)
        assert problem(answer) == (status, name), wish
        if status == 400:
            assert answer.json()["errors"] == [{"path": "role", "message": answer.json()["detail"]}]
    wrong: list[Any] = [{}, [], None, {"email": omar.email}, {"role": "member"}, {"email": omar.email, "role": None}]
    wrong += [{"email": omar.email, "role": name} for name in ("", "a" * 101, "a\0b", 5, ["member"])]
    wrong += [{"email": address, "role": "member"} for address in ("", "a" * 255, "a\0@example.com", 5, None)]
    wrong += [{"email": omar.email, "role": "member", "joined_at": "2020-01-01T00:00:00Z"}]
    for body in wrong:
        assert (await nadia.post(f"/tenants/{tenant}/members", body)).status_code == 400, body
    assert version(shared_owner, tenant) == before


async def test_a_plain_member_neither_sees_nor_changes_who_is_in(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar)
    path = f"/tenants/{tenant}/members"
    for answer in (
        await omar.get(path),
        await omar.post(path, {"email": salma.email, "role": "member"}),
        await omar.patch(f"{path}/{omar.user['id']}", {"role": "admin"}),
        await omar.patch(f"{path}/{nadia.user['id']}", {"role": "member"}),
        await omar.delete(f"{path}/{nadia.user['id']}"),
        await omar.delete(f"{path}/{salma.user['id']}"),
    ):
        assert problem(answer) == (403, "not-allowed")
    assert [each["role"]["name"] for each in await walk(nadia, path)] == ["admin", "member"]


async def test_nobody_is_let_in_where_no_seat_is_left(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    seats(shared_owner, tenant, 1)
    answer = await nadia.post(f"/tenants/{tenant}/members", {"email": strangers(shared_owner, 1)[0], "role": "member"})
    assert (*problem(answer), answer.json()["max_users"]) == (409, "tenant-full", 1)
    assert (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 1


async def test_of_twenty_who_want_the_last_seat_one_gets_it(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    seats(shared_owner, tenant, 2)
    wishes = [{"email": email, "role": "member"} for email in strangers(shared_owner, 20)]
    answers = await asyncio.gather(*(nadia.post(f"/tenants/{tenant}/members", wish) for wish in wishes))
    assert tally(answers) == {201: 1, 409: 19}
    assert {problem(answer)[1] for answer in answers if answer.status_code == 409} == {"tenant-full"}
    assert len(await walk(nadia, f"/tenants/{tenant}/members")) == 2


async def test_one_person_is_let_in_once_by_many_requests(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    wish = {"email": omar.email, "role": "member"}
    answers = await asyncio.gather(*(nadia.post(f"/tenants/{tenant}/members", wish) for _ in range(5)))
    assert tally(answers) == {201: 1, 409: 4}
    assert {problem(answer)[1] for answer in answers if answer.status_code == 409} == {"already-member"}


async def test_a_deleted_account_is_not_listed_and_gives_its_seat_back_but_may_still_be_removed(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    seats(shared_owner, tenant, 2)
    await let_in(nadia, tenant, omar)
    assert (await omar.delete("/users/me")).status_code == 204
    assert [member["email"] for member in await walk(nadia, f"/tenants/{tenant}/members")] == [nadia.email]
    await let_in(nadia, tenant, salma)
    assert (await nadia.delete(f"/tenants/{tenant}/members/{omar.user['id']}")).status_code == 204
    assert problem(await nadia.delete(f"/tenants/{tenant}/members/{omar.user['id']}")) == (404, "no-such-member")


async def test_who_an_issuer_vouches_for_needs_a_seat_too(
    shared_client: httpx.AsyncClient, shared_parent: Parent, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    seats(shared_owner, tenant, 1)
    user_id = UUID(omar.user["id"])
    with pytest.raises(TenantFull):
        async with shared_parent.database.unit(Acting(user_id, None)):
            await shared_parent.core.events().publish(ArrivedForTenant(user_id, tenant))
    seats(shared_owner, tenant, 2)
    for _ in range(2):
        async with shared_parent.database.unit(Acting(user_id, None)):
            await shared_parent.core.events().publish(ArrivedForTenant(user_id, tenant))
    assert (await omar.get(f"/tenants/{tenant}")).json()["role"]["name"] == "member"


async def test_another_role_holds_from_the_next_request_on(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    versions = [version(shared_owner, tenant)]
    await let_in(nadia, tenant, omar)
    versions.append(version(shared_owner, tenant))
    member = f"/tenants/{tenant}/members/{omar.user['id']}"
    promoted = await nadia.patch(member, {"role": "admin"})
    assert (promoted.status_code, promoted.json()["role"]["name"]) == (200, "admin")
    versions.append(version(shared_owner, tenant))
    assert (await omar.patch(f"/tenants/{tenant}", {"name": "Ours"})).status_code == 200
    assert (await nadia.patch(member, {"role": "admin"})).status_code == 200
    assert version(shared_owner, tenant) == versions[-1]
    assert (await nadia.patch(member, {"role": "member"})).status_code == 200
    assert problem(await omar.patch(f"/tenants/{tenant}", {"name": "Mine"})) == (403, "not-allowed")
    versions.append(version(shared_owner, tenant))
    assert (await nadia.delete(member)).status_code == 204
    assert (await omar.get(f"/tenants/{tenant}")).status_code == 404
    assert (await omar.get("/users", headers=here(tenant))).status_code == 404
    versions.append(version(shared_owner, tenant))
    assert versions == sorted(set(versions))


async def test_a_role_is_changed_only_to_one_of_the_tenants_and_only_of_its_members(
    shared_client: httpx.AsyncClient,
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    me = f"/tenants/{tenant}/members/{nadia.user['id']}"
    for other in (omar.user["id"], str(uuid4())):
        path = f"/tenants/{tenant}/members/{other}"
        assert problem(await nadia.patch(path, {"role": "admin"})) == (404, "no-such-member")
        assert problem(await nadia.delete(path)) == (404, "no-such-member")
    for wanted in ("owner", ACME_ADMIN):
        assert problem(await nadia.patch(me, {"role": wanted})) == (400, "unknown-role")
    for body in ({}, {"role": ""}, {"role": None}, {"role": "a" * 101}, {"role": "member", "email": "x@example.com"}):
        assert (await nadia.patch(me, body)).status_code == 400
    assert (await nadia.patch(f"/tenants/{tenant}/members/me", {"role": "admin"})).status_code == 404


async def test_nobody_gives_or_takes_a_role_that_may_do_what_they_may_not(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    recruiter, guest = await role(nadia, tenant, "recruiter"), await role(nadia, tenant, "guest")
    await allow(nadia, tenant, recruiter, "members", "create", "delete", "read", "update")
    await let_in(nadia, tenant, omar, "recruiter")
    await let_in(nadia, tenant, await sign_up(shared_client), "admin")
    members = f"/tenants/{tenant}/members"
    for given in ("admin", "member"):
        answer = await omar.post(members, {"email": salma.email, "role": given})
        assert problem(answer) == (403, "not-allowed")
        assert problem(await omar.patch(f"{members}/{omar.user['id']}", {"role": given})) == (403, "not-allowed")
    for taken in (
        await omar.patch(f"{members}/{nadia.user['id']}", {"role": "guest"}),
        await omar.delete(f"{members}/{nadia.user['id']}"),
    ):
        assert problem(taken) == (403, "not-allowed")
    for given in ("recruiter", guest):
        answer = await omar.post(members, {"email": salma.email, "role": given})
        assert answer.status_code == 201, answer.text
        assert (await nadia.delete(f"{members}/{salma.user['id']}")).status_code == 204
    assert (await nadia.get(f"{members}")).json()["items"][0]["role"]["name"] == "admin"


async def test_policies_narrow_whose_membership_is_seen_given_and_taken(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma, tarek = [await sign_up(shared_client) for _ in range(4)]
    tenant = await found(nadia)
    keeper, guest = await role(nadia, tenant, "keeper"), await role(nadia, tenant, "guest")
    only_guests = {"attribute": "resource.role_id", "operator": "eq", "value": guest}
    await allow(nadia, tenant, keeper, "members", "create", "read", "delete", conditions=only_guests)
    await let_in(nadia, tenant, omar, keeper)
    members = f"/tenants/{tenant}/members"
    assert (await omar.post(members, {"email": salma.email, "role": "guest"})).status_code == 201
    assert problem(await omar.post(members, {"email": tarek.email, "role": "keeper"})) == (403, "not-allowed")
    assert [each["email"] for each in await walk(omar, members)] == [salma.email]
    assert problem(await omar.delete(f"{members}/{nadia.user['id']}")) == (404, "no-such-member")
    assert (await omar.delete(f"{members}/{salma.user['id']}")).status_code == 204
