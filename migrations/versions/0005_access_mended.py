"""Access, mended: who agreed to be a member, who left, who founded what; invitations that were withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "departures",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_departures_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_departures_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name=op.f("pk_departures")),
        schema="authz",
    )
    op.create_index("ix_departures_user_id", "departures", ["user_id"], unique=False, schema="authz")
    op.add_column(
        "invitations", sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True), schema="authz"
    )
    op.add_column(
        "memberships", sa.Column("agreed", sa.Boolean(), server_default=sa.text("true"), nullable=False), schema="authz"
    )
    op.add_column("tenants", sa.Column("founder_id", sa.Uuid(), nullable=True), schema="authz")
    op.create_index("ix_tenants_founder_id", "tenants", ["founder_id"], unique=False, schema="authz")
    op.create_foreign_key(
        op.f("fk_tenants_founder_id"),
        "tenants",
        "users",
        ["founder_id"],
        ["id"],
        source_schema="authz",
        referent_schema="users",
    )
    # Who founded a tenant joined it in the same transaction.
    op.execute("""
    UPDATE authz.tenants t SET founder_id = m.user_id FROM authz.memberships m
    WHERE m.tenant_id = t.id AND m.created_at = t.created_at
    """)
    op.drop_index("uq_invitations_tenant_id_email", table_name="invitations", schema="authz")
    op.create_index(
        "uq_invitations_tenant_id_email",
        "invitations",
        ["tenant_id", sa.literal_column("lower(email)")],
        unique=True,
        schema="authz",
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.execute("DROP POLICY managed_delete ON authz.invitations")
    op.execute("REVOKE DELETE ON authz.invitations FROM interna_runtime")
    op.execute("REVOKE UPDATE(ROLE_ID) ON authz.memberships FROM interna_runtime")
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
          AND p.resource = ANY (ARRAY['*', 'agent_sessions', 'invitations', 'members', 'messages', 'policies', 'progress', 'roles', 'simulations', 'tenants', 'users']::text[])
    )
    SELECT ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.own), '') || ' ',
           ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.others), '') || ' '
    FROM unnest(ARRAY['agent_sessions:create', 'agent_sessions:read', 'invitations:create', 'invitations:delete', 'invitations:read', 'members:create', 'members:delete', 'members:read', 'members:update', 'messages:create', 'messages:read', 'policies:create', 'policies:delete', 'policies:update', 'progress:delete', 'progress:read', 'progress:update', 'roles:create', 'roles:delete', 'roles:update', 'simulations:create', 'simulations:delete', 'simulations:read', 'simulations:update', 'tenants:create', 'tenants:delete', 'tenants:update', 'users:read']::text[]) AS asked(said)
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
    op.execute("COMMENT ON FUNCTION authz.evaluate(uuid,uuid,jsonb) IS 'interna 96a38acd8b56670b'")
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
                WHERE m.tenant_id = place.tenant_id AND m.agreed) THEN
                RAISE EXCEPTION 'no admin is left' USING ERRCODE = 'check_violation',
                    CONSTRAINT = CASE TG_OP WHEN 'INSERT' THEN 'no_admin' ELSE 'last_admin' END;
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_admins() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_admins() IS 'interna e9112b6516ab526c'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.guard_role() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        IF EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) AND EXISTS (
            SELECT FROM authz.invitations i WHERE i.tenant_id = OLD.tenant_id AND i.role_id = OLD.id
            AND i.accepted_at IS NULL
            AND (i.withdrawn_at IS NULL AND i.expires_at > now() OR i.created_at > now() - interval '1 minute')) THEN
            RAISE EXCEPTION 'somebody is invited' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_in_use';
        END IF;
        RETURN OLD;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.guard_role() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.guard_role() IS 'interna ce6e97cb73a34b6a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.solely_mine() RETURNS TABLE (slug text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    SELECT FROM authz.tenant_attributes a
    WHERE a.tenant_id IN (SELECT m.tenant_id FROM authz.memberships m WHERE m.user_id = app.user_id())
    ORDER BY a.tenant_id FOR UPDATE;
    WITH admins AS (
        SELECT m.tenant_id, m.user_id FROM authz.memberships m
        JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
        JOIN users.users u ON u.id = m.user_id AND (u.deleted_at IS NULL OR u.id = app.user_id())
        WHERE m.agreed)
    SELECT t.slug FROM authz.tenants t JOIN admins mine ON mine.tenant_id = t.id AND mine.user_id = app.user_id()
    WHERE NOT EXISTS (SELECT FROM admins a WHERE a.tenant_id = t.id AND a.user_id <> app.user_id())
      AND EXISTS (
        SELECT FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = t.id AND m.user_id <> app.user_id())
    ORDER BY t.slug $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.solely_mine() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.solely_mine() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.solely_mine() IS 'interna 60fa32e36661d24a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.founded() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT count(*) FROM authz.tenants WHERE founder_id = app.user_id() $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.founded() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.founded() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.founded() IS 'interna 7d9695af257239e9'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.note_departures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        INSERT INTO authz.departures (tenant_id, user_id)
        SELECT gone.tenant_id, gone.user_id FROM changed gone JOIN authz.tenants t ON t.id = gone.tenant_id
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.note_departures() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.note_departures() IS 'interna e36efe20c1d1a9d8'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.has_left() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT EXISTS (SELECT FROM authz.departures d WHERE d.tenant_id = app.tenant_id() AND d.user_id = app.user_id()) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.has_left() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.has_left() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.has_left() IS 'interna f9a3dd2f2a022c36'")
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
        WHERE m.tenant_id = gone.tenant_id AND m.user_id <> owner AND m.agreed) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.forget_owner(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.forget_owner(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.forget_owner(uuid) IS 'interna ca8d004f586a48b8'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.make_room(address text) RETURNS TABLE (wait integer, pending bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    BEGIN
        IF app.others('invitations:create') IS NULL THEN
            RETURN;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('invitations ' || app.tenant_id(), 0));
        SELECT ceil(extract(epoch FROM max(i.created_at) + interval '1 minute' - clock_timestamp()))::integer INTO wait
        FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL
          AND i.created_at > clock_timestamp() - interval '1 minute';
        IF wait IS NULL THEN
            DELETE FROM authz.invitations i
            WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL
              AND (lower(i.email) = lower(address)
                   OR i.withdrawn_at IS NOT NULL AND i.created_at < clock_timestamp() - interval '1 hour');
        END IF;
        SELECT count(*) INTO pending FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL
          AND CASE WHEN i.withdrawn_at IS NULL THEN i.expires_at > now()
                   ELSE i.created_at > clock_timestamp() - interval '1 hour' END;
        RETURN NEXT;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.make_room(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.make_room(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.make_room(text) IS 'interna a8e5f871029dde47'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.prepare_invitation(invitation uuid, new_hash bytea)
    RETURNS TABLE (email text, tenant text, role text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    UPDATE authz.invitations i SET token_hash = new_hash
    FROM authz.tenants t, authz.roles r
    WHERE i.tenant_id = app.tenant_id() AND i.id = invitation
      AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
      AND t.id = i.tenant_id AND r.tenant_id = i.tenant_id AND r.id = i.role_id
    RETURNING i.email, t.slug, CASE WHEN r.is_system THEN r.name END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.prepare_invitation(uuid,bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.prepare_invitation(uuid,bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.prepare_invitation(uuid,bytea) IS 'interna 9c32e7f852c52d99'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.find_invitation(hashed bytea)
    RETURNS TABLE (id uuid, tenant_id uuid, role_id uuid, accepted boolean, expired boolean, addressed boolean)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT i.id, i.tenant_id, i.role_id, i.accepted_at IS NOT NULL, i.expires_at <= now(),
           EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email))
    FROM authz.invitations i WHERE i.token_hash = hashed AND i.withdrawn_at IS NULL FOR UPDATE $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.find_invitation(bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.find_invitation(bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.find_invitation(bytea) IS 'interna af866b80116df4a7'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.accept_invitation(invitation uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE authz.invitations i SET accepted_at = now()
    WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL
      AND i.withdrawn_at IS NULL
      AND EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email)) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.accept_invitation(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.accept_invitation(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.accept_invitation(uuid) IS 'interna 91dc129fbed78c27'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.annul_invitations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        UPDATE authz.invitations i SET withdrawn_at = now() FROM changed before
        WHERE i.tenant_id = before.tenant_id AND i.invited_by = before.user_id
          AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
          AND NOT EXISTS (
            SELECT FROM authz.memberships m JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id
            WHERE m.tenant_id = before.tenant_id AND m.user_id = before.user_id
              AND (m.role_id = before.role_id OR r.is_system AND r.name = 'admin'));
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.annul_invitations() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.annul_invitations() IS 'interna 886b736fe57902a8'")
    op.execute("ALTER TABLE authz.departures ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.departures FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.departures AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.departures IS 'interna b408f15b60e665ab'")
    op.execute("CREATE POLICY owner ON authz.departures TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.departures IS 'interna 61129303f5c97f14'")
    op.execute(
        "CREATE POLICY managed_update ON authz.invitations AS PERMISSIVE FOR UPDATE TO interna_runtime USING ((select app.others('invitations:delete')) is not null) WITH CHECK ((select app.others('invitations:delete')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_update ON authz.invitations IS 'interna fa79da6b96a5bd73'")
    op.execute("GRANT UPDATE(WITHDRAWN_AT) ON authz.invitations TO interna_runtime")
    op.execute(
        "CREATE TRIGGER annul_invitations_update AFTER UPDATE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.annul_invitations()"
    )
    op.execute("COMMENT ON TRIGGER annul_invitations_update ON authz.memberships IS 'interna 5b27f8ce04c38833'")
    op.execute(
        "CREATE TRIGGER annul_invitations_delete AFTER DELETE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.annul_invitations()"
    )
    op.execute("COMMENT ON TRIGGER annul_invitations_delete ON authz.memberships IS 'interna 6a0462e3c2c2794d'")
    op.execute(
        "CREATE TRIGGER note_departures AFTER DELETE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.note_departures()"
    )
    op.execute("COMMENT ON TRIGGER note_departures ON authz.memberships IS 'interna 17bf28ddf40b6d51'")
    op.execute(
        "CREATE TRIGGER guard_admins_insert AFTER INSERT ON authz.memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.guard_admins()"
    )
    op.execute("COMMENT ON TRIGGER guard_admins_insert ON authz.memberships IS 'interna bfc2f7de7b97ba04'")
    op.execute("GRANT UPDATE(AGREED, ROLE_ID) ON authz.memberships TO interna_runtime")
