"""The internship: calls that wait and outlive their clients, hidden facts, reviews, quizzes, interviews, analyses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_unique_constraint(
        op.f("uq_personas_tenant_id_simulation_id_id"),
        "personas",
        ["tenant_id", "simulation_id", "id"],
        schema="simulations",
    )
    op.create_table(
        "interviews",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("job_description", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column(
            "transcript", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("feedback", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("agent_request_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'completed') = (feedback is not null)", name=op.f("ck_interviews_completed_has_feedback")
        ),
        sa.CheckConstraint("language in ('en', 'ar')", name=op.f("ck_interviews_language")),
        sa.CheckConstraint("status in ('active', 'completed', 'abandoned')", name=op.f("ck_interviews_status")),
        sa.CheckConstraint(
            "char_length(job_description) between 1 and 8000", name=op.f("ck_interviews_job_description_length")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_interviews_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_interviews_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interviews")),
        schema="simulations",
    )
    op.create_index(
        "ix_interviews_active",
        "interviews",
        ["updated_at"],
        unique=False,
        schema="simulations",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("ix_interviews_status", "interviews", ["status"], unique=False, schema="simulations")
    op.create_index(
        "ix_interviews_tenant_id_created_at",
        "interviews",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_interviews_user_id_created_at",
        "interviews",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_table(
        "reviews",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("agent_request_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("grades", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("strengths", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("improvements", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("next_steps", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(project_id) between 1 and 100", name=op.f("ck_reviews_project")),
        sa.CheckConstraint("milestone >= 0", name=op.f("ck_reviews_milestone")),
        sa.CheckConstraint("score between 0 and 100", name=op.f("ck_reviews_score")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_reviews_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_reviews_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reviews")),
        schema="simulations",
    )
    op.create_index(
        "ix_reviews_digest", "reviews", ["tenant_id", "user_id", "digest"], unique=False, schema="simulations"
    )
    op.create_index(
        "ix_reviews_project",
        "reviews",
        ["tenant_id", "user_id", "project_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_reviews_tenant_id_project_id",
        "reviews",
        ["tenant_id", "project_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_reviews_user_id_created_at",
        "reviews",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_table(
        "analyses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("agent_request_id", sa.Uuid(), nullable=False),
        sa.Column("analysis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "simulation_id"],
            ["simulations.simulations.tenant_id", "simulations.simulations.id"],
            name=op.f("fk_analyses_tenant_id_simulation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_analyses_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_analyses_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_analyses")),
        schema="simulations",
    )
    op.create_index(
        "ix_analyses_agent_request_id",
        "analyses",
        ["tenant_id", "agent_request_id"],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_analyses_simulation_id", "analyses", ["tenant_id", "simulation_id"], unique=False, schema="simulations"
    )
    op.create_index(
        "ix_analyses_user_id_created_at",
        "analyses",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_table(
        "facts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("persona_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Integer(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("milestone >= 0", name=op.f("ck_facts_milestone")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_facts_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "simulation_id", "persona_id"],
            ["simulations.personas.tenant_id", "simulations.personas.simulation_id", "simulations.personas.id"],
            name=op.f("fk_facts_tenant_id_simulation_id_persona_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "simulation_id", "user_id"],
            ["simulations.simulations.tenant_id", "simulations.simulations.id", "simulations.simulations.user_id"],
            name=op.f("fk_facts_tenant_id_simulation_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_facts_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_facts_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_facts")),
        sa.UniqueConstraint("tenant_id", "persona_id", "position", name=op.f("uq_facts_tenant_id_persona_id_position")),
        schema="simulations",
    )
    op.create_index(
        "ix_facts_persona", "facts", ["tenant_id", "simulation_id", "persona_id"], unique=False, schema="simulations"
    )
    op.create_index(
        "ix_facts_simulation", "facts", ["tenant_id", "simulation_id", "user_id"], unique=False, schema="simulations"
    )
    op.create_index("ix_facts_user_id", "facts", ["user_id"], unique=False, schema="simulations")
    op.add_column("agent_requests", sa.Column("hold_id", sa.Uuid(), nullable=True), schema="agents")
    op.create_index(
        "ix_agent_requests_tenant_id_created_at",
        "agent_requests",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="agents",
    )
    op.create_index(
        "ix_agent_requests_unfinished",
        "agent_requests",
        ["created_at"],
        unique=False,
        schema="agents",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "ix_agent_sessions_tenant_id_created_at",
        "agent_sessions",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="agents",
    )
    op.add_column(
        "simulations",
        sa.Column("rubric", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        schema="simulations",
    )
    op.add_column("simulations", sa.Column("request_id", sa.Uuid(), nullable=True), schema="simulations")
    op.add_column(
        "simulations", sa.Column("quiz_answers", postgresql.ARRAY(sa.Integer()), nullable=True), schema="simulations"
    )
    op.add_column("simulations", sa.Column("quiz_score", sa.Integer(), nullable=True), schema="simulations")
    op.add_column(
        "simulations",
        sa.Column("quiz_answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        schema="simulations",
    )
    op.create_index("ix_simulations_request_id", "simulations", ["request_id"], unique=False, schema="simulations")
    op.create_check_constraint(
        op.f("ck_simulations_quiz_score"), "simulations", "quiz_score between 0 and 100", schema="simulations"
    )
    op.drop_column("simulations", "hold_id", schema="simulations")
    op.add_column(
        "tasks",
        sa.Column("rubric", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="simulations",
    )
    op.execute("DROP POLICY scoped_select ON agents.agent_sessions")
    op.execute("DROP POLICY scoped_insert ON agents.agent_sessions")
    op.execute("DROP POLICY scoped_update ON agents.agent_sessions")
    op.execute("DROP POLICY scoped_update ON simulations.simulations")
    op.execute("DROP POLICY scoped_select ON agents.agent_requests")
    op.execute("DROP POLICY scoped_insert ON agents.agent_requests")
    op.execute("DROP POLICY scoped_update ON agents.agent_requests")
    op.execute("""
    CREATE OR REPLACE FUNCTION agents.look(tenants uuid[], ids uuid[],
        OUT tenant_id uuid, OUT id uuid, OUT status text, OUT progress double precision, OUT letters integer,
        OUT ended boolean)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT r.tenant_id, r.id, r.status, r.progress::double precision, char_length(coalesce(r.results ->> 'reply', '')),
        r.finished_at IS NOT NULL
    FROM unnest(tenants, ids) AS asked (tenant_id, id)
    JOIN agents.agent_requests r ON r.tenant_id = asked.tenant_id AND r.id = asked.id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.look(uuid[],uuid[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.look(uuid[],uuid[]) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.look(uuid[],uuid[]) IS 'interna 139a3c1cd1e8ad4a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION agents.abandoned_requests(age interval, OUT tenant_id uuid, OUT user_id uuid, OUT id uuid)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT r.tenant_id, r.user_id, r.id FROM agents.agent_requests r
    WHERE r.finished_at IS NULL AND r.status <> 'pending' AND r.updated_at < now() - age
    ORDER BY r.created_at LIMIT 100 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION agents.abandoned_requests(interval) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION agents.abandoned_requests(interval) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION agents.abandoned_requests(interval) IS 'interna cabfea4564501097'")
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
    FROM unnest(ARRAY['agent_requests:create', 'agent_requests:delete', 'agent_requests:read', 'agent_sessions:create', 'agent_sessions:read', 'interviews:create', 'interviews:read', 'invitations:create', 'invitations:delete', 'invitations:read', 'members:create', 'members:delete', 'members:read', 'members:update', 'messages:create', 'messages:read', 'policies:create', 'policies:delete', 'policies:update', 'progress:delete', 'progress:read', 'progress:update', 'reviews:create', 'reviews:read', 'roles:create', 'roles:delete', 'roles:update', 'simulations:create', 'simulations:delete', 'simulations:read', 'simulations:update', 'tenants:create', 'tenants:delete', 'tenants:update', 'usage:create', 'usage:read', 'users:read']::text[]) AS asked(said)
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
    op.execute("COMMENT ON FUNCTION authz.evaluate(uuid,uuid,jsonb) IS 'interna ab412e81548de2a0'")
    op.execute("""
    CREATE OR REPLACE FUNCTION simulations.abandon_interviews(age interval) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH abandoned AS (
        UPDATE simulations.interviews i SET status = 'abandoned'
        WHERE (i.tenant_id, i.id) IN (
            SELECT old.tenant_id, old.id FROM simulations.interviews old
            WHERE old.status = 'active' AND old.updated_at < now() - age
            ORDER BY old.updated_at LIMIT 500 FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM abandoned $$
    """)
    op.execute("REVOKE ALL ON FUNCTION simulations.abandon_interviews(interval) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION simulations.abandon_interviews(interval) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION simulations.abandon_interviews(interval) IS 'interna c3a99d1acbc1eeea'")
    op.execute(
        "CREATE POLICY scoped_select ON agents.agent_sessions AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('agent_requests:read'), app.own('agent_sessions:read'), app.own('messages:read'), app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))) or user_id <> (select coalesce(app.others('agent_requests:read'), app.others('agent_sessions:read'), app.others('messages:read'), app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON agents.agent_sessions IS 'interna 73762867f765c669'")
    op.execute(
        "CREATE POLICY scoped_insert ON agents.agent_sessions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON agents.agent_sessions IS 'interna 0ee8133942e9cdc1'")
    op.execute(
        "CREATE POLICY scoped_update ON agents.agent_sessions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))) or user_id <> (select coalesce(app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create')))) WITH CHECK (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))) or user_id <> (select coalesce(app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON agents.agent_sessions IS 'interna 3c1c068f3e5db2b4'")
    op.execute("ALTER TABLE simulations.interviews ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.interviews FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.interviews AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.interviews IS 'interna a1ef5368cae0b12f'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.interviews AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('interviews:read'), app.own('interviews:create'))) or user_id <> (select coalesce(app.others('interviews:read'), app.others('interviews:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.interviews IS 'interna 6fb8333156595633'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.interviews AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('interviews:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.interviews IS 'interna 3a48bf12c133da52'")
    op.execute(
        "CREATE POLICY scoped_update ON simulations.interviews AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.own('interviews:create')) or user_id <> (select app.others('interviews:create'))) WITH CHECK (user_id = (select app.own('interviews:create')) or user_id <> (select app.others('interviews:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON simulations.interviews IS 'interna 9ee01d4d8c0b6c8c'")
    op.execute("CREATE POLICY owner ON simulations.interviews TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.interviews IS 'interna 5f896fe9acdc6d49'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON simulations.interviews FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON simulations.interviews IS 'interna e39bcbf971bee54f'")
    op.execute("GRANT INSERT ON simulations.interviews TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.interviews TO interna_runtime")
    op.execute("GRANT UPDATE ON simulations.interviews TO interna_runtime")
    op.execute("ALTER TABLE simulations.reviews ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.reviews FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.reviews AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.reviews IS 'interna 3724fbc53bbefd08'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.reviews AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('reviews:read'), app.own('reviews:create'))) or user_id <> (select coalesce(app.others('reviews:read'), app.others('reviews:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.reviews IS 'interna 3fd8bfe7577cc460'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.reviews AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('reviews:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.reviews IS 'interna 90b3279faccaa7ca'")
    op.execute("CREATE POLICY owner ON simulations.reviews TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.reviews IS 'interna 97d12bd3ac23af93'")
    op.execute("GRANT INSERT ON simulations.reviews TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.reviews TO interna_runtime")
    op.execute(
        "CREATE POLICY scoped_update ON simulations.simulations AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('simulations:update'), app.own('simulations:delete'), app.own('progress:update'))) or user_id <> (select coalesce(app.others('simulations:update'), app.others('simulations:delete'), app.others('progress:update')))) WITH CHECK (user_id = (select coalesce(app.own('simulations:update'), app.own('simulations:delete'), app.own('progress:update'))) or user_id <> (select coalesce(app.others('simulations:update'), app.others('simulations:delete'), app.others('progress:update'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON simulations.simulations IS 'interna 08c617724de54052'")
    op.execute(
        "CREATE POLICY scoped_select ON agents.agent_requests AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('agent_requests:read'), app.own('agent_sessions:read'), app.own('messages:read'), app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))) or user_id <> (select coalesce(app.others('agent_requests:read'), app.others('agent_sessions:read'), app.others('messages:read'), app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON agents.agent_requests IS 'interna cfcd82998426c969'")
    op.execute(
        "CREATE POLICY scoped_insert ON agents.agent_requests AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON agents.agent_requests IS 'interna 4f1310b2e456bf7a'")
    op.execute(
        "CREATE POLICY scoped_update ON agents.agent_requests AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'), app.own('agent_requests:delete'))) or user_id <> (select coalesce(app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create'), app.others('agent_requests:delete')))) WITH CHECK (user_id = (select coalesce(app.own('agent_requests:create'), app.own('agent_sessions:create'), app.own('interviews:create'), app.own('messages:create'), app.own('reviews:create'), app.own('simulations:create'), app.own('agent_requests:delete'))) or user_id <> (select coalesce(app.others('agent_requests:create'), app.others('agent_sessions:create'), app.others('interviews:create'), app.others('messages:create'), app.others('reviews:create'), app.others('simulations:create'), app.others('agent_requests:delete'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON agents.agent_requests IS 'interna c356dd2c7a2ccfaf'")
    op.execute("ALTER TABLE simulations.analyses ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.analyses FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.analyses AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.analyses IS 'interna 2681e6f60b7006f1'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.analyses AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('reviews:create')) or user_id <> (select app.others('reviews:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.analyses IS 'interna 220028547bc253fe'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.analyses AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('reviews:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.analyses IS 'interna aaa20e19fdbf1ffe'")
    op.execute("CREATE POLICY owner ON simulations.analyses TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.analyses IS 'interna 81f4e966bd8da6f0'")
    op.execute("GRANT INSERT ON simulations.analyses TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.analyses TO interna_runtime")
    op.execute("ALTER TABLE simulations.facts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.facts FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.facts AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.facts IS 'interna 0bb42aa99556210c'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.facts AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('messages:create')) or user_id <> (select app.others('messages:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.facts IS 'interna 679b470617a7cf0c'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.facts AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('simulations:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.facts IS 'interna 00a7efeba5cc4943'")
    op.execute("CREATE POLICY owner ON simulations.facts TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.facts IS 'interna e16f89fe409d4779'")
    op.execute("GRANT INSERT ON simulations.facts TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.facts TO interna_runtime")
    # What members may do besides, in the tenants that there are; whoever founds one from now on has it from the start.
    # A digest is that of `modules.authorization.domain.Rule`, as it was then.
    op.execute("""
        INSERT INTO authz.policies (tenant_id, role_id, effect, resource, actions, scope, digest)
        SELECT r.tenant_id, r.id, 'allow', allowed.resource, allowed.actions, 'own', decode(allowed.digest, 'hex')
        FROM authz.roles r,
             (VALUES ('agent_requests', ARRAY['create', 'delete', 'read'],
                      '409285b409206768a581a42b06d8b714190052fa8154439af842467a18699ab6'),
                     ('reviews', ARRAY['create', 'read'],
                      '3fd66dacc5265666779928df9631ee0f678bb60b35bb3dc9f628230a5cb65dab'),
                     ('interviews', ARRAY['create', 'read'],
                      '3312fe2769e21348d0b7c31a6297890d293ee63aa2f50cc22dac10792f03a9a3')) AS allowed
             (resource, actions, digest)
        WHERE r.is_system AND r.name = 'member'
        ON CONFLICT DO NOTHING""")
