"""Web hooks: stored once each, and what became of them. Of no tenant, so all of it is done by functions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.domain import WebhookOutcome


class StoredEvent(msgspec.Struct, frozen=True):
    """An event that is still to be applied, as it was sent."""

    type: str
    payload: dict[str, Any]


_RECEIVE = Statement.nullable(
    select(func.billing.receive_event(bindparam("payload", type_=JSONB), bindparam("ours", type_=Boolean), type_=Uuid)),
    into=UUID,
)
_event = func.billing.read_event(bindparam("id", type_=Uuid)).table_valued(
    column("type", Text), column("payload", JSONB)
)
_READ = Statement(select(*_event.c), into=StoredEvent)
_FINISH = Statement.nullable(
    select(
        func.billing.finish_event(
            bindparam("id", type_=Uuid), bindparam("outcome", type_=Text), bindparam("error", type_=Text), type_=Boolean
        )
    ),
    into=bool,
)
_CLAIM = Statement(select(func.billing.claim_events(type_=Uuid)), into=UUID)


class WebhookRepository:
    """Every event once, by the provider's id."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def receive(self, payload: dict[str, Any], *, ours: bool) -> UUID | None:
        """Our id of what is to be applied now; None where that was done, or will be."""
        return await self._tx.one(_RECEIVE, payload=payload, ours=ours)

    async def read(self, event_id: UUID) -> StoredEvent | None:
        """None where it was applied already."""
        return await self._tx.one_or_none(_READ, id=event_id)

    async def finish(self, event_id: UUID, outcome: WebhookOutcome | None, error: str | None = None) -> bool:
        """Without an outcome it failed; True where it will be tried again."""
        again: bool | None = await self._tx.one_or_none(_FINISH, id=event_id, outcome=outcome, error=error)
        return again is True

    async def claim(self) -> list[UUID]:
        """Some that are due for another try; nobody else gets them for ten minutes."""
        return await self._tx.all(_CLAIM)
