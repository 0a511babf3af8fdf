"""Server-sent events: a response that goes on after the transaction is committed and its connection given back.

The generator of events must not use the request's transaction: it opens units of work of its own, each short. When
the client leaves, the generator is closed at once and in order (Litestar's own stream leaves that to the garbage
collector, in whatever task it happens to run), so it can still write down what was said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures.headers import Accept
from litestar.params import HeaderParameter
from litestar.types import Receive, Scope, Send

from core.container import current_child
from core.errors import Unavailable
from core.http.problems import members, problem_of

T = TypeVar("T")

MEDIA_TYPE: Final = "text/event-stream"
_BREATH_SECONDS: Final = 10.0

LastEventId = Annotated[
    int | None,
    HeaderParameter(
        name="Last-Event-ID",
        ge=0,
        le=1 << 31,
        description="The id of the last event that was received: the stream goes on after it.",
    ),
]


class ServerEvent(msgspec.Struct, frozen=True):
    """One event: its name, what is encoded as its JSON data, and its id, by default the last one's plus one."""

    name: str
    data: Any
    id: int | None = None


Events = AsyncGenerator[ServerEvent, None]


def wants_events(request: Request[Any, Any, Any]) -> bool:
    """Whether events are what the client would rather have than JSON."""
    return Accept(request.headers.get("accept", "")).best_match(["application/json", MEDIA_TYPE]) == MEDIA_TYPE


class EventStream(Response[None]):
    """Streams events, each with an id; an error in the middle becomes a last event `error`.

    Ids go on from `after`, the one that the client received last; that of an `error` is `end` at least. While there is
    nothing to say, a comment every `breath` seconds keeps the connection from being taken for dead.
    """

    def __init__(
        self, events: Events, *, after: int | None = None, end: int = 0, breath: float = _BREATH_SECONDS
    ) -> None:
        super().__init__(None, media_type=MEDIA_TYPE)
        self._events = events
        self._after = after or 0
        self._end = end
        self._breath = breath

    def to_asgi_response(self, *_: Any, **options: Any) -> Any:  # Litestar's own union of ASGI applications
        return _Streaming(self._events, options.get("status_code") or 200, self._after, self._end, self._breath)


class _Streaming:
    """The ASGI application of one stream."""

    def __init__(self, events: Events, status: int, after: int, end: int, breath: float) -> None:
        self._events = events
        self._status = status
        self._after = after
        self._end = end
        self._breath = breath

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
        number, spoken = self._after, True

        async def tell(event: ServerEvent) -> None:
            nonlocal number, spoken
            number = number + 1 if event.id is None else event.id
            spoken = True
            body = _encode(number, event.name, event.data)
            await send({"type": "http.response.body", "body": body, "more_body": True})

        async def breathe() -> None:
            nonlocal spoken
            while True:
                await asyncio.sleep(self._breath)
                if not spoken:
                    await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                spoken = False

        breathing = asyncio.create_task(breathe())
        try:
            async with aclosing(self._events) as events:
                try:
                    async for event in events:
                        await tell(event)
                except Exception as error:
                    problem, facts, _ = problem_of(error, instance=path, request_id=current_child().request_id)
                    said = {"problem": members(problem, facts)}
                    await tell(ServerEvent("error", said, id=max(number + 1, self._end)))
        finally:
            breathing.cancel()
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
