"""The plans that there are."""

from __future__ import annotations

from sqlalchemy import select

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.contracts.plans import Plan
from modules.billing.domain.plans import RANKS, PlanId
from modules.billing.tables import plans

_PLANS = Statement(select(*(plans.c[name] for name in Plan.__struct_fields__)), into=Plan)


class PlanRepository:
    """Three rows, and everybody's to read."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def all(self) -> dict[PlanId, Plan]:
        """By id, the smallest first."""
        return {plan.id: plan for plan in sorted(await self._tx.all(_PLANS), key=lambda plan: RANKS[plan.id])}
