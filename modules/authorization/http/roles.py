"""The roles of a tenant."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from core.http.authority import IN_PATH, requires
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.roles import NewRole, Role, RoleChange
from modules.authorization.domain import NoSuchRole
from modules.authorization.http.tenants import TenantId
from modules.authorization.permits import CreateRoles, DeleteRoles, ReadRoles, UpdateRoles
from modules.authorization.repositories import RoleRepository
from modules.authorization.services.roles import RoleCare

_LIST = "roles"


class RolesController(Controller):
    path = "/tenants/{tenant_id:str}/roles"
    tags = ("tenants",)
    opt = IN_PATH["opt"]

    @get("/", guards=[requires("read", "roles")], summary="The roles of a tenant, oldest first")
    async def list_roles(
        self,
        tenant_id: TenantId,
        roles: Injected[RoleRepository],
        permit: Injected[ReadRoles],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Role]:
        after = cursors.read(cursor, of=_LIST, start=OLDEST)
        rows = await roles.page(permit.caller.tenant_id, permit.rows, after, limit + 1)
        return cursors.page(rows, limit, of=_LIST, key=lambda role: (role.created_at, role.id))

    @post("/", guards=[requires("create", "roles")], status_code=201, summary="Make a role, which may do nothing yet")
    async def create_role(
        self,
        tenant_id: TenantId,
        data: JSONBody[NewRole],
        permit: Injected[CreateRoles],
        role_care: Injected[RoleCare],
    ) -> Role:
        return await role_care.create(permit, data)

    @get("/{role_id:uuid}", guards=[requires("read", "roles")], summary="One role")
    async def show_role(
        self,
        tenant_id: TenantId,
        role_id: FromPath[UUID],
        roles: Injected[RoleRepository],
        permit: Injected[ReadRoles],
    ) -> Role:
        found = await roles.one(permit.caller.tenant_id, role_id, permit.rows)
        if found is None:
            raise NoSuchRole
        return found

    @patch("/{role_id:uuid}", guards=[requires("update", "roles")], summary="Rename a role")
    async def change_role(
        self,
        tenant_id: TenantId,
        role_id: FromPath[UUID],
        data: JSONBody[RoleChange],
        permit: Injected[UpdateRoles],
        role_care: Injected[RoleCare],
    ) -> Role:
        return await role_care.rename(permit, role_id, data)

    @delete(
        "/{role_id:uuid}",
        guards=[requires("delete", "roles")],
        status_code=204,
        summary="Delete a role that nobody has",
    )
    async def remove_role(
        self,
        tenant_id: TenantId,
        role_id: FromPath[UUID],
        permit: Injected[DeleteRoles],
        role_care: Injected[RoleCare],
    ) -> None:
        await role_care.delete(permit, role_id)
