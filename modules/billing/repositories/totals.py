"""What usage comes to: totals by day, type and user."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Numeric, Text, bindparam, cast, func, null, select, tuple_
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Uuid

from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.billing.contracts.usage import UsageSum, UsageTotal
from modules.billing.domain.usage import GROUPINGS, Days, Grouping
from modules.billing.resources import USAGE
from modules.billing.tables import usage_totals

Groups = tuple[Grouping, ...]

_NOBODY: Final = UUID(int=0)
_HEX: Final = 32
FIRST: Final = Position(datetime(1, 1, 1, tzinfo=UTC), _NOBODY.hex)
"""Before all groups. A position's key is a user's id in hex, then a type; nobody's, or none, where it is not asked."""

_COLUMNS: Final[dict[Grouping, Any]] = {
    "day": (usage_totals.c.day, Date),
    "event_type": (usage_totals.c.event_type, Text),
    "user": (usage_totals.c.user_id, Uuid),
}
_sums = (
    func.coalesce(cast(func.sum(usage_totals.c.requests), BigInteger), 0).label("requests"),
    func.coalesce(cast(func.sum(usage_totals.c.tokens), BigInteger), 0).label("tokens"),
    func.coalesce(func.sum(usage_totals.c.cost, type_=Numeric(20, 6)), 0, type_=Numeric(20, 6)).label("cost"),
)


def _in_days(query: Select[Any], visible: ColumnElement[bool]) -> Select[Any]:
    return query.where(
        usage_totals.c.tenant_id == bindparam("tenant_id"),
        usage_totals.c.day >= bindparam("first", type_=Date),
        usage_totals.c.day <= bindparam("last", type_=Date),
        visible,
    )


def _page(groups: Groups) -> VisibleStatement[UsageTotal]:
    """A group is kept apart by the columns in `groups` only, and sorted by them; so is the place to go on after."""
    shown = [
        (_COLUMNS[name][0] if name in groups else cast(null(), _COLUMNS[name][1])).label(
            "user_id" if name == "user" else name
        )
        for name in GROUPINGS
    ]
    keys = [_COLUMNS[name][0] for name in groups]
    after = [bindparam(f"after_{name}", type_=_COLUMNS[name][1]) for name in groups]

    def build(visible: ColumnElement[bool]) -> Select[Any]:
        query = _in_days(select(*shown, *_sums), visible).group_by(*keys).order_by(*keys)
        return query.where(tuple_(*keys) > tuple_(*after)).limit(bindparam("at_most", type_=Integer))

    return VisibleStatement(USAGE, build, into=UsageTotal)


_PAGES: Final[dict[Groups, VisibleStatement[UsageTotal]]] = {
    groups: _page(groups)
    for wanted in product((False, True), repeat=len(GROUPINGS))
    if (groups := tuple(name for name, is_wanted in zip(GROUPINGS, wanted, strict=True) if is_wanted))
}
_SUM = VisibleStatement(USAGE, lambda visible: _in_days(select(*_sums), visible), into=UsageSum)


class UsageTotals:
    """Totals of a tenant, as far as policies open them."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def page(
        self, tenant_id: UUID, rows: Rows, days: Days, groups: Groups, after: Position, limit: int
    ) -> list[UsageTotal]:
        """By day, then type, then user."""
        place: dict[Grouping, Any] = {
            "day": after.at.date(),
            "event_type": after.key[_HEX:],
            "user": UUID(after.key[:_HEX]),
        }
        return await self._tx.all(
            _PAGES[groups].on(rows),
            tenant_id=tenant_id,
            first=days.first,
            last=days.last,
            at_most=limit,
            **{f"after_{name}": place[name] for name in groups},
            **rows.binds,
        )

    async def sum(self, tenant_id: UUID, rows: Rows, days: Days) -> UsageSum:
        return await self._tx.one(_SUM.on(rows), tenant_id=tenant_id, first=days.first, last=days.last, **rows.binds)


def place_of(total: UsageTotal) -> tuple[datetime, str]:
    """Where a page ends that ends with this."""
    day = datetime.combine(total.day or date.min, time(), UTC)
    return day, (total.user_id or _NOBODY).hex + (total.event_type or "")
