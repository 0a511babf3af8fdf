"""What policies may say of simulations and of the progress on them."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource
from modules.simulations.tables import interviews, progress, reviews, simulations

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
REVIEWS = resource(
    metadata,
    "reviews",
    reviews,
    "project_id",
    "milestone",
    "score",
    "approved",
    "created_at",
    actions=("create", "read"),
)
INTERVIEWS = resource(
    metadata, "interviews", interviews, "language", "status", "created_at", actions=("create", "read")
)
PROGRESS = resource(
    metadata, "progress", progress, "project_id", "status", "last_review_approved", actions=("read", "update")
)
