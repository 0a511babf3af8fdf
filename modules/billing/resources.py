"""What policies may say of billing."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource

CREDITS = resource(metadata, "credits", None, owner=None, actions=("read",))
