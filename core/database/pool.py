"""The pool of connections, and the units of work that take from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import msgspec
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from core.container import Child
from core.database.identity import Identity
from core.database.transaction import Transaction

Connection: TypeAlias = "psycopg.AsyncConnection[TupleRow]"

# Backstops: nothing of ours comes near them, and nothing that goes wrong can hold a connection longer. Plans are made
# once: our statements go by keys or are keyset pages, so one plan is right for all values; left alone, the server plans
# each statement with a LIMIT anew, which takes twice as long as running it.
_SESSION = (
    "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    " -c search_path=jobs,public -c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan"
)


class Database:
    """The runtime's database: a pool, and how to begin a unit of work on it.

    Connections are in autocommit mode and only ever taken by `async with`: BEGIN is ours, and a cancelled request
    gives its connection back.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        size: int = 20,
        idle_seconds: float = 30,
        connect_timeout: float = 10,
        slow_query_ms: int = 100,
    ) -> None:
        self.conninfo = conninfo
        self.slow_query_ms = slow_query_ms
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            conninfo,
            kwargs={
                "connect_timeout": max(1, round(connect_timeout)),
                "options": _SESSION,
                "application_name": "interna",
            },
            min_size=min(2, size),
            max_size=size,
            max_idle=idle_seconds,
            timeout=connect_timeout,
            configure=_configure,
            open=False,
            name="interna",
        )

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        return self.pool.connection()

    async def open(self) -> None:
        """Start filling the pool; whether the database answers is what `/health/ready` tells."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        await self.pool.close(timeout=2)

    @asynccontextmanager
    async def unit(self, identity: Identity, *, read_only: bool = False) -> AsyncIterator[Child]:
        """A unit of work: a child container whose transaction is committed at the end, rolled back on an error."""
        transaction = Transaction(self, identity, read_only=read_only)
        with Child(transaction) as child:
            try:
                yield child
                await transaction.commit()
            finally:
                await transaction.rollback()


async def _configure(connection: Connection) -> None:
    await connection.set_autocommit(True)
    set_json_loads(_loads, connection)


def _loads(text: str | bytes) -> Any:  # a JSON document is whatever it says
    return msgspec.json.decode(text)
