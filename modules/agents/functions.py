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

# What a process is answering, how far it is, and what was said of it so far; null: nothing that others may hear yet.
# A row that somebody holds is being written right now.
KEEP = Function(
    "agents.keep(uuid[],uuid[],text[],real[])",
    """
CREATE OR REPLACE FUNCTION agents.keep(tenants uuid[], ids uuid[], replies text[], progress real[])
RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
WITH answered AS (
    SELECT r.tenant_id, r.id, mine.reply, mine.progress
    FROM unnest(tenants, ids, replies, progress) AS mine (tenant_id, id, reply, progress)
    JOIN agents.agent_requests r ON r.tenant_id = mine.tenant_id AND r.id = mine.id
    WHERE r.finished_at IS NULL AND r.status = 'processing'
    FOR NO KEY UPDATE OF r SKIP LOCKED
), kept AS (
    UPDATE agents.agent_requests r
    SET results = r.results || jsonb_strip_nulls(jsonb_build_object('reply', answered.reply)),
        progress = greatest(r.progress, answered.progress)
    FROM answered WHERE r.tenant_id = answered.tenant_id AND r.id = answered.id RETURNING 1
)
SELECT count(*) FROM kept $$""",
)

# Whoever answers is heard of every 20 seconds; what a job answers may wait for a worker that starts again.
LONGEST_SILENCE = Function(
    "agents.longest_silence(text)",
    """
CREATE OR REPLACE FUNCTION agents.longest_silence(agent_type text)
RETURNS interval LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN agent_type IN ('generate', 'create', 'edit', 'research') THEN interval '15 minutes'
    ELSE interval '2 minutes' END $$""",
)

ABANDONED_REQUESTS = Function(
    "agents.abandoned_requests()",
    """
CREATE OR REPLACE FUNCTION agents.abandoned_requests(OUT tenant_id uuid, OUT user_id uuid, OUT id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT r.tenant_id, r.user_id, r.id FROM agents.agent_requests r
WHERE r.finished_at IS NULL AND r.status <> 'pending'
    AND r.updated_at < now() - agents.longest_silence(r.agent_type)
ORDER BY r.created_at LIMIT 100 $$""",
)

for _function in (LOOK, KEEP, LONGEST_SILENCE, ABANDONED_REQUESTS):
    declare(metadata, _function)
