"""What a month was for one tenant: credits in and out, what was used, and what an operator should look at.

For the owner of the tables, who sees all tenants, and only reads: in one snapshot, so that its parts agree. Months and
days are UTC's. What is told of the ledger is told of all of it: a balance that is wrong does not become right with the
month.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import psycopg

from core.database.protection import OWNER
from modules.billing.domain.credits import HOLD_LASTS
from modules.billing.domain.periods import Month
from modules.billing.repositories.audit import LedgerAudit

T = TypeVar("T")
_SHOWN: Final = 100


class ReportedTenant(msgspec.Struct, frozen=True):
    """Who it is about, and what it has now."""

    id: UUID
    slug: str
    name: str
    kind: str
    plan: str
    members: int
    balance: int
    held: int


class CreditFlow(msgspec.Struct, frozen=True):
    """What the month's entries of one kind and reason come to: whole credits."""

    kind: str
    reason: str
    entries: int
    credits_in: int
    credits_out: int


class TypeUse(msgspec.Struct, frozen=True):
    event_type: str
    requests: int
    tokens: int
    cost: Decimal
    users: int


class DayUse(msgspec.Struct, frozen=True):
    day: date
    requests: int
    tokens: int
    cost: Decimal
    users: int


class ReachedLimit(msgspec.Struct, frozen=True):
    """An alert that was told in the month."""

    metric: str
    percent: int
    used: int
    allowed: int
    told_at: datetime


class Odd(msgspec.Struct, frozen=True):
    """Something to look at; `id` is that of a hold, a grant, a user, ..."""

    what: str
    id: str
    detail: str


class MonthReport(msgspec.Struct, frozen=True):
    """Everything. At most a hundred oddities a question; `all_odd` counts the others too."""

    tenant: ReportedTenant
    start: datetime
    end: datetime
    opening: int
    closing: int
    credits: list[CreditFlow]
    by_type: list[TypeUse]
    by_day: list[DayUse]
    limits: list[ReachedLimit]
    odd: list[Odd]
    all_odd: int


_TENANT: Final = """
SELECT t.id, t.slug, t.name, t.kind, coalesce(a.plan, 'free'),
       (SELECT count(*) FROM authz.memberships m WHERE m.tenant_id = t.id), coalesce(c.balance, 0), coalesce(c.held, 0)
FROM authz.tenants t
LEFT JOIN authz.tenant_attributes a ON a.tenant_id = t.id
LEFT JOIN billing.credit_accounts c ON c.tenant_id = t.id WHERE t.id = %(tenant)s"""
_BALANCES: Final = """
SELECT coalesce(sum(amount) FILTER (WHERE created_at < %(start)s), 0)::bigint, coalesce(sum(amount), 0)::bigint
FROM billing.credit_entries WHERE tenant_id = %(tenant)s AND created_at < %(end)s"""
_CREDITS: Final = """
SELECT kind, reason, count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint,
       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint
FROM billing.credit_entries WHERE tenant_id = %(tenant)s AND created_at >= %(start)s AND created_at < %(end)s
GROUP BY kind, reason ORDER BY array_position('{grant,refund,adjustment,spend,expiry}', kind), reason"""
_USE: Final = """
SELECT {by}, sum(requests)::bigint, sum(tokens)::bigint, sum(cost), count(DISTINCT user_id)
FROM billing.usage_totals WHERE tenant_id = %(tenant)s AND day >= %(first)s AND day < %(past)s
GROUP BY {by} ORDER BY {order}"""
_LIMITS: Final = """
SELECT metric, percent, used, allowed, created_at FROM billing.usage_alerts
WHERE tenant_id = %(tenant)s AND created_at >= %(start)s AND created_at < %(end)s
ORDER BY created_at, metric, percent"""

_ODD: Final = "SELECT *, count(*) OVER () FROM ({question}) q (id, detail) ORDER BY id LIMIT %(shown)s"

