"""Invitations: asked for in a request, mailed by a job, accepted once by whoever was meant."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.authorization.inviting import SUBJECT, Inviter, accept, address
from tests.authorization.scenes import allow, found, let_in, problem, role, tally
from tests.client import sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio
ACME_ADMIN = "20000000-0000-4000-8000-000000000011"
EARLIER = "UPDATE authz.invitations SET created_at = created_at - interval '1 minute' WHERE tenant_id = %s"


async def test_the_mail_says_whose_invitation_it_is_in_no_users_own_words(inviter: Inviter) -> None:
    await inviter.admin.patch(f"/tenants/{inviter.tenant}", {"name": "You have won, call 0900"})
    await role(inviter.admin, inviter.tenant, "winner of a car")
    slug = (await inviter.admin.get(f"/tenants/{inviter.tenant}")).json()["slug"]
    for given, said in (("member", ", as a member."), ("admin", ", as an admin."), ("winner of a car", "at Interna.")):
        email = address()
        token = await inviter.token(email, given)
        ((subject, text),) = inviter.mailbox(email).mails()
        assert subject == SUBJECT
        assert f'"{slug}"' in text
        assert said in text
        assert f"http://127.0.0.1:8000/accept-invitation#token={token}" in text
        assert f"The token by itself: {token}" in text
        assert "0900" not in text
        assert "winner" not in text


async def test_only_the_hash_of_a_token_is_kept_and_no_answer_shows_it(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    email = address()
    token = await inviter.token(email)
    rows = shared_owner.execute(
        "SELECT octet_length(token_hash), row_to_json(i)::text || encode(token_hash, 'escape') FROM authz.invitations i"
        " WHERE email = %s",
        (email,),
    ).fetchall()
    assert [length for length, _ in rows] == [32]
    assert token not in rows[0][1]
    assert "token" not in (await inviter.admin.get(inviter.path)).text
    asked = shared_owner.execute(
        "SELECT coalesce(string_agg(args::text, ''), '') FROM jobs.procrastinate_jobs"
    ).fetchone()
    assert asked is not None
    assert token not in asked[0]


async def test_invitations_are_listed_newest_first_by_how_they_stand(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    emails = [address() for _ in range(4)]
    token = await inviter.token(emails[0])
    assert (await accept(await sign_up(inviter.admin.client, email=emails[0]), token)).status_code == 201
    made = [await inviter.invite(email) for email in emails[1:]]
    shared_owner.execute("UPDATE authz.invitations SET expires_at = now() WHERE id = %s", (made[0]["id"],))
    for limit in (1, 3, 100):
        listed = await walk(inviter.admin, inviter.path, limit=limit)
        assert [each["email"] for each in listed] == emails[::-1]
        assert [each["status"] for each in listed] == ["pending", "pending", "expired", "accepted"]
    for status, wanted in (("pending", emails[:1:-1]), ("expired", [emails[1]]), ("accepted", [emails[0]])):
        for limit in (1, 100):
            listed = await walk(inviter.admin, inviter.path, status=status, limit=limit)
            assert [each["email"] for each in listed] == wanted
    for bad in ({"status": "gone"}, {"status": ""}, {"cursor": "x"}, {"limit": 0}):
        assert (await inviter.admin.get(inviter.path, params=bad)).status_code == 400, bad


async def test_who_cannot_be_invited_is_not(inviter: Inviter, shared_owner: psycopg.Connection) -> None:
    other = await found(inviter.admin)
    foreign = await role(inviter.admin, other, "mentor")
    for wanted in ("owner", "mentor", foreign, ACME_ADMIN, str(uuid4())):
        answer = await inviter.admin.post(inviter.path, {"email": address(), "role": wanted})
        assert problem(answer) == (400, "unknown-role")
        assert answer.json()["errors"][0]["path"] == "role"
    for email in ("kate", "a@b", "a b@example.com", "a@example.com,b@example.com", "\u212aate@example.com", "<a@b.de>"):
        answer = await inviter.admin.post(inviter.path, {"email": email, "role": "member"})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "email"), email
    email = address()
    wrong: list[Any] = [{}, [], None, {"email": email}, {"role": "member"}, {"email": "a" * 255, "role": "member"}]
    wrong += [{"email": value, "role": "member"} for value in ("", "a\0@example.com", 5, None)]
    wrong += [{"email": email, "role": value} for value in ("", "a" * 101, 5, None)]
    wrong += [{"email": email, "role": "member", "expires_at": "2099-01-01T00:00:00Z"}]
    for body in wrong:
        assert (await inviter.admin.post(inviter.path, body)).status_code == 400, body
    member = {"email": inviter.admin.email.upper(), "role": "member"}
    assert problem(await inviter.admin.post(inviter.path, member)) == (409, "already-member")
    assert await walk(inviter.admin, inviter.path) == []


async def test_a_plain_member_invites_nobody_and_sees_no_invitation(inviter: Inviter) -> None:
    omar = await sign_up(inviter.admin.client)
    await let_in(inviter.admin, inviter.tenant, omar)
    made = await inviter.invite(address())
    for answer in (
        await omar.get(inviter.path),
        await omar.post(inviter.path, {"email": address(), "role": "member"}),
        await omar.get(f"{inviter.path}/{made['id']}"),
        await omar.delete(f"{inviter.path}/{made['id']}"),
    ):
        assert problem(answer) == (403, "not-allowed")


async def test_nobody_invites_to_a_role_that_may_do_what_they_may_not(inviter: Inviter) -> None:
    omar = await sign_up(inviter.admin.client)
    recruiter = await role(inviter.admin, inviter.tenant, "recruiter")
    await allow(inviter.admin, inviter.tenant, recruiter, "invitations", "create", "read")
    await let_in(inviter.admin, inviter.tenant, omar, recruiter)
    for given in ("admin", "member"):
        answer = await omar.post(inviter.path, {"email": address(), "role": given})
        assert problem(answer) == (403, "not-allowed")
    email = address()
    for _ in range(2):
        answer = await omar.post(inviter.path, {"email": email, "role": "recruiter"})
    assert problem(answer) == (429, "just-invited")
    assert [each["invited_by"] for each in await walk(omar, inviter.path)] == [omar.user["id"]]
    member = {"email": inviter.admin.email, "role": "recruiter"}
    assert problem(await omar.post(inviter.path, member)) == (409, "already-member")


async def test_a_new_invitation_takes_the_place_of_the_pending_one_after_a_minute(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    email = address()
    first = await inviter.invite(email)
    old = await inviter.mailbox(email).token(SUBJECT)
    again = await inviter.admin.post(inviter.path, {"email": email.upper(), "role": "admin"})
    assert problem(again) == (429, "just-invited")
    assert 1 <= int(again.headers["retry-after"]) <= 60
    assert (await inviter.show(first["id"]))["status"] == "pending"
    shared_owner.execute(EARLIER, (inviter.tenant,))
    second = await inviter.invite(email, "admin")
    new = await inviter.mailbox(email).token(SUBJECT, after=1)
    assert [each["id"] for each in await walk(inviter.admin, inviter.path)] == [second["id"]]
    assert problem(await inviter.admin.get(f"{inviter.path}/{first['id']}")) == (404, "no-such-invitation")
    omar = await sign_up(inviter.admin.client, email=email)
    assert problem(await accept(omar, old)) == (404, "no-such-invitation")
    assert (await accept(omar, new)).json()["role"]["name"] == "admin"


async def test_of_many_who_invite_one_address_at_once_one_does(inviter: Inviter) -> None:
    wish = {"email": address(), "role": "member"}
    answers = await asyncio.gather(*(inviter.admin.post(inviter.path, wish) for _ in range(6)))
    assert tally(answers) == {201: 1, 429: 5}


async def test_a_tenant_has_at_most_a_hundred_invitations_pending(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    shared_owner.execute(
        "INSERT INTO authz.invitations (tenant_id, role_id, email, invited_by, expires_at, created_at)"
        " SELECT tenant_id, id, 'm' || n || '@bread.example', %s, now() + n * '1 d'::interval, now() - '1 h'::interval"
        " FROM authz.roles, generate_series(0, 99) n WHERE tenant_id = %s AND name = 'member'",
        (inviter.admin.user["id"], inviter.tenant),
    )  # 99 pending, one expired
    wishes = [{"email": address(), "role": "member"} for _ in range(4)]
    answers = await asyncio.gather(*(inviter.admin.post(inviter.path, wish) for wish in wishes))
    assert tally(answers) == {201: 1, 409: 3}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (*problem(refused), refused.json()["most"]) == (409, "too-many-invitations", 100)
    replaced = await inviter.admin.post(inviter.path, {"email": "m7@bread.example", "role": "member"})
    assert replaced.status_code == 201


async def test_an_invitation_is_withdrawn_unless_it_was_accepted(inviter: Inviter) -> None:
    email, kept = address(), address()
    first = await inviter.invite(email)
    token = await inviter.mailbox(email).token(SUBJECT)
    assert (await inviter.admin.delete(f"{inviter.path}/{first['id']}")).status_code == 204
    assert problem(await inviter.admin.delete(f"{inviter.path}/{first['id']}")) == (404, "no-such-invitation")
    omar = await sign_up(inviter.admin.client, email=email)
    assert problem(await accept(omar, token)) == (404, "no-such-invitation")
    second = await inviter.invite(kept)
    salma = await sign_up(inviter.admin.client, email=kept)
    assert (await accept(salma, await inviter.mailbox(kept).token(SUBJECT))).status_code == 201
    answer = await inviter.admin.delete(f"{inviter.path}/{second['id']}")
    assert problem(answer) == (409, "invitation-accepted")
    other = await found(inviter.admin)
    for path in (f"/tenants/{other}/invitations/{second['id']}", f"{inviter.path}/{uuid4()}"):
        assert problem(await inviter.admin.get(path)) == (404, "no-such-invitation")
        assert problem(await inviter.admin.delete(path)) == (404, "no-such-invitation")


async def test_policies_narrow_which_invitations_are_seen_made_and_withdrawn(inviter: Inviter) -> None:
    omar = await sign_up(inviter.admin.client)
    keeper, guest = [await role(inviter.admin, inviter.tenant, name) for name in ("keeper", "guest")]
    only_guests = {"attribute": "resource.role_id", "operator": "eq", "value": guest}
    await allow(
        inviter.admin, inviter.tenant, keeper, "invitations", "create", "read", "delete", conditions=only_guests
    )
    await let_in(inviter.admin, inviter.tenant, omar, keeper)
    hidden = await inviter.invite(address(), keeper)
    made = await omar.post(inviter.path, {"email": address(), "role": "guest"})
    assert made.status_code == 201
    assert problem(await omar.post(inviter.path, {"email": address(), "role": keeper})) == (403, "not-allowed")
    assert [each["id"] for each in await walk(omar, inviter.path)] == [made.json()["id"]]
    assert problem(await omar.get(f"{inviter.path}/{hidden['id']}")) == (404, "no-such-invitation")
    assert problem(await omar.delete(f"{inviter.path}/{hidden['id']}")) == (404, "no-such-invitation")
    assert (await omar.delete(f"{inviter.path}/{made.json()['id']}")).status_code == 204
