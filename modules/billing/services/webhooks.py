"""Web hooks: verified, stored, answered; then applied by a job, once.

An event only says which subscription to ask about: what became of it the provider is asked, so it does not matter in
which order events come, how often, or whether one is lost. A failure is written on the event and tried again by a
chore, for three days; nothing is held while the provider is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
import structlog

from core.clock import Clock
from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import InternaError, NotFound
from core.jobs import Jobs
from modules.billing.domain import WebhookOutcome
from modules.billing.domain.subscriptions import ProviderSubscription
from modules.billing.domain.webhooks import OURS, mentioned, read_event
from modules.billing.repositories import CancellationRepository, SubscriptionRepository, WebhookRepository
from modules.billing.services.cancellations import END_SUBSCRIPTION
from modules.billing.services.plans import PlanKeeping
from modules.billing.stripe import NotAtStripe, Signatures, Stripe

APPLY_EVENT: Final = "billing.apply_event"
SYNC_SUBSCRIPTION: Final = "billing.sync_subscription"
_log = structlog.get_logger("interna.billing")


class Provider(Protocol):
    """Whoever knows how subscriptions are."""

    async def subscription(self, subscription_id: str, /) -> ProviderSubscription:
        """As it is now."""
        ...


class NobodysSubscription(NotFound):
    """No tenant has this subscription."""


class Webhooks:
    """Takes events in."""

    def __init__(self, transaction: Transaction, events: WebhookRepository, signatures: Signatures, jobs: Jobs) -> None:
        self._tx = transaction
        self._events = events
        self._signatures = signatures
        self._jobs = jobs

    async def receive(self, body: bytes, signature: str | None) -> None:
        """Raises `BadSignature`, before anything of the body is read, `BadEvent` and `NotConfigured`."""
        await self._signatures.check(body, signature)
        event = read_event(body)
        payload: dict[str, Any] = msgspec.json.decode(body)
        pending = await self._events.receive(payload, ours=event.type in OURS)
        if pending is not None:
            await self._jobs.enqueue(self._tx, APPLY_EVENT, event_id=pending)


class SubscriptionSync:
    """Asks the provider how a subscription is, and keeps it."""

    def __init__(
        self,
        database: Database,
        provider: Provider,
        subscriptions: Callable[[], SubscriptionRepository],
        keeping: Callable[[], PlanKeeping],
        clock: Clock,
    ) -> None:
        self._database = database
        self._provider = provider
        self._subscriptions = subscriptions
        self._keeping = keeping
        self._clock = clock

    async def __call__(self, provider_subscription_id: str, named: UUID | None = None) -> WebhookOutcome:
        """`named` is the tenant that an event says it is for. Raises `NobodysSubscription`, and what `Stripe` does.

        One that is over and nobody's is `ignored`: its tenant was deleted, and that ended it.
        """
        async with self._database.unit(Anonymous(), read_only=True):
            asked_at = await self._subscriptions().moment()
        told = await self._provider.subscription(provider_subscription_id)
        async with self._database.unit(Anonymous(), read_only=True):
            tenant_id = await self._subscriptions().find_subscriber(told, named)
        if tenant_id is None:
            if told.status == "canceled":
                return "ignored"
            raise NobodysSubscription
        async with self._database.unit(Acting(None, tenant_id)):
            await self._keeping().keep(tenant_id, told, asked_at=asked_at, at=self._clock())
        return "applied"


class EventJob:
    """Applies one stored event; running it again changes nothing."""

    def __init__(self, database: Database, events: Callable[[], WebhookRepository], sync: SubscriptionSync) -> None:
        self._database = database
        self._events = events
        self._sync = sync

    async def __call__(self, event_id: UUID) -> None:
        async with self._database.unit(Anonymous(), read_only=True):
            event = await self._events().read(event_id)
        if event is None:
            return
        thing = event.payload.get("data", {}).get("object", {})
        mention = mentioned(event.type, thing)
        if mention is None:
            await self._finish(event_id, "ignored")
            return
        try:
            outcome = await self._sync(mention.subscription_id, mention.tenant_id)
        except Exception as error:
            await self._fail(event_id, error)
        else:
            await self._finish(event_id, outcome)

    async def _fail(self, event_id: UUID, error: Exception) -> None:
        """A bug of ours is written down too, and tried again: the next version may have mended it."""
        ours = not isinstance(error, InternaError)
        why = type(error).__name__ if ours else str(error)
        again = await self._finish(event_id, None, why)
        level = _log.error if ours or not again else _log.warning
        level("a web hook was not applied", id=str(event_id), why=why, again=again, exc_info=ours)

    async def _finish(self, event_id: UUID, outcome: WebhookOutcome | None, error: str | None = None) -> bool:
        async with self._database.unit(Anonymous()):
            return await self._events().finish(event_id, outcome, error)


class SyncJob:
    """Asks how one subscription is that we have heard nothing of."""

    def __init__(
        self, database: Database, subscriptions: Callable[[], SubscriptionRepository], sync: SubscriptionSync
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._sync = sync

    async def __call__(self, tenant_id: UUID, subscription_id: UUID) -> None:
        async with self._database.unit(Acting(None, tenant_id), read_only=True):
            kept = next((one for one in await self._subscriptions().all(tenant_id) if one.id == subscription_id), None)
        if kept is None:
            return
        try:
            await self._sync(kept.provider_subscription_id, tenant_id)
        except NotAtStripe as error:
            _log.warning("a subscription is unknown", subscription=kept.provider_subscription_id, why=error.detail)


class CatchingUp:
    """Enqueues what is due: events that failed, subscriptions whose events never came, and those to be ended."""

    def __init__(
        self,
        database: Database,
        events: Callable[[], WebhookRepository],
        subscriptions: Callable[[], SubscriptionRepository],
        cancellations: Callable[[], CancellationRepository],
        jobs: Jobs,
        stripe: Stripe,
    ) -> None:
        self._database = database
        self._events = events
        self._subscriptions = subscriptions
        self._cancellations = cancellations
        self._jobs = jobs
        self._stripe = stripe

    async def __call__(self) -> int:
        if not self._stripe.configured:
            return 0
        async with self._database.unit(Anonymous()) as unit:
            events = await self._events().claim()
            for event_id in events:
                await self._jobs.enqueue(unit.transaction, APPLY_EVENT, event_id=event_id)
            stale = await self._subscriptions().claim_stale()
            for one in stale:
                await self._jobs.enqueue(
                    unit.transaction, SYNC_SUBSCRIPTION, tenant_id=one.tenant_id, subscription_id=one.id
                )
            endings = await self._cancellations().claim()
            for cancellation_id in endings:
                await self._jobs.enqueue(unit.transaction, END_SUBSCRIPTION, cancellation_id=cancellation_id)
        return len(events) + len(stale) + len(endings)
