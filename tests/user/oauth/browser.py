"""A browser that signs in: it keeps cookies, and follows redirects one by one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import httpx
from litestar import Litestar

from tests.user.oauth.parts import query_of

FLOW = "interna_oauth"
SESSION = "interna_session"


class Authorizes(Protocol):
    def authorize(self, url: str) -> str: ...


class Browser:
    """One browser with its cookies."""

    def __init__(self, app: Litestar) -> None:
        asgi: Any = app  # httpx and Litestar spell the same protocol differently
        transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="https://interna.test", timeout=30)

    async def leave(self, provider: str, **query: str) -> httpx.Response:
        return await self.client.get(f"/api/v1/auth/oauth/{provider}", params=query)

    async def come_back(self, provider: str, **query: str) -> httpx.Response:
        return await self.client.get(f"/api/v1/auth/oauth/{provider}/callback", params=query)

    async def sign_in(self, provider: str, at: Authorizes, **query: str) -> httpx.Response:
        """All the way, to a provider that asks nothing."""
        left = await self.leave(provider, **query)
        assert left.status_code == 303, left.text
        url = left.headers["location"]
        return await self.come_back(provider, code=at.authorize(url), state=query_of(url)["state"])

    async def me(self) -> dict[str, Any]:
        """Who the session's cookie says that this is."""
        answer = await self.client.get("/api/v1/users/me")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class MockProvider:
    """A real OpenID provider in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def knows(self, sub: str, **claims: Any) -> None:
        httpx.put(f"{self.url}/users/{sub}", json=claims).raise_for_status()

    def form(self, url: str, sub: str) -> dict[str, str]:
        """What its log-in form sends back for this user."""
        answer = httpx.post(url, data={"sub": sub} if sub else {"action": "deny"})
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["location"])


@contextmanager
def mock_provider() -> Iterator[MockProvider]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "NO_COLOR": "1"}, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"{url}/.well-known/openid-configuration")
                break
            time.sleep(0.05)
        yield MockProvider(url)
    finally:
        process.terminate()
        process.wait(10)
