"""The ledger's entries, and the grants that they fill and draw from.

Whoever writes one has just changed the account in the same transaction, and so holds its lock: entries of one account
are written one after the other.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.billing.contracts.credits import CreditEntry
from modules.billing.domain import LedgerBroken, NewEntry, Part
from modules.billing.tables import credit_allocations, credit_entries, credit_grants

_LAST = 2**63 - 1
_tenant = bindparam("tenant_id", type_=Uuid)
_shown = CreditEntry.__struct_fields__
SPENDING_ORDER = (credit_grants.c.expires_at.nulls_last(), credit_grants.c.created_at, credit_grants.c.id)
"""What expires first is spent first, then what is oldest."""


def _moving(moved: CTE) -> Select[tuple[object, ...]]:
    """Writes the entry and moves its parts, in one statement; answers nothing where they are not all of its amount."""
    written = insert(credit_entries).values(
        tenant_id=_tenant,
        balance_after=bindparam("balance_after"),
        **{name: bindparam(name) for name in NewEntry.__struct_fields__},
    )
    entered = written.returning(*(credit_entries.c[name] for name in _shown)).cte("entered")
    changed = (
        update(credit_grants)
        .where(credit_grants.c.tenant_id == _tenant, credit_grants.c.id == moved.c.grant_id)
        .values(remaining=credit_grants.c.remaining + moved.c.part)
        .cte("changed")
    )
    allocated = (
        insert(credit_allocations)
        .from_select(
            ["tenant_id", "entry_id", "grant_id", "amount"],
            select(_tenant, entered.c.id, moved.c.grant_id, moved.c.part).join_from(entered, moved, true()),
        )
        .cte("allocated")
    )
    whole = select(func.coalesce(func.sum(moved.c.part), 0)).scalar_subquery()
    return select(*(entered.c[name] for name in _shown)).where(entered.c.amount == whole).add_cte(changed, allocated)


def _given_parts() -> CTE:
    given = (
        func.unnest(bindparam("grant_ids", type_=ARRAY(Uuid)), bindparam("parts", type_=ARRAY(Integer)))
        .table_valued(column("grant_id", Uuid), column("part", Integer), name="given")
        .render_derived()
    )
    return select(given.c.grant_id, given.c.part).cte("moved")


def _spent_parts() -> CTE:
    """Of each grant what is left to be paid after those that are spent before it."""
    before = func.sum(credit_grants.c.remaining).over(order_by=SPENDING_ORDER) - credit_grants.c.remaining
    queue = (
        select(credit_grants.c.id, credit_grants.c.remaining, before.label("before"))
        .where(credit_grants.c.tenant_id == _tenant, credit_grants.c.open)
        .subquery("queue")
    )
    price = -bindparam("amount", type_=Integer)
    part = -func.least(queue.c.remaining, cast(price - queue.c.before, Integer))
    return select(queue.c.id.label("grant_id"), part.label("part")).where(queue.c.before < price).cte("moved")


_ENTER = Statement(_moving(_given_parts()), into=CreditEntry)
SPEND = Statement(_moving(_spent_parts()), into=CreditEntry)
_entry = tuple(credit_entries.c[name] for name in _shown)
_UNDER_KEY = Statement(
    select(*_entry).where(
        credit_entries.c.tenant_id == _tenant, credit_entries.c.idempotency_key == bindparam("idempotency_key")
    ),
    into=CreditEntry,
)
_last_shown = (
    select(credit_entries.c.number)
    .where(credit_entries.c.tenant_id == _tenant, credit_entries.c.id == bindparam("after_id", type_=Uuid))
    .scalar_subquery()
)
_PAGE = Statement(
    select(*_entry)
    .where(
        credit_entries.c.tenant_id == _tenant,
        credit_entries.c.number < func.coalesce(_last_shown, literal(_LAST, BigInteger)),
    )
    .order_by(credit_entries.c.number.desc())
    .limit(bindparam("limit", type_=Integer)),
    into=CreditEntry,
)


class EntryRepository:
    """One tenant's ledger: what is in it stays as it is."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def enter(self, tenant_id: UUID, entry: NewEntry, balance_after: int, parts: list[Part]) -> CreditEntry:
        """Write the entry and move its parts to or from grants. Raises `LedgerBroken` where they do not add up."""
        entered = await self._tx.one_or_none(
            _ENTER,
            tenant_id=tenant_id,
            balance_after=balance_after,
            grant_ids=[part.grant_id for part in parts],
            parts=[part.amount for part in parts],
            **msgspec.structs.asdict(entry),
        )
        return _whole(entered, tenant_id)

    async def enter_spend(self, tenant_id: UUID, entry: NewEntry, balance_after: int) -> CreditEntry:
        """Write what was spent, and take it from the grants: what expires first is spent first."""
        entered = await self._tx.one_or_none(
            SPEND, tenant_id=tenant_id, balance_after=balance_after, **msgspec.structs.asdict(entry)
        )
        return _whole(entered, tenant_id)

    async def under_key(self, tenant_id: UUID, key: str) -> CreditEntry | None:
        return await self._tx.one_or_none(_UNDER_KEY, tenant_id=tenant_id, idempotency_key=key)

    async def page(self, tenant_id: UUID, after: Position, limit: int) -> list[CreditEntry]:
        """Newest first, in the order in which they were entered, after the one that `after` names."""
        return await self._tx.all(_PAGE, tenant_id=tenant_id, after_id=after.id, limit=limit)


def _whole(entered: CreditEntry | None, tenant_id: UUID) -> CreditEntry:
    if entered is None:
        raise LedgerBroken(f"the grants of tenant {tenant_id} do not cover its balance")
    return entered
