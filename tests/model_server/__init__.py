"""A language model's server for tests: OpenAI-compatible, HTTP/1.1 on loopback, badly behaved on demand.

Written on bare sockets, because what matters here is what a framework never lets one do: hang before the
first byte, break off in the middle of a chunk, send rubbish. A test scripts how the next requests are
answered, and reads afterwards what was asked and when a client left early. It always answers as a stream.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import msgspec

from tests.model_server.behaviours import answer
from tests.model_server.exchange import Behaviour, Exchange, Received

__all__ = ["Behaviour", "Exchange", "ModelServer", "Received", "model_server", "model_server_in_thread"]

START_SECONDS = 5.0
_BODY_LIMIT = 16 * 2**20
_WATCH_SECONDS = 0.01


class ModelServer:
    """Answers with the scripted behaviours in their order, then with `always`."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.base_url = ""
        self.always: Behaviour = answer("Hello from the model.")
        self._queue: deque[Behaviour] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[Exception] = []

    def script(self, *behaviours: Behaviour) -> None:
        self._queue.extend(behaviours)

    async def until(self, condition: Callable[[], bool], seconds: float = 1.0) -> bool:
        """Whether the condition came true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.005)
        return True

    @asynccontextmanager
    async def listening(self, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[ModelServer]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=512, ssl=tls)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failures:
            raise self._failures[0]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _received(reader):
                self.requests.append(request)
                await self._answer(request, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        exchange = Exchange(request, writer)
        if request.path == "/v1/models":
            listed = {"object": "list", "data": [{"id": "test-model", "object": "model"}]}
            return await exchange.whole("200 OK", msgspec.json.encode(listed))
        if request.path != "/v1/chat/completions":
            return await exchange.whole("404 Not Found", b"{}")
        behaviour = self._queue.popleft() if self._queue else self.always
        answering = asyncio.ensure_future(behaviour(exchange))
        try:
            # Polled: a read would swallow the first bytes of the connection's next request.
            while not answering.done() and not (reader.at_eof() or reader.exception()):
                await asyncio.wait([answering], timeout=_WATCH_SECONDS)
            if not answering.done():
                raise ConnectionAbortedError
            await answering
            request.answered = True
        except OSError:
            request.left_at = time.monotonic()
            raise
        except Exception as error:
            self._failures.append(error)  # a mistake in the test's script, told when the server ends
            raise ConnectionAbortedError from error
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


async def _received(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = min(int(headers.get("content-length", 0)), _BODY_LIMIT)
    body = msgspec.json.decode(await reader.readexactly(length)) if length else None
    return Received(method=method, path=path, headers=headers, body=body, at=time.monotonic())


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    async with ModelServer().listening() as server:
        yield server


@contextmanager
def model_server_in_thread() -> Iterator[ModelServer]:
    """For tests whose application runs in other processes: the same, on an event loop of its own."""
    server, ready = ModelServer(), threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        stop = asyncio.Event()
        async with server.listening():
            running.append((asyncio.get_running_loop(), stop))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="model-server", daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS):
        raise TimeoutError("the model server did not start")
    try:
        yield server
    finally:
        loop, stop = running[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_SECONDS)
