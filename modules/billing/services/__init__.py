"""Use cases of the billing module, a file each."""

from modules.billing.services.alerts import (
    MAIL_USAGE_ALERT,
    MAIL_WAITS,
    AlertMail,
    LimitCheck,
    LimitWatch,
    UsageMonthsKept,
)
from modules.billing.services.cancellations import END_SUBSCRIPTION, EndingJob, PayerGone
from modules.billing.services.credits import CreditsByHand, TenantCredits, WelcomeAccount
from modules.billing.services.expiry import CreditExpiry, HoldExpiry
from modules.billing.services.plans import MonthlyCredits, PlanKeeping
from modules.billing.services.subscriptions import Subscribing
from modules.billing.services.usage import UsageIntake, UsageTable
from modules.billing.services.webhooks import (
    APPLY_EVENT,
    SYNC_SUBSCRIPTION,
    CatchingUp,
    EventJob,
    SubscriptionSync,
    SyncJob,
    Webhooks,
)

__all__ = [
    "APPLY_EVENT",
    "END_SUBSCRIPTION",
    "MAIL_USAGE_ALERT",
    "MAIL_WAITS",
    "SYNC_SUBSCRIPTION",
    "AlertMail",
    "CatchingUp",
    "CreditExpiry",
    "CreditsByHand",
    "EndingJob",
    "EventJob",
    "HoldExpiry",
    "LimitCheck",
    "LimitWatch",
    "MonthlyCredits",
    "PayerGone",
    "PlanKeeping",
    "Subscribing",
    "SubscriptionSync",
    "SyncJob",
    "TenantCredits",
    "UsageIntake",
    "UsageMonthsKept",
    "UsageTable",
    "Webhooks",
    "WelcomeAccount",
]
