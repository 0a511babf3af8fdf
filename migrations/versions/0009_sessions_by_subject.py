"""A session that a user opened by hand is found by its subject too, which nobody changes any more."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("REVOKE UPDATE (context_state, request_chain, subject) ON agents.agent_sessions FROM interna_runtime")
    op.execute("GRANT UPDATE (request_chain) ON agents.agent_sessions TO interna_runtime")
    op.execute("UPDATE agents.agent_sessions SET subject = 'session:' || id WHERE subject LIKE 'session:%'")
