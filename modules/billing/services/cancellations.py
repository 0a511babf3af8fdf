"""Subscriptions that outlive whoever paid for them: they are ended at the provider.

A deletion neither waits for the provider nor is it refused while a subscription runs: who leaves for good wants to be
charged no more, and would have to come back at a period's end. What is to be ended is written down by the deletion, and
a job ends it: at once, without a refund, and again until it worked.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol
from uuid import UUID

import structlog

from core.database.identity import Anonymous
from core.database.pool import Database
from core.errors import InternaError
from modules.billing.repositories import CancellationRepository
from modules.billing.stripe import NotAtStripe
from modules.user import UserDeleted

END_SUBSCRIPTION: Final = "billing.end_subscription"
_log = structlog.get_logger("interna.billing")


class Ender(Protocol):
    """Whoever can end subscriptions."""

    async def end(self, subscription_id: str, /) -> None: ...


class EndingJob:
    """Ends one subscription; what is ended already, or unknown there, is done."""

    def __init__(
        self, database: Database, cancellations: Callable[[], CancellationRepository], provider: Ender
    ) -> None:
        self._database = database
        self._cancellations = cancellations
        self._provider = provider

    async def __call__(self, cancellation_id: UUID) -> None:
        async with self._database.unit(Anonymous(), read_only=True):
            subscription = await self._cancellations().read(cancellation_id)
        if subscription is None:
            return
        why = None
        try:
            with suppress(NotAtStripe):
                await self._provider.end(subscription)
        except InternaError as error:
            why = str(error)
            _log.warning("a subscription of nobody goes on, and is ended later", subscription=subscription, why=why)
        async with self._database.unit(Anonymous()):
            await self._cancellations().finish(cancellation_id, why)


class PayerGone:
    """Answers a deleted account: what it alone paid for ends. Who comes back keeps the credits, and may buy again."""

    def __init__(self, cancellations: CancellationRepository) -> None:
        self._cancellations = cancellations

    async def __call__(self, _: UserDeleted) -> None:
        await self._cancellations.end_mine()
