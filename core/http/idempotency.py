"""`Idempotency-Key`: the same request twice has one effect and one answer.

The record is written in the transaction of the effect, so either both exist or neither. It holds what the use case
answered, not the bytes: a replay goes through the same code again and shows, say, a generation as it now stands. Scope:
the tenant, the route and the key, for 24 hours. Who asks is a part of what is asked: a colleague who happens to send
the same key is refused, and shown nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

import msgspec
from litestar.params import HeaderParameter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import Uuid

from core.database.identity import Anonymous
from core.database.metadata import created_at, metadata, updated_at
from core.database.pool import Database
from core.database.protection import Function, declare, of_tenant, protect, tenant_isolation
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.errors import Conflict, Unprocessable
from core.http.caller import Caller

T = TypeVar("T", bound=msgspec.Struct)

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A key of your choice: the same key and body answer the same within 24 hours.",
    ),
]

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False),
    Column("route", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("result", JSONB, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "route", "key"),
    Index("ix_idempotency_keys_created_at", "created_at"),
    schema="app",
)
protect(
    idempotency_keys,
    tenant_isolation(),
    *of_tenant("select", "insert", "update"),
    grants={"select", "insert", "update"},
)

declare(
    metadata,
    # Housekeeping has no tenant: it forgets what is older than anybody may ask for.
    Function(
        "app.forget_idempotency_keys()",
        """
CREATE OR REPLACE FUNCTION app.forget_idempotency_keys() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
WITH forgotten AS (DELETE FROM app.idempotency_keys WHERE created_at < now() - interval '24 hours' RETURNING 1)
SELECT count(*) FROM forgotten $$""",
    ),
)

_DAY = text("interval '24 hours'")
_FORGET = Statement(select(func.app.forget_idempotency_keys(type_=BigInteger)), into=int)


class _Record(msgspec.Struct, frozen=True):
    request_hash: bytes
    result: Any


_LOCK = Statement(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("scope", type_=Text), 0), type_=Boolean)),
    into=bool,
)
_FIND = Statement(
    select(idempotency_keys.c.request_hash, idempotency_keys.c.result).where(
        idempotency_keys.c.tenant_id == bindparam("tenant_id"),
        idempotency_keys.c.route == bindparam("route"),
        idempotency_keys.c.key == bindparam("key"),
        idempotency_keys.c.created_at > func.now() - _DAY,
    ),
    into=_Record,
)
_new = insert(idempotency_keys).values(
    **{name: bindparam(name) for name in ("tenant_id", "route", "key", "request_hash", "result")}
)
_RECORD = Statement.command(
    _new.on_conflict_do_update(
        constraint=idempotency_keys.primary_key,
        set_={
            "request_hash": _new.excluded.request_hash,
            "result": _new.excluded.result,
            "created_at": func.now(),
        },
    )
)


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is still being answered."""

    retry_after = 1


class OtherBody(Unprocessable):
    """This Idempotency-Key was used with another body."""


class OfTenant(Protocol):
    """Whoever acts for one tenant: the child of a caller, or of an operator who does something for a tenant."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def caller(self) -> Caller | None: ...


async def _stands(_: object) -> bool:
    return True


class Once:
    """Runs an effect at most once for a key, in the request's transaction."""

    def __init__(self, transaction: Transaction, caller: OfTenant) -> None:
        self._tx = transaction
        self._caller = caller

    async def __call__(
        self,
        route: str,
        key: str | None,
        request: msgspec.Struct,
        effect: Callable[[], Awaitable[T]],
        *,
        into: type[T],
        stands: Callable[[T], Awaitable[bool]] = _stands,
    ) -> T:
        """The effect's result, or the first one's. Raises `StillRunning` and `OtherBody`.

        What goes on after its transaction says by `stands` what became of the first one: it raises `StillRunning`, or
        answers False where it came to nothing, so that the key is free again.
        """
        if key is None:
            return await effect()
        tenant = self._caller.tenant_id
        if not await self._tx.one(_LOCK, scope=_scope(tenant, route, key)):
            raise StillRunning
        digest = self._digest(request)
        found = await self._tx.one_or_none(_FIND, tenant_id=tenant, route=route, key=key)
        if found is not None:
            if found.request_hash != digest:
                raise OtherBody
            first = msgspec.convert(found.result, into)
            if await stands(first):
                return first
        result = await effect()
        await self._tx.execute(
            _RECORD,
            tenant_id=tenant,
            route=route,
            key=key,
            request_hash=digest,
            result=msgspec.to_builtins(result),
        )
        return result

    def _digest(self, request: msgspec.Struct) -> bytes:
        caller = self._caller.caller
        who = caller.user_id.bytes if caller is not None else b""
        return hashlib.sha256(who + msgspec.json.encode(request, order="deterministic")).digest()


class Forgetting:
    """Housekeeping: takes away the records that nobody may ask for any more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous()) as unit:
            return await unit.transaction.one(_FORGET)


def _scope(tenant: UUID, route: str, key: str) -> str:
    return f"{tenant.hex} {route} {key}"
