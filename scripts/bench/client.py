"""A load generator without anything to install: HTTP/1.1 keep-alive on uvloop, one request at a time a connection.

`python -m scripts.bench.client PORT PATH TOKEN CONNECTIONS SECONDS` prints one line of JSON. An answer counts only if
its status is 200 and its body is the first one's.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Final, cast

import msgspec
import uvloop

from scripts.bench.load import Load

_END: Final = b"\r\n\r\n"


class _Tally:
    """What all connections of a run have in common."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.errors = 0
        self.body: bytes | None = None
        self.open = True

    def count(self, head: bytes, body: bytes, seconds: float) -> None:
        self.latencies.append(seconds)
        if self.body is None:
            self.body = body
        if not head.startswith(b"HTTP/1.1 200") or body != self.body:
            self.errors += 1


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, tally: _Tally) -> None:
        self._request = request
        self._tally = tally
        self._received = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own does not derive from it
        self._ask()

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        end = received.find(_END)
        if end < 0:
            return
        length = _length(received[:end])
        if len(received) < end + len(_END) + length:
            return
        self._received = b""
        self._tally.count(received[:end], received[end + len(_END) :], time.perf_counter() - self._sent)
        if self._tally.open:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if self._tally.open:
            self._tally.errors += 1

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)


def _length(head: bytes) -> int:
    start = head.lower().find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    value = head[start + 17 :].split(b"\r\n", 1)[0]
    return int(value)


async def _drive(port: int, path: str, token: str, connections: int, seconds: float) -> Load:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    tally = _Tally()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(request, tally), "127.0.0.1", port)
    await asyncio.sleep(seconds)
    tally.open = False
    took = time.perf_counter() - started
    latencies = sorted(tally.latencies) or [0.0]
    return Load(
        requests=len(tally.latencies),
        seconds=took,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[len(latencies) * 99 // 100] * 1000,
        errors=tally.errors,
    )


if __name__ == "__main__":
    port, path, token, connections, seconds = sys.argv[1:6]
    found = uvloop.run(_drive(int(port), path, token, int(connections), float(seconds)))
    print(msgspec.json.encode(found).decode())
