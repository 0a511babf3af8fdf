"""The billing module's routes."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody

from core.http.authority import OPERATORS, requires
from core.http.caller import Caller
from core.http.idempotency import IdempotencyKey
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.billing.contracts import CreditBalance, CreditEntry, NewCredits
from modules.billing.repositories import CreditRepository
from modules.billing.services import CreditsByHand

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


class OperatorCreditsController(Controller):
    """Credits that operators add by hand."""

    path = "/operators/credits"
    tags = ("operators",)

    @post("/", **OPERATORS, summary="Add credits to a tenant's account")
    async def add_credits(
        self,
        data: JSONBody[NewCredits],
        credits_by_hand: Injected[CreditsByHand],
        idempotency_key: IdempotencyKey = None,
    ) -> CreditEntry:
        return await credits_by_hand.add(data, idempotency_key)
