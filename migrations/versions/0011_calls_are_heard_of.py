"""A process says every 20 seconds which calls it is answering, so that the dead are known after 2 minutes."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("DROP FUNCTION agents.abandoned_requests(interval)")
    op.execute("""
    CREATE OR REPLACE FUNCTION agents.beat(tenants uuid[], ids uuid[])
    RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH answered AS (
        SELECT r.tenant_id, r.id
        FROM unnest(tenants, ids) AS mine (tenant_id, id)
        JOIN agents.agent_requests r ON r.tenant_id = mine.tenant_id AND r.id = mine.id
        WHERE r.finished_at IS NULL
        FOR NO KEY UPDATE OF r SKIP LOCKED
    ), beaten AS (
        UPDATE agents.agent_requests r SET updated_at = now()
        FROM answered WHERE r.tenant_id = answered.tenant_id AND r.id = answered.id RETURNING 1
    )
    SELECT count(*) FROM beaten $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.beat(uuid[],uuid[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.beat(uuid[],uuid[]) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.beat(uuid[],uuid[]) IS 'interna afe4dd888b36997a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION agents.longest_silence(agent_type text)
    RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN agent_type IN ('generate', 'create', 'edit', 'research') THEN interval '15 minutes'
        ELSE interval '2 minutes' END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.longest_silence(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.longest_silence(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.longest_silence(text) IS 'interna 8d855c2a2a5209ad'")
    op.execute("""
    CREATE OR REPLACE FUNCTION agents.abandoned_requests(OUT tenant_id uuid, OUT user_id uuid, OUT id uuid)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT r.tenant_id, r.user_id, r.id FROM agents.agent_requests r
    WHERE r.finished_at IS NULL AND r.status <> 'pending'
        AND r.updated_at < now() - agents.longest_silence(r.agent_type)
    ORDER BY r.created_at LIMIT 100 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.abandoned_requests() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.abandoned_requests() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.abandoned_requests() IS 'interna fbb87d0a5fc15330'")
