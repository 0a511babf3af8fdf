"""The database functions of billing, a file a noun."""

from core.database.metadata import metadata
from core.database.protection import declare
from modules.billing.functions import cancellations, credits, subscriptions, usage, webhooks

for _module in (credits, subscriptions, webhooks, cancellations, usage):
    for _function in _module.FUNCTIONS:
        declare(metadata, _function)
