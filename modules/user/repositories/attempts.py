"""Attempts: counted exactly, across workers, in a transaction of their own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Boolean, Integer, LargeBinary, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction

_ADMIT = Statement.nullable(
    select(
        func.users.admit(
            bindparam("attempt", type_=Uuid),
            bindparam("pending", type_=Boolean),
            bindparam("buckets", type_=ARRAY(LargeBinary)),
            bindparam("limits", type_=ARRAY(Integer)),
            bindparam("seconds", type_=Integer),
            type_=Integer,
        )
    ),
    into=int,
)
_SETTLE = Statement.nullable(select(func.users.settle(bindparam("attempt", type_=Uuid), type_=Text)), into=str)
_FORGIVE = Statement.nullable(select(func.users.forgive(bindparam("attempt", type_=Uuid), type_=Text)), into=str)


class AttemptRepository:
    """What was tried lately."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def admit(
        self, attempt: UUID, buckets: Sequence[bytes], limits: Sequence[int], *, seconds: int, pending: bool
    ) -> int | None:
        """Count the attempt in each bucket, unless one holds its limit within the last `seconds`.

        Answers None where it was counted, and else after how many seconds to try again: 0, in a moment, where it
        depends on attempts that are still `pending`.
        """
        return await self._tx.one(
            _ADMIT, attempt=attempt, pending=pending, buckets=list(buckets), limits=list(limits), seconds=seconds
        )

    async def settle(self, attempt: UUID) -> None:
        """It has failed."""
        await self._tx.one(_SETTLE, attempt=attempt)

    async def forgive(self, attempt: UUID) -> None:
        """Count it no more: it was no failure."""
        await self._tx.one(_FORGIVE, attempt=attempt)
