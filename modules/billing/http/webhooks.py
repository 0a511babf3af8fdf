"""What payment providers tell us."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, post

from core.http.authority import OPEN
from core.http.route import Injected
from modules.billing.services import Webhooks

LARGEST_BYTES = 256 * 1024


class WebhooksController(Controller):
    """Web hooks, open to everybody: a signature says whose they are."""

    path = "/billing/webhooks"
    tags = ("billing",)

    @post("/stripe", **OPEN, status_code=204, request_max_body_size=LARGEST_BYTES, summary="Take an event of Stripe's")
    async def stripe(self, webhooks: Injected[Webhooks], request: Request[Any, Any, Any]) -> None:
        await webhooks.receive(await request.body(), request.headers.get("stripe-signature"))
