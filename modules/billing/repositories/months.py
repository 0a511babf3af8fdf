"""The months of usage events: a partition each."""

from __future__ import annotations

from sqlalchemy import Integer, bindparam, func, select

from core.database.statement import Statement
from core.database.transaction import Transaction

_KEEP = Statement(select(func.billing.keep_usage_months(bindparam("kept", type_=Integer), type_=Integer)), into=int)


class UsageMonths:
    """Partitions, as far as the runtime may make and drop them."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def keep(self, months: int | None) -> int:
        """Make the next months' partitions, and drop those of more than `months` ago; answers how many it was.

        Raises `Unavailable` where somebody is in the way.
        """
        return await self._tx.one(_KEEP, kept=months)
