"""The tenant's credits."""

from __future__ import annotations

from litestar import Controller, get

from core.http.authority import requires
from core.http.caller import Caller
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.billing.contracts.credits import CreditBalance, CreditEntry
from modules.billing.repositories import CreditRepository

_ENTRIES = "credit entries"


class CreditsController(Controller):
    """The tenant's credits."""

    path = "/billing/credits"
    tags = ("billing",)
    guards = (requires("read", "credits"),)

    @get("/", summary="How many credits are there?")
    async def balance(self, credits: Injected[CreditRepository], caller: Injected[Caller]) -> CreditBalance:
        return await credits.balance(caller.tenant_id)

    @get("/entries", summary="The ledger, newest first")
    async def entries(
        self,
        credits: Injected[CreditRepository],
        caller: Injected[Caller],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[CreditEntry]:
        after = cursors.read(cursor, of=_ENTRIES, start=NEWEST)
        rows = await credits.entries(caller.tenant_id, after, limit + 1)
        return cursors.page(rows, limit, of=_ENTRIES, key=lambda entry: (entry.created_at, entry.id))
