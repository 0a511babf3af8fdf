"""Plans: what there is to choose from, and what each opens."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

PlanId = Literal["free", "pro", "enterprise"]
PaidPlanId = Literal["pro", "enterprise"]
Interval = Literal["month", "year"]
SubscriptionStatus = Literal["incomplete", "trialing", "active", "past_due", "canceled", "unpaid"]

RANKS: Final[dict[PlanId, int]] = {"free": 0, "pro": 1, "enterprise": 2}


class PlanLimits(msgspec.Struct, frozen=True):
    """What a tenant on the plan may do: members, features, and the kind of contract.

    `requests`, `tokens` and `credits` are what a month is meant for; whoever nears them is told, and not stopped.
    """

    max_users: int = 5
    features: list[str] = []
    contract_type: Literal["standard", "enterprise"] = "standard"
    requests: int | None = None
    tokens: int | None = None
    credits: int | None = None


class Offer(msgspec.Struct, frozen=True):
    """A plan as it is sold: so much each interval. Amounts are hundredths of the currency's unit."""

    plan: PaidPlanId
    name: str
    interval: Interval
    cents: int
    currency: str

    @property
    def lookup_key(self) -> str:
        return f"interna_{self.plan}_{self.interval}"
