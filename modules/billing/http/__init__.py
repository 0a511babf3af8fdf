"""The billing module's routes, a file a noun."""

from modules.billing.http.credits import CreditsController
from modules.billing.http.operators import OperatorCreditsController
from modules.billing.http.plans import PlansController
from modules.billing.http.subscriptions import SubscriptionsController
from modules.billing.http.usage import UsageController
from modules.billing.http.webhooks import WebhooksController

__all__ = [
    "CreditsController",
    "OperatorCreditsController",
    "PlansController",
    "SubscriptionsController",
    "UsageController",
    "WebhooksController",
]
