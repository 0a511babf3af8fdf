"""Identity: accounts elsewhere, mailed tokens, trusted issuers, operators' sessions, counted attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("""
    CREATE OR REPLACE FUNCTION app.operator_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('app.operator_id', true), '')::uuid $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.operator_id() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.operator_id() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.operator_id() IS 'interna 929ee2bc51f3579e'")
    op.create_table(
        "attempts",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("pending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "bucket", name=op.f("pk_attempts")),
        schema="users",
    )
    op.create_index("ix_attempts_bucket_created_at", "attempts", ["bucket", "created_at"], unique=False, schema="users")
    op.create_index("ix_attempts_created_at", "attempts", ["created_at"], unique=False, schema="users")
    op.create_table(
        "trusted_issuers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jwks_uri", sa.Text(), nullable=True),
        sa.Column("secret_variable", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("algorithms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("trust_email", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("organisation_claim", sa.Text(), nullable=True),
        sa.Column("tenants", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("issuer ~ '^https?://'", name=op.f("ck_trusted_issuers_issuer_is_url")),
        sa.CheckConstraint("jwks_uri ~ '^https?://'", name=op.f("ck_trusted_issuers_jwks_uri_is_url")),
        sa.CheckConstraint(
            "cardinality(algorithms) between 1 and 16", name=op.f("ck_trusted_issuers_algorithms_count")
        ),
        sa.CheckConstraint(
            "jwks_uri is null or secret_variable is null", name=op.f("ck_trusted_issuers_one_kind_of_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_issuers")),
        sa.UniqueConstraint("issuer", name=op.f("uq_trusted_issuers_issuer")),
        schema="users",
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_account_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("tokens", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("type in ('oauth', 'oidc', 'jwt')", name=op.f("ck_accounts_type")),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_accounts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("provider", "provider_account_id", name=op.f("uq_accounts_provider_provider_account_id")),
        schema="users",
    )
    op.create_index(
        "ix_accounts_user_id_created_at",
        "accounts",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="users",
    )
    op.create_table(
        "operator_sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["users.operators.id"], name=op.f("fk_operator_sessions_operator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_sessions_token_hash")),
        schema="users",
    )
    op.create_index(
        "ix_operator_sessions_expires_at", "operator_sessions", ["expires_at"], unique=False, schema="users"
    )
    op.create_index(
        "ix_operator_sessions_operator_id_created_at",
        "operator_sessions",
        ["operator_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="users",
    )
    op.create_table(
        "verification_tokens",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "purpose in ('email_verification', 'password_reset', 'restore')",
            name=op.f("ck_verification_tokens_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.users.id"], name=op.f("fk_verification_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_verification_tokens_token_hash")),
        schema="users",
    )
    op.create_index(
        "ix_verification_tokens_expires_at", "verification_tokens", ["expires_at"], unique=False, schema="users"
    )
    op.create_index(
        "ix_verification_tokens_user_id_created_at",
        "verification_tokens",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="users",
    )
    op.create_index("ix_tenants_created_at", "tenants", ["created_at"], unique=False, schema="authz")
    op.alter_column(
        "credit_entries",
        "reference",
        existing_type=sa.UUID(),
        type_=sa.Text(),
        existing_nullable=True,
        schema="billing",
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False, schema="users")
    op.create_index(
        "ix_users_deleted_at",
        "users",
        ["deleted_at"],
        unique=False,
        schema="users",
        postgresql_where=sa.text("deleted_at IS NOT NULL AND anonymised_at IS NULL"),
    )
    op.execute("DROP POLICY tenant_isolation ON authz.tenants")
    op.execute("DROP POLICY tenant_isolation ON authz.tenant_attributes")
    op.execute("DROP POLICY tenant_isolation ON authz.memberships")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.find_tenant(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT id FROM authz.tenants WHERE slug = wanted OR id::text = lower(wanted) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.find_tenant(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.find_tenant(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.find_tenant(text) IS 'interna af8694e82a3b2ab4'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.forget_owner(owner uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE authz.tenants SET name = 'Anonymised' WHERE owner_id = owner
      AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.forget_owner(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.forget_owner(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.forget_owner(uuid) IS 'interna cdefc2a82865fffc'")
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
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.owner_id = known.user_id;
        ELSIF wanted ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.id = wanted::uuid;
        ELSE
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.slug = wanted;
        END IF;
        PERFORM set_config('app.user_id', known.user_id::text, true),
                set_config('app.tenant_id', coalesce(membership.id::text, ''), true);
        RETURN QUERY SELECT known.session_id, known.user_id, membership.id, membership.role_id, membership.policy_version,
                            known.stale;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_session(text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_session(text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_session(text,text) IS 'interna d7ab87a4e908ac3f'")
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
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.owner_id = known.user_id;
        ELSIF wanted ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.id = wanted::uuid;
        ELSE
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
            WHERE t.slug = wanted;
        END IF;
        PERFORM set_config('app.user_id', known.user_id::text, true),
                set_config('app.tenant_id', coalesce(membership.id::text, ''), true);
        RETURN QUERY SELECT known.session_id, known.user_id, membership.id, membership.role_id, membership.policy_version,
                            known.stale;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_subject(uuid,text,text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_subject(uuid,text,text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_subject(uuid,text,text,text) IS 'interna 0f0b4ae0e3f8264b'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.identify_operator(token_hash text)
    RETURNS TABLE (session_id uuid, operator_id uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT s.id, set_config('app.operator_id', s.operator_id::text, true)::uuid
    FROM users.operator_sessions s JOIN users.operators o ON o.id = s.operator_id
    WHERE s.token_hash = decode(identify_operator.token_hash, 'hex')
      AND s.revoked_at IS NULL AND s.expires_at > now() AND o.disabled_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_operator(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_operator(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_operator(text) IS 'interna 998480451020a6a7'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.find_credentials(address text, OUT user_id uuid, OUT password_hash text)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT u.id, c.password_hash FROM users.users u JOIN users.credentials c ON c.user_id = u.id
    WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.find_credentials(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.find_credentials(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.find_credentials(text) IS 'interna 16b7a48ff325ab10'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.find_operator(address text,
        OUT id uuid, OUT email text, OUT name text, OUT password_hash text)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT o.id, o.email, o.name, o.password_hash FROM users.operators o
    WHERE lower(o.email) = lower(address) AND o.disabled_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.find_operator(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.find_operator(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.find_operator(text) IS 'interna 65ebde33e1c48c77'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.find_arrival(provider text, subject text, address text,
        OUT user_id uuid, OUT linked boolean, OUT verified boolean, OUT deleted boolean)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT found.* FROM (
        SELECT u.id, true, u.email_verified_at IS NOT NULL, u.deleted_at IS NOT NULL
        FROM users.accounts a JOIN users.users u ON u.id = a.user_id
        WHERE a.provider = find_arrival.provider AND a.provider_account_id = find_arrival.subject
        UNION ALL
        SELECT u.id, false, u.email_verified_at IS NOT NULL, false
        FROM users.users u WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL
    ) found LIMIT 1 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.find_arrival(text,text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.find_arrival(text,text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.find_arrival(text,text,text) IS 'interna 65586c9ed269dab8'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.end_session(hash bytea) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE users.sessions SET revoked_at = now() WHERE token_hash = hash AND revoked_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.end_session(bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.end_session(bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.end_session(bytea) IS 'interna d731e5e7348c4ffa'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.request_token(purpose text, address text, minutes integer) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO users.verification_tokens (identifier, purpose, expires_at)
    VALUES (lower(address), purpose, now() + make_interval(mins => minutes)) RETURNING id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.request_token(text,text,integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.request_token(text,text,integer) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.request_token(text,text,integer) IS 'interna c4bb067bd36b0a1c'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.prepare_token(wish uuid, hash bytea,
        OUT user_id uuid, OUT email text, OUT purpose text)
    RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    BEGIN
        SELECT u.id, u.email, t.purpose INTO user_id, email, purpose
        FROM users.verification_tokens t
        JOIN users.users u ON lower(u.email) = t.identifier
        WHERE t.id = wish AND t.used_at IS NULL AND t.expires_at > now() AND CASE t.purpose
            WHEN 'restore' THEN u.deleted_at > now() - interval '30 days' AND u.anonymised_at IS NULL
            WHEN 'email_verification' THEN u.deleted_at IS NULL AND u.email_verified_at IS NULL
            ELSE u.deleted_at IS NULL END
        ORDER BY u.deleted_at DESC LIMIT 1;
        IF NOT FOUND THEN
            DELETE FROM users.verification_tokens t WHERE t.id = wish;
            RETURN;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('mailed token ' || prepare_token.user_id, 0));
        DELETE FROM users.verification_tokens t WHERE t.user_id = prepare_token.user_id
            AND t.purpose = prepare_token.purpose AND t.used_at IS NULL AND t.id <> wish;
        UPDATE users.verification_tokens t SET token_hash = hash, user_id = prepare_token.user_id WHERE t.id = wish;
        RETURN NEXT;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.prepare_token(uuid,bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.prepare_token(uuid,bytea) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.prepare_token(uuid,bytea) IS 'interna 96a4218634f19fdd'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.use_token(hash bytea, purpose text, OUT user_id uuid, OUT email text)
    RETURNS SETOF record LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    UPDATE users.verification_tokens t SET used_at = now() FROM users.users u
    WHERE t.token_hash = hash AND t.purpose = use_token.purpose AND t.used_at IS NULL AND t.expires_at > now()
      AND u.id = t.user_id AND lower(u.email) = t.identifier AND (u.deleted_at IS NOT NULL) = (t.purpose = 'restore')
    RETURNING u.id, u.email $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.use_token(bytea,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.use_token(bytea,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.use_token(bytea,text) IS 'interna b87e07d083a7abe3'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.admit(
        attempt uuid, is_pending boolean, buckets bytea[], limits integer[], seconds integer)
    RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    DECLARE
        place integer;
        oldest timestamptz;
        wait integer;
        span interval := make_interval(secs => seconds);
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('attempts ' || encode(bucket, 'hex'), 0))
        FROM (SELECT bucket FROM unnest(buckets) AS bucket ORDER BY bucket) AS sorted;
        FOR place IN 1 .. cardinality(buckets) LOOP
            SELECT a.created_at INTO oldest FROM users.attempts a
            WHERE a.bucket = buckets[place] AND a.created_at > clock_timestamp() - span
              AND (NOT a.pending OR a.created_at < clock_timestamp() - interval '30 seconds')
            ORDER BY a.created_at DESC OFFSET limits[place] - 1 LIMIT 1;
            IF FOUND THEN
                wait := greatest(wait, ceil(extract(epoch FROM oldest + span - clock_timestamp()))::integer, 1);
            ELSIF (SELECT count(*) FROM users.attempts a
                   WHERE a.bucket = buckets[place] AND a.created_at > clock_timestamp() - span) >= limits[place] THEN
                wait := greatest(wait, 0);
            END IF;
        END LOOP;
        IF wait IS NULL THEN
            INSERT INTO users.attempts (attempt_id, bucket, pending, created_at)
            SELECT attempt, bucket, is_pending, clock_timestamp() FROM unnest(buckets) AS bucket;
        END IF;
        RETURN wait;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.admit(uuid,boolean,bytea[],integer[],integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.admit(uuid,boolean,bytea[],integer[],integer) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.admit(uuid,boolean,bytea[],integer[],integer) IS 'interna 1b590574f5de3dec'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.settle(attempt uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE users.attempts SET pending = false WHERE attempt_id = attempt $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.settle(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.settle(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.settle(uuid) IS 'interna cb17498d50f2776c'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.forgive(attempt uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    DELETE FROM users.attempts WHERE attempt_id = attempt $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.forgive(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.forgive(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.forgive(uuid) IS 'interna 39bbaca97f53c1f0'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.forget() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH tokens AS (DELETE FROM users.verification_tokens WHERE expires_at < now() RETURNING 1),
         attempts AS (DELETE FROM users.attempts WHERE created_at < now() - interval '1 hour' RETURNING 1),
         sessions AS (DELETE FROM users.sessions WHERE expires_at < now() - interval '30 days' RETURNING 1),
         staff AS (DELETE FROM users.operator_sessions WHERE expires_at < now() - interval '30 days' RETURNING 1)
    SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM attempts) + (SELECT count(*) FROM sessions)
         + (SELECT count(*) FROM staff) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.forget() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.forget() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.forget() IS 'interna 7fcee1a1bbdb3f00'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.due_for_anonymising(at_most integer) RETURNS TABLE (user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT id FROM users.users
    WHERE deleted_at < now() - interval '30 days' AND anonymised_at IS NULL ORDER BY deleted_at LIMIT at_most $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.due_for_anonymising(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.due_for_anonymising(integer) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.due_for_anonymising(integer) IS 'interna 0c9cb68bffd98553'")
    op.execute("ALTER TABLE users.attempts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.attempts FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON users.attempts TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.attempts IS 'interna f6e390ffb4943ac9'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.trusted_issuers FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.trusted_issuers IS 'interna 851ed9a929eb6104'")
    op.execute("GRANT SELECT ON users.trusted_issuers TO interna_runtime")
    op.execute(
        "CREATE POLICY operator_select ON users.users AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.operator_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY operator_select ON users.users IS 'interna d647f49c9e29255e'")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.tenants AS RESTRICTIVE FOR ALL TO interna_runtime USING (id = (select app.tenant_id()) or (select app.operator_id()) is not null) WITH CHECK (id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.tenants IS 'interna ce57b3292314f36c'")
    op.execute(
        "CREATE POLICY operator_select ON authz.tenants AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.operator_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY operator_select ON authz.tenants IS 'interna 89f879c84cc0fb01'")
    op.execute("ALTER TABLE users.accounts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.accounts FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.accounts AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.accounts IS 'interna 938dc1b4d37eb415'")
    op.execute(
        "CREATE POLICY own_insert ON users.accounts AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON users.accounts IS 'interna 36c9a3dc9aec156c'")
    op.execute(
        "CREATE POLICY own_update ON users.accounts AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.accounts IS 'interna 686e435464f27096'")
    op.execute(
        "CREATE POLICY own_delete ON users.accounts AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_delete ON users.accounts IS 'interna a24d7d4a7be33592'")
    op.execute("CREATE POLICY owner ON users.accounts TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.accounts IS 'interna 2fe2cf3009d37f35'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.accounts FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.accounts IS 'interna de59b7be20dc6d60'")
    op.execute("GRANT DELETE ON users.accounts TO interna_runtime")
    op.execute("GRANT INSERT ON users.accounts TO interna_runtime")
    op.execute("GRANT SELECT ON users.accounts TO interna_runtime")
    op.execute("GRANT UPDATE ON users.accounts TO interna_runtime")
    op.execute(
        "CREATE POLICY own_delete ON users.credentials AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_delete ON users.credentials IS 'interna d9b90b0517cde283'")
    op.execute("GRANT DELETE ON users.credentials TO interna_runtime")
    op.execute("ALTER TABLE users.operator_sessions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.operator_sessions FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.operator_sessions AS PERMISSIVE FOR SELECT TO interna_runtime USING (operator_id = (select app.operator_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.operator_sessions IS 'interna 3670efb354115c85'")
    op.execute(
        "CREATE POLICY own_insert ON users.operator_sessions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (operator_id = (select app.operator_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON users.operator_sessions IS 'interna bc4374870ce7d80b'")
    op.execute(
        "CREATE POLICY own_update ON users.operator_sessions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (operator_id = (select app.operator_id())) WITH CHECK (operator_id = (select app.operator_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.operator_sessions IS 'interna ab246ab7fe2bf679'")
    op.execute("CREATE POLICY owner ON users.operator_sessions TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.operator_sessions IS 'interna 4fa803d47b2e0262'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.operator_sessions FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.operator_sessions IS 'interna 60bcff5ff9dbb9b5'")
    op.execute("GRANT INSERT ON users.operator_sessions TO interna_runtime")
    op.execute("GRANT SELECT ON users.operator_sessions TO interna_runtime")
    op.execute("GRANT UPDATE ON users.operator_sessions TO interna_runtime")
    op.execute(
        "CREATE POLICY operator_select ON users.profiles AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.operator_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY operator_select ON users.profiles IS 'interna 5787446ee1b9bc62'")
    op.execute("ALTER TABLE users.verification_tokens ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.verification_tokens FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON users.verification_tokens TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.verification_tokens IS 'interna 19b4aff109927028'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.verification_tokens FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.verification_tokens IS 'interna 495722d28fb662cf'")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.tenant_attributes AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id()) or (select app.operator_id()) is not null) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.tenant_attributes IS 'interna cc2c5091717f0083'")
    op.execute(
        "CREATE POLICY operator_select ON authz.tenant_attributes AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.operator_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY operator_select ON authz.tenant_attributes IS 'interna 18208c58d5c3afe9'")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.memberships AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id()) or (select app.operator_id()) is not null) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.memberships IS 'interna 0f7bdddaf9db0bef'")
    op.execute(
        "CREATE POLICY operator_select ON authz.memberships AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.operator_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY operator_select ON authz.memberships IS 'interna f8eb737a713e5d42'")
    op.drop_index("uq_users_email", table_name="users", schema="users")
    op.create_index(
        "uq_users_email",
        "users",
        [sa.literal_column("lower(email)")],
        unique=True,
        schema="users",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
