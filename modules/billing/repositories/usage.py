"""What was used."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, Numeric, Text, bindparam, cast, collate, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.staging import Staging
from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.contracts.usage import NewUsageEvent
from modules.billing.domain import Usage
from modules.billing.tables import usage_events

_RECORD = Statement.command(
    upsert(usage_events)
    .values(
        tenant_id=bindparam("tenant_id"),
        user_id=bindparam("user_id"),
        event_type=bindparam("event_type", type_=Text),
        tokens_used=bindparam("tokens_used"),
        idempotency_key=bindparam("idempotency_key"),
        occurred_at=func.now(),
    )
    .on_conflict_do_nothing()  # naming the key would read it, which not every role may that uses something
)
_NOTHING: Final = Decimal(0)
_BATCH = Staging(
    "usage_batch",
    Column("user_id", Uuid, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("tokens_used", BigInteger, nullable=False),
    Column("cost", Numeric, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
)
_batch = [cast(each, usage_events.c[each.name].type).label(each.name) for each in _BATCH.table.columns]
# In the order of their keys: two batches with the same events would wait for each other.
_ADD = Statement.batch(
    upsert(usage_events)
    .from_select(
        ["tenant_id", *(each.name for each in _batch)],
        select(bindparam("tenant_id", type_=Uuid), *_batch).order_by(
            collate(_BATCH.table.c.idempotency_key, "C"), _BATCH.table.c.occurred_at
        ),
    )
    .on_conflict_do_nothing()
)
_strangers = (
    func.authz.strangers(bindparam("user_ids", type_=ARRAY(Uuid)))
    .table_valued(column("user_id", Uuid), name="strangers")
    .render_derived()
)
_STRANGERS = Statement(select(_strangers.c.user_id), into=UUID)


class UsageRepository:
    """What was used, insert-only. Totals follow in the same transaction, by a trigger."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def record(self, tenant_id: UUID, usage: Usage) -> None:
        await self._tx.execute(
            _RECORD,
            tenant_id=tenant_id,
            user_id=usage.user_id,
            event_type=usage.event_type,
            tokens_used=usage.tokens_used,
            idempotency_key=usage.idempotency_key,
        )

    async def add(self, tenant_id: UUID, user_id: UUID, events: Iterable[NewUsageEvent]) -> int:
        """How many of the events are new; once a transaction. An event that names no user is `user_id`'s."""
        rows = (
            (
                event.user_id or user_id,
                event.event_type,
                event.tokens_used,
                event.cost or _NOTHING,  # 0E-20000 has more digits than the column
                msgspec.json.encode(event.metadata).decode() if event.metadata else "{}",
                event.idempotency_key,
                event.occurred_at,
            )
            for event in events
        )
        await self._tx.copy(_BATCH, rows)
        return await self._tx.execute(_ADD, tenant_id=tenant_id)

    async def strangers(self, user_ids: list[UUID]) -> set[UUID]:
        """Those of them that are no members of the tenant that is acted for."""
        return set(await self._tx.all(_STRANGERS, user_ids=user_ids))
