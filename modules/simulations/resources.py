"""What policies may say of simulations and of the progress on them."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource
from modules.simulations.tables import progress, simulations

SIMULATIONS = resource(
    metadata,
    "simulations",
    simulations,
    "level",
    "difficulty",
    "language",
    "team_mode",
    "status",
    "field",
    "created_at",
    actions=("create", "delete", "read"),
)
MESSAGES = resource(metadata, "messages", None, actions=("create", "read"))
PROGRESS = resource(
    metadata, "progress", progress, "project_id", "status", "last_review_approved", actions=("read", "update")
)
