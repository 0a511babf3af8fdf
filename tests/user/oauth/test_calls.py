from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import pytest

from core.settings import OAuthClient
from modules.user.oauth import BadProviderAnswer, ProviderUnavailable
from modules.user.oauth.calls import Calls
from tests.user.oauth.loopback import Answer, Asked, Loopback, always, hang

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    server = Loopback()
    async with server.listening():
        yield server


async def read(server: Loopback, path: str = "/x", *, seconds: float = 10.0) -> object:
    known = OAuthClient("interna", "hush", server.url)
    async with Calls(seconds=seconds).line("acme", known) as line:
        return await line.read(server.url + path, dict[str, str], token="at-1")


async def test_a_provider_that_hangs_is_given_up_in_time(server: Loopback) -> None:
    server.answers["/x"] = hang
    started = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        await read(server, seconds=0.3)
    assert time.monotonic() - started < 2


async def test_ten_seconds_are_for_all_the_calls_together(server: Loopback) -> None:
    async def drip(_: Asked) -> Answer:
        await asyncio.sleep(0.2)
        return Answer({})

    server.answers["/x"] = drip

    async def read_ten_times() -> None:
        async with Calls(seconds=0.5).line("acme", OAuthClient("interna", "hush", server.url)) as line:
            for _ in range(10):
                await line.read(f"{server.url}/x", dict[str, str])

    with pytest.raises(ProviderUnavailable):
        await read_ten_times()
    assert len(server.asked) < 5


async def test_an_answer_of_a_mebibyte_is_read_and_a_longer_one_is_not(server: Loopback) -> None:
    fits = b'{"a":"' + b"x" * ((1 << 20) - 8) + b'"}'
    server.answers["/x"] = always(Answer(fits))
    assert await read(server)
    server.answers["/x"] = always(Answer(fits + b" "))
    with pytest.raises(BadProviderAnswer):
        await read(server)


async def test_an_answer_that_would_have_to_be_unpacked_is_refused(server: Loopback) -> None:
    """A few kilobytes can become gigabytes."""
    packed = gzip.compress(b'{"a":"' + b"x" * (1 << 22) + b'"}')
    server.answers["/x"] = always(Answer(packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BadProviderAnswer):
        await read(server)


async def test_nobody_is_sent_on_with_a_token_in_hand(server: Loopback) -> None:
    server.answers["/x"] = always(Answer(status=302, headers={"Location": "/y"}))
    with pytest.raises(BadProviderAnswer):
        await read(server)
    assert server.paths() == ["/x"]


async def test_a_proxy_in_the_environment_is_not_asked(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    server.answers["/x"] = always(Answer({"a": "b"}))
    assert await read(server) == {"a": "b"}


async def test_a_mistake_of_ours_is_not_blamed_on_the_provider(server: Loopback) -> None:
    with pytest.raises(AttributeError):
        async with Calls().line("acme", OAuthClient("interna", "hush", server.url)):
            raise AttributeError
