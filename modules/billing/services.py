"""Use cases of billing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from core.container import Child
from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.caller import Operator
from core.http.idempotency import Once
from core.module import Events
from modules.authorization import TenantCreated
from modules.billing.contracts import CreditEntry, NewCredits
from modules.billing.domain import PRICES, WELCOME_CREDITS, Hold, HoldExpired, Priced, Usage
from modules.billing.repositories import CreditRepository, UsageRepository


class TenantCredits:
    """The credits of the tenant that this child acts for; what other modules see as `Credits` and `Meter`."""

    def __init__(self, child: Child, credits: CreditRepository, usage: UsageRepository) -> None:
        self._child = child
        self._credits = credits
        self._usage = usage

    async def hold(self, what: Priced, *, reference: UUID) -> Hold:
        return await self._credits.hold(
            self._tenant, self._child.user_id, PRICES[what], reason=what, reference=reference
        )

    async def settle(self, hold_id: UUID) -> bool:
        return await self._credits.settle(self._tenant, hold_id)

    async def void(self, hold_id: UUID) -> bool:
        return await self._credits.void(self._tenant, hold_id)

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
    """Credits that an operator adds: the ledger says which operator, and why."""

    def __init__(self, transaction: Transaction, operator: Operator, credits: CreditRepository, once: Once) -> None:
        self._tx = transaction
        self._operator = operator
        self._credits = credits
        self._once = once

    async def add(self, wish: NewCredits, idempotency_key: str | None) -> CreditEntry:
        """The entry, or that of the first request with this key.

        Raises `NotFound`, `core.http.idempotency.StillRunning` and `OtherBody`. No policy lets an operator write a
        tenant's rows, so this goes on as the tenant, with no user.
        """
        await self._tx.assume(Acting(None, wish.tenant_id))
        return await self._once(
            "POST /operators/credits", idempotency_key, wish, lambda: self._grant(wish), into=CreditEntry
        )

    async def _grant(self, wish: NewCredits) -> CreditEntry:
        by = f"operator:{self._operator.operator_id}"
        try:
            return await self._credits.grant(wish.tenant_id, wish.amount, wish.reason, reference=by)
        except NotFound:
            raise NotFound("There is no such tenant.") from None


class HoldExpiry:
    """Voids the holds that nobody settled in time, each as whoever asked for it, and tells whoever asked for them."""

    def __init__(self, database: Database, credits: Callable[[], CreditRepository], events: Events) -> None:
        self._database = database
        self._credits = credits
        self._events = events

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous(), read_only=True):
            expired = await self._credits().expired_holds()
        for hold in expired:
            async with self._database.unit(Acting(hold.user_id, hold.tenant_id)):
                if await self._credits().void(hold.tenant_id, hold.id):
                    await self._events.publish(HoldExpired(hold.tenant_id, hold.user_id, hold.reference))
        return len(expired)
