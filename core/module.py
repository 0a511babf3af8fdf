"""What a module hands to the composition root, and how facts travel between modules.

Facts that flow against the import direction are typed events: the module that knows a fact defines its event and
publishes it, others subscribe through `Module.handlers`. A handler runs at once, in the same transaction, in the
order of the composition; an error in it rolls everything back. There is no bus to configure and nothing to lose.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from dependency_injector import containers
from dependency_injector.providers import Provider
from litestar import Router
from litestar.di import Provide

from core.container import current_child
from core.jobs import Housekeeping, Job


class Event(msgspec.Struct, frozen=True):
    """A fact that another module may want to know."""


Handler = Callable[[Any], Awaitable[None]]  # each handler takes its own event type


class Subscription(msgspec.Struct, frozen=True):
    """`handler` provides, in the current child, what is called with each event of type `event`."""

    event: type[Event]
    handler: Callable[[], Handler]


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One module, as the composition root sees it."""

    name: str
    container: containers.Container
    routes: Sequence[Callable[[], Router]] = ()
    """What only those call who register routes: to make them takes longer than all the rest, and a worker has none."""
    handlers: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()
    housekeeping: Sequence[Housekeeping] = ()
    close: Callable[[], Awaitable[None]] | None = None
    """Ends what the module still does in this process, while the database is there to write it down."""


class Events:
    """Tells subscribers. The order of delivery is the order of the modules in the composition."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Callable[[], Handler]]] = {}

    def subscribe(self, subscriptions: Sequence[Subscription]) -> None:
        for subscription in subscriptions:
            self._handlers.setdefault(subscription.event, []).append(subscription.handler)

    async def publish(self, event: Event) -> None:
        for provide in self._handlers.get(type(event), ()):
            await provide()(event)


def provided(provider: Provider[Any]) -> Provide:
    """A Litestar dependency that takes its value out of the request's child container."""

    def resolve() -> Any:  # the handler's annotation says what it is
        return current_child().own(provider)()

    return Provide(resolve, sync_to_thread=False)
