"""Access: invitations, rights by role under row-level security, seats and the last admin kept by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
    CREATE OR REPLACE FUNCTION app.own(wanted text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN current_setting('app.own', true) = '*'
                     OR strpos(current_setting('app.own', true), ' ' || wanted || ' ') > 0
              THEN nullif(current_setting('app.user_id', true), '')::uuid END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.own(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.own(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.own(text) IS 'interna 01a8b0283ea1131d'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.others(wanted text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN current_setting('app.others', true) = '*'
                     OR strpos(current_setting('app.others', true), ' ' || wanted || ' ') > 0
              THEN nullif(current_setting('app.user_id', true), '')::uuid END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.others(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.others(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.others(text) IS 'interna 520d1d9a6c2d100d'")
    op.create_table(
        "invitations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(email) between 3 and 254", name=op.f("ck_invitations_email_length")),
        sa.ForeignKeyConstraint(["invited_by"], ["users.users.id"], name=op.f("fk_invitations_invited_by")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["authz.roles.tenant_id", "authz.roles.id"],
            name=op.f("fk_invitations_tenant_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_invitations_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
        schema="authz",
    )
    op.create_index("ix_invitations_invited_by", "invitations", ["invited_by"], unique=False, schema="authz")
    op.create_index("ix_invitations_role_id", "invitations", ["tenant_id", "role_id"], unique=False, schema="authz")
    op.create_index(
        "ix_invitations_tenant_id_created_at",
        "invitations",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="authz",
    )
    op.create_index(
        "uq_invitations_tenant_id_email",
        "invitations",
        ["tenant_id", sa.literal_column("lower(email)")],
        unique=True,
        schema="authz",
        postgresql_where=sa.text("accepted_at IS NULL"),
    )
    op.create_table(
        "role_rights",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.Column("others", sa.Text(), nullable=False),
        sa.Column("varies", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["authz.roles.tenant_id", "authz.roles.id"],
            name=op.f("fk_role_rights_tenant_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_role_rights_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "role_id", name=op.f("pk_role_rights")),
        schema="authz",
    )
    op.create_index(
        "ix_memberships_tenant_id_created_at",
        "memberships",
        ["tenant_id", "created_at", "user_id"],
        unique=False,
        schema="authz",
    )
    op.create_index(
        "ix_policies_role_id_resource", "policies", ["tenant_id", "role_id", "resource"], unique=False, schema="authz"
    )
    op.create_index(
        "ix_progress_tenant_id_created_at",
        "progress",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_simulations_tenant_id_created_at",
        "simulations",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.execute("DROP POLICY owner_insert ON authz.tenants")
    op.execute("DROP POLICY own_select ON agents.agent_sessions")
    op.execute("DROP POLICY own_insert ON agents.agent_sessions")
    op.execute("DROP POLICY own_update ON agents.agent_sessions")
    op.execute("DROP POLICY tenant_insert ON authz.roles")
    op.execute("DROP POLICY tenant_insert ON authz.tenant_attributes")
    op.execute("DROP POLICY own_select ON simulations.progress")
    op.execute("DROP POLICY own_insert ON simulations.progress")
    op.execute("DROP POLICY own_update ON simulations.progress")
    op.execute("DROP POLICY own_delete ON simulations.progress")
    op.execute("DROP POLICY own_select ON simulations.simulations")
    op.execute("DROP POLICY own_insert ON simulations.simulations")
    op.execute("DROP POLICY own_update ON simulations.simulations")
    op.execute("DROP POLICY own_delete ON simulations.simulations")
    op.execute("DROP POLICY own_select ON agents.agent_requests")
    op.execute("DROP POLICY own_insert ON agents.agent_requests")
    op.execute("DROP POLICY own_update ON agents.agent_requests")
    op.execute("DROP POLICY tenant_select ON authz.memberships")
    op.execute("DROP POLICY tenant_insert ON authz.memberships")
    op.execute("DROP POLICY tenant_insert ON authz.policies")
    op.execute("DROP POLICY own_select ON simulations.personas")
    op.execute("DROP POLICY own_insert ON simulations.personas")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.holds(condition jsonb, facts jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
    DECLARE
        operator text := condition ->> 'operator';
        found jsonb;
        wanted jsonb := condition -> 'value';
        part jsonb;
        verdict boolean;
    BEGIN
        IF condition ? 'all' THEN
            verdict := true;
            FOR part IN SELECT jsonb_array_elements(condition -> 'all') LOOP
                verdict := verdict AND authz.holds(part, facts);
            END LOOP;
            RETURN verdict;
        ELSIF condition ? 'any' THEN
            verdict := false;
            FOR part IN SELECT jsonb_array_elements(condition -> 'any') LOOP
                verdict := verdict OR authz.holds(part, facts);
            END LOOP;
            RETURN verdict;
        ELSIF condition ? 'not' THEN
            RETURN NOT authz.holds(condition -> 'not', facts);
        ELSIF operator IS NULL THEN
            RETURN true;
        ELSIF operator = 'owner' THEN
            RETURN (facts -> 'owner')::boolean;
        END IF;
        found := facts -> (condition ->> 'attribute');
        IF jsonb_typeof(wanted) = 'object' THEN
            wanted := facts -> (wanted ->> 'attribute');
        END IF;
        IF operator NOT IN ('eq', 'ne') AND 'null' IN (found, wanted) THEN
            RETURN false;
        ELSIF found IS NULL OR wanted IS NULL THEN
            RETURN NULL;
        END IF;
        RETURN CASE operator
            WHEN 'eq' THEN found = wanted
            WHEN 'ne' THEN found <> wanted
            WHEN 'in' THEN jsonb_typeof(wanted) = 'array' AND wanted @> jsonb_build_array(found)
            WHEN 'contains' THEN CASE jsonb_typeof(found)
                WHEN 'array' THEN found @> jsonb_build_array(wanted)
                WHEN 'string' THEN jsonb_typeof(wanted) = 'string' AND strpos(found #>> '{}', wanted #>> '{}') > 0
                ELSE false END
            ELSE jsonb_typeof(found) = 'number' AND jsonb_typeof(wanted) = 'number' AND CASE operator
                WHEN 'lt' THEN found < wanted
                WHEN 'lte' THEN found <= wanted
                WHEN 'gt' THEN found > wanted
                WHEN 'gte' THEN found >= wanted END
        END;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.holds(jsonb,jsonb) FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.holds(jsonb,jsonb) IS 'interna f12dd2e1b1003b94'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.facts(tenant uuid, role uuid, person uuid) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT jsonb_build_object(
        'tenant.id', t.id, 'tenant.kind', t.kind, 'tenant.plan', a.plan, 'tenant.contract_type', a.contract_type,
        'tenant.features', a.features, 'tenant.max_users', a.max_users, 'subject.role', r.name)
        || coalesce((
            SELECT jsonb_build_object(
                'subject.id', u.id, 'subject.email_verified', u.email_verified_at IS NOT NULL, 'subject.field', p.field,
                'subject.experience_level', p.experience_level, 'subject.region', p.region,
                'subject.interests', p.interests)
            FROM users.users u JOIN users.profiles p ON p.user_id = u.id WHERE u.id = person), '{}')
    FROM authz.tenants t
    JOIN authz.tenant_attributes a ON a.tenant_id = t.id
    JOIN authz.roles r ON r.tenant_id = t.id AND r.id = role
    WHERE t.id = tenant $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.facts(uuid,uuid,uuid) FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.facts(uuid,uuid,uuid) IS 'interna 486c02f684b76472'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.compile_rights(tenant uuid, role uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        INSERT INTO authz.role_rights (tenant_id, role_id, own, others, varies)
        SELECT tenant, role, e.own, e.others, EXISTS (
            SELECT FROM authz.policies p WHERE p.tenant_id = tenant AND p.role_id = role
              AND p.conditions::text ~ '"subject[.](id|email_verified|field|experience_level|region|interests)"')
        FROM authz.evaluate(tenant, role, authz.facts(tenant, role, NULL)) e
        WHERE EXISTS (SELECT FROM authz.roles r WHERE r.tenant_id = tenant AND r.id = role)
        ON CONFLICT (tenant_id, role_id) DO UPDATE
        SET own = excluded.own, others = excluded.others, varies = excluded.varies;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.compile_rights(uuid,uuid) FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.compile_rights(uuid,uuid) IS 'interna 1aa1a39a85d37327'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.evaluate(tenant uuid, role uuid, facts jsonb)
    RETURNS TABLE (own text, others text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.own), '') || ' ',
           ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.others), '') || ' '
    FROM unnest(ARRAY['agent_sessions:create', 'agent_sessions:read', 'invitations:create', 'invitations:delete', 'invitations:read', 'members:create', 'members:delete', 'members:read', 'members:update', 'messages:create', 'messages:read', 'policies:create', 'policies:delete', 'policies:update', 'progress:delete', 'progress:read', 'progress:update', 'roles:create', 'roles:delete', 'roles:update', 'simulations:create', 'simulations:delete', 'simulations:read', 'simulations:update', 'tenants:create', 'tenants:delete', 'tenants:update', 'users:read']::text[]) AS asked(said)
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(p.effect = 'allow' AND held.own IS NOT FALSE), false)
               AND NOT coalesce(bool_or(p.effect = 'deny' AND held.own), false) AS own,
               coalesce(bool_or(p.effect = 'allow' AND p.scope = 'all' AND held.others IS NOT FALSE), false)
               AND NOT coalesce(bool_or(p.effect = 'deny' AND p.scope = 'all' AND held.others), false) AS others
        FROM authz.policies p
        CROSS JOIN LATERAL (
            SELECT authz.holds(p.conditions, evaluate.facts || '{"owner": true}') AS own,
                   authz.holds(p.conditions, evaluate.facts || '{"owner": false}') AS others
        ) held
        WHERE p.tenant_id = evaluate.tenant AND p.role_id = evaluate.role
          AND p.resource IN (split_part(asked.said, ':', 1), '*')
          AND p.actions && ARRAY[split_part(asked.said, ':', 2), '*']
    ) verdict $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.evaluate(uuid,uuid,jsonb) FROM PUBLIC")
    op.execute("SELECT authz.compile_rights(tenant_id, id) FROM authz.roles")
    op.execute("COMMENT ON FUNCTION authz.evaluate(uuid,uuid,jsonb) IS 'interna 7f51844511079db7'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.recompile_rights() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        IF TG_TABLE_NAME = 'policies' THEN
            PERFORM authz.compile_rights(tenant_id, role_id)
            FROM (SELECT DISTINCT tenant_id, role_id FROM changed) touched;
        ELSIF TG_TABLE_NAME = 'roles' THEN
            PERFORM authz.compile_rights(tenant_id, id) FROM changed;
        ELSE
            PERFORM authz.compile_rights(r.tenant_id, r.id)
            FROM authz.roles r WHERE r.tenant_id IN (SELECT tenant_id FROM changed);
        END IF;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.recompile_rights() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.recompile_rights() IS 'interna 6ea3bcaa32a1878d'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.identify_session(token_hash text, tenant text)
    RETURNS TABLE (session_id uuid, user_id uuid, tenant_id uuid, role_id uuid, policy_version bigint, stale boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    DECLARE
        known record;
        membership record;
        wanted text := convert_from(decode(tenant, 'hex'), 'UTF8');
    BEGIN
        SELECT s.id AS session_id, s.user_id, s.last_seen_at < now() - interval '1 minute' AS stale INTO known
        FROM users.sessions s JOIN users.users u ON u.id = s.user_id
        WHERE s.token_hash = decode(identify_session.token_hash, 'hex')
          AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deleted_at IS NULL;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF wanted IS NULL THEN
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.owner_id = known.user_id;
        ELSIF wanted ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.id = wanted::uuid;
        ELSE
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.slug = wanted;
        END IF;
        IF membership.varies THEN
            SELECT e.own, e.others INTO membership.own, membership.others
            FROM authz.evaluate(membership.id, membership.role_id,
                                authz.facts(membership.id, membership.role_id, known.user_id)) e;
        END IF;
        PERFORM set_config('app.user_id', known.user_id::text, true),
                set_config('app.tenant_id', coalesce(membership.id::text, ''), true),
                set_config('app.own', coalesce(membership.own, ''), true),
                set_config('app.others', coalesce(membership.others, ''), true);
        RETURN QUERY SELECT known.session_id, known.user_id, membership.id, membership.role_id, membership.policy_version,
                            known.stale;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_session(text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_session(text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_session(text,text) IS 'interna d7ef9eb3251dea88'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.identify_subject(issuer_id uuid, subject text, email text, tenant text)
    RETURNS TABLE (session_id uuid, user_id uuid, tenant_id uuid, role_id uuid, policy_version bigint, stale boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    DECLARE
        known record;
        membership record;
        wanted text := convert_from(decode(tenant, 'hex'), 'UTF8');
    BEGIN
        SELECT NULL::uuid AS session_id, a.user_id,
               identify_subject.email <> ''
               AND a.email IS DISTINCT FROM convert_from(decode(identify_subject.email, 'hex'), 'UTF8') AS stale INTO known
        FROM users.trusted_issuers i JOIN users.accounts a ON a.provider = i.issuer
          AND a.provider_account_id = convert_from(decode(identify_subject.subject, 'hex'), 'UTF8')
        JOIN users.users u ON u.id = a.user_id
        WHERE i.id = identify_subject.issuer_id AND u.deleted_at IS NULL;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF wanted IS NULL THEN
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.owner_id = known.user_id;
        ELSIF wanted ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.id = wanted::uuid;
        ELSE
            SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
            WHERE t.slug = wanted;
        END IF;
        IF membership.varies THEN
            SELECT e.own, e.others INTO membership.own, membership.others
            FROM authz.evaluate(membership.id, membership.role_id,
                                authz.facts(membership.id, membership.role_id, known.user_id)) e;
        END IF;
        PERFORM set_config('app.user_id', known.user_id::text, true),
                set_config('app.tenant_id', coalesce(membership.id::text, ''), true),
                set_config('app.own', coalesce(membership.own, ''), true),
                set_config('app.others', coalesce(membership.others, ''), true);
        RETURN QUERY SELECT known.session_id, known.user_id, membership.id, membership.role_id, membership.policy_version,
                            known.stale;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_subject(uuid,text,text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_subject(uuid,text,text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_subject(uuid,text,text,text) IS 'interna 6ff6823ce08ce60b'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.guard_seats() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    DECLARE
        place record;
    BEGIN
        FOR place IN SELECT a.tenant_id, a.max_users FROM authz.tenant_attributes a
                     WHERE a.tenant_id IN (SELECT tenant_id FROM changed) ORDER BY a.tenant_id FOR UPDATE LOOP
            IF (SELECT count(*) FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
                WHERE m.tenant_id = place.tenant_id) > place.max_users THEN
                RAISE EXCEPTION 'no seat is left'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'max_users', DETAIL = place.max_users;
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_seats() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_seats() IS 'interna 3aa7fd6e69a13a15'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.guard_admins() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    DECLARE
        place record;
    BEGIN
        FOR place IN SELECT a.tenant_id, t.owner_id FROM authz.tenant_attributes a
                     JOIN authz.tenants t ON t.id = a.tenant_id
                     WHERE a.tenant_id IN (SELECT tenant_id FROM changed) ORDER BY a.tenant_id FOR UPDATE OF a LOOP
            IF EXISTS (SELECT FROM users.users u WHERE u.id = place.owner_id AND u.deleted_at IS NULL) AND NOT EXISTS (
                SELECT FROM authz.memberships m
                JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
                WHERE m.tenant_id = place.tenant_id AND m.user_id = place.owner_id) THEN
                RAISE EXCEPTION 'the owner stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_stays';
            END IF;
            IF NOT EXISTS (
                SELECT FROM authz.memberships m
                JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
                JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
                WHERE m.tenant_id = place.tenant_id) THEN
                RAISE EXCEPTION 'no admin is left' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_admin';
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_admins() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_admins() IS 'interna c4beee89f2e35128'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.guard_deletion() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        IF (SELECT count(*) FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
            WHERE m.tenant_id = OLD.id) > 1 THEN
            RAISE EXCEPTION 'there are members' USING ERRCODE = 'check_violation', CONSTRAINT = 'other_members';
        END IF;
        RETURN OLD;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_deletion() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_deletion() IS 'interna 71351176f832625b'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.guard_role() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        IF EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) AND EXISTS (
            SELECT FROM authz.invitations i WHERE i.tenant_id = OLD.tenant_id AND i.role_id = OLD.id
            AND i.accepted_at IS NULL AND i.expires_at > now()) THEN
            RAISE EXCEPTION 'somebody is invited' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_in_use';
        END IF;
        RETURN OLD;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_role() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_role() IS 'interna 12d50f851e5231e0'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.my_tenants()
    RETURNS TABLE (id uuid, name text, slug text, kind text, plan text, contract_type text, features text[],
                   max_users integer, members bigint, role_id uuid, role text, created_at timestamptz,
                   since timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT t.id, t.name, t.slug, t.kind, a.plan, a.contract_type, a.features, a.max_users,
           (SELECT count(*) FROM authz.memberships o JOIN users.users u ON u.id = o.user_id AND u.deleted_at IS NULL
            WHERE o.tenant_id = t.id),
           r.id, r.name, t.created_at, CASE WHEN t.owner_id = app.user_id() THEN 'epoch' ELSE t.created_at END
    FROM authz.memberships m
    JOIN authz.tenants t ON t.id = m.tenant_id
    JOIN authz.tenant_attributes a ON a.tenant_id = t.id
    JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id
    WHERE m.user_id = app.user_id() $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.my_tenants() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.my_tenants() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.my_tenants() IS 'interna 2ca3808cf24a5af6'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.role_members() RETURNS TABLE (role_id uuid, members bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT m.role_id, count(*)
    FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
    WHERE m.tenant_id = app.tenant_id() GROUP BY m.role_id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.role_members() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.role_members() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.role_members() IS 'interna 1dbd2f917f2d0006'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.solely_mine() RETURNS TABLE (slug text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    SELECT FROM authz.tenant_attributes a
    WHERE a.tenant_id IN (SELECT m.tenant_id FROM authz.memberships m WHERE m.user_id = app.user_id())
    ORDER BY a.tenant_id FOR UPDATE;
    WITH admins AS (
        SELECT m.tenant_id, m.user_id FROM authz.memberships m
        JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
        JOIN users.users u ON u.id = m.user_id AND (u.deleted_at IS NULL OR u.id = app.user_id()))
    SELECT t.slug FROM authz.tenants t JOIN admins mine ON mine.tenant_id = t.id AND mine.user_id = app.user_id()
    WHERE NOT EXISTS (SELECT FROM admins a WHERE a.tenant_id = t.id AND a.user_id <> app.user_id())
      AND EXISTS (
        SELECT FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = t.id AND m.user_id <> app.user_id())
    ORDER BY t.slug $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.solely_mine() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.solely_mine() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.solely_mine() IS 'interna 3d3b1e98a80fe0e0'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.find_person(address text) RETURNS TABLE (user_id uuid, is_member boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT u.id, EXISTS (SELECT FROM authz.memberships m WHERE m.tenant_id = app.tenant_id() AND m.user_id = u.id)
    FROM users.users u
    WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL
      AND coalesce(app.others('members:create'), app.others('invitations:create')) IS NOT NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.find_person(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.find_person(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.find_person(text) IS 'interna 5c2e39d0100a8010'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.make_room(address text) RETURNS TABLE (wait integer, pending bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    BEGIN
        IF app.others('invitations:create') IS NULL THEN
            RETURN;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('invitations ' || app.tenant_id(), 0));
        SELECT ceil(extract(epoch FROM i.created_at + interval '1 minute' - clock_timestamp()))::integer INTO wait
        FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL
          AND i.created_at > clock_timestamp() - interval '1 minute';
        IF wait IS NULL THEN
            DELETE FROM authz.invitations i
            WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL;
        END IF;
        SELECT count(*) INTO pending FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL AND i.expires_at > now();
        RETURN NEXT;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.make_room(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.make_room(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.make_room(text) IS 'interna 3e4b3cc3af262ce4'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.prepare_invitation(invitation uuid, new_hash bytea)
    RETURNS TABLE (email text, tenant text, role text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    UPDATE authz.invitations i SET token_hash = new_hash
    FROM authz.tenants t, authz.roles r
    WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL AND i.expires_at > now()
      AND t.id = i.tenant_id AND r.tenant_id = i.tenant_id AND r.id = i.role_id
    RETURNING i.email, t.slug, CASE WHEN r.is_system THEN r.name END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.prepare_invitation(uuid,bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.prepare_invitation(uuid,bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.prepare_invitation(uuid,bytea) IS 'interna 12d93d9f774660d6'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.find_invitation(hashed bytea)
    RETURNS TABLE (id uuid, tenant_id uuid, role_id uuid, accepted boolean, expired boolean, addressed boolean)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT i.id, i.tenant_id, i.role_id, i.accepted_at IS NOT NULL, i.expires_at <= now(),
           EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email))
    FROM authz.invitations i WHERE i.token_hash = hashed FOR UPDATE $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.find_invitation(bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.find_invitation(bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.find_invitation(bytea) IS 'interna 510de6681f254af6'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.accept_invitation(invitation uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE authz.invitations i SET accepted_at = now()
    WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL
      AND EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email)) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.accept_invitation(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.accept_invitation(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.accept_invitation(uuid) IS 'interna 3a3cc2c3a3d058bd'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.forget_owner(owner uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE authz.tenants SET name = 'Anonymised' WHERE owner_id = owner
      AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL);
    DELETE FROM authz.memberships gone WHERE gone.user_id = owner
      AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL)
      AND EXISTS (
        SELECT FROM authz.memberships m
        JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
        JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = gone.tenant_id AND m.user_id <> owner) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.forget_owner(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.forget_owner(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.forget_owner(uuid) IS 'interna 6febf5f1f80d679c'")
    op.execute(
        "CREATE POLICY tenant_select ON users.users AS PERMISSIVE FOR SELECT TO interna_runtime USING (((select app.others('users:read')) is not null or (select app.others('members:read')) is not null) and exists (select from authz.memberships m where m.tenant_id = (select app.tenant_id()) and m.user_id = users.id))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON users.users IS 'interna 024ad62a8ac2805d'")
    op.execute(
        "CREATE POLICY managed_insert ON authz.tenants AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK ((owner_id is null or owner_id = (select app.user_id())) and (select app.others('tenants:create')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_insert ON authz.tenants IS 'interna 28297c55ad61b417'")
    op.execute(
        "CREATE POLICY managed_update ON authz.tenants AS PERMISSIVE FOR UPDATE TO interna_runtime USING ((select app.others('tenants:update')) is not null) WITH CHECK ((select app.others('tenants:update')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_update ON authz.tenants IS 'interna d4dec5f72e4fe13e'")
    op.execute(
        "CREATE POLICY managed_delete ON authz.tenants AS PERMISSIVE FOR DELETE TO interna_runtime USING (kind = 'organization' and (select app.others('tenants:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_delete ON authz.tenants IS 'interna 4a823ebf6d8686d8'")
    op.execute(
        "CREATE TRIGGER guard_deletion BEFORE DELETE ON authz.tenants FOR EACH ROW EXECUTE FUNCTION authz.guard_deletion()"
    )
    op.execute("COMMENT ON TRIGGER guard_deletion ON authz.tenants IS 'interna efdf145ebbcd43e5'")
    op.execute("GRANT DELETE ON authz.tenants TO interna_runtime")
    op.execute("GRANT UPDATE(NAME, SLUG) ON authz.tenants TO interna_runtime")
    op.execute(
        "CREATE POLICY tenant_select ON users.profiles AS PERMISSIVE FOR SELECT TO interna_runtime USING (((select app.others('users:read')) is not null or (select app.others('members:read')) is not null) and exists (select from authz.memberships m where m.tenant_id = (select app.tenant_id()) and m.user_id = profiles.user_id))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON users.profiles IS 'interna 3fee4ae61565a4d9'")
    op.execute(
        "CREATE POLICY scoped_select ON agents.agent_sessions AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('agent_sessions:read'), app.own('messages:read'))) or user_id <> (select coalesce(app.others('agent_sessions:read'), app.others('messages:read'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON agents.agent_sessions IS 'interna 8b8da2caac25e08b'")
    op.execute(
        "CREATE POLICY scoped_insert ON agents.agent_sessions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON agents.agent_sessions IS 'interna de4742ba6d06c64a'")
    op.execute(
        "CREATE POLICY scoped_update ON agents.agent_sessions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))) or user_id <> (select coalesce(app.others('agent_sessions:create'), app.others('messages:create')))) WITH CHECK (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))) or user_id <> (select coalesce(app.others('agent_sessions:create'), app.others('messages:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON agents.agent_sessions IS 'interna 730c487157753874'")
    op.execute(
        "CREATE POLICY managed_insert ON authz.roles AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK ((not is_system or (select app.others('tenants:create')) is not null) and (select app.others('roles:create')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_insert ON authz.roles IS 'interna e5cc495cf4a75859'")
    op.execute(
        "CREATE POLICY managed_update ON authz.roles AS PERMISSIVE FOR UPDATE TO interna_runtime USING (not is_system and (select app.others('roles:update')) is not null) WITH CHECK (not is_system and (select app.others('roles:update')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_update ON authz.roles IS 'interna 9f251e30237d4256'")
    op.execute(
        "CREATE POLICY managed_delete ON authz.roles AS PERMISSIVE FOR DELETE TO interna_runtime USING (not is_system and (select app.others('roles:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_delete ON authz.roles IS 'interna 32c9ed5f29421bda'")
    op.execute(
        "CREATE TRIGGER guard_role BEFORE DELETE ON authz.roles FOR EACH ROW EXECUTE FUNCTION authz.guard_role()"
    )
    op.execute("COMMENT ON TRIGGER guard_role ON authz.roles IS 'interna f00e21a7fc46a990'")
    op.execute(
        "CREATE TRIGGER recompile_on_insert AFTER INSERT ON authz.roles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_insert ON authz.roles IS 'interna 011ec6c850553a8f'")
    op.execute(
        "CREATE TRIGGER recompile_on_update AFTER UPDATE ON authz.roles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_update ON authz.roles IS 'interna 6f72425ae9d476cd'")
    op.execute("GRANT DELETE ON authz.roles TO interna_runtime")
    op.execute("GRANT UPDATE(NAME) ON authz.roles TO interna_runtime")
    op.execute(
        "CREATE POLICY managed_insert ON authz.tenant_attributes AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK ((select app.others('tenants:create')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_insert ON authz.tenant_attributes IS 'interna db170b5af20db04e'")
    op.execute(
        "CREATE TRIGGER recompile_on_update AFTER UPDATE ON authz.tenant_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_update ON authz.tenant_attributes IS 'interna 703b0cbc1f38765f'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.progress AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('progress:read')) or user_id <> (select app.others('progress:read')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.progress IS 'interna ffff58a55dd5f892'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.progress AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('progress:update')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.progress IS 'interna 0aa4e842de421b0e'")
    op.execute(
        "CREATE POLICY scoped_update ON simulations.progress AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.own('progress:update')) or user_id <> (select app.others('progress:update'))) WITH CHECK (user_id = (select app.own('progress:update')) or user_id <> (select app.others('progress:update')))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON simulations.progress IS 'interna dee9dacea8e1c7ef'")
    op.execute(
        "CREATE POLICY scoped_delete ON simulations.progress AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select coalesce(app.own('progress:delete'), app.own('simulations:delete'))) or user_id <> (select coalesce(app.others('progress:delete'), app.others('simulations:delete'))))"
    )
    op.execute("COMMENT ON POLICY scoped_delete ON simulations.progress IS 'interna 2eff8344564973a9'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.simulations AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('simulations:read')) or user_id <> (select app.others('simulations:read')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.simulations IS 'interna 2d35aa95961cb347'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.simulations AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('simulations:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.simulations IS 'interna 9c15b0b2db96f4f1'")
    op.execute(
        "CREATE POLICY scoped_update ON simulations.simulations AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('simulations:update'), app.own('simulations:delete'))) or user_id <> (select coalesce(app.others('simulations:update'), app.others('simulations:delete')))) WITH CHECK (user_id = (select coalesce(app.own('simulations:update'), app.own('simulations:delete'))) or user_id <> (select coalesce(app.others('simulations:update'), app.others('simulations:delete'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON simulations.simulations IS 'interna c3663f4aa591ad81'")
    op.execute(
        "CREATE POLICY scoped_delete ON simulations.simulations AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.own('simulations:delete')) or user_id <> (select app.others('simulations:delete')))"
    )
    op.execute("COMMENT ON POLICY scoped_delete ON simulations.simulations IS 'interna 55171f1b8de5b614'")
    op.execute(
        "CREATE POLICY scoped_select ON agents.agent_requests AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select coalesce(app.own('agent_sessions:read'), app.own('messages:read'))) or user_id <> (select coalesce(app.others('agent_sessions:read'), app.others('messages:read'))))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON agents.agent_requests IS 'interna 55d2b1d236da091d'")
    op.execute(
        "CREATE POLICY scoped_insert ON agents.agent_requests AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON agents.agent_requests IS 'interna a2f0dcad3a7e40ed'")
    op.execute(
        "CREATE POLICY scoped_update ON agents.agent_requests AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))) or user_id <> (select coalesce(app.others('agent_sessions:create'), app.others('messages:create')))) WITH CHECK (user_id = (select coalesce(app.own('agent_sessions:create'), app.own('messages:create'))) or user_id <> (select coalesce(app.others('agent_sessions:create'), app.others('messages:create'))))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON agents.agent_requests IS 'interna 8e609932cbed8953'")
    op.execute("ALTER TABLE authz.invitations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.invitations FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.invitations AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.invitations IS 'interna cb34cd5d7a5f3669'")
    op.execute(
        "CREATE POLICY managed_select ON authz.invitations AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.others('invitations:read')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_select ON authz.invitations IS 'interna 4cd29333bd9736c8'")
    op.execute(
        "CREATE POLICY managed_insert ON authz.invitations AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK ((select app.others('invitations:create')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_insert ON authz.invitations IS 'interna 4f555b64a18d83ce'")
    op.execute(
        "CREATE POLICY managed_delete ON authz.invitations AS PERMISSIVE FOR DELETE TO interna_runtime USING ((select app.others('invitations:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_delete ON authz.invitations IS 'interna 93677b169c97edd7'")
    op.execute("CREATE POLICY owner ON authz.invitations TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.invitations IS 'interna 92d51ba356be5966'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.invitations FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.invitations IS 'interna 3808ff5ba7a76743'")
    op.execute("GRANT DELETE ON authz.invitations TO interna_runtime")
    op.execute("GRANT INSERT ON authz.invitations TO interna_runtime")
    op.execute("GRANT SELECT ON authz.invitations TO interna_runtime")
    op.execute(
        "CREATE POLICY own_select ON authz.memberships AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON authz.memberships IS 'interna bcc43a87250e56f3'")
    op.execute(
        "CREATE POLICY own_delete ON authz.memberships AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_delete ON authz.memberships IS 'interna c1dd34c87c55f869'")
    op.execute(
        "CREATE POLICY managed_select ON authz.memberships AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select coalesce(app.others('members:read'), app.others('users:read'))) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_select ON authz.memberships IS 'interna 24f253b1eb35082f'")
    op.execute(
        "CREATE POLICY scoped_insert ON authz.memberships AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('members:create')) or user_id <> (select app.others('members:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON authz.memberships IS 'interna 63dd5df2466e1ae2'")
    op.execute(
        "CREATE POLICY scoped_update ON authz.memberships AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.own('members:update')) or user_id <> (select app.others('members:update'))) WITH CHECK (user_id = (select app.own('members:update')) or user_id <> (select app.others('members:update')))"
    )
    op.execute("COMMENT ON POLICY scoped_update ON authz.memberships IS 'interna f5a08c5d36831080'")
    op.execute(
        "CREATE POLICY managed_delete ON authz.memberships AS PERMISSIVE FOR DELETE TO interna_runtime USING ((select app.others('members:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_delete ON authz.memberships IS 'interna 0e0b12c1588b5362'")
    op.execute(
        "CREATE TRIGGER guard_seats AFTER INSERT ON authz.memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.guard_seats()"
    )
    op.execute("COMMENT ON TRIGGER guard_seats ON authz.memberships IS 'interna 97d2135d6bb81244'")
    op.execute(
        "CREATE TRIGGER guard_admins_update AFTER UPDATE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.guard_admins()"
    )
    op.execute("COMMENT ON TRIGGER guard_admins_update ON authz.memberships IS 'interna 3e02d1b991a04e2d'")
    op.execute(
        "CREATE TRIGGER guard_admins_delete AFTER DELETE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.guard_admins()"
    )
    op.execute("COMMENT ON TRIGGER guard_admins_delete ON authz.memberships IS 'interna ae2b7552e5c12b42'")
    op.execute("GRANT DELETE ON authz.memberships TO interna_runtime")
    op.execute("GRANT UPDATE(ROLE_ID) ON authz.memberships TO interna_runtime")
    op.execute(
        "CREATE POLICY managed_insert ON authz.policies AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK ((select app.others('policies:create')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_insert ON authz.policies IS 'interna 8a5bc83cd18e4fc3'")
    op.execute(
        "CREATE POLICY managed_update ON authz.policies AS PERMISSIVE FOR UPDATE TO interna_runtime USING ((select app.others('policies:update')) is not null) WITH CHECK ((select app.others('policies:update')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_update ON authz.policies IS 'interna ae64f8c4fc82009b'")
    op.execute(
        "CREATE POLICY managed_delete ON authz.policies AS PERMISSIVE FOR DELETE TO interna_runtime USING ((select app.others('policies:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_delete ON authz.policies IS 'interna c19ec5c45bbe6060'")
    op.execute(
        "CREATE TRIGGER recompile_on_insert AFTER INSERT ON authz.policies REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_insert ON authz.policies IS 'interna cb824765cf7809f5'")
    op.execute(
        "CREATE TRIGGER recompile_on_update AFTER UPDATE ON authz.policies REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_update ON authz.policies IS 'interna ba93b639ab75db55'")
    op.execute(
        "CREATE TRIGGER recompile_on_delete AFTER DELETE ON authz.policies REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.recompile_rights()"
    )
    op.execute("COMMENT ON TRIGGER recompile_on_delete ON authz.policies IS 'interna 92a0c95346dedce6'")
    op.execute("GRANT DELETE ON authz.policies TO interna_runtime")
    op.execute(
        "GRANT UPDATE(ACTIONS, CONDITIONS, DIGEST, EFFECT, RESOURCE, SCOPE) ON authz.policies TO interna_runtime"
    )
    op.execute("ALTER TABLE authz.role_rights ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.role_rights FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.role_rights AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.role_rights IS 'interna 33192f0d4d3ce15f'")
    op.execute("CREATE POLICY owner ON authz.role_rights TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.role_rights IS 'interna 40c3976e7da16879'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.role_rights FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.role_rights IS 'interna b4b7232d322bd895'")
    op.execute(
        "CREATE POLICY scoped_select ON simulations.personas AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('simulations:read')) or user_id <> (select app.others('simulations:read')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON simulations.personas IS 'interna 17bcf1e971d36d00'")
    op.execute(
        "CREATE POLICY scoped_insert ON simulations.personas AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.own('simulations:create')))"
    )
    op.execute("COMMENT ON POLICY scoped_insert ON simulations.personas IS 'interna f99b78530f19a6ec'")
