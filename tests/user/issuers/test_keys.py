"""An issuer's keys: where they come from, how long they are good for, and how often they are asked for."""

from __future__ import annotations

import asyncio
import gc
import time
import warnings
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from core.errors import Unavailable
from modules.user.issuers.documents import DocumentError, secure
from modules.user.issuers.keys import KeySource, KeysUnavailable, usable_keys
from tests.user.issuers.issuer_server import DISCOVERY, IssuerServer, new_key
from tests.user.oauth.loopback import Answer, always, hang

pytestmark = pytest.mark.anyio


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(issuer: IssuerServer, clock: Clock) -> KeySource:
    return KeySource(issuer=issuer.url, jwks_uri=None, clock=clock)


def ids(key_set: KeySet) -> set[str | None]:
    return {key.kid for key in key_set}


async def test_keys_are_found_by_discovery_and_fetched_once_an_hour(
    issuer: IssuerServer, source: KeySource, clock: Clock
) -> None:
    assert ids(await source.key_set("first")) == {"first"}
    clock.now += 3599
    await source.key_set("first")
    assert issuer.fetches == 1
    clock.now += 1
    await source.key_set("first")
    assert issuer.fetches == 2


async def test_a_given_uri_needs_no_discovery(issuer: IssuerServer) -> None:
    source = KeySource(issuer="https://issuer.example", jwks_uri=f"{issuer.url}/jwks")
    assert ids(await source.key_set(None)) == {"first"}
    assert issuer.paths() == ["/jwks"]


async def test_an_issuer_with_a_slash_at_its_end_is_asked_at_the_same_place(issuer: IssuerServer) -> None:
    issuer.metadata = {"issuer": f"{issuer.url}/"}
    await KeySource(issuer=f"{issuer.url}/", jwks_uri=None).key_set(None)
    assert issuer.paths() == [DISCOVERY, "/jwks"]


@pytest.mark.parametrize("said", ["https://issuer.example", None, ["list"]])
async def test_the_discovery_document_of_another_issuer_is_refused(
    issuer: IssuerServer, source: KeySource, said: Any
) -> None:
    issuer.metadata = {"issuer": said}
    with pytest.raises(KeysUnavailable):
        await source.key_set("first")
    assert issuer.fetches == 0


async def test_a_discovery_document_cannot_send_us_to_plain_http_elsewhere(
    issuer: IssuerServer, source: KeySource
) -> None:
    issuer.metadata = {"jwks_uri": "http://issuer.example/jwks"}
    with pytest.raises(KeysUnavailable):
        await source.key_set("first")


async def test_a_rotated_key_is_found_at_once_and_a_second_one_after_half_a_minute(
    issuer: IssuerServer, source: KeySource, clock: Clock
) -> None:
    await source.key_set("first")
    issuer.rotate("second")
    assert ids(await source.key_set("second")) == {"second"}
    issuer.rotate("third")
    assert ids(await source.key_set("third")) == {"second"}
    clock.now += 30
    assert ids(await source.key_set("third")) == {"third"}
    assert issuer.fetches == 3


async def test_a_flood_of_unknown_key_ids_is_no_storm_of_fetches(issuer: IssuerServer, source: KeySource) -> None:
    async def knock(task: int) -> None:
        for number in range(20):
            assert ids(await source.key_set(f"unknown-{task}-{number}")) == {"first"}

    await asyncio.gather(*(knock(task) for task in range(50)))
    assert issuer.fetches == 2


async def test_many_who_ask_at_once_share_one_fetch(issuer: IssuerServer, source: KeySource) -> None:
    found = await asyncio.gather(*(source.key_set("first") for _ in range(50)))
    assert all(ids(one) == {"first"} for one in found)
    assert issuer.fetches == 1


async def test_who_asked_first_may_leave_and_the_others_still_get_the_keys(
    issuer: IssuerServer, source: KeySource
) -> None:
    first = asyncio.create_task(source.key_set("first"))
    while not issuer.asked:
        await asyncio.sleep(0.001)
    second = asyncio.create_task(source.key_set("first"))
    await asyncio.sleep(0)
    first.cancel()
    assert ids(await second) == {"first"}
    assert first.cancelled()
    assert issuer.fetches == 1


async def test_old_keys_are_good_for_a_day_while_their_issuer_is_away(
    issuer: IssuerServer, source: KeySource, clock: Clock
) -> None:
    await source.key_set("first")
    issuer.answers[DISCOVERY] = always(Answer(status=500))
    clock.now += 86_399
    assert ids(await source.key_set("first")) == {"first"}
    clock.now += 1
    with pytest.raises(Unavailable):
        await source.key_set("first")


