"""Subscriptions and customers. They are written as the tenant with no user: the policies let nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, cast, column, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.functions import TAKE_TURN
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.domain.subscriptions import LIVE, KeptSubscription, ProviderSubscription
from modules.billing.tables import credit_entries, customers, subscriptions

PROVIDER: Final = "stripe"


class PeriodUse(msgspec.Struct, frozen=True):
    """What a tenant used in a period."""

    requests: int
    tokens: int
    credits: int


class SubscriptionKey(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


_kept = tuple(subscriptions.c[name] for name in KeptSubscription.__struct_fields__)
_mine = subscriptions.c.tenant_id == bindparam("tenant_id")
_one = subscriptions.c.id == bindparam("subscription_id")
_TOLD: Final = (
    "plan",
    "status",
    "current_period_start",
    "current_period_end",
    "cancel_at_period_end",
    "synced_at",
    "sync_due_at",
)

_MOMENT = Statement(select(func.clock_timestamp(type_=Instant)), into=datetime)
_ALL = Statement(select(*_kept).where(_mine), into=KeptSubscription)
_FOR_CREDITS = Statement(select(*_kept).where(_mine, _one).with_for_update(), into=KeptSubscription)
_CREDITED = Statement.command(
    update(subscriptions)
    .where(_mine, _one)
    .values(credited=bindparam("new_credited"), credited_until=bindparam("new_credited_until"))
)
_new = upsert(subscriptions).values(
    tenant_id=bindparam("tenant_id"),
    provider=literal(PROVIDER),
    provider_subscription_id=bindparam("provider_subscription_id"),
    **{name: bindparam(name, type_=subscriptions.c[name].type) for name in _TOLD},
)
_KEEP = Statement(
    _new.on_conflict_do_update(
        index_elements=[subscriptions.c.provider, subscriptions.c.provider_subscription_id],
        set_={name: _new.excluded[name] for name in _TOLD},
        where=subscriptions.c.synced_at <= _new.excluded.synced_at,
    ).returning(*_kept),
    into=KeptSubscription,
)
_CUSTOMER = Statement(
    select(customers.c.provider_customer_id).where(
        customers.c.tenant_id == bindparam("tenant_id"), customers.c.provider == PROVIDER
    ),
    into=str,
)
_new_customer = upsert(customers).values(
    tenant_id=bindparam("tenant_id"), provider=literal(PROVIDER), provider_customer_id=bindparam("customer_id")
)
_SET_CUSTOMER = Statement.command(
    _new_customer.on_conflict_do_update(
        index_elements=[customers.c.tenant_id],
        set_={"provider_customer_id": _new_customer.excluded.provider_customer_id},
    )
)
_start, _end = bindparam("start", type_=Instant), bindparam("end", type_=Instant)
_used = func.billing.period_use(func.tstzrange(_start, _end)).table_valued(
    column("requests", BigInteger), column("tokens", BigInteger)
)
_spent = (
    select(func.coalesce(-func.sum(credit_entries.c.amount), 0))
    .where(
        credit_entries.c.tenant_id == bindparam("tenant_id"),
        or_(credit_entries.c.kind == "spend", credit_entries.c.kind == "refund"),
        credit_entries.c.created_at >= _start,
        credit_entries.c.created_at < _end,
    )
    .scalar_subquery()
)
_USE = Statement(
    select(
        _used.c.requests,
        _used.c.tokens,
        cast(_spent, BigInteger).label("credits"),
    ),
    into=PeriodUse,
)
_FIND_SUBSCRIBER = Statement.nullable(
    select(
        func.billing.find_subscriber(
            bindparam("subscription", type_=Text),
            bindparam("customer", type_=Text),
            bindparam("named", type_=Uuid),
            type_=Uuid,
        )
    ),
    into=UUID,
)
_keys = (column("tenant_id", Uuid), column("id", Uuid))
_due = func.billing.due_for_credits(bindparam("at", type_=Instant)).table_valued(*_keys)
_DUE_FOR_CREDITS = Statement(select(*_due.c), into=SubscriptionKey)
_stale = func.billing.claim_subscriptions().table_valued(*_keys)
_CLAIM_STALE = Statement(select(*_stale.c), into=SubscriptionKey)


class SubscriptionRepository:
    """What a tenant subscribed to, and as which customer."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def moment(self) -> datetime:
        """The database's time: what is asked of the provider after this is no older than this."""
        return await self._tx.one(_MOMENT)

    async def lock(self, tenant_id: UUID) -> None:
        """Until the transaction ends, nobody else decides about this tenant's plan."""
        await self._tx.one(TAKE_TURN, turn=f"subscriptions {tenant_id}")

    async def all(self, tenant_id: UUID) -> list[KeptSubscription]:
        return await self._tx.all(_ALL, tenant_id=tenant_id)

    async def keep(
        self, tenant_id: UUID, told: ProviderSubscription, asked_at: datetime, sync_due_at: datetime | None
    ) -> KeptSubscription | None:
        """As it was told; None where somebody who asked later was faster."""
        return await self._tx.one_or_none(
            _KEEP,
            tenant_id=tenant_id,
            provider_subscription_id=told.id,
            plan=told.plan,
            status=told.status,
            current_period_start=told.period_start,
            current_period_end=told.period_end,
            cancel_at_period_end=told.cancel_at_period_end,
            synced_at=asked_at,
            sync_due_at=sync_due_at if told.status in LIVE else None,
        )

    async def for_credits(self, tenant_id: UUID, subscription_id: UUID) -> KeptSubscription | None:
        """Locked: whoever else wants to grant its credits sees afterwards what was granted."""
        return await self._tx.one_or_none(_FOR_CREDITS, tenant_id=tenant_id, subscription_id=subscription_id)

    async def credited(self, tenant_id: UUID, subscription_id: UUID, credited: int, until: datetime) -> None:
        await self._tx.execute(
            _CREDITED,
            tenant_id=tenant_id,
            subscription_id=subscription_id,
            new_credited=credited,
            new_credited_until=until,
        )

    async def customer(self, tenant_id: UUID) -> str | None:
        return await self._tx.one_or_none(_CUSTOMER, tenant_id=tenant_id)

    async def set_customer(self, tenant_id: UUID, customer_id: str) -> None:
        await self._tx.execute(_SET_CUSTOMER, tenant_id=tenant_id, customer_id=customer_id)

    async def find_subscriber(self, told: ProviderSubscription, named: UUID | None) -> UUID | None:
        """Whose it is, or None."""
        return await self._tx.one(
            _FIND_SUBSCRIBER, subscription=told.id, customer=told.customer_id, named=told.tenant_id or named
        )

    async def use(self, tenant_id: UUID, start: datetime, end: datetime) -> PeriodUse:
        return await self._tx.one(_USE, tenant_id=tenant_id, start=start, end=end)

    async def due_for_credits(self, at: datetime) -> list[SubscriptionKey]:
        return await self._tx.all(_DUE_FOR_CREDITS, at=at)

    async def claim_stale(self) -> list[SubscriptionKey]:
        """Some whose period is over and of which nothing was heard; nobody else gets them for an hour."""
        return await self._tx.all(_CLAIM_STALE)
