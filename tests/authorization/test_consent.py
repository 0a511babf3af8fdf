"""Nobody is made responsible by others, and nobody comes back by themselves: who agreed, who left, who sent what."""

from __future__ import annotations

from uuid import UUID

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Acting
from modules.authorization.domain import MOST_TENANTS
from modules.user import ArrivedForTenant
from tests.authorization.inviting import SUBJECT, Inviter, accept, address
from tests.authorization.scenes import agree, found, let_in, problem, role, seats
from tests.client import Person, sign_up
from tests.operators import operate, walk

pytestmark = pytest.mark.anyio
EARLIER = "UPDATE authz.invitations SET created_at = created_at - interval '1 minute' WHERE tenant_id = %s"


def member(tenant: str, person: Person) -> str:
    return f"/tenants/{tenant}/members/{person.user['id']}"


async def arrive(parent: Parent, person: Person, tenant: str) -> None:
    """With the token of an issuer who says that the tenant is theirs."""
    user_id = UUID(person.user["id"])
    async with parent.database.unit(Acting(user_id, None)):
        await parent.core.events().publish(ArrivedForTenant(user_id, tenant))


# --- whom others made an admin -------------------------------------------------------------------------------------


async def test_nobody_is_left_alone_with_a_tenant_that_others_put_them_into(shared_client: httpx.AsyncClient) -> None:
    mallory, victim, puppet = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(mallory)
    await let_in(mallory, tenant, victim, "admin")
    await let_in(mallory, tenant, puppet)
    assert problem(await mallory.delete(member(tenant, mallory))) == (409, "last-admin")
    assert problem(await mallory.patch(member(tenant, mallory), {"role": "member"})) == (409, "last-admin")
    assert problem(await mallory.delete("/users/me")) == (409, "only-admin")
    assert (await victim.delete("/users/me")).status_code == 204


async def test_who_changes_their_own_membership_agrees_to_it(shared_client: httpx.AsyncClient) -> None:
    nadia, omar, salma = [await sign_up(shared_client) for _ in range(3)]
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar, "admin")
    await let_in(nadia, tenant, salma, "admin")
    assert (await salma.patch(member(tenant, omar), {"role": "admin"})).status_code == 200  # not omar's own doing
    assert problem(await nadia.delete(member(tenant, nadia))) == (409, "last-admin")
    await agree(omar, tenant)
    assert (await nadia.delete(member(tenant, nadia))).status_code == 204
    assert problem(await omar.delete(member(tenant, omar))) == (409, "last-admin")


async def test_who_accepted_an_invitation_has_agreed(inviter: Inviter) -> None:
    omar = await sign_up(inviter.admin.client, email=address())
    assert (await accept(omar, await inviter.token(omar.email, "admin"))).status_code == 201
    assert (await inviter.admin.delete(member(inviter.tenant, inviter.admin))).status_code == 204


