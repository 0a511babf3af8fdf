"""Whether tenants near what their plans allow: looked at every minute, told once a month and level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

import structlog

from core.clock import Clock
from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import InternaError
from core.jobs import Jobs
from core.mail import Mailer
from modules.billing.domain.periods import calendar_month, month_at
from modules.billing.domain.subscriptions import ruling
from modules.billing.domain.usage import levels_reached
from modules.billing.letters import letter
from modules.billing.repositories import AlertRepository, PlanRepository, SubscriptionRepository, UsageMonths

MAIL_USAGE_ALERT: Final = "mail_usage_alert"
MAIL_WAITS: Final = (2, 15, 60, 300, 900, 3600, 21600)
"""Seconds between tries: an alert may be late by hours."""
_EVERY: Final = timedelta(minutes=1)
_OVERLAP: Final = timedelta(minutes=10)
"""A transaction that began before the last look may have committed after it."""
_FIRST_LOOK: Final = timedelta(days=1)
_LONG_LOOK: Final = timedelta(hours=1)
"""How often what was told late is looked for too: there is much more to look at."""
_LATE_DAYS: Final = 31
_log = structlog.get_logger("interna.billing")


class LimitCheck:
    """Looks at one tenant, in a transaction that acts for it with no user."""

    def __init__(
        self,
        transaction: Transaction,
        alerts: AlertRepository,
        subscriptions: SubscriptionRepository,
        plans: PlanRepository,
        jobs: Jobs,
    ) -> None:
        self._tx = transaction
        self._alerts = alerts
        self._subscriptions = subscriptions
        self._plans = plans
        self._jobs = jobs

    async def __call__(self, tenant_id: UUID, at: datetime) -> int:
        """How many alerts are new. Of several levels of one thing, one mail is sent: about the highest."""
        rules = ruling(await self._subscriptions.all(tenant_id))
        month = calendar_month(at)
        if rules is not None:
            month = month_at(rules.current_period_start, rules.current_period_end, at) or month
        limits = (await self._plans.all())["free" if rules is None else rules.plan].limits
        used = await self._subscriptions.use(tenant_id, month.start, month.end)
        mails: dict[str, UUID] = {}
        added = 0
        for level in levels_reached(
            {"requests": used.requests, "tokens": used.tokens, "credits": used.credits},
            {"requests": limits.requests, "tokens": limits.tokens, "credits": limits.credits},
        ):
            alert = await self._alerts.add(tenant_id, level, month)
            if alert is not None:
                mails[level.metric] = alert
                added += 1
        for alert in mails.values():
            await self._jobs.enqueue(self._tx, MAIL_USAGE_ALERT, tenant=tenant_id, alert=alert)
        return added


class LimitWatch:
    """Housekeeping: checks the tenants that have used anything since it looked last."""

    def __init__(
        self,
        database: Database,
        alerts: Callable[[], AlertRepository],
        check: Callable[[], LimitCheck],
        clock: Clock,
    ) -> None:
        self._database = database
        self._alerts = alerts
        self._check = check
        self._clock = clock
        self._looked_at: datetime | None = None
        self._looked_long_at: datetime | None = None

    async def __call__(self) -> int:
        at, before, long_before = self._clock(), self._looked_at, self._looked_long_at
        if before is not None and at < before + _EVERY:
            return 0
        is_long = long_before is None or at >= long_before + _LONG_LOOK
        last = long_before if is_long else before
        since = at - _FIRST_LOOK if last is None else last - _OVERLAP
        async with self._database.unit(Anonymous(), read_only=True):
            tenants = await self._alerts().tenants_using(since, _LATE_DAYS if is_long else 1)
        added = 0
        for tenant_id in tenants:
            try:
                async with self._database.unit(Acting(None, tenant_id)):
                    added += await self._check()(tenant_id, at)
            except InternaError as error:  # one tenant's trouble keeps nobody else's alerts back
                _log.warning("a tenant's limits were not looked at", tenant=str(tenant_id), why=error.detail)
        self._looked_at = at
        self._looked_long_at = at if is_long else long_before
        return added


class AlertMail:
    """The job that writes to a tenant's admins. Run again, it sends the same messages."""

    def __init__(self, database: Database, alerts: Callable[[], AlertRepository], mailer: Mailer, origin: str) -> None:
        self._database = database
        self._alerts = alerts
        self._mailer = mailer
        self._origin = origin

    async def __call__(self, tenant: UUID, alert: UUID) -> None:
        async with self._database.unit(Acting(None, tenant), read_only=True):
            found = await self._alerts().one(tenant, alert)
            admins = await self._alerts().admins()
        if found is None:
            return
        for admin in admins:
            key = uuid5(alert, admin.user_id.hex).hex
            await self._mailer.send(letter(admin, found, origin=self._origin, key=key))


class UsageMonthsKept:
    """Housekeeping: the partitions of the next months, and those whose time is over."""

    def __init__(
        self, database: Database, months: Callable[[], UsageMonths], clock: Clock, kept_months: int | None
    ) -> None:
        self._database = database
        self._months = months
        self._clock = clock
        self._kept_months = kept_months
        self._due: datetime | None = None

    async def __call__(self) -> int:
        at = self._clock()
        if self._due is not None and at < self._due:
            return 0
        self._due = at + _EVERY
        try:
            async with self._database.unit(Anonymous()):
                changed = await self._months().keep(self._kept_months)
        except InternaError as error:  # somebody is in the way: it waits for nobody, and tries again
            _log.info("the months of usage events are looked after later", why=error.detail)
            return 0
        return changed
