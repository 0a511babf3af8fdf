"""Billing: credits that cannot be overspent, plans and subscriptions, and what was used.

Owns the schema `billing`: plans, subscriptions, customers, cancellations, webhook_events, credit_accounts,
credit_grants, credit_entries, credit_allocations, credit_holds, usage_events, usage_totals, usage_alerts.
docs/billing.md tells how it works.

The ledger is append-only: a correction is an entry, so what was promised to a tenant can always be shown to it. A
trigger refuses changes by the owner too, because mistakes are made by hand; only a deleted tenant takes its ledger
along. `balance` is the sum of the entries and `held` the sum of the open holds, both kept on the account so that one
guarded UPDATE decides and locks at once. Summing the entries for each decision was rejected: it needs a lock anyway,
and grows with the tenant's history.

Credits expire, as entries, when their grant's time is over: a plan's month brings its credits for that month. A hold
pins what would be spent next, since whoever was told that there is enough must be able to pay; to bind it to certain
grants was rejected, as every void would have to move parts back. A refund goes back to the grants that it came from,
so that giving back is no way to make credits last, nor to lose them: what came from a grant that has expired lasts a
week.

Of several subscriptions of a tenant the biggest plan counts (`domain.subscriptions.ruling`, the only place that says
so). The one that ends last was rejected: who buys more for a month on top of a yearly plan would get nothing for it.
"""

from typing import Protocol
from uuid import UUID

from modules.billing.domain import Hold, HoldExpired, InsufficientCredits, Priced, Usage

__all__ = ["Credits", "Hold", "HoldExpired", "InsufficientCredits", "Ledger", "Meter", "Priced", "Usage"]


class Credits(Protocol):
    """Pays for things in two steps: reserve before, settle or void after."""

    async def hold(self, what: Priced, *, reference: UUID) -> Hold | None:
        """Reserve the price that the tenant's plan sets; None where it is nothing, and there is nothing to settle.

        Raises `InsufficientCredits`; then nothing is reserved.
        """
        ...

    async def settle(self, hold_id: UUID, amount: int | None = None) -> bool:
        """Spend what was reserved, or the part of it that was used; the rest is free again.

        False where the hold is not open any more: it was settled, voided or expired. Raises `HoldExceeded`.
        """
        ...

    async def void(self, hold_id: UUID) -> bool:
        """Give back what was reserved. False where the hold is not open any more."""
        ...


class Meter(Protocol):
    """Writes down what was used, in the transaction of the use."""

    async def record(self, usage: Usage) -> None: ...


class Ledger(Credits, Meter, Protocol):
    """Both, for what is paid for and counted at once."""
