"""The tenant's subscription."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody

from core.http.authority import requires
from core.http.route import Injected
from modules.billing.contracts.subscriptions import HostedPage, NewCheckout, Subscription
from modules.billing.permits import ReadSubscriptions, UpdateSubscriptions
from modules.billing.services import Subscribing


class SubscriptionsController(Controller):
    """The tenant's subscription, and the payment provider's pages for it."""

    path = "/billing"
    tags = ("billing",)

    @get("/subscription", guards=[requires("read", "subscriptions")], summary="Which plan, and how much of it is used?")
    async def subscription(
        self, permit: Injected[ReadSubscriptions], subscribing: Injected[Subscribing]
    ) -> Subscription:
        return await subscribing.show(permit)

    @post("/checkout", guards=[requires("update", "subscriptions")], summary="Buy a plan")
    async def checkout(
        self, data: JSONBody[NewCheckout], permit: Injected[UpdateSubscriptions], subscribing: Injected[Subscribing]
    ) -> HostedPage:
        return await subscribing.checkout(permit, data)

    @post("/portal", guards=[requires("update", "subscriptions")], summary="Change or end the subscription")
    async def portal(self, permit: Injected[UpdateSubscriptions], subscribing: Injected[Subscribing]) -> HostedPage:
        return await subscribing.portal(permit)
