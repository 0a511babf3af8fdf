"""What policies may say of billing."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource
from modules.billing.tables import usage_totals

SUBSCRIPTIONS = resource(metadata, "subscriptions", None, owner=None, actions=("read", "update"))
CREDITS = resource(metadata, "credits", None, owner=None, actions=("read",))
USAGE = resource(metadata, "usage", usage_totals, "event_type", actions=("create", "read"))
