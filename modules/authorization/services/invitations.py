"""Invitations: asked for in a request, mailed by a job, accepted with the token that the mail carries."""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from uuid import UUID

from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.http.authority import Authorizer
from core.http.caller import Caller
from core.jobs import Jobs
from core.keys import key_for
from core.mail import Mailer
from modules.authorization.contracts.invitations import Invitation, InvitationProof, NewInvitation
from modules.authorization.contracts.tenants import Tenant
from modules.authorization.domain import (
    MOST_INVITATIONS,
    AlreadyMember,
    InvitationAccepted,
    InvitationExpired,
    JustInvited,
    NoSuchInvitation,
    NotAddressed,
    TooManyInvitations,
    UnknownRole,
)
from modules.authorization.letters import letter
from modules.authorization.permits import CreateInvitations, DeleteInvitations, ReadInvitations
from modules.authorization.repositories import (
    InvitationRepository,
    MemberRepository,
    RoleRepository,
    TenantRepository,
)
from modules.authorization.services.delegation import Delegation
from modules.user import normal_address

MAIL_INVITATION: Final = "mail_invitation"
MAIL_WAITS: Final = (2, 15, 60, 300, 900, 3600, 21600)
"""Seconds between tries: an invitation is good for days, so it may be late by hours."""
GOOD_FOR_DAYS: Final = 7
_KEY: Final = "invitation"


class Inviting:
    """Invites people to the tenant that is acted for, and takes invitations back."""

    def __init__(
        self,
        transaction: Transaction,
        invitations: InvitationRepository,
        members: MemberRepository,
        roles: RoleRepository,
        delegation: Delegation,
        authorizer: Authorizer,
        jobs: Jobs,
    ) -> None:
        self._tx = transaction
        self._invitations = invitations
        self._members = members
        self._roles = roles
        self._delegation = delegation
        self._authorizer = authorizer
        self._jobs = jobs

    async def invite(self, permit: CreateInvitations, wish: NewInvitation) -> Invitation:
        """In place of a pending one to the same address, whose token is good no more.

        Raises `Invalid`, `UnknownRole`, `NotAllowed`, `AlreadyMember`, `JustInvited` and `TooManyInvitations`.
        """
        caller, email = permit.caller, normal_address(wish.email)
        role = await self._roles.find(caller.tenant_id, wish.role)
        if role is None:
            raise UnknownRole(path="role")
        permit.demand(email=email, role_id=role.id)
        await self._delegation.require(caller, role.id)
        person = await self._members.person(email)
        if person is not None and person.is_member:
            raise AlreadyMember
        room = await self._invitations.make_room(email)
        if room.wait is not None:
            raise JustInvited(retry_after=room.wait)
        if room.pending >= MOST_INVITATIONS:
            raise TooManyInvitations(most=MOST_INVITATIONS)
        made = await self._invitations.add(
            caller.tenant_id, email, role.id, invited_by=caller.user_id, days=GOOD_FOR_DAYS
        )
        await self._jobs.enqueue(self._tx, MAIL_INVITATION, tenant=caller.tenant_id, invitation=made)
        found = await self._invitations.one(caller.tenant_id, made)
        assert found is not None, "it was made a moment ago"
        return found.shown()

    async def withdraw(self, permit: DeleteInvitations, invitation_id: UUID) -> None:
        """Raises `NoSuchInvitation`, `NotAllowed` and `InvitationAccepted`."""
        tenant_id = permit.caller.tenant_id
        reading: ReadInvitations = await self._authorizer.permit(permit.caller, "read", "invitations")
        found = await self._invitations.one(tenant_id, invitation_id, reading.rows)
        if found is None:
            raise NoSuchInvitation
        permit.demand(id=found.id, email=found.email, role_id=found.role_id)
        if not await self._invitations.withdraw(tenant_id, invitation_id):
            raise InvitationAccepted


class Acceptance:
    """Lets in whoever brings an invitation's token."""

    def __init__(
        self,
        transaction: Transaction,
        caller: Caller,
        invitations: InvitationRepository,
        members: MemberRepository,
        tenants: TenantRepository,
        secret_key: str,
    ) -> None:
        self._tx = transaction
        self._caller = caller
        self._invitations = invitations
        self._members = members
        self._tenants = tenants
        self._key = key_for(_KEY, secret_key)

    async def accept(self, proof: InvitationProof) -> Tenant:
        """Raises `NoSuchInvitation`, `NotAddressed`, `InvitationAccepted`, `InvitationExpired`, `AlreadyMember`,
        `TenantFull` and `NoAdmin`."""
        found = await self._invitations.find(_hash(self._key, proof.token))
        if found is None:
            raise NoSuchInvitation
        if not found.addressed:
            raise NotAddressed
        if found.accepted:
            raise InvitationAccepted
        if found.expired:
            raise InvitationExpired
        await self._tx.become(Acting(self._caller.user_id, found.tenant_id))
        await self._members.add(found.tenant_id, self._caller.user_id, found.role_id)
        await self._invitations.accept(found.id)
        return (await self._tenants.my(found.tenant_id)).shown()


class InvitationMail:
    """The job that makes a token and mails it. Run again, it makes another: only the last one mailed is good."""

    def __init__(self, database: Database, mailer: Mailer, secret_key: str, origin: str) -> None:
        self._database = database
        self._mailer = mailer
        self._key = key_for(_KEY, secret_key)
        self._origin = origin

    async def __call__(self, tenant: UUID, invitation: UUID) -> None:
        token = "one_" + secrets.token_urlsafe(32)
        async with self._database.unit(Acting(None, tenant)) as unit:
            found = await InvitationRepository(unit.transaction).prepare(invitation, _hash(self._key, token))
        if found is not None:
            await self._mailer.send(letter(found, token, origin=self._origin, key=invitation.hex))


def _hash(key: bytes, token: str) -> bytes:
    return hmac.digest(key, token.encode("utf-8", "surrogateescape"), "sha256")
