"""One web worker: an event loop, granian inside it, and an end that comes in time.

granian's embedded server binds with SO_REUSEPORT, so every worker listens by itself and the kernel spreads
the connections. When told to stop it waits for every answer, for ever if a stream has no end; so requests
that still run after `grace` are cancelled, and a worker that does not end even then is killed by its alarm.
A cancellation carries `ServerStops`, so that the application can tell the client what it did not wait for.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.errors import FatalError
from granian.log import LogLevels
from granian.server.embed import Server

from core.errors import Unavailable

ASGIApp: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

_BACKLOG: Final = 1024
# Connections a worker holds at once, those of streams included; more wait in the backlog.
_CONNECTIONS: Final = 1024
_LAST_SECONDS: Final = 1.0
_LOGGING: Final[dict[str, Any]] = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}


class ServerStops(Unavailable):
    """The server is being stopped; try again."""


def serve_http(
    app: ASGIApp, host: str, port: int, *, grace: float = 5.0, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve `app` on an IP address until SIGTERM, then end within `grace` + 1 seconds. Main thread only.

    `ready` is called once the application has started and connections are accepted. A start-up that fails
    prints the application's own words and raises SystemExit(1).
    """
    if not uvloop.run(_Worker(app, host, port, grace, ready).run()):
        raise SystemExit(1)


class _Worker:
    def __init__(self, app: ASGIApp, host: str, port: int, grace: float, ready: Callable[[], None]) -> None:
        self._app = app
        self._address = (host, port)
        self._grace = grace
        self._ready = ready
        self._requests: set[asyncio.Task[Any]] = set()
        self._started = asyncio.Event()
        self._stopping = False

    async def run(self) -> bool:
        """Serve; false where the application did not start."""
        self._server = Server(
            self._entry,
            *self._address,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            log_level=LogLevels.error,
            log_dictconfig=_LOGGING,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        announcing = asyncio.create_task(self._announce())
        try:
            await self._server.serve()
        except FatalError:
            return False
        finally:
            announcing.cancel()
        return True

    def _stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        # The alarm's default action ends the process whatever the loop is doing.
        signal.setitimer(signal.ITIMER_REAL, self._grace + _LAST_SECONDS)
        asyncio.get_running_loop().call_later(self._grace, self._drop)
        if self._started.is_set():
            self._server.stop()  # type: ignore[no-untyped-call]

    def _drop(self) -> None:
        for request in self._requests:
            request.cancel(ServerStops())

    async def _announce(self) -> None:
        await self._started.wait()
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(*self._address)
                writer.close()
                break
            await asyncio.sleep(0.01)
        self._ready()
        # granian forgets a stop that comes while the application starts.
        if self._stopping:
            self._server.stop()  # type: ignore[no-untyped-call]

    async def _entry(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await self._live(scope, receive, send)
        request = asyncio.current_task()
        assert request is not None
        self._requests.add(request)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            # Once told to stop, granian itself cancels those whose clients left; it logs a traceback for each that
            # gets through.
            if not self._stopping:
                raise
        finally:
            self._requests.discard(request)

    async def _live(self, scope: Any, receive: Any, send: Any) -> None:
        async def told(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._started.set()

        await self._app(scope, receive, told)
