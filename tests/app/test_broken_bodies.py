"""Clients that announce more of a body than they send: no fault of ours, and so nothing for whoever watches the log."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from structlog.testing import capture_logs

pytestmark = pytest.mark.anyio

HEAD = b"POST /api/v1/auth/signup HTTP/1.1\r\nHost: interna.test\r\nContent-Type: application/json\r\n"
BROKEN = {
    "fewer bytes than announced": HEAD + b'Content-Length: 500\r\n\r\n{"e',
    "no byte of those announced": HEAD + b"Content-Length: 500\r\n\r\n",
    "half a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n1f4\r\n{"e',
    "chunks without a last one": HEAD + b'Transfer-Encoding: chunked\r\n\r\n3\r\n{"e\r\n',
    "a chunk without a length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nmany\r\n",
}


async def connect(live: httpx.AsyncClient) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(live.base_url.host, live.base_url.port)


@pytest.mark.parametrize("name", BROKEN)
async def test_a_client_whose_body_breaks_off_and_that_still_listens_is_told(
    live: httpx.AsyncClient, name: str
) -> None:
    reader, writer = await connect(live)
    with capture_logs() as logs:
        writer.write(BROKEN[name])
        writer.write_eof()
        head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["type"] == "urn:interna:problem:body-broke-off"
    assert logs == []


@pytest.mark.parametrize("name", BROKEN)
async def test_a_client_that_leaves_in_the_middle_of_its_body_is_not_an_error(
    live: httpx.AsyncClient, name: str
) -> None:
    with capture_logs() as logs:
        for _ in range(5):
            _, writer = await connect(live)
            writer.write(BROKEN[name])
            await asyncio.sleep(0.02)  # the request is under way
            writer.close()
        await asyncio.sleep(0.2)
        assert (await live.get("/health/live")).status_code == 200
    assert logs == []
