"""Billing: credits that cannot be overspent, plans and subscriptions, and what was used.

Owns the schema `billing`: plans, subscriptions, credit_accounts, credit_grants, credit_entries, credit_holds,
usage_events.

The ledger is append-only: `balance` is the sum of the entries and `held` the sum of the open holds, both kept on the
account so that one guarded UPDATE decides and locks at once. Summing the entries for each decision was rejected: it
needs a lock anyway, and grows with the tenant's history.
"""

from typing import Protocol
from uuid import UUID

from modules.billing.domain import Hold, HoldExpired, InsufficientCredits, Priced, Usage

__all__ = ["Credits", "Hold", "HoldExpired", "InsufficientCredits", "Meter", "Priced", "Usage"]


class Credits(Protocol):
    """Pays for things in two steps: reserve before, settle or void after."""

    async def hold(self, what: Priced, *, reference: UUID) -> Hold:
        """Reserve the price. Raises `InsufficientCredits`; then nothing is reserved."""
        ...

    async def settle(self, hold_id: UUID) -> bool:
        """Spend what was reserved. False where the hold is not open any more: it was settled, voided or expired."""
        ...

    async def void(self, hold_id: UUID) -> bool:
        """Give back what was reserved. False where the hold is not open any more."""
        ...


class Meter(Protocol):
    """Writes down what was used, in the transaction of the use."""

    async def record(self, usage: Usage) -> None: ...
