"""A process says which calls it is answering, and how far, so that the dead are known after 2 minutes."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("DROP FUNCTION agents.abandoned_requests(interval)")
    op.execute("""
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
    SELECT count(*) FROM kept $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.keep(uuid[],uuid[],text[],real[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.keep(uuid[],uuid[],text[],real[]) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.keep(uuid[],uuid[],text[],real[]) IS 'interna e53f1fcf2457897c'")
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
