"""The limit: the same answer by hand, with nothing between granian, psycopg and msgspec.

`python -m scripts.bench.peers.raw CONNINFO PORT SECRET_KEY`. Every path but `/api/v1/users/me` answers an empty 200
without the database: what the server and the load generator can do at most.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from scripts.bench.peers import POOL_SIZE

_SELECT: Final = """
SELECT u.id, u.email, u.email_verified_at IS NOT NULL, p.name, p.image_url, p.bio, p.field, p.experience_level,
       p.interests, p.region, p.onboarding_completed_at IS NOT NULL, u.created_at
FROM users.users u JOIN users.profiles p ON p.user_id = u.id WHERE u.id = %s
"""
_OPTIONS: Final = "-c jit=off -c timezone=UTC -c search_path=jobs,public"


class Onboarding(msgspec.Struct):
    status: str
    missing: list[str]


class User(msgspec.Struct):
    id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    bio: str | None
    field: str
    experience_level: str
    interests: list[str]
    region: str | None
    onboarding: Onboarding
    created_at: datetime


class Raw:
    """One ASGI application, one query, no framework."""

    def __init__(self, conninfo: str, secret_key: str) -> None:
        self._key = hashlib.sha256(b"interna session\0" + secret_key.encode()).digest()
        self._encode = msgspec.json.Encoder().encode
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            conninfo,
            kwargs={"autocommit": True, "options": _OPTIONS},
            min_size=POOL_SIZE,
            max_size=POOL_SIZE,
            open=False,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # ASGI's own types are mappings
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["path"] == "/api/v1/users/me":
            token = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
            user = await self._user(token.removeprefix(b"Bearer "))
            status, body = (401, b"") if user is None else (200, self._encode(user))
        else:
            status, body = 200, b""
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _user(self, token: bytes) -> User | None:
        token_hash = hmac.digest(self._key, token, "sha256").hex()
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                f"BEGIN READ ONLY; SELECT * FROM app.identify_session('{token_hash}', null)".encode()
            )
            cursor.nextset()
            identified = await cursor.fetchone()
            if identified is None:
                await connection.rollback()
                return None
            cursor = await connection.execute(_SELECT, (identified[1],), binary=True)
            row = await cursor.fetchone()
            await connection.commit()
        assert row is not None
        missing = [] if row[8] else ["interests"]
        status = "completed" if row[10] and not missing else "pending"
        return User(*(*row[:10], Onboarding(status, missing), row[11]))

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await self._pool.open(wait=True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def serve(conninfo: str, port: str, secret_key: str) -> None:
    server = Server(
        Raw(conninfo, secret_key),
        "127.0.0.1",
        int(port),
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,
    )
    await server.serve()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:4]))
