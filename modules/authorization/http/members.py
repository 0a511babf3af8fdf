"""Who belongs to a tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from core.http.addresses import ClientAddresses
from core.http.authority import IN_PATH, requires
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.members import Member, MemberChange, NewMember
from modules.authorization.http.tenants import TenantId
from modules.authorization.permits import CreateMembers, ReadMembers, UpdateMembers
from modules.authorization.repositories import MemberRepository
from modules.authorization.services.members import Membership
from modules.user import Device

_LIST = "members"


class MembersController(Controller):
    path = "/tenants/{tenant_id:str}/members"
    tags = ("tenants",)
    opt = IN_PATH["opt"]

    @get("/", guards=[requires("read", "members")], summary="The members of a tenant, by the time of joining")
    async def list_members(
        self,
        tenant_id: TenantId,
        members: Injected[MemberRepository],
        permit: Injected[ReadMembers],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Member]:
        after = cursors.read(cursor, of=_LIST, start=OLDEST)
        rows = await members.page(permit.caller.tenant_id, permit.rows, after, limit + 1)
        found = cursors.page(rows, limit, of=_LIST, key=lambda member: (member.joined_at, member.user_id))
        return Page([member.shown() for member in found.items], found.next_cursor)

    @post(
        "/",
        guards=[requires("create", "members"), requires("read", "members")],
        status_code=201,
        summary="Make somebody who has an account a member",
    )
    async def add_member(
        self,
        tenant_id: TenantId,
        data: JSONBody[NewMember],
        permit: Injected[CreateMembers],
        membership: Injected[Membership],
        addresses: Injected[ClientAddresses],
        request: Request[Any, Any, Any],
    ) -> Member:
        return await membership.add(permit, data, Device(ip=addresses.of(request.scope)))

    @patch(
        "/{user_id:uuid}",
        guards=[requires("update", "members"), requires("read", "members")],
        summary="Give a member another role",
    )
    async def change_member(
        self,
        tenant_id: TenantId,
        user_id: FromPath[UUID],
        data: JSONBody[MemberChange],
        permit: Injected[UpdateMembers],
        membership: Injected[Membership],
    ) -> Member:
        return await membership.change(permit, user_id, data)

    @delete("/{user_id:uuid}", status_code=204, summary="Remove a member, or leave")
    async def remove_member(
        self, tenant_id: TenantId, user_id: FromPath[UUID], membership: Injected[Membership]
    ) -> None:
        await membership.remove(user_id)
