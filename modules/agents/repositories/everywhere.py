"""Calls of all tenants: seen by processes, which act for nobody."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, REAL, BigInteger, Boolean, Float, Integer, Text, bindparam, column, func, or_, select
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.agents.domain import Abandoned, Part, Seen

_keys = (bindparam("tenants", type_=ARRAY(Uuid)), bindparam("ids", type_=ARRAY(Uuid)))
_seen = func.agents.look(*_keys).table_valued(
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("status", Text),
    column("progress", Float),
    column("letters", Integer),
    column("ended", Boolean),
)
_LOOK = Statement(select(*_seen.c), into=Seen)
_STOPPED = Statement(
    select(_seen.c.id).where(or_(_seen.c.status == "cancelled", _seen.c.status == "failed")), into=UUID
)
_KEEP = Statement(
    select(
        func.agents.keep(
            *_keys, bindparam("replies", type_=ARRAY(Text)), bindparam("progress", type_=ARRAY(REAL)), type_=BigInteger
        )
    ),
    into=int,
)
_ABANDONED = Statement(
    select(
        *func.agents.abandoned_requests().table_valued(*(column(name, Uuid) for name in Abandoned.__struct_fields__)).c
    ),
    into=Abandoned,
)

Keys = Collection[tuple[UUID, UUID]]
"""Tenant and id of each call."""


class CallsEverywhere:
    """What one may know and say of calls without being anybody: how they stand, to who knows their ids."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def look(self, keys: Keys) -> list[Seen]:
        return await self._tx.all(_LOOK, **_named(keys))

    async def stopped(self, keys: Keys) -> list[UUID]:
        """Those that were cancelled or failed."""
        return await self._tx.all(_STOPPED, **_named(keys))

    async def keep(self, parts: Collection[Part]) -> int:
        """Somebody is answering these, and is so far; of how many it was noted."""
        return await self._tx.one(
            _KEEP,
            **_named([(part.tenant_id, part.id) for part in parts]),
            replies=[part.reply for part in parts],
            progress=[part.progress for part in parts],
        )

    async def abandoned(self) -> list[Abandoned]:
        """Those whose process died, the oldest hundred."""
        return await self._tx.all(_ABANDONED)


def _named(keys: Keys) -> dict[str, list[UUID]]:
    return {"tenants": [tenant_id for tenant_id, _ in keys], "ids": [request_id for _, request_id in keys]}
