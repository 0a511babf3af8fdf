"""An HTTP client of the application, and people who use it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from core.database.pool import Database

_numbers = count(1)
PASSWORD = "a long walk by the sea"


@dataclass
class Person:
    """A user with a session: requests carry the token."""

    client: httpx.AsyncClient
    token: str
    user: dict[str, Any]
    email: str
    password: str = PASSWORD

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.request("POST", path, json=json, **options)

    async def patch(self, path: str, json: Any, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, json=json, **options)

    async def put(self, path: str, json: Any, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, json=json, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)

    async def credits(self) -> tuple[int, int]:
        """Balance and held."""
        found = (await self.get("/billing/credits")).json()
        return found["balance"], found["held"]


async def sign_up(client: httpx.AsyncClient, **wish: Any) -> Person:
    email = wish.pop("email", None) or f"person{next(_numbers)}@example.com"
    answer = await client.post("/api/v1/auth/signup", json={"email": email, "password": PASSWORD, **wish})
    assert answer.status_code == 201, answer.text
    client.cookies.clear()
    body = answer.json()
    return Person(client, body["token"], body["user"], email)


async def log_in(client: httpx.AsyncClient, email: str, password: str) -> Person:
    answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    body = answer.json()
    return Person(client, body["token"], body["user"], email, password)


BRIEF = {
    "title": "Bread by bike",
    "context": "A bakery in Alexandria wants customers to order bread online and couriers to deliver it by bike "
    "before seven in the morning. Orders close at midnight; payment is cash on delivery.",
    "level": 3,
}


async def idle(database: Database, seconds: float = 2) -> bool:
    """Whether every connection comes back in time: a look that serves many may take one for a few milliseconds."""
    deadline = time.monotonic() + seconds
    while (stats := database.pool.get_stats())["pool_available"] != stats["pool_size"]:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.002)
    return True
