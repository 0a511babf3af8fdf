"""The tables of schema `billing`, a file a noun."""

from modules.billing.tables.credits import (
    credit_accounts,
    credit_allocations,
    credit_entries,
    credit_grants,
    credit_holds,
)
from modules.billing.tables.plans import plans
from modules.billing.tables.subscriptions import cancellations, customers, subscriptions
from modules.billing.tables.usage import usage_alerts, usage_events, usage_totals
from modules.billing.tables.webhooks import webhook_events

__all__ = [
    "cancellations",
    "credit_accounts",
    "credit_allocations",
    "credit_entries",
    "credit_grants",
    "credit_holds",
    "customers",
    "plans",
    "subscriptions",
    "usage_alerts",
    "usage_events",
    "usage_totals",
    "webhook_events",
]
