"""How a request can be answered: well, late, half, wrongly, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tests.model_server.exchange import Behaviour, Exchange

_PIECE = 64 * 2**10


def answer(
    content: str | Callable[[Any], Any],
    *,
    pieces: int = 3,
    delay: float = 0.0,
    usage: bool = True,
    finish: str | None = "stop",
    write_bytes: int = 0,
) -> Behaviour:
    """A good answer: text, or a function of the request's body whose value is text or becomes JSON.

    `delay` is in seconds before each piece; `write_bytes` cuts the stream into writes of that many bytes, in
    the middle of characters too; `finish=None` ends without saying that it is the end.
    """

    async def behave(exchange: Exchange) -> None:
        said = content(exchange.request.body) if callable(content) else content
        text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
        size = max(1, -(-len(text) // pieces))
        events = [exchange.chunk(text[at : at + size]) for at in range(0, len(text), size)]
        if finish:
            events.append(exchange.chunk(None, finish))
        if usage and (exchange.request.body.get("stream_options") or {}).get("include_usage"):
            events.append(exchange.event(choices=[], usage=exchange.usage(text)))
        if finish:
            events.append(b"data: [DONE]\n\n")
        await exchange.start()
        if write_bytes:
            wire = b"".join(events)
            events = [wire[at : at + write_bytes] for at in range(0, len(wire), write_bytes)]
        for event in events:
            await asyncio.sleep(delay)
            await exchange.send(event)
        await exchange.finish()

    return behave


def answer_json(value: Any, **how: Any) -> Behaviour:
    """The value as JSON: a Struct, a dict, whatever msgspec encodes. The rest as in `answer`."""
    return answer(lambda _: value, **how)


def refuse(status: int, headers: Mapping[str, str] | None = None, message: str = "no") -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        body = msgspec.json.encode({"error": {"message": message, "type": "test", "param": None}})
        await exchange.whole(f"{status} Refused", body, headers)

    return behave


def hang(*, after_headers: bool = False) -> Behaviour:
    """Never a byte of an answer; or its headers and no more."""

    async def behave(exchange: Exchange) -> None:
        if after_headers:
            await exchange.start()
        await asyncio.Event().wait()

    return behave


def stall(text: str = "Well, ") -> Behaviour:
    """Begins to answer and says no more."""

    async def behave(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(exchange.chunk(text))
        await asyncio.Event().wait()

    return behave


def break_off(text: str = "Well, ", *, in_event: bool = False) -> Behaviour:
    """Begins to answer, and the connection is gone: between two events, or in the middle of one."""

    async def behave(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(exchange.chunk(text))
        if in_event:
            await exchange.send(exchange.chunk(text)[:20])
        await asyncio.sleep(0.02)  # else the reset overtakes what was sent
        exchange.abort()

    return behave


def rubbish(data: bytes = b"\x00\xff\x13 not HTTP at all \r\n\r\n") -> Behaviour:
    """Bytes where HTTP was expected."""

    async def behave(exchange: Exchange) -> None:
        await exchange.raw(data)
        await asyncio.sleep(0.02)
        exchange.abort()

    return behave


def stream_of(*wire: bytes, headers: Mapping[str, str] | None = None) -> Behaviour:
    """A well-framed body of these very bytes, whatever they are."""

    async def behave(exchange: Exchange) -> None:
        await exchange.start(headers=headers)
        for data in wire:
            await exchange.send(data)
        await exchange.finish()

    return behave


def broken_json() -> Behaviour:
    return stream_of(b'data: {"choices": [{"delta": {"content": "We\n\n', b"data: [DONE]\n\n")


def empty() -> Behaviour:
    return answer("")


def huge_event(size: int = 10_000_000) -> Behaviour:
    """One event of `size` bytes, in pieces, so that the server itself never holds it."""

    async def behave(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(b'data: {"choices":[{"delta":{"content":"')
        for _ in range(-(-size // _PIECE)):
            await exchange.send(b"x" * _PIECE)
        await exchange.send(b'"}}]}\n\ndata: [DONE]\n\n')
        await exchange.finish()

    return behave
