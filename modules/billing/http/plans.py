"""The plans that there are to choose from."""

from __future__ import annotations

from litestar import Controller, get

from core.http.authority import OPEN
from core.http.pages import Page
from core.http.route import Injected
from modules.billing.contracts.plans import Plan
from modules.billing.repositories import PlanRepository


class PlansController(Controller):
    """The catalogue of plans, the same for everybody."""

    path = "/billing/plans"
    tags = ("billing",)

    @get("/", **OPEN, summary="What plans are there?")
    async def plans(self, plans: Injected[PlanRepository]) -> Page[Plan]:
        return Page([*(await plans.all()).values()], None)
