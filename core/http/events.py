"""Server-sent events: a response that goes on after the transaction is committed and its connection given back.

The generator of events must not use the request's transaction: it opens units of work of its own, each short. When
the client leaves, the generator is closed at once and in order (Litestar's own stream leaves that to the garbage
collector, in whatever task it happens to run), so it can still write down what was said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.types import Receive, Scope, Send

from core.container import current_child
from core.errors import Unavailable
from core.http.problems import members, problem_of

T = TypeVar("T")

MEDIA_TYPE: Final = "text/event-stream"


class ServerEvent(msgspec.Struct, frozen=True):
    """One event: its name, and what is encoded as its JSON data."""

    name: str
    data: Any


Events = AsyncGenerator[ServerEvent, None]


def wants_events(request: Request[Any, Any, Any]) -> bool:
    accepted = (part.split(";")[0].strip() for part in request.headers.get("accept", "").split(","))
    return MEDIA_TYPE in accepted


class EventStream(Response[None]):
    """Streams events, each with its number as id; an error in the middle becomes a last event `error`."""

    def __init__(self, events: Events) -> None:
        super().__init__(None, media_type=MEDIA_TYPE)
        self._events = events

    def to_asgi_response(self, *_: Any, **options: Any) -> Any:  # Litestar's own union of ASGI applications
        return _Streaming(self._events, options.get("status_code") or 200)


class _Streaming:
    """The ASGI application of one stream."""

    def __init__(self, events: Events, status: int) -> None:
        self._events = events
        self._status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        speaking = asyncio.create_task(self._speak(scope["path"], send))
        leaving = asyncio.create_task(_until_client_leaves(receive))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            leaving.cancel()
            await asyncio.gather(speaking, leaving, return_exceptions=True)
        if not speaking.cancelled() and (error := speaking.exception()):
            raise error

    async def _speak(self, path: str, send: Send) -> None:
        number = 0

        async def tell(name: str, data: Any) -> None:
            nonlocal number
            number += 1
            await send({"type": "http.response.body", "body": _encode(number, name, data), "more_body": True})

        async with aclosing(self._events) as events:
            try:
                async for event in events:
                    await tell(event.name, event.data)
            except Exception as error:
                problem, facts, _ = problem_of(error, instance=path, request_id=current_child().request_id)
                await tell("error", {"problem": members(problem, facts)})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class ClientLeft(Unavailable):
    """The client left before it was answered."""


async def while_connected(request: Request[Any, Any, Any], work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client leaves: nobody pays for what nobody reads."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_until_client_leaves(request.receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeft
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _until_client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _encode(number: int, name: str, data: Any) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), msgspec.json.encode(data))
