"""One request to the server, and the means to answer it, well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec


class Received(msgspec.Struct, kw_only=True):
    """A request as it came. Times are `time.monotonic()`; `left_at`: the client left before the end."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float
    left_at: float | None = None
    answered: bool = False
    sent_bytes: int = 0


class Exchange:
    def __init__(self, request: Received, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._writer = writer

    async def raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
        self.request.sent_bytes += len(data)

    async def start(self, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> None:
        lines = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        await self.raw(f"HTTP/1.1 {status}\r\n{head}\r\n".encode())

    async def send(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def finish(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def whole(self, status: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        await self.raw(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    def abort(self) -> None:
        self._writer.transport.abort()

    def chunk(self, content: str | None, finish: str | None = None) -> bytes:
        delta = {} if content is None else {"content": content}
        return self.event(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])

    def event(self, **fields: Any) -> bytes:
        envelope = {
            "id": "chatcmpl-test",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self.request.body["model"],
        }
        return b"data: " + msgspec.json.encode(envelope | fields) + b"\n\n"

    def usage(self, text: str) -> dict[str, int]:
        """Words, so that a test can say what it expects."""
        prompt = sum(len(message["content"].split()) for message in self.request.body["messages"])
        return {
            "prompt_tokens": prompt,
            "completion_tokens": len(text.split()),
            "total_tokens": prompt + len(text.split()),
        }


Behaviour = Callable[[Exchange], Awaitable[None]]
