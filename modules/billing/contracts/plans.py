"""What clients get of plans."""

from __future__ import annotations

import msgspec

from modules.billing.domain.plans import PlanId, PlanLimits


class Plan(msgspec.Struct, frozen=True):
    """A plan of the catalogue. Prices are in hundredths of the currency's unit, `price_cents` a month."""

    id: PlanId
    name: str
    monthly_credits: int
    price_cents: int
    yearly_price_cents: int
    currency: str
    limits: PlanLimits