async def test_tenants_that_others_made_one_the_admin_of_do_not_count_as_ones_own(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    victim = await sign_up(shared_client)
    shared_owner.execute(
        "WITH made AS (INSERT INTO authz.tenants (name, slug, kind) SELECT 'Trap', 'trap-' || n, 'organization'"
        " FROM generate_series(1, %s) n RETURNING id),"
        " admins AS (INSERT INTO authz.roles (tenant_id, name, is_system) SELECT id, 'admin', true FROM made"
        " RETURNING tenant_id, id)"
        " INSERT INTO authz.memberships (tenant_id, user_id, role_id, agreed)"
        " SELECT tenant_id, %s, id, false FROM admins",
        (MOST_TENANTS, victim.user["id"]),
    )
    assert (await victim.post("/tenants", {"name": "My own"})).status_code == 201


async def test_a_tenant_that_was_handed_over_still_counts_as_its_founders(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar, "admin")
    await agree(omar, tenant)
    assert (await nadia.delete(member(tenant, nadia))).status_code == 204
    shared_owner.execute(
        "INSERT INTO authz.tenants (name, slug, kind, founder_id)"
        " SELECT 'Many', 'handed-over-' || n, 'organization', %s FROM generate_series(1, %s) n",
        (nadia.user["id"], MOST_TENANTS - 2),
    )
    assert problem(await nadia.post("/tenants", {"name": "One more"})) == (409, "too-many-tenants")
    assert (await omar.delete(f"/tenants/{tenant}")).status_code == 204
    assert (await nadia.post("/tenants", {"name": "One more"})).status_code == 201


async def test_addresses_are_tried_a_few_times_only_to_see_which_have_an_account(
    client: httpx.AsyncClient,
) -> None:
    nadia, omar = await sign_up(client), await sign_up(client)
    tenant = await found(nadia)
    await let_in(nadia, tenant, omar)
    path = f"/tenants/{tenant}/members"
    for _ in range(12):  # who has an account was no guess
        assert problem(await nadia.post(path, {"email": omar.email, "role": "member"})) == (409, "already-member")
    missed = [await nadia.post(path, {"email": f"nobody{n}@example.com", "role": "member"}) for n in range(11)]
    assert [answer.status_code for answer in missed] == [404] * 10 + [429]
    assert int(missed[-1].headers["retry-after"]) > 0
    hit = await nadia.post(path, {"email": omar.email, "role": "member"})
    assert problem(hit) == problem(missed[-1])


# --- who left ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["removed", "left"])
async def test_an_issuers_word_makes_nobody_a_member_again(
    shared_client: httpx.AsyncClient, shared_parent: Parent, how: str
) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(nadia)
    guest = await role(nadia, tenant, "guest")
    await arrive(shared_parent, omar, tenant)
    assert (await nadia.patch(member(tenant, omar), {"role": guest})).status_code == 200
    who = nadia if how == "removed" else omar
    assert (await who.delete(member(tenant, omar))).status_code == 204
    await arrive(shared_parent, omar, tenant)
    assert (await omar.get(f"/tenants/{tenant}")).status_code == 404
    await let_in(nadia, tenant, omar, "guest")
    await arrive(shared_parent, omar, tenant)
    assert (await omar.get(f"/tenants/{tenant}")).json()["role"]["name"] == "guest"


async def test_who_comes_back_finds_a_seat_even_where_all_are_taken_and_nobody_else_does(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia, omar, salma, tarek = [await sign_up(shared_client) for _ in range(4)]
    tenant, staff = await found(nadia), await operate(shared_client)
    seats(shared_owner, tenant, 2)
    await let_in(nadia, tenant, omar)
    assert (await omar.delete("/users/me")).status_code == 204
    listed = {each["id"]: each["members"] for each in await walk(staff, "/operators/tenants", limit=100)}
    assert listed[tenant] == (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 1
    await let_in(nadia, tenant, salma)
    shared_owner.execute("UPDATE users.users SET deleted_at = NULL WHERE id = %s", (omar.user["id"],))
    assert (await nadia.get(f"/tenants/{tenant}")).json()["members"] == 3
    wish = {"email": tarek.email, "role": "member"}
    assert problem(await nadia.post(f"/tenants/{tenant}/members", wish)) == (409, "tenant-full")
    assert (await nadia.delete(member(tenant, salma))).status_code == 204
    assert problem(await nadia.post(f"/tenants/{tenant}/members", wish)) == (409, "tenant-full")


async def test_somebody_who_is_only_invited_is_no_admin_to_leave_a_tenant_to(inviter: Inviter) -> None:
    await inviter.invite(address(), "admin")
    assert problem(await inviter.admin.delete(member(inviter.tenant, inviter.admin))) == (409, "last-admin")
    assert (await inviter.admin.delete(f"/tenants/{inviter.tenant}")).status_code == 204


# --- invitations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "status"), [("member", 404), ("admin", 201)])
async def test_an_invitation_ends_with_the_role_of_who_sent_it_unless_they_may_do_everything_now(
    inviter: Inviter, given: str, status: int
) -> None:
    lead, second = await sign_up(inviter.admin.client), await sign_up(inviter.admin.client, email=address())
    started = "admin" if given == "member" else await role(inviter.admin, inviter.tenant, "lead")
    if given == "admin":
        wish = {"role_id": started, "effect": "allow", "resource": "invitations", "actions": ["*"], "scope": "all"}
        assert (await inviter.admin.post(f"/tenants/{inviter.tenant}/policies", wish)).status_code == 201
    await let_in(inviter.admin, inviter.tenant, lead, started)
    sent = await lead.post(inviter.path, {"email": second.email, "role": started})
    assert sent.status_code == 201
    token = await inviter.mailbox(second.email).token(SUBJECT)
    changed = await inviter.admin.patch(member(inviter.tenant, lead), {"role": given})
    assert changed.status_code == 200
    assert (await accept(second, token)).status_code == status


async def test_a_withdrawn_invitation_is_not_there_any_more_for_anybody(inviter: Inviter) -> None:
    email = address()
    made = await inviter.invite(email)
    token = await inviter.mailbox(email).token(SUBJECT)
    path = f"{inviter.path}/{made['id']}"
    assert (await inviter.admin.delete(path)).status_code == 204
    assert problem(await inviter.admin.get(path)) == (404, "no-such-invitation")
    assert problem(await inviter.admin.delete(path)) == (404, "no-such-invitation")
    assert await walk(inviter.admin, inviter.path) == []
    omar = await sign_up(inviter.admin.client, email=email)
    assert problem(await accept(omar, token)) == (404, "no-such-invitation")


async def test_an_address_is_invited_anew_a_minute_after_the_first_mail_whoever_withdrew_it(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    email, mentor = address(), await role(inviter.admin, inviter.tenant, "mentor")
    made = await inviter.invite(email, mentor)
    assert (await inviter.admin.delete(f"{inviter.path}/{made['id']}")).status_code == 204
    gone = await inviter.admin.delete(f"/tenants/{inviter.tenant}/roles/{mentor}")
    assert problem(gone) == (409, "role-in-use")  # its invitations, and what is known of their mails, would go with it
    again = await inviter.admin.post(inviter.path, {"email": email, "role": "member"})
    assert problem(again) == (429, "just-invited")
    shared_owner.execute(EARLIER, (inviter.tenant,))
    await inviter.invite(email)
    assert len(await walk(inviter.admin, inviter.path)) == 1


async def test_withdrawing_makes_no_room_for_more_than_a_hundred_mails_an_hour(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    shared_owner.execute(
        "INSERT INTO authz.invitations (tenant_id, role_id, email, invited_by, expires_at, withdrawn_at)"
        " SELECT tenant_id, id, 'w' || n || '@example.com', %s, now() + interval '7 days', now()"
        " FROM authz.roles, generate_series(1, 100) n WHERE tenant_id = %s AND name = 'member'",
        (inviter.admin.user["id"], inviter.tenant),
    )
    refused = await inviter.admin.post(inviter.path, {"email": address(), "role": "member"})
    assert problem(refused) == (409, "too-many-invitations")
    earlier = "UPDATE authz.invitations SET created_at = created_at - interval '1 hour' WHERE tenant_id = %s"
    shared_owner.execute(earlier, (inviter.tenant,))
    await inviter.invite(address())
    left = shared_owner.execute("SELECT count(*) FROM authz.invitations WHERE tenant_id = %s", (inviter.tenant,))
    assert left.fetchone() == (1,)
