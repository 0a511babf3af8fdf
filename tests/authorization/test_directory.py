"""The directory: who else is in the tenant, as far as policies open it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Acting
from core.database.visible import ALL
from core.http.pages import OLDEST
from modules.authorization.repositories import Directory
from tests.authorization.scenes import allow, found, let_in, problem, role, seats, strangers
from tests.client import Person, sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio


class Office:
    """A tenant of four, and who is asked."""

    def __init__(self, tenant: str, nadia: Person, others: list[Person]) -> None:
        self.tenant = tenant
        self.nadia = nadia
        self.omar, self.salma, self.tarek = others
        self.here = {"headers": {"x-tenant-id": tenant}}

    async def names(self, person: Person, **params: Any) -> list[str]:
        answer = await person.get("/users", params=params, **self.here)
        assert answer.status_code == 200, answer.text
        return [user["name"] for user in answer.json()["items"]]


@pytest.fixture
async def office(shared_client: httpx.AsyncClient) -> Office:
    nadia = await sign_up(shared_client, name="Nadia Haddad", field="backend", region="Cairo")
    others = [
        await sign_up(shared_client, name=name, field=field)
        for name, field in (("Omar Ali", "frontend"), ("Salma Öz", "data"), ("Tarek 100%", "data"))
    ]
    tenant = await found(nadia)
    for person in others:
        await let_in(nadia, tenant, person)
    return Office(tenant, nadia, others)


async def test_members_see_each_other_as_they_see_themselves(office: Office) -> None:
    for person in (office.nadia, office.omar):
        listed = (await person.get("/users", **office.here)).json()
        assert listed["next_cursor"] is None
        assert [user["id"] for user in listed["items"]] == [
            each.user["id"] for each in (office.nadia, office.omar, office.salma, office.tarek)
        ]
        for each in (office.nadia, office.omar):
            shown = (await each.get("/users/me")).json()
            assert shown in listed["items"]
            assert (await person.get(f"/users/{each.user['id']}", **office.here)).json() == shown


async def test_every_page_begins_where_the_last_one_ended(office: Office) -> None:
    for limit in (1, 3, 4):
        found_: list[str] = []
        cursor: str | None = None
        while True:
            params = {"limit": limit, **({"cursor": cursor} if cursor else {})}
            page = (await office.omar.get("/users", params=params, **office.here)).json()
            found_ += [user["name"] for user in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found_ == ["Nadia Haddad", "Omar Ali", "Salma Öz", "Tarek 100%"]
    for bad in ({"limit": 101}, {"limit": "x"}, {"cursor": "x"}, {"q": "a" * 101}):
        assert (await office.omar.get("/users", params=bad, **office.here)).status_code == 400


async def test_somebody_is_found_by_a_part_of_the_name_or_address(office: Office) -> None:
    for part, names in (
        ("", ["Nadia Haddad", "Omar Ali", "Salma Öz", "Tarek 100%"]),
        ("ALI", ["Omar Ali"]),
        ("öz", ["Salma Öz"]),
        ("0%", ["Tarek 100%"]),
        ("%", ["Tarek 100%"]),
        ("_", []),
        ("'; --", []),
        (office.salma.email[:-12].upper() + "@", ["Salma Öz"]),
        ("@EXAMPLE.com", ["Nadia Haddad", "Omar Ali", "Salma Öz", "Tarek 100%"]),
        ("bob@example.com", []),
    ):
        assert await office.names(office.omar, q=part) == names, part
    assert await office.names(office.omar, q="a", limit=1) == ["Nadia Haddad"]
    assert (await office.omar.get("/users?q=%00", **office.here)).status_code == 400


async def test_who_is_no_member_any_more_or_has_no_account_is_not_shown(office: Office) -> None:
    assert (await office.salma.delete("/users/me")).status_code == 204
    gone = f"/tenants/{office.tenant}/members/{office.tarek.user['id']}"
    assert (await office.nadia.delete(gone)).status_code == 204
    assert await office.names(office.omar) == ["Nadia Haddad", "Omar Ali"]
    missing = []
    for user_id in (
        office.salma.user["id"],
        office.tarek.user["id"],
        "00000000-0000-4000-8000-000000000002",
        str(uuid4()),
    ):
        answer = await office.omar.get(f"/users/{user_id}", **office.here)
        missing.append({**answer.json(), "instance": "", "request_id": ""})
    assert [told["status"] for told in missing] == [404] * 4
    assert missing == [missing[0]] * 4
    assert (await office.omar.get("/users/x", **office.here)).status_code == 404


async def test_without_a_header_one_sees_who_is_in_the_personal_tenant(office: Office) -> None:
    listed = (await office.omar.get("/users")).json()["items"]
    assert [user["id"] for user in listed] == [office.omar.user["id"]]
    assert (await office.omar.get(f"/users/{office.nadia.user['id']}")).status_code == 404


async def test_who_may_not_read_users_sees_nobody(office: Office) -> None:
    await role(office.nadia, office.tenant, "guest")
    changed = await office.nadia.patch(f"/tenants/{office.tenant}/members/{office.omar.user['id']}", {"role": "guest"})
    assert changed.status_code == 200
    assert problem(await office.omar.get("/users", **office.here)) == (403, "not-allowed")
    seen = await office.omar.get(f"/users/{office.nadia.user['id']}", **office.here)
    assert problem(seen) == (403, "not-allowed")
    assert (await office.omar.get("/users/me", **office.here)).status_code == 200


async def test_policies_narrow_who_is_shown(office: Office) -> None:
    peer = await role(office.nadia, office.tenant, "peer")
    same_field = {"attribute": "resource.field", "operator": "eq", "value": {"attribute": "subject.field"}}
    await allow(office.nadia, office.tenant, peer, "users", "read", conditions=same_field)
    moved = f"/tenants/{office.tenant}/members/{office.salma.user['id']}"
    assert (await office.nadia.patch(moved, {"role": "peer"})).status_code == 200
    assert await office.names(office.salma) == ["Salma Öz", "Tarek 100%"]
    assert await office.names(office.salma, q="a", limit=1) == ["Salma Öz"]
    assert (await office.salma.get(f"/users/{office.tarek.user['id']}", **office.here)).status_code == 200
    assert (await office.salma.get(f"/users/{office.nadia.user['id']}", **office.here)).status_code == 404


async def test_who_may_read_members_only_learns_nothing_of_their_profiles(office: Office) -> None:
    keeper = await role(office.nadia, office.tenant, "keeper")
    await allow(office.nadia, office.tenant, keeper, "members", "read")
    moved = f"/tenants/{office.tenant}/members/{office.omar.user['id']}"
    assert (await office.nadia.patch(moved, {"role": "keeper"})).status_code == 200
    assert len(await walk(office.omar, f"/tenants/{office.tenant}/members")) == 4
    assert problem(await office.omar.get("/users", **office.here)) == (403, "not-allowed")


async def test_a_page_of_a_hundred_is_one_query(
    office: Office, shared_parent: Parent, shared_owner: psycopg.Connection
) -> None:
    seats(shared_owner, office.tenant, 1000)
    shared_owner.execute(
        "INSERT INTO authz.memberships (tenant_id, user_id, role_id) SELECT r.tenant_id, u.id, r.id"
        " FROM authz.roles r, users.users u WHERE r.tenant_id = %s AND r.name = 'member' AND u.email = ANY(%s)",
        (office.tenant, strangers(shared_owner, 120)),
    )
    acting = Acting(None, None)
    async with shared_parent.database.unit(acting, read_only=True) as unit:
        connection = await unit.transaction.connection()
        await connection.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.tenant_id', %s, true),"
            " set_config('app.own', '*', true), set_config('app.others', '*', true)",
            (office.nadia.user["id"], office.tenant),
        )
        before = unit.transaction.round_trips
        found_ = await Directory(unit.transaction).page(UUID(office.tenant), ALL, "", OLDEST, 101)
        assert (len(found_), unit.transaction.round_trips - before) == (101, 1)