async def test_failures_are_rationed_and_the_issuer_is_found_again(
    issuer: IssuerServer, source: KeySource, clock: Clock
) -> None:
    working = issuer.answers[DISCOVERY]
    issuer.answers[DISCOVERY] = always(Answer(status=500))
    for _ in range(120):
        with pytest.raises(KeysUnavailable) as refused:
            await source.key_set("first")
        assert refused.value.retry_after is not None
        assert 1 <= refused.value.retry_after <= 30
        clock.now += 1
    assert len(issuer.asked) == 8  # at 0, 1, 3, 7, 15, 31, 61 and 91 seconds
    issuer.answers[DISCOVERY] = working
    clock.now += 30
    assert ids(await source.key_set("first")) == {"first"}


async def test_an_issuer_that_hangs_is_given_up_and_its_old_keys_are_not_waited_for_again(
    issuer: IssuerServer, clock: Clock
) -> None:
    source = KeySource(issuer=issuer.url, jwks_uri=None, clock=clock, seconds=0.3)
    await source.key_set("first")
    issuer.answers["/jwks"] = hang
    clock.now += 3600
    started = time.monotonic()
    await source.key_set("first")
    assert 0.25 < time.monotonic() - started < 2
    clock.now += 1
    started = time.monotonic()
    await source.key_set("first")
    assert time.monotonic() - started < 0.25
    await asyncio.sleep(0.5)  # the fetch that nobody waits for ends by itself
    assert issuer.fetches == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=302, headers={"Location": "/elsewhere"}),
        Answer(b"x" * 5_000_000),
        Answer(b'{"keys": [' + b" " * (1 << 20) + b"]}"),
        Answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
        Answer(b"[" * 100_000),
        Answer(b"\xff\xfe"),
        Answer([]),
        Answer({"keys": {}}),
        Answer({"keys": []}),
        Answer({"keys": [None, 1, [], {}, {"kty": "RSA"}, {"kty": ["RSA"]}, {"kty": "RSA", "n": 1, "e": {}}]}),
        Answer(raw=b"\x00\xff not HTTP at all\r\n\r\n"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"),
        Answer(raw=b""),
    ],
)
async def test_nonsense_in_place_of_keys_is_no_more_than_unavailable(
    issuer: IssuerServer, source: KeySource, answer: Answer
) -> None:
    issuer.answers["/jwks"] = issuer.answers["/elsewhere"] = always(answer)
    with pytest.raises(KeysUnavailable):
        await source.key_set("first")
    assert issuer.paths() == [DISCOVERY, "/jwks"]


@pytest.mark.parametrize(("padding", "taken"), [(1 << 19, True), (1 << 20, False)])
async def test_keys_are_read_up_to_a_mebibyte(
    issuer: IssuerServer, source: KeySource, padding: int, taken: bool
) -> None:
    jwks = {**KeySet(list(issuer.published)).as_dict(private=False), "padding": "x" * padding}
    issuer.answers["/jwks"] = always(Answer(jwks))
    if taken:
        assert ids(await source.key_set("first")) == {"first"}
    else:
        with pytest.raises(KeysUnavailable):
            await source.key_set("first")


async def test_an_issuer_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(KeysUnavailable):
        await KeySource(issuer="http://127.0.0.1:9", jwks_uri=None).key_set(None)


async def test_a_fetch_leaves_nothing_behind(issuer: IssuerServer, source: KeySource) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await source.key_set("first")
        gc.collect()
    assert [task for task in asyncio.all_tasks() if "KeySource" in repr(task)] == []


def test_only_public_keys_for_signatures_are_taken() -> None:
    good: list[Any] = [
        new_key("ec"),
        OKPKey.generate_key("Ed25519", {"kid": "okp"}),
        RSAKey.generate_key(2048, {"kid": "rsa"}),
        ECKey.generate_key("P-256", {"kid": "for-signatures", "use": "sig", "key_ops": ["verify"]}),
    ]
    bad: list[Any] = [
        OctKey.generate_key(256, {"kid": "oct"}),
        ECKey.generate_key("P-256", {"kid": "for-encryption", "use": "enc"}),
        ECKey.generate_key("P-256", {"kid": "derives", "key_ops": ["deriveKey"]}),
    ]
    jwks = {"keys": [key.as_dict(private=False) for key in good + bad]}
    assert ids(usable_keys(jwks)) == {"ec", "okp", "rsa", "for-signatures"}


def test_a_published_private_key_is_taken_as_a_public_one() -> None:
    (key,) = usable_keys({"keys": [new_key("leaked").as_dict(private=True)]})
    assert not key.is_private


def test_a_short_rsa_key_is_left_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = RSAKey.generate_key(1024, {"kid": "short"})
    with pytest.raises(DocumentError):
        usable_keys({"keys": [short.as_dict(private=False)]})


@pytest.mark.parametrize(
    "url", ["https://id.example.com/realms/a", "http://127.0.0.1:9000", "http://[::1]/", "http://localhost"]
)
def test_https_and_this_machine_are_secure(url: str) -> None:
    assert secure(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "https://user@id.example.com",
        "https://id.example.com/#here",
        "https://id.example.com/a b",
        "https://id.example.com:port/",
        "https://",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "id.example.com",
        "",
    ],
)
def test_nothing_else_is(url: str) -> None:
    with pytest.raises(DocumentError):
        secure(url)
