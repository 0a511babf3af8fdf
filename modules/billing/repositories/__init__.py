"""All SQL of the billing module, a file a noun."""

from modules.billing.repositories.alerts import AlertRepository
from modules.billing.repositories.cancellations import CancellationRepository
from modules.billing.repositories.catalogue import PlanRepository
from modules.billing.repositories.credits import CreditRepository
from modules.billing.repositories.expiry import ExpiryRepository
from modules.billing.repositories.holds import HoldRepository
from modules.billing.repositories.months import UsageMonths
from modules.billing.repositories.subscriptions import SubscriptionRepository
from modules.billing.repositories.totals import UsageTotals
from modules.billing.repositories.usage import UsageRepository
from modules.billing.repositories.webhooks import WebhookRepository

__all__ = [
    "AlertRepository",
    "CancellationRepository",
    "CreditRepository",
    "ExpiryRepository",
    "HoldRepository",
    "PlanRepository",
    "SubscriptionRepository",
    "UsageMonths",
    "UsageRepository",
    "UsageTotals",
    "WebhookRepository",
]
