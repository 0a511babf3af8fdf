"""One transaction: opened by its first statement, closed by whoever made it.

A request that touches no table holds no connection. After `commit` the connection is back in the pool, and the next
statement opens a new transaction as the same identity: a use case that must wait (for a password hash, a model, a
job) commits first and goes on afterwards. Only our own errors leave this class.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import structlog
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolTimeout

from core.database.errors import DRIVER_ERRORS, OutcomeUnknown, translate
from core.database.identity import Acting, Anonymous, Identity
from core.database.staging import Staging
from core.database.statement import Row, Statement
from core.errors import InternaError, NotFound

if TYPE_CHECKING:
    from core.database.pool import Connection, Database

T = TypeVar("T")
_log = structlog.get_logger("interna.database")
_TRIES = 3
_FIRST_WAIT = 0.1
_BATCH = 1_000
"""Rows that may take as long as one query before it is called slow."""


class Transaction:
    """A lazily opened transaction as one identity.

    `one` raises `NotFound` where there is no row; `one_or_none`, `all` and `execute` (the number of rows) do not.
    """

    __slots__ = (
        "__weakref__",
        "_connection",
        "_database",
        "_holder",
        "_staged",
        "committing",
        "identified",
        "identity",
        "read_only",
        "round_trips",
    )

    def __init__(self, database: Database, identity: Identity | None = None, *, read_only: bool = False) -> None:
        self._database = database
        self._holder: AbstractAsyncContextManager[Connection] | None = None
        self._connection: Connection | None = None
        self._staged = 0
        self.identity: Identity = identity or Anonymous()
        self.committing = False
        """A commit was begun, and nobody knows yet what came of it."""
        self.identified: Row | None = None
        self.read_only = read_only
        self.round_trips = 0

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    async def one(self, statement: Statement[T], **binds: Any) -> T:
        cursor = await self._run(statement, binds)
        row = await cursor.fetchone()
        if row is None:
            raise NotFound
        return statement.read(row)

    async def one_or_none(self, statement: Statement[T], **binds: Any) -> T | None:
        cursor = await self._run(statement, binds)
        row = await cursor.fetchone()
        return None if row is None else statement.read(row)

    async def all(self, statement: Statement[T], **binds: Any) -> list[T]:
        cursor = await self._run(statement, binds)
        read = statement.read
        return [read(row) for row in await cursor.fetchall()]

    async def execute(self, statement: Statement[Any], **binds: Any) -> int:
        return (await self._run(statement, binds)).rowcount

    async def copy(self, staging: Staging, rows: Iterable[Sequence[Any]]) -> None:
        """Make the staging table, and fill it with rows of values in the order of its columns."""
        connection = self._connection or await self.open()
        started, self._staged = time.perf_counter(), 0
        try:
            await connection.execute(staging.create.encode())
            async with connection.cursor() as cursor, cursor.copy(staging.sql.encode()) as copy:
                copy.set_types(staging.types)
                for row in rows:
                    await copy.write_row(row)
                    self._staged += 1
        except DRIVER_ERRORS as error:
            raise _translated(error) from error
        finally:
            self._note(staging.sql, started, self._staged)
        self.round_trips += 2

    async def connection(self) -> Connection:
        """The connection of the open transaction, for a library that writes on it (the job queue)."""
        return self._connection or await self.open()

    async def assume(self, identity: Identity) -> None:
        """Go on as somebody else, in a new transaction. What was done so far is committed."""
        await self.commit()
        self.identity = identity

    async def become(self, identity: Acting) -> None:
        """Go on as somebody else in the same transaction, in which it was just proved who that is."""
        if self._connection is not None:
            await self._connection.execute(identity.sql().removeprefix("; ").encode())
            self.round_trips += 1
        self.identity = identity

    async def open(self) -> Connection:
        """BEGIN and say who acts, in one round trip. A connection that turns out dead is replaced, thrice at most."""
        begin = "BEGIN READ ONLY" if self.read_only else "BEGIN"
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._begin(begin + self.identity.sql())
            except psycopg.OperationalError as error:
                await self._release(error)
                if attempt == _TRIES or isinstance(error, (PoolTimeout, psycopg.errors.QueryCanceled)):
                    raise translate(error) or error from error
                await self._database.pool.check()
                await asyncio.sleep(_FIRST_WAIT * 2 ** (attempt - 1))
            except BaseException as error:
                await self._release(error)
                raise _translated(error) from error
        raise AssertionError("unreachable")

    async def commit(self) -> None:
        """COMMIT, where anything was opened. A commit whose outcome is unknown is never repeated."""
        connection = self._connection
        if connection is None:
            return
        if connection.pgconn.transaction_status == TransactionStatus.INERROR:
            await self.rollback()
            raise RuntimeError("a statement of this transaction failed: there is nothing to commit")
        self.committing = True
        try:
            await connection.commit()
        except psycopg.Error as error:
            lost = self.committing = connection.closed
            await self._release(error)
            if lost:
                raise OutcomeUnknown from error
            raise _translated(error) from error
        except BaseException as error:
            await self._release(error)
            raise _translated(error) from error
        self.committing = False
        await self._release(None)

    async def rollback(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                await connection.rollback()
        except psycopg.Error as error:
            await self._release(error)
        except BaseException as error:
            await self._release(error)
            raise
        else:
            await self._release(None)

    async def _begin(self, sql: str) -> Connection:
        holder = self._database.connection()
        connection = await holder.__aenter__()
        self._holder, self._connection = holder, connection
        cursor = await connection.execute(sql.encode())
        self.round_trips += 1
        self.identified = await cursor.fetchone() if cursor.nextset() else None
        return connection

    async def _run(self, statement: Statement[Any], binds: dict[str, Any]) -> psycopg.AsyncCursor[Row]:
        connection = self._connection or await self.open()
        started = time.perf_counter()
        try:
            cursor = await connection.execute(statement.sql, statement.binds(binds), binary=True)
        except DRIVER_ERRORS as error:
            raise _translated(error) from error
        finally:
            self._note(statement.sql, started, self._staged if statement.is_batch else 0)
        self.round_trips += 1
        return cursor

    def _note(self, sql: str, started: float, rows: int) -> None:
        took = (time.perf_counter() - started) * 1000
        if took > self._database.slow_query_ms * max(1.0, rows / _BATCH):
            _log.warning("slow query", sql=" ".join(sql.split()), ms=round(took))

    async def _release(self, error: BaseException | None) -> None:
        holder, self._holder, self._connection = self._holder, None, None
        if holder is None:
            return
        try:
            await holder.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None)
        except BaseException as raised:
            if raised is not error:
                raise


def _translated(error: BaseException) -> BaseException:
    if isinstance(error, InternaError) or not isinstance(error, Exception):
        return error
    return translate(error) or error
