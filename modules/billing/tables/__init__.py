"""The tables of schema `billing`; those of usage are in `usage_tables`."""

from modules.billing.tables.credits import (
    credit_accounts,
    credit_allocations,
    credit_entries,
    credit_grants,
    credit_holds,
)
from modules.billing.tables.plans import plans
from modules.billing.tables.subscriptions import cancellations, customers, subscriptions
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
    "webhook_events",
]
