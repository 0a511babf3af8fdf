"""Inviting people to a tenant, and accepting."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from core.http.authority import IN_PATH, requires
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.invitations import Invitation, InvitationProof, NewInvitation
from modules.authorization.contracts.tenants import Tenant
from modules.authorization.domain import InvitationStatus, NoSuchInvitation
from modules.authorization.http.tenants import TenantId, made
from modules.authorization.permits import CreateInvitations, DeleteInvitations, ReadInvitations
from modules.authorization.repositories import InvitationRepository
from modules.authorization.services.invitations import Acceptance, Inviting

_LIST = "invitations"

Status = Annotated[InvitationStatus | None, QueryParameter(name="status", description="Only those that stand so.")]


class InvitationsController(Controller):
    path = "/tenants/{tenant_id:str}/invitations"
    tags = ("tenants",)
    opt = IN_PATH["opt"]

    @get("/", guards=[requires("read", "invitations")], summary="The invitations to a tenant, newest first")
    async def list_invitations(
        self,
        tenant_id: TenantId,
        invitations: Injected[InvitationRepository],
        permit: Injected[ReadInvitations],
        cursors: Injected[Cursors],
        status: Status = None,
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Invitation]:
        before = cursors.read(cursor, of=_LIST, start=NEWEST)
        rows = await invitations.page(permit.caller.tenant_id, permit.rows, status, before, limit + 1)
        found = cursors.page(rows, limit, of=_LIST, key=lambda invitation: (invitation.created_at, invitation.id))
        return Page([invitation.shown() for invitation in found.items], found.next_cursor)

    @post(
        "/",
        guards=[requires("create", "invitations"), requires("read", "invitations")],
        status_code=201,
        summary="Invite an address by mail",
    )
    async def invite(
        self,
        tenant_id: TenantId,
        data: JSONBody[NewInvitation],
        permit: Injected[CreateInvitations],
        inviting: Injected[Inviting],
    ) -> Invitation:
        return await inviting.invite(permit, data)

    @get("/{invitation_id:uuid}", guards=[requires("read", "invitations")], summary="One invitation")
    async def show_invitation(
        self,
        tenant_id: TenantId,
        invitation_id: FromPath[UUID],
        invitations: Injected[InvitationRepository],
        permit: Injected[ReadInvitations],
    ) -> Invitation:
        found = await invitations.one(permit.caller.tenant_id, invitation_id, permit.rows)
        if found is None:
            raise NoSuchInvitation
        return found.shown()

    @delete(
        "/{invitation_id:uuid}",
        guards=[requires("delete", "invitations")],
        status_code=204,
        summary="Withdraw an invitation; its token is good no more",
    )
    async def withdraw(
        self,
        tenant_id: TenantId,
        invitation_id: FromPath[UUID],
        permit: Injected[DeleteInvitations],
        inviting: Injected[Inviting],
    ) -> None:
        await inviting.withdraw(permit, invitation_id)


class AcceptanceController(Controller):
    path = "/invitations"
    tags = ("tenants",)

    @post("/accept", status_code=201, summary="Become a member, with a mailed token")
    async def accept(self, data: JSONBody[InvitationProof], acceptance: Injected[Acceptance]) -> Response[Tenant]:
        return made(await acceptance.accept(data))
