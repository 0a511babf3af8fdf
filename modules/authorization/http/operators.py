"""What operators see of tenants."""

from __future__ import annotations

from litestar import Controller, get

from core.http.authority import OPERATORS
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.authorization.contracts.tenants import TenantSummary
from modules.authorization.repositories import TenantRepository

_TENANTS = "operators' tenants"


class OperatorTenantsController(Controller):
    """What operators see of tenants."""

    path = "/operators/tenants"
    tags = ("operators",)

    @get("/", **OPERATORS, summary="All tenants, newest first")
    async def list_tenants(
        self,
        tenants: Injected[TenantRepository],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[TenantSummary]:
        after = cursors.read(cursor, of=_TENANTS, start=NEWEST)
        rows = await tenants.summaries(after, limit + 1)
        return cursors.page(rows, limit, of=_TENANTS, key=lambda tenant: (tenant.created_at, tenant.id))
