"""Events between modules: at once, in order, in the same child, and all or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from core.module import Event, Events, Subscription

pytestmark = pytest.mark.anyio


class Opened(Event, frozen=True):
    name: str


class OpenedLate(Opened, frozen=True):
    pass


class Closed(Event, frozen=True):
    pass


def noting(log: list[str], word: str) -> Callable[[], Callable[[Event], Awaitable[None]]]:
    async def handle(event: Event) -> None:
        log.append(f"{word} {getattr(event, 'name', '')}".strip())

    return lambda: handle


async def test_subscribers_are_told_in_the_order_of_the_composition() -> None:
    events, log = Events(), list[str]()
    events.subscribe([Subscription(Opened, noting(log, "first"))])
    events.subscribe([Subscription(Opened, noting(log, "second")), Subscription(Opened, noting(log, "third"))])
    await events.publish(Opened("door"))
    assert log == ["first door", "second door", "third door"]


async def test_an_event_that_nobody_waits_for_is_nothing() -> None:
    await Events().publish(Closed())


async def test_only_subscribers_of_that_very_type_are_told() -> None:
    events, log = Events(), list[str]()
    events.subscribe([Subscription(Opened, noting(log, "opened")), Subscription(Closed, noting(log, "closed"))])
    await events.publish(Closed())
    await events.publish(OpenedLate("window"))
    assert log == ["closed"]


async def test_an_error_reaches_the_publisher_and_later_subscribers_are_not_told() -> None:
    events, log = Events(), list[str]()

    async def fail(_: Event) -> None:
        raise ZeroDivisionError

    events.subscribe(
        [
            Subscription(Opened, noting(log, "before")),
            Subscription(Opened, lambda: fail),
            Subscription(Opened, noting(log, "after")),
        ]
    )
    with pytest.raises(ZeroDivisionError):
        await events.publish(Opened("door"))
    assert log == ["before door"]


async def test_a_handler_may_publish_and_is_answered_before_it_goes_on() -> None:
    events, log = Events(), list[str]()

    async def forward(_: Event) -> None:
        log.append("forwarding")
        await events.publish(Closed())
        log.append("forwarded")

    events.subscribe([Subscription(Opened, lambda: forward), Subscription(Closed, noting(log, "closed"))])
    await events.publish(Opened("door"))
    assert log == ["forwarding", "closed", "forwarded"]


async def test_the_handler_is_asked_for_at_each_event() -> None:
    events, log, made = Events(), list[str](), list[int]()

    def provide() -> Callable[[Event], Awaitable[None]]:
        made.append(len(made))
        return noting(log, f"number {len(made)}")()

    events.subscribe([Subscription(Opened, provide)])
    assert made == []
    await events.publish(Opened("a"))
    await events.publish(Opened("b"))
    assert log == ["number 1 a", "number 2 b"]
