"""Stripe's API on loopback, for what we call: customers, prices, hosted pages and subscriptions.

An ASGI application on a real server, because what matters is what goes over the wire. A test says what subscriptions
there are, and may script how the next requests fail; it reads afterwards what was asked.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from modules.billing.domain.periods import months_after

KEY = "sk_test_" + "s3cr3t" * 4
SECRET = "whsec_" + "0123456789abcdef" * 2
HOOK = "/api/v1/billing/webhooks/stripe"
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)

Failing = Callable[[], Awaitable[tuple[int, bytes]]]


class Asked(msgspec.Struct, frozen=True):
    method: str
    path: str
    form: dict[str, str]
    headers: dict[str, str]


def status(code: int, message: str = f"Invalid API Key provided: {KEY}") -> Failing:
    async def fail() -> tuple[int, bytes]:
        return code, msgspec.json.encode({"error": {"type": "api_error", "message": message}})

    return fail


def body(content: bytes, code: int = 200) -> Failing:
    async def fail() -> tuple[int, bytes]:
        return code, content

    return fail


def hang() -> Failing:
    async def fail() -> tuple[int, bytes]:
        await asyncio.sleep(60)
        raise AssertionError("unreachable")

    return fail


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def subscription(
    name: str = "sub_1",
    *,
    plan: str = "pro",
    state: str = "active",
    start: datetime = JANUARY,
    end: datetime | None = None,
    paid: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """A subscription as Stripe tells it, with what we read of it."""
    ends = end or start.replace(month=start.month % 12 + 1, year=start.year + (start.month == 12))
    price = {"id": f"price_{plan}", "object": "price", "metadata": {"plan": plan}, "lookup_key": None}
    item = {
        "id": "si_1",
        "object": "subscription_item",
        "price": price,
        "current_period_start": seconds(start),
        "current_period_end": seconds(ends),
    }
    return {
        "id": name,
        "object": "subscription",
        "customer": "cus_1",
        "status": state,
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        "cancel_at_period_end": False,
        "cancel_at": None,
        "ended_at": None,
        "latest_invoice": {"id": "in_1", "object": "invoice", "status": "paid" if paid else "open"},
        "metadata": {},
        **more,
    }


def running(name: str = "sub_1", **more: Any) -> dict[str, Any]:
    """One whose month began a few days ago."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=5)
    return subscription(name, **{"start": start, "end": months_after(start, 1), **more})


class StripeServer:
    """`subscriptions` by id is what there is now; `failures` are answered first, one a request."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.failures: deque[Failing] = deque()
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.prices: list[dict[str, Any]] = []
        self.gone: set[str] = set()
        """Customers that somebody deleted."""
        self._replays: dict[str, tuple[int, bytes]] = {}

    def forms(self, path: str) -> list[dict[str, str]]:
        return [asked.form for asked in self.asked if asked.path == path and asked.method == "POST"]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        content, more = b"", True
        while more:
            message = await receive()
            content, more = content + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        form = dict(parse_qsl((content or scope["query_string"]).decode()))
        asked = Asked(scope["method"], scope["path"], form, headers)
        self.asked.append(asked)
        code, answer = await (self.failures.popleft()() if self.failures else self._replayed(asked))
        start = {"type": "http.response.start", "status": code, "headers": [(b"content-type", b"application/json")]}
        await send(start)
        await send({"type": "http.response.body", "body": answer})

    async def _replayed(self, asked: Asked) -> tuple[int, bytes]:
        """As Stripe does: the same idempotency key, the same answer."""
        key = asked.headers.get("idempotency-key")
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return await status(401)()
        if key is None:
            return self._answer(asked)
        if key not in self._replays:
            self._replays[key] = self._answer(asked)
        return self._replays[key]

    def _answer(self, asked: Asked) -> tuple[int, bytes]:
        number = len(self.asked)
        match asked.method, asked.path.removeprefix("/v1/").split("/"):
            case "POST", ["customers"]:
                found: dict[str, Any] = {"id": f"cus_{number}", "object": "customer"}
            case "GET", ["prices"]:
                wanted = {value for name, value in asked.form.items() if name.startswith("lookup_keys")}
                listed = [price for price in self.prices if price["lookup_key"] in wanted]
                found = {"object": "list", "data": listed, "has_more": False, "url": "/v1/prices"}
            case "POST", ["prices"]:
                found = self._new_price(asked.form, number)
            case "POST", [*_, "sessions"] if asked.form.get("customer") in self.gone:
                return _missing()
            case "POST", ["checkout", "sessions"]:
                found = {"id": f"cs_{number}", "object": "checkout.session", "url": f"https://checkout.test/{number}"}
            case "POST", ["billing_portal", "sessions"]:
                page = f"https://portal.test/{number}"
                found = {"id": f"bps_{number}", "object": "billing_portal.session", "url": page}
            case "GET", ["subscriptions", name] if name in self.subscriptions:
                found = self.subscriptions[name]
            case "DELETE", ["subscriptions", name] if self._runs(name):
                found = self.subscriptions[name]
                found |= {"status": "canceled", "ended_at": seconds(datetime.now(UTC))}
            case _:
                return _missing()
        return 200, msgspec.json.encode(found)

    def _runs(self, name: str) -> bool:
        return name in self.subscriptions and self.subscriptions[name]["status"] != "canceled"

    def _new_price(self, form: dict[str, str], number: int) -> dict[str, Any]:
        price = {
            "id": f"price_{number}",
            "object": "price",
            "lookup_key": form["lookup_key"],
            "unit_amount": int(form["unit_amount"]),
            "currency": form["currency"],
            "metadata": {"plan": form["metadata[plan]"]},
        }
        for other in self.prices:
            if other["lookup_key"] == price["lookup_key"]:
                assert form["transfer_lookup_key"] == "true"
                other["lookup_key"] = None
        self.prices.append(price)
        return price


def _missing() -> tuple[int, bytes]:
    missing = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing"}
    return 404, msgspec.json.encode({"error": missing})


@asynccontextmanager
async def stripe_server() -> AsyncIterator[StripeServer]:
    found = StripeServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(found, "127.0.0.1", port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    found.url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=found.url) as client:
        for _ in range(200):
            with suppress(httpx.TransportError):
                await client.get("/")
                break
            await asyncio.sleep(0.02)
    found.asked.clear()
    try:
        yield found
    finally:
        server.stop()  # type: ignore[no-untyped-call]  # granian's
        await asyncio.wait_for(serving, 10)


def event(kind: str, thing: dict[str, Any], *, name: str = "evt_1", at: int | None = None) -> bytes:
    """An event as Stripe sends it."""
    created = seconds(datetime.now(UTC)) if at is None else at
    about = {"id": name, "object": "event", "type": kind, "created": created, "livemode": False}
    return msgspec.json.encode({**about, "api_version": "2026-10-28.endive", "data": {"object": thing}})


def signed(content: bytes, *, secret: str = SECRET, ago: int = 0) -> dict[str, str]:
    """The headers of an event, signed so many seconds ago."""
    import stripe

    at = seconds(datetime.now(UTC)) - ago
    signature = stripe.WebhookSignature.generate_signature_header(content.decode(), secret, at)
    return {"stripe-signature": signature, "content-type": "application/json; charset=utf-8"}


async def deliver(client: httpx.AsyncClient, content: bytes, **how: Any) -> httpx.Response:
    return await client.post(HOOK, content=content, headers=signed(content, **how))
