"""What operators do about credits."""

from __future__ import annotations

from litestar import Controller, post
from litestar.params import JSONBody

from core.http.authority import OPERATORS
from core.http.idempotency import IdempotencyKey
from core.http.route import Injected
from modules.billing.contracts.credits import CreditEntry, NewCredits, NewRefund
from modules.billing.services import CreditsByHand


class OperatorCreditsController(Controller):
    """Credits that operators add or give back by hand."""

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

    @post("/refunds", **OPERATORS, summary="Give back what was spent")
    async def refund_credits(
        self,
        data: JSONBody[NewRefund],
        credits_by_hand: Injected[CreditsByHand],
        idempotency_key: IdempotencyKey = None,
    ) -> CreditEntry:
        return await credits_by_hand.refund(data, idempotency_key)
