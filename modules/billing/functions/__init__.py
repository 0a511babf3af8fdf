"""The database functions of billing; those of usage are in `usage_functions`."""

from core.database.metadata import metadata
from core.database.protection import declare
from modules.billing.functions import cancellations, credits, subscriptions, webhooks

for _function in (*credits.FUNCTIONS, *subscriptions.FUNCTIONS, *webhooks.FUNCTIONS, *cancellations.FUNCTIONS):
    declare(metadata, _function)
