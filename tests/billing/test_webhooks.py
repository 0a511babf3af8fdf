"""Web hooks over HTTP: whose they are, that each is stored once, and that nobody waits for what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import psycopg
import pytest

from tests.authorization.scenes import problem
from tests.billing.stripe_server import (
    HOOK,
    KEY,
    SECRET,
    deliver,
    event,
    signed,
    subscription,
)
from tests.billing.subscribers import events

pytestmark = pytest.mark.anyio

OLD_SECRET = "whsec_" + "f" * 32
UPDATED = "customer.subscription.updated"
Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": f"{OLD_SECRET}, {SECRET}"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=1",
        "v1=aa",
        "t=x,v1=aa",
        "t=1,v0=aa",
        "t=1,v1=",
        "t=1,v1=\u00e9",
        "t=" + "9" * 5000 + ",v1=a",
        ",",
        "=",
    ],
)
async def test_what_nobody_signed_is_refused(
    client: httpx.AsyncClient, owner: psycopg.Connection, header: str | None
) -> None:
    headers = [(b"content-type", b"application/json")]
    if header is not None:
        headers.append((b"stripe-signature", header.encode("latin-1")))
    answer = await client.post(HOOK, content=event(UPDATED, subscription()), headers=headers)
    assert problem(answer) == (400, "bad-signature")
    assert events(owner) == []


async def test_a_signature_with_another_secret_is_refused(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    answer = await deliver(client, event(UPDATED, subscription()), secret="whsec_other")
    assert problem(answer) == (400, "bad-signature")
    assert events(owner) == []


async def test_a_body_that_was_changed_by_one_byte_is_refused(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    content = event(UPDATED, subscription())
    headers = signed(content)
    for place in (0, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1
        assert problem(await client.post(HOOK, content=bytes(changed), headers=headers)) == (400, "bad-signature")
    for changed_ends in (content + b" ", b"\xff" + content):
        assert problem(await client.post(HOOK, content=changed_ends, headers=headers)) == (400, "bad-signature")
    assert events(owner) == []


async def test_a_signature_is_good_for_five_minutes(client: httpx.AsyncClient) -> None:
    assert problem(await deliver(client, event("x", {}), ago=310)) == (400, "bad-signature")
    assert (await deliver(client, event("x", {}), ago=290)).status_code == 204


@pytest.mark.parametrize("secret", [OLD_SECRET, SECRET])
async def test_while_secrets_are_rotated_both_are_good(client: httpx.AsyncClient, secret: str) -> None:
    assert (await deliver(client, event("x", {}), secret=secret)).status_code == 204


async def test_an_event_of_an_unknown_type_is_kept_and_marked_as_not_ours(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    answer = await deliver(client, event("charge.dispute.created", {"id": "dp_1"}))
    assert (answer.status_code, answer.content) == (204, b"")
    assert events(owner) == [("evt_1", "ignored", None)]
    assert owner.execute("SELECT count(*) FROM jobs.procrastinate_jobs").fetchone() == (0,)


@pytest.mark.parametrize(("at", "stored"), [(-62135596800, "0001-01-01"), (253402300799, "9999-12-31")])
async def test_an_event_from_the_first_year_and_one_from_the_last_are_kept(
    client: httpx.AsyncClient, owner: psycopg.Connection, at: int, stored: str
) -> None:
    assert (await deliver(client, event(UPDATED, subscription(), at=at))).status_code == 204
    row = owner.execute("SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM billing.webhook_events")
    assert row.fetchone() == (stored,)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        event(UPDATED, {}, at=253402300800),
        event(UPDATED, {}, at=-62135596801),
        event(UPDATED, {}, name=""),
        event(UPDATED, {}, name="e" * 256),
        event("", {}),
        event(UPDATED, {"id": "a\0b"}),
        b'{"id": "evt_1", "type": "x", "created": 1.5, "data": {"object": {}}}',
        b'{"id": "evt_1", "type": "x", "created": 1, "data": {"object": []}}',
    ],
    ids=range(14),
)
async def test_what_is_signed_and_no_event_is_a_400(
    client: httpx.AsyncClient, owner: psycopg.Connection, content: bytes
) -> None:
    assert problem(await deliver(client, content)) in ((400, "bad-event"), (400, "bad-value"))
    assert events(owner) == []


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [256 * 1024 + 1, 10 << 20])
async def test_what_is_too_big_is_a_413_though_it_is_signed(
    live: httpx.AsyncClient, owner: psycopg.Connection, size: int, chunked: bool
) -> None:
    """On a real socket, also where no length is said before. The answer comes before the rest is read."""
    content = event(UPDATED, subscription()).ljust(size)
    length = "transfer-encoding: chunked" if chunked else f"content-length: {size}"
    fields = [f"{name}: {value}" for name, value in signed(content).items()]
    head = "\r\n".join([f"POST {HOOK} HTTP/1.1", "host: interna.test", length, *fields, "", ""])
    reader, writer = await asyncio.open_connection(live.base_url.host, live.base_url.port)

    async def send() -> None:
        writer.write(head.encode())
        for start in range(0, size, 65536):
            piece = content[start : start + 65536]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()

    sending = asyncio.create_task(send())
    try:
        answer, _, fields_and_body = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).partition(b"\r\n")
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in fields_and_body
    assert events(owner) == []


async def test_an_event_of_a_quarter_of_a_mebibyte_is_taken(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    assert (await deliver(client, event("x", {}).ljust(256 * 1024))).status_code == 204
    assert events(owner) == [("evt_1", "ignored", None)]


async def test_without_a_secret_web_hooks_are_refused_as_not_configured(shared_client: httpx.AsyncClient) -> None:
    answer = await deliver(shared_client, event("x", {}))
    assert problem(answer) == (503, "not-configured")
    assert "STRIPE_WEBHOOK_SECRET" in answer.json()["detail"]
