"""Alerts: that a tenant nears what its plan allows, once a month of the plan and level."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.billing.contracts.usage import UsageAlert
from modules.billing.domain.periods import Month
from modules.billing.domain.usage import Level
from modules.billing.tables import usage_alerts


class Admin(msgspec.Struct, frozen=True):
    """Whom to write to, and of which tenant."""

    user_id: UUID
    email: str
    tenant: str


_shown = tuple(usage_alerts.c[name] for name in UsageAlert.__struct_fields__)
_mine = usage_alerts.c.tenant_id == bindparam("tenant_id")
_ADD = Statement(
    upsert(usage_alerts)
    .values(
        {
            name: bindparam(name, type_=usage_alerts.c[name].type)
            for name in ("tenant_id", "metric", "percent", "used", "allowed", "period_start", "period_end")
        }
    )
    .on_conflict_do_nothing()
    .returning(usage_alerts.c.id),
    into=UUID,
)
_ONE = Statement(select(*_shown).where(_mine, usage_alerts.c.id == bindparam("alert_id")), into=UsageAlert)
_NOW = Statement(
    select(*_shown)
    .where(_mine, usage_alerts.c.period_start <= func.now(), usage_alerts.c.period_end > func.now())
    .order_by(usage_alerts.c.metric, usage_alerts.c.percent),
    into=UsageAlert,
)
_using = (
    func.billing.tenants_using(bindparam("since", type_=Instant), bindparam("days", type_=Integer))
    .table_valued(column("tenant_id", Uuid), name="tenants")
    .render_derived()
)
_USING = Statement(select(_using.c.tenant_id), into=UUID)
_admins = func.authz.admins_to_write_to().table_valued(
    column("user_id", Uuid), column("email", Text), column("tenant", Text)
)
_ADMINS = Statement(select(*_admins.c), into=Admin)


class AlertRepository:
    """A tenant's alerts."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def tenants_using(self, since: datetime, days: int) -> list[UUID]:
        """The tenants of which usage was told since then that is at most so many days older."""
        return await self._tx.all(_USING, since=since, days=days)

    async def add(self, tenant_id: UUID, level: Level, month: Month) -> UUID | None:
        """The new alert's id; None where there is one already."""
        return await self._tx.one_or_none(
            _ADD,
            tenant_id=tenant_id,
            metric=level.metric,
            percent=level.percent,
            used=level.used,
            allowed=level.allowed,
            period_start=month.start,
            period_end=month.end,
        )

    async def one(self, tenant_id: UUID, alert_id: UUID) -> UsageAlert | None:
        return await self._tx.one_or_none(_ONE, tenant_id=tenant_id, alert_id=alert_id)

    async def current(self, tenant_id: UUID) -> list[UsageAlert]:
        """Those of the month that runs."""
        return await self._tx.all(_NOW, tenant_id=tenant_id)

    async def admins(self) -> list[Admin]:
        """The admins of the tenant that is acted for; only who acts without a user is told."""
        return await self._tx.all(_ADMINS)
