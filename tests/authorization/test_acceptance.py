"""Accepting an invitation: with the mailed token, once, by whoever was meant."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.mail import Mail, MailUnavailable
from modules.authorization.services.invitations import InvitationMail
from tests.authorization.inviting import SUBJECT, Inviter, accept, address
from tests.authorization.scenes import found, is_id, let_in, problem, seats, tally, version
from tests.client import sign_up
from tests.operators import walk

pytestmark = pytest.mark.anyio
ACME_ADMIN = "20000000-0000-4000-8000-000000000011"
EARLIER = "UPDATE authz.invitations SET created_at = created_at - interval '1 minute' WHERE tenant_id = %s"


async def test_who_is_invited_by_mail_becomes_a_member(inviter: Inviter, shared_owner: psycopg.Connection) -> None:
    email = address()
    made = await inviter.invite(f"  {email} ", "admin")
    token = await inviter.mailbox(email).token(SUBJECT)
    before = version(shared_owner, inviter.tenant)
    omar = await sign_up(inviter.admin.client, email=email.upper())
    answer = await accept(omar, token)
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/tenants/{inviter.tenant}")
    assert answer.json() == (await omar.get(f"/tenants/{inviter.tenant}")).json()
    assert (answer.json()["role"]["name"], answer.json()["members"]) == ("admin", 2)
    assert version(shared_owner, inviter.tenant) > before
    shown = await inviter.show(made["id"])
    assert (shown["status"], shown["accepted_at"] is None) == ("accepted", False)
    assert {**shown, "status": "pending", "accepted_at": None} == made
    assert is_id(made.pop("id"))
    assert made.pop("created_at") < made.pop("expires_at")
    assert is_id(made["role"].pop("id"))
    assert made == {
        "email": email,
        "role": {"name": "admin"},
        "invited_by": inviter.admin.user["id"],
        "status": "pending",
        "accepted_at": None,
    }


async def test_an_invitation_is_good_for_a_week_and_then_expired(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    email = address()
    made = await inviter.invite(email)
    token = await inviter.mailbox(email).token(SUBJECT)
    good_for = "SELECT expires_at - created_at = '7 days' FROM authz.invitations WHERE id = %s"
    assert shared_owner.execute(good_for, (made["id"],)).fetchone() == (True,)
    shared_owner.execute("UPDATE authz.invitations SET expires_at = now() WHERE id = %s", (made["id"],))
    assert (await inviter.show(made["id"]))["status"] == "expired"
    omar = await sign_up(inviter.admin.client, email=email)
    assert problem(await accept(omar, token)) == (409, "invitation-expired")
    assert (await omar.get(f"/tenants/{inviter.tenant}")).status_code == 404


async def test_a_token_is_good_for_the_address_that_it_was_mailed_to_only(inviter: Inviter) -> None:
    token = await inviter.token(address())
    omar = await sign_up(inviter.admin.client)
    assert problem(await accept(omar, token)) == (403, "not-addressed")
    assert problem(await accept(inviter.admin, token)) == (403, "not-addressed")
    assert (await inviter.admin.get(f"/tenants/{inviter.tenant}")).json()["members"] == 1


async def test_what_is_no_token_of_an_invitation_opens_nothing(inviter: Inviter) -> None:
    omar = await sign_up(inviter.admin.client)
    confirm = await inviter.mailbox(omar.email).token("Confirm your address")
    for token in ("x", "one_" + "A" * 43, confirm, omar.token, "a" * 200, "\ud7ff"):
        assert problem(await accept(omar, token)) == (404, "no-such-invitation"), token
    wrong: list[Any] = [
        {},
        [],
        None,
        {"token": ""},
        {"token": "a" * 201},
        {"token": "a\0"},
        {"token": 5},
        {"token": None},
    ]
    for body in [*wrong, {"token": "x", "role": "admin"}]:
        assert (await omar.post("/invitations/accept", body)).status_code == 400, body
    stranger = await omar.client.post("/api/v1/invitations/accept", json={"token": "x"})
    assert stranger.status_code == 401


async def test_of_two_who_accept_at_the_same_instant_one_does(inviter: Inviter) -> None:
    for _ in range(3):
        email = address()
        token = await inviter.token(email)
        omar = await sign_up(inviter.admin.client, email=email)
        answers = await asyncio.gather(*(accept(omar, token) for _ in range(4)))
        assert tally(answers) == {201: 1, 409: 3}
        assert {problem(each)[1] for each in answers if each.status_code == 409} == {"invitation-accepted"}
        assert problem(await accept(omar, token)) == (409, "invitation-accepted")
        await omar.delete(f"/tenants/{inviter.tenant}/members/{omar.user['id']}")
        assert problem(await accept(omar, token)) == (409, "invitation-accepted")


async def test_who_is_a_member_meanwhile_does_not_become_one_twice(inviter: Inviter) -> None:
    email = address()
    made = await inviter.invite(email, "admin")
    token = await inviter.mailbox(email).token(SUBJECT)
    omar = await sign_up(inviter.admin.client, email=email)
    await let_in(inviter.admin, inviter.tenant, omar)
    assert problem(await accept(omar, token)) == (409, "already-member")
    assert (await omar.get(f"/tenants/{inviter.tenant}")).json()["role"]["name"] == "member"
    assert (await inviter.show(made["id"]))["status"] == "pending"


async def test_of_twenty_who_accept_where_one_seat_is_left_one_gets_it(
    inviter: Inviter, shared_owner: psycopg.Connection
) -> None:
    emails = [address() for _ in range(20)]
    await asyncio.gather(*(inviter.invite(email) for email in emails))
    tokens = [await inviter.mailbox(email).token(SUBJECT) for email in emails]
    people = await asyncio.gather(*(sign_up(inviter.admin.client, email=email) for email in emails))
    seats(shared_owner, inviter.tenant, 2)
    answers = await asyncio.gather(*(accept(*each) for each in zip(people, tokens, strict=True)))
    assert tally(answers) == {201: 1, 409: 19}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {(*problem(answer), answer.json()["max_users"]) for answer in refused} == {(409, "tenant-full", 2)}
    assert (await inviter.admin.get(f"/tenants/{inviter.tenant}")).json()["members"] == 2
    pending = await walk(inviter.admin, inviter.path, status="pending")
    assert len(pending) == 19
    seats(shared_owner, inviter.tenant, 3)
    late = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    assert (await accept(people[late], tokens[late])).status_code == 201


class Moody:
    """A mail server that is away the first time."""

    def __init__(self) -> None:
        self.tried: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.tried.append(mail)
        if len(self.tried) == 1:
            raise MailUnavailable


async def test_a_mail_that_is_sent_twice_carries_a_token_that_is_good(
    shared_client: httpx.AsyncClient, shared_parent: Parent
) -> None:
    """No worker runs beside this test: the job is run by hand, as often as a worker might."""
    admin, email, mailer = await sign_up(shared_client), address(), Moody()
    tenant = await found(admin)
    made = await admin.post(f"/tenants/{tenant}/invitations", {"email": email, "role": "member"})
    assert made.status_code == 201
    settings = shared_parent.settings
    job = InvitationMail(shared_parent.database, mailer, settings.secret_key, settings.origin)
    ids = (UUID(tenant), UUID(made.json()["id"]))
    with pytest.raises(MailUnavailable):
        await job(*ids)
    await job(*ids)
    await job(*ids)
    assert {mail.key for mail in mailer.tried} == {ids[1].hex}
    tokens = [mail.text.rsplit(maxsplit=1)[-1] for mail in mailer.tried]
    omar = await sign_up(shared_client, email=email)
    assert [(await accept(omar, token)).status_code for token in tokens] == [404, 404, 201]
    await job(*ids)
    assert problem(await accept(omar, tokens[-1])) == (409, "invitation-accepted")
    withdrawn = (await admin.post(f"/tenants/{tenant}/invitations", {"email": address(), "role": "member"})).json()
    assert (await admin.delete(f"/tenants/{tenant}/invitations/{withdrawn['id']}")).status_code == 204
    await job(UUID(tenant), UUID(withdrawn["id"]))
    await job(uuid4(), ids[1])
    assert len(mailer.tried) == 3
