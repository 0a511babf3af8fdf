"""Progress goes with its simulation, whoever deletes that; what earlier deletions left behind goes now."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index(
        "ix_progress_project_id", "progress", ["tenant_id", "project_id"], unique=False, schema="simulations"
    )
    op.execute("DROP POLICY scoped_delete ON simulations.progress")
    op.execute("REVOKE DELETE ON simulations.progress FROM interna_runtime")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.evaluate(tenant uuid, role uuid, facts jsonb)
    RETURNS TABLE (own text, others text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    WITH held AS MATERIALIZED (
        SELECT p.effect, p.resource, p.actions, p.scope, mine.held AS own, theirs.held AS others
        FROM authz.policies p
        CROSS JOIN (SELECT evaluate.facts || '{"owner": true}' AS mine, evaluate.facts || '{"owner": false}' AS theirs
                    OFFSET 0) told
        CROSS JOIN LATERAL (SELECT authz.holds(p.conditions, told.mine) AS held OFFSET 0) mine
        CROSS JOIN LATERAL (SELECT CASE WHEN strpos(p.conditions::text, '"owner"') = 0 THEN mine.held
                                   ELSE authz.holds(p.conditions, told.theirs) END AS held OFFSET 0) theirs
        WHERE p.tenant_id = evaluate.tenant AND p.role_id = evaluate.role
          AND p.resource = ANY (ARRAY['*', 'agent_requests', 'agent_sessions', 'interviews', 'invitations', 'members', 'messages', 'policies', 'progress', 'reviews', 'roles', 'simulations', 'tenants', 'usage', 'users']::text[])
    )
    SELECT ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.own), '') || ' ',
           ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.others), '') || ' '
    FROM unnest(ARRAY['agent_requests:create', 'agent_requests:delete', 'agent_requests:read', 'agent_sessions:create', 'agent_sessions:read', 'interviews:create', 'interviews:read', 'invitations:create', 'invitations:delete', 'invitations:read', 'members:create', 'members:delete', 'members:read', 'members:update', 'messages:create', 'messages:read', 'policies:create', 'policies:delete', 'policies:update', 'progress:read', 'progress:update', 'reviews:create', 'reviews:read', 'roles:create', 'roles:delete', 'roles:update', 'simulations:create', 'simulations:delete', 'simulations:read', 'simulations:update', 'tenants:create', 'tenants:delete', 'tenants:update', 'usage:create', 'usage:read', 'users:read']::text[]) AS asked(said)
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(p.effect = 'allow' AND p.own IS NOT FALSE), false)
               AND NOT coalesce(bool_or(p.effect = 'deny' AND p.own), false) AS own,
               coalesce(bool_or(p.effect = 'allow' AND p.scope = 'all' AND p.others IS NOT FALSE), false)
               AND NOT coalesce(bool_or(p.effect = 'deny' AND p.scope = 'all' AND p.others), false) AS others
        FROM held p
        WHERE p.resource IN (split_part(asked.said, ':', 1), '*')
          AND p.actions && ARRAY[split_part(asked.said, ':', 2), '*']
    ) verdict $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.evaluate(uuid,uuid,jsonb) FROM PUBLIC")
    op.execute("SELECT authz.compile_rights(tenant_id, id) FROM authz.roles")
    op.execute("COMMENT ON FUNCTION authz.evaluate(uuid,uuid,jsonb) IS 'interna f5420cf70b5d0f14'")
    op.execute("""
    CREATE OR REPLACE FUNCTION simulations.forget_progress() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        DELETE FROM simulations.progress WHERE tenant_id = OLD.tenant_id AND project_id = OLD.id::text;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION simulations.forget_progress() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION simulations.forget_progress() IS 'interna c9438964495c9942'")
    op.execute(
        "CREATE TRIGGER forget_progress AFTER DELETE ON simulations.simulations FOR EACH ROW EXECUTE FUNCTION simulations.forget_progress()"
    )
    op.execute("COMMENT ON TRIGGER forget_progress ON simulations.simulations IS 'interna 0decd9fcaade2234'")
    op.execute("""
        DELETE FROM simulations.progress p
        WHERE p.project_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          AND NOT EXISTS (SELECT FROM simulations.simulations s
                          WHERE s.tenant_id = p.tenant_id AND s.id::text = p.project_id)""")
