"""What policies may say of agent sessions, and of the requests in them."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource
from modules.agents.tables import agent_requests, agent_sessions

AGENT_SESSIONS = resource(metadata, "agent_sessions", agent_sessions, "created_at", actions=("create", "read"))
AGENT_REQUESTS = resource(
    metadata,
    "agent_requests",
    agent_requests,
    "agent_type",
    "status",
    "created_at",
    actions=("create", "delete", "read"),
)
