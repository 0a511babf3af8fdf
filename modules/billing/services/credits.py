"""Credits: paying with them, and getting them."""

from __future__ import annotations

from uuid import UUID

from core.container import Child
from core.database.identity import Acting
from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.caller import Operator
from core.http.idempotency import Once
from modules.authorization import TenantCreated
from modules.billing.contracts.credits import CreditEntry, NewCredits, NewRefund
from modules.billing.domain import WELCOME_CREDITS, Hold, Priced, Usage
from modules.billing.repositories import CreditRepository, HoldRepository, UsageRepository


class TenantCredits:
    """The credits of the tenant that this child acts for; what other modules see as `Credits` and `Meter`."""

    def __init__(self, child: Child, credits: CreditRepository, holds: HoldRepository, usage: UsageRepository) -> None:
        self._child = child
        self._credits = credits
        self._holds = holds
        self._usage = usage

    async def hold(self, what: Priced, *, reference: UUID) -> Hold | None:
        price = await self._credits.price(self._tenant, what)
        if price == 0:
            return None
        return await self._holds.hold(self._tenant, self._child.user_id, price, reason=what, reference=reference)

    async def settle(self, hold_id: UUID, amount: int | None = None) -> bool:
        return await self._holds.settle(self._tenant, hold_id, amount)

    async def void(self, hold_id: UUID) -> bool:
        return await self._holds.void(self._tenant, hold_id)

    async def record(self, usage: Usage) -> None:
        await self._usage.record(self._tenant, usage)

    @property
    def _tenant(self) -> UUID:
        return self._child.tenant_id


class WelcomeAccount:
    """Answers a new tenant with its account; the personal one, made at sign-up, is granted the welcome credits."""

    def __init__(self, credits: CreditRepository) -> None:
        self._credits = credits

    async def __call__(self, event: TenantCreated) -> None:
        await self._credits.open_account(event.tenant_id)
        if event.kind == "personal":
            await self._credits.grant(event.tenant_id, WELCOME_CREDITS, "welcome")


class CreditsByHand:
    """Credits that an operator adds or gives back: the ledger says which operator, and why.

    No policy lets an operator write a tenant's rows, so this goes on as the tenant, with no user. Both raise
    `NotFound`, `core.http.idempotency.StillRunning` and `OtherBody`, and answer the first request's entry where the
    key was used.
    """

    def __init__(self, transaction: Transaction, operator: Operator, credits: CreditRepository, once: Once) -> None:
        self._tx = transaction
        self._operator = operator
        self._credits = credits
        self._once = once

    async def add(self, wish: NewCredits, idempotency_key: str | None) -> CreditEntry:
        await self._tx.assume(Acting(None, wish.tenant_id))
        return await self._once(
            "POST /operators/credits", idempotency_key, wish, lambda: self._grant(wish), into=CreditEntry
        )

    async def refund(self, wish: NewRefund, idempotency_key: str | None) -> CreditEntry:
        """Raises `NotSpent` and `AlreadyRefunded` too."""
        await self._tx.assume(Acting(None, wish.tenant_id))
        return await self._once(
            "POST /operators/credits/refunds", idempotency_key, wish, lambda: self._refund(wish), into=CreditEntry
        )

    async def _grant(self, wish: NewCredits) -> CreditEntry:
        try:
            return await self._credits.grant(wish.tenant_id, wish.amount, wish.reason, reference=self._by)
        except NotFound:
            raise NotFound("There is no such tenant.") from None

    async def _refund(self, wish: NewRefund) -> CreditEntry:
        return await self._credits.refund(
            wish.tenant_id, wish.entry_id, wish.amount, reason=wish.reason, reference=self._by
        )

    @property
    def _by(self) -> str:
        return f"operator:{self._operator.operator_id}"