# Each answers an id and a sentence. Events are compared with totals where the month still has some: those that were
# dropped live on in the totals.
_QUESTIONS: Final[dict[str, str]] = {
    "a hold is open for long": """
        SELECT id::text, format('%%s credits for %%s, since %%s UTC', amount, reason,
               to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'))
        FROM billing.credit_holds WHERE tenant_id = %(tenant)s AND status = 'open'
          AND (created_at < now() - %(hold_lasts)s OR expires_at < now())""",
    "a grant has expired and was not taken away": """
        SELECT id::text, format('%%s of %%s credits (%%s), expired %%s UTC', remaining, amount, reason,
               to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'))
        FROM billing.credit_grants WHERE tenant_id = %(tenant)s AND open AND expires_at < now() - interval '10 minutes'
          AND NOT EXISTS (SELECT FROM billing.credit_accounts a WHERE a.tenant_id = %(tenant)s AND a.held > 0)""",
    "a month's credits are due and were not granted": """
        SELECT s.provider_subscription_id, format('plan %%s, granted until %%s UTC', s.plan,
               coalesce(to_char(s.credited_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'never'))
        FROM billing.subscriptions s JOIN billing.plans p ON p.id = s.plan
        WHERE s.tenant_id = %(tenant)s AND s.status IN ('trialing', 'active') AND p.monthly_credits > 0
          AND s.current_period_end > now() AND coalesce(s.credited_until, s.created_at) < now() - interval '1 hour'""",
    "a subscription's period is over, and nothing was heard of the next": """
        SELECT provider_subscription_id, format('plan %%s, %%s, until %%s UTC', plan, status,
               to_char(current_period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'))
        FROM billing.subscriptions WHERE tenant_id = %(tenant)s AND status IN ('trialing', 'active', 'past_due')
          AND current_period_end < now() - interval '1 day'""",
    "usage of somebody who is no member": """
        SELECT user_id::text, format('%%s requests, %%s tokens', sum(requests), sum(tokens))
        FROM billing.usage_totals t WHERE tenant_id = %(tenant)s AND day >= %(first)s AND day < %(past)s
          AND NOT EXISTS (SELECT FROM authz.memberships m WHERE m.tenant_id = t.tenant_id AND m.user_id = t.user_id)
        GROUP BY user_id""",
    "a total is not what its events come to": """
        SELECT coalesce(k.day, e.day)::text, format('%%s of %%s: %%s requests, %%s tokens, cost %%s; the events say'
               ' %%s, %%s, %%s', coalesce(k.event_type, e.event_type), coalesce(k.user_id, e.user_id),
               coalesce(k.requests, 0), coalesce(k.tokens, 0), coalesce(k.cost, 0),
               coalesce(e.requests, 0), coalesce(e.tokens, 0), coalesce(e.cost, 0))
        FROM (SELECT day, event_type, user_id, requests, tokens, cost FROM billing.usage_totals
              WHERE tenant_id = %(tenant)s AND day >= %(first)s AND day < %(past)s) k
        FULL JOIN (
              SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, event_type, user_id, count(*) AS requests,
                     sum(tokens_used) AS tokens, sum(cost) AS cost FROM billing.usage_events
              WHERE tenant_id = %(tenant)s AND occurred_at >= %(start)s AND occurred_at < %(end)s GROUP BY 1, 2, 3) e
        USING (day, event_type, user_id)
        WHERE (k.requests, k.tokens, k.cost) IS DISTINCT FROM (e.requests, e.tokens, e.cost)
          AND to_regclass('billing.usage_events_' || to_char(%(first)s::date, 'YYYY_MM')) IS NOT NULL""",
    "events lie in the default partition": """
        SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM'), format('%%s events', count(*))
        FROM billing.usage_events_default WHERE tenant_id = %(tenant)s GROUP BY 1""",
    "a day has five times the requests of the days before": """
        SELECT day::text, format('%%s requests; %%s a day in the four weeks before', requests, round(usual))
        FROM (SELECT day, sum(requests) AS requests, sum(sum(requests)) OVER (
                     ORDER BY day RANGE BETWEEN '28 days' PRECEDING AND '1 day' PRECEDING) / 28 AS usual
              FROM billing.usage_totals WHERE tenant_id = %(tenant)s AND day >= %(first)s::date - 28 AND day < %(past)s
              GROUP BY day) d
        WHERE day >= %(first)s AND requests >= 100 AND requests > 5 * usual""",
}


class MonthReports:
    """Reads one tenant's month at a time, on a connection of the tables' owner."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._ledger = LedgerAudit(connection)

    def find(self, tenant: str) -> UUID | None:
        """The tenant of this slug or id."""
        return self._ledger.find(tenant)

    def run(self, tenant_id: UUID, month: Month) -> MonthReport:
        said = {
            "tenant": tenant_id,
            "start": month.start,
            "end": month.end,
            "first": month.start.date(),
            "past": month.end.date(),
            "hold_lasts": HOLD_LASTS,
        }
        ((opening, closing),) = self._rows(_BALANCES, said)
        odd, all_odd = self._odd(tenant_id, said)
        by_type = _USE.replace("{by}", "event_type").replace("{order}", "2 DESC, 1")
        by_day = _USE.replace("{by}", "day").replace("{order}", "1")
        return MonthReport(
            tenant=self._all(_TENANT, said, ReportedTenant)[0],
            start=month.start,
            end=month.end,
            opening=opening,
            closing=closing,
            credits=self._all(_CREDITS, said, CreditFlow),
            by_type=self._all(by_type, said, TypeUse),
            by_day=self._all(by_day, said, DayUse),
            limits=self._all(_LIMITS, said, ReachedLimit),
            odd=odd,
            all_odd=all_odd,
        )

    def _odd(self, tenant_id: UUID, said: dict[str, Any]) -> tuple[list[Odd], int]:
        audit = self._ledger.run(tenant_id)
        odd = [Odd(each.fault, each.id, f"expected {each.expected}, found {each.found}") for each in audit.faults]
        all_odd = audit.all_faults
        for what, question in _QUESTIONS.items():
            found = self._rows(_ODD.replace("{question}", question), {**said, "shown": _SHOWN})
            odd += [Odd(what, *row[:2]) for row in found]
            all_odd += found[0][2] if found else 0
        return odd, all_odd

    def _all(self, query: str, said: dict[str, Any], into: type[T]) -> list[T]:
        return [into(*row) for row in self._rows(query, said)]

    def _rows(self, query: str, said: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode(), said).fetchall()


@contextmanager
def reports_of(owner: str) -> Iterator[MonthReports]:
    """Reports on a connection of its own: one snapshot, nothing is written. `owner` is the owner's conninfo."""
    with psycopg.connect(owner, options=f"-c role={OWNER} -c jit=off") as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield MonthReports(connection)
