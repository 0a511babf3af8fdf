"""One's tenants: the personal one, those one has founded, and those one was let into."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import JSONBody, PathParameter

from core.http.authority import IN_PATH, requires
from core.http.caller import Caller
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.tenants import NewTenant, Tenant, TenantChange
from modules.authorization.permits import DeleteTenants, UpdateTenants
from modules.authorization.repositories import TenantRepository
from modules.authorization.services.tenants import Organizations

_LIST = "tenants"

TenantId = Annotated[str, PathParameter(max_length=255, description="The tenant's id or slug.")]


def made(tenant: Tenant) -> Response[Tenant]:
    return Response(tenant, status_code=201, headers={"location": f"/api/v1/tenants/{tenant.id}"})


class TenantsController(Controller):
    path = "/tenants"
    tags = ("tenants",)

    @post("/", status_code=201, summary="Found an organization, and be its admin")
    async def create(self, data: JSONBody[NewTenant], organizations: Injected[Organizations]) -> Response[Tenant]:
        return made(await organizations.found(data))

    @get("/", summary="My tenants: the personal one, then the others, oldest first")
    async def list_mine(
        self,
        tenants: Injected[TenantRepository],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Tenant]:
        after = cursors.read(cursor, of=_LIST, start=OLDEST)
        found = cursors.page(
            await tenants.mine(after, limit + 1), limit, of=_LIST, key=lambda tenant: (tenant.since, tenant.id)
        )
        return Page([tenant.shown() for tenant in found.items], found.next_cursor)

    @get("/{tenant_id:str}", **IN_PATH, summary="One of my tenants")
    async def show(self, tenant_id: TenantId, tenants: Injected[TenantRepository], caller: Injected[Caller]) -> Tenant:
        return (await tenants.my(caller.tenant_id)).shown()

    @patch("/{tenant_id:str}", **IN_PATH, guards=[requires("update", "tenants")], summary="Rename a tenant")
    async def change(
        self,
        tenant_id: TenantId,
        data: JSONBody[TenantChange],
        permit: Injected[UpdateTenants],
        organizations: Injected[Organizations],
    ) -> Tenant:
        return await organizations.change(permit, data)

    @delete(
        "/{tenant_id:str}",
        **IN_PATH,
        guards=[requires("delete", "tenants")],
        status_code=204,
        summary="Delete an organization that has no other members, with all that is its own",
    )
    async def remove(
        self, tenant_id: TenantId, permit: Injected[DeleteTenants], organizations: Injected[Organizations]
    ) -> None:
        await organizations.delete(permit)
