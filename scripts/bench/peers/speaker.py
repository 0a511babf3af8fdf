"""`python -m scripts.bench.peers.speaker PORT`: an OpenAI-compatible endpoint that has its answer ready.

It says one word at once; asked to speak `slowly`, a word a second for as many seconds as it is asked for. `GET /asked`
answers the last request's body, so that others can ask the very same.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Final

import uvloop

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_SLOWLY: Final = re.compile(rb"slowly for (\d+) seconds(?!.*slowly for)", re.DOTALL)


def _chunk(data: bytes) -> bytes:
    event = b"data: " + data + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(event), event)


_WORD: Final = _chunk(b'{"choices":[{"index":0,"delta":{"content":"Well, "},"finish_reason":null}]}')
_END: Final = (
    _chunk(b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
    + _chunk(b'{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}')
    + _chunk(b"[DONE]")
    + b"0\r\n\r\n"
)


class _Speaker:
    def __init__(self) -> None:
        self._asked = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                body = await reader.readexactly(int(length[1])) if length else b""
                if head.startswith(b"GET /asked"):
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(self._asked), self._asked))
                elif head.startswith(b"GET"):
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                else:
                    self._asked = body
                    await self._speak(body, writer)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    async def _speak(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + _WORD)
        if slowly := _SLOWLY.search(body):
            for _ in range(int(slowly[1])):
                await asyncio.sleep(1)
                writer.write(_WORD)
                await writer.drain()
        writer.write(_END)


async def _main(port: int) -> None:
    server = await asyncio.start_server(_Speaker().serve, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1])))
