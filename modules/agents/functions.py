"""The database functions of agents: what is asked for many tenants at once."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.protection import Function, declare

# Who asks has shown before that these requests are theirs to see; one look serves all who wait in a process.
LOOK = Function(
    "agents.look(uuid[],uuid[])",
    """
CREATE OR REPLACE FUNCTION agents.look(tenants uuid[], ids uuid[],
    OUT tenant_id uuid, OUT id uuid, OUT status text, OUT progress double precision, OUT letters integer,
    OUT ended boolean)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT r.tenant_id, r.id, r.status, r.progress::double precision, char_length(coalesce(r.results ->> 'reply', '')),
    r.finished_at IS NOT NULL
FROM unnest(tenants, ids) AS asked (tenant_id, id)
JOIN agents.agent_requests r ON r.tenant_id = asked.tenant_id AND r.id = asked.id $$""",
)

ABANDONED_REQUESTS = Function(
    "agents.abandoned_requests(interval)",
    """
CREATE OR REPLACE FUNCTION agents.abandoned_requests(age interval, OUT tenant_id uuid, OUT user_id uuid, OUT id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT r.tenant_id, r.user_id, r.id FROM agents.agent_requests r
WHERE r.finished_at IS NULL AND r.status <> 'pending' AND r.updated_at < now() - age
ORDER BY r.created_at LIMIT 100 $$""",
)

for _function in (LOOK, ABANDONED_REQUESTS):
    declare(metadata, _function)
