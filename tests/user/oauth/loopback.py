"""An HTTP server on loopback that answers as a test tells it, down to the very bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

_HEAD = "HTTP/1.1 {status} Answer\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"


class Asked(msgspec.Struct, frozen=True):
    """One request; `form` is the body's."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


class Answer(msgspec.Struct, frozen=True):
    """`body` is bytes, or anything that becomes JSON; `raw` is all that is written, in its place."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = {}
    raw: bytes | None = None

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return _HEAD.format(status=self.status, length=len(body), headers=lines).encode() + body


Answering = Callable[[Asked], Awaitable[Answer]]


async def hang(_: Asked) -> Answer:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


def always(answer: Answer) -> Answering:
    async def answering(_: Asked) -> Answer:
        return answer

    return answering


class Loopback:
    """Answers by path; what is nowhere is a 404. A test may replace any answer at any time."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.asked: list[Asked] = []
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                asked = await _received(reader)
                self.asked.append(asked)
                answering = self.answers.get(asked.path, always(Answer(status=404)))
                writer.write((await answering(asked)).encoded())
                await writer.drain()
        finally:
            writer.close()


async def _received(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    return Asked(method, url.path, dict(parse_qsl(url.query)), headers, dict(parse_qsl(body.decode())))
