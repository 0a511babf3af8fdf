"""Users, access, billing, agents and simulations: the first tables, with everything that protects them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS agents")
    op.execute("GRANT USAGE ON SCHEMA agents TO interna_runtime")
    op.execute("COMMENT ON SCHEMA agents IS 'interna 4f2e0590747c73d8'")
    op.execute("CREATE SCHEMA IF NOT EXISTS app")
    op.execute("GRANT USAGE ON SCHEMA app TO interna_runtime")
    op.execute("COMMENT ON SCHEMA app IS 'interna 0bbac100ef392827'")
    op.execute("CREATE SCHEMA IF NOT EXISTS authz")
    op.execute("GRANT USAGE ON SCHEMA authz TO interna_runtime")
    op.execute("COMMENT ON SCHEMA authz IS 'interna 80d37f704a32528f'")
    op.execute("CREATE SCHEMA IF NOT EXISTS billing")
    op.execute("GRANT USAGE ON SCHEMA billing TO interna_runtime")
    op.execute("COMMENT ON SCHEMA billing IS 'interna ec1fd0743c401afa'")
    op.execute("CREATE SCHEMA IF NOT EXISTS simulations")
    op.execute("GRANT USAGE ON SCHEMA simulations TO interna_runtime")
    op.execute("COMMENT ON SCHEMA simulations IS 'interna fd70cca68a0f35f2'")
    op.execute("CREATE SCHEMA IF NOT EXISTS users")
    op.execute("GRANT USAGE ON SCHEMA users TO interna_runtime")
    op.execute("COMMENT ON SCHEMA users IS 'interna f3e82ef872ddf02a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.uuidv7() RETURNS uuid LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
    BEGIN
        IF current_setting('server_version_num')::int >= 180000 THEN
            RETURN pg_catalog.uuidv7();
        END IF;
        RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.uuidv7() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.uuidv7() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.uuidv7() IS 'interna fd7b6b0a15d1ffc2'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.user_id() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.user_id() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.user_id() IS 'interna ac29ca45fe91d2db'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.tenant_id() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.tenant_id() IS 'interna 76dd1d56d575ad0f'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.touch_updated_at() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS
    $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.touch_updated_at() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION app.touch_updated_at() IS 'interna 3c3dc3af5d77de4d'")
    op.create_table(
        "plans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("monthly_credits", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id in ('free', 'pro', 'enterprise')", name=op.f("ck_plans_id")),
        sa.CheckConstraint("monthly_credits >= 0", name=op.f("ck_plans_monthly_credits_at_least_0")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_plans_price_cents_at_least_0")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        schema="billing",
    )
    op.create_table(
        "resources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id ~ '^[a-z0-9-]{1,100}$'", name=op.f("ck_resources_slug")),
        sa.CheckConstraint(
            "track in ('frontend', 'backend', 'fullstack', 'mobile', 'data', 'design')", name=op.f("ck_resources_track")
        ),
        sa.CheckConstraint("type in ('video', 'article', 'course', 'doc')", name=op.f("ck_resources_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        schema="simulations",
    )
    op.create_index("ix_resources_track", "resources", ["track", "type"], unique=False, schema="simulations")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("client_difficulty", sa.Text(), nullable=False),
        sa.Column("client_persona", sa.Text(), nullable=False),
        sa.Column("client_mood", sa.Text(), nullable=False),
        sa.Column("tools", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("client_difficulty in ('easy', 'medium', 'hard')", name=op.f("ck_tasks_client_difficulty")),
        sa.CheckConstraint(
            "client_mood in ('friendly', 'busy', 'skeptical', 'demanding', 'impatient', 'harsh')",
            name=op.f("ck_tasks_client_mood"),
        ),
        sa.CheckConstraint("difficulty in ('easy', 'medium', 'hard')", name=op.f("ck_tasks_difficulty")),
        sa.CheckConstraint(
            "field in ('frontend', 'backend', 'fullstack', 'mobile', 'data', 'design')", name=op.f("ck_tasks_field")
        ),
        sa.CheckConstraint("id ~ '^[a-z0-9-]{1,100}$'", name=op.f("ck_tasks_slug")),
        sa.CheckConstraint("level between 1 and 8", name=op.f("ck_tasks_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        schema="simulations",
    )
    op.create_index("ix_tasks_field", "tasks", ["field"], unique=False, schema="simulations")
    op.create_table(
        "operators",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        schema="users",
    )
    op.create_index("uq_operators_email", "operators", [sa.literal_column("lower(email)")], unique=True, schema="users")
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("anonymised_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(email) between 3 and 254", name=op.f("ck_users_email_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        schema="users",
    )
    op.create_index("ix_users_created_at", "users", ["created_at"], unique=False, schema="users")
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True, schema="users")
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("policy_version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'personal') = (owner_id is not null)", name=op.f("ck_tenants_personal_has_owner")),
        sa.CheckConstraint("kind in ('personal', 'organization')", name=op.f("ck_tenants_kind")),
        sa.CheckConstraint("slug ~ '^[a-z0-9-]{1,255}$'", name=op.f("ck_tenants_slug_form")),
        sa.CheckConstraint("char_length(name) between 1 and 255", name=op.f("ck_tenants_name_length")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.users.id"], name=op.f("fk_tenants_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_tenants_owner_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
        schema="authz",
    )
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.users.id"], name=op.f("fk_credentials_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credentials")),
        schema="users",
    )
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), server_default="frontend", nullable=False),
        sa.Column("experience_level", sa.Text(), server_default="student", nullable=False),
        sa.Column("interests", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("onboarding_completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "experience_level in ('student', 'fresh_grad', 'junior')", name=op.f("ck_profiles_experience_level")
        ),
        sa.CheckConstraint(
            "field in ('frontend', 'backend', 'fullstack', 'mobile', 'data', 'design')", name=op.f("ck_profiles_field")
        ),
        sa.CheckConstraint("char_length(bio) <= 2000", name=op.f("ck_profiles_bio_length")),
        sa.CheckConstraint("char_length(image_url) <= 2000", name=op.f("ck_profiles_image_url_length")),
        sa.CheckConstraint("char_length(name) between 2 and 255", name=op.f("ck_profiles_name_length")),
        sa.CheckConstraint("char_length(region) <= 100", name=op.f("ck_profiles_region_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_profiles_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_profiles")),
        schema="users",
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        schema="users",
    )
    op.create_index(
        "ix_sessions_user_id_created_at",
        "sessions",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="users",
    )
    op.create_table(
        "agent_sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_chain", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "context_state", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_agent_sessions_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_agent_sessions_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_agent_sessions")),
        sa.UniqueConstraint(
            "tenant_id", "user_id", "subject", name=op.f("uq_agent_sessions_tenant_id_user_id_subject")
        ),
        schema="agents",
    )
    op.create_index(
        "ix_agent_sessions_user_id_created_at",
        "agent_sessions",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="agents",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_idempotency_keys_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "route", "key", name=op.f("pk_idempotency_keys")),
        schema="app",
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False, schema="app")
    op.create_table(
        "roles",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_system", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(name) between 1 and 100", name=op.f("ck_roles_name_length")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_roles_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_roles")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_roles_tenant_id_name")),
        schema="authz",
    )
    op.create_table(
        "tenant_attributes",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.Text(), server_default="free", nullable=False),
        sa.Column("contract_type", sa.Text(), server_default="standard", nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("max_users", sa.Integer(), server_default=sa.text("5"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "contract_type in ('standard', 'enterprise')", name=op.f("ck_tenant_attributes_contract_type")
        ),
        sa.CheckConstraint("plan in ('free', 'pro', 'enterprise')", name=op.f("ck_tenant_attributes_plan")),
        sa.CheckConstraint("max_users >= 1", name=op.f("ck_tenant_attributes_max_users_at_least_1")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_tenant_attributes_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_attributes")),
        schema="authz",
    )
    op.create_table(
        "credit_accounts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_credit_accounts_balance_at_least_0")),
        sa.CheckConstraint("held <= balance", name=op.f("ck_credit_accounts_held_within_balance")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_credit_accounts_held_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_credit_accounts_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_credit_accounts")),
        schema="billing",
    )
    op.create_table(
        "credit_entries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind in ('grant', 'spend', 'refund', 'expiry', 'adjustment')", name=op.f("ck_credit_entries_kind")
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_credit_entries_amount_not_0")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_credit_entries_balance_after_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_credit_entries_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_entries")),
        sa.UniqueConstraint("tenant_id", "idempotency_key", name=op.f("uq_credit_entries_tenant_id_idempotency_key")),
        schema="billing",
    )
    op.create_index(
        "ix_credit_entries_tenant_id_created_at",
        "credit_entries",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "credit_grants",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount >= 1", name=op.f("ck_credit_grants_amount_at_least_1")),
        sa.CheckConstraint("remaining <= amount", name=op.f("ck_credit_grants_remaining_within_amount")),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_credit_grants_remaining_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_credit_grants_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_grants")),
        schema="billing",
    )
    op.create_index(
        "ix_credit_grants_open",
        "credit_grants",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "credit_holds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status in ('open', 'settled', 'void')", name=op.f("ck_credit_holds_status")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_credit_holds_amount_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_credit_holds_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_credit_holds_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_holds")),
        schema="billing",
    )
    op.create_index(
        "ix_credit_holds_open",
        "credit_holds",
        ["expires_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_credit_holds_user_id_created_at",
        "credit_holds",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "subscriptions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_subscription_id", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("current_period_start", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("current_period_end", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("cancel_at_period_end", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status in ('incomplete', 'trialing', 'active', 'past_due', 'canceled', 'unpaid')",
            name=op.f("ck_subscriptions_status"),
        ),
        sa.CheckConstraint("current_period_end > current_period_start", name=op.f("ck_subscriptions_period")),
        sa.ForeignKeyConstraint(["plan"], ["billing.plans.id"], name=op.f("fk_subscriptions_plan")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_subscriptions_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "provider", "provider_subscription_id", name=op.f("uq_subscriptions_provider_provider_subscription_id")
        ),
        schema="billing",
    )
    op.create_index("ix_subscriptions_plan", "subscriptions", ["plan"], unique=False, schema="billing")
    op.create_index("ix_subscriptions_status", "subscriptions", ["status"], unique=False, schema="billing")
    op.create_table(
        "usage_events",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("tokens_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost", sa.Numeric(precision=14, scale=6), server_default=sa.text("0"), nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_usage_events_cost_at_least_0")),
        sa.CheckConstraint("tokens_used >= 0", name=op.f("ck_usage_events_tokens_used_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_usage_events_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_usage_events_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", "occurred_at", name=op.f("pk_usage_events")),
        sa.UniqueConstraint(
            "tenant_id",
            "idempotency_key",
            "occurred_at",
            name=op.f("uq_usage_events_tenant_id_idempotency_key_occurred_at"),
        ),
        schema="billing",
        postgresql_partition_by="RANGE (occurred_at)",
    )
    op.create_index(
        "ix_usage_events_tenant_id_occurred_at",
        "usage_events",
        ["tenant_id", "occurred_at"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "ix_usage_events_user_id_created_at",
        "usage_events",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "progress",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="in_progress", nullable=False),
        sa.Column(
            "last_activity_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("last_review_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_review_approved", sa.Boolean(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status in ('in_progress', 'completed')", name=op.f("ck_progress_status")),
        sa.CheckConstraint("char_length(project_id) between 1 and 100", name=op.f("ck_progress_project")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_progress_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_progress_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_progress")),
        sa.UniqueConstraint(
            "tenant_id", "user_id", "project_id", name=op.f("uq_progress_tenant_id_user_id_project_id")
        ),
        schema="simulations",
    )
    op.create_index("ix_progress_status", "progress", ["status"], unique=False, schema="simulations")
    op.create_index(
        "ix_progress_user_id_created_at",
        "progress",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_table(
        "simulations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("estimated_duration", sa.Text(), nullable=True),
        sa.Column("tech_stack", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("overview", sa.Text(), nullable=True),
        sa.Column("learning_objectives", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "functional_requirements", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "non_functional_requirements", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "milestones", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("resources", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("quiz", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("duration", sa.Text(), nullable=True),
        sa.Column("tools", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("client_persona", sa.Text(), nullable=True),
        sa.Column("client_mood", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("team_mode", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="generating", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "client_mood in ('friendly', 'busy', 'skeptical', 'demanding', 'impatient', 'harsh')",
            name=op.f("ck_simulations_client_mood"),
        ),
        sa.CheckConstraint("difficulty in ('easy', 'medium', 'hard')", name=op.f("ck_simulations_difficulty")),
        sa.CheckConstraint(
            "field in ('frontend', 'backend', 'fullstack', 'mobile', 'data', 'design')",
            name=op.f("ck_simulations_field"),
        ),
        sa.CheckConstraint("language in ('en', 'ar')", name=op.f("ck_simulations_language")),
        sa.CheckConstraint("status <> 'ready' or overview is not null", name=op.f("ck_simulations_ready_is_written")),
        sa.CheckConstraint("status in ('generating', 'ready', 'failed')", name=op.f("ck_simulations_status")),
        sa.CheckConstraint("team_mode in ('solo', 'group')", name=op.f("ck_simulations_team_mode")),
        sa.CheckConstraint("char_length(context) between 1 and 8000", name=op.f("ck_simulations_context_length")),
        sa.CheckConstraint("char_length(title) between 1 and 200", name=op.f("ck_simulations_title_length")),
        sa.CheckConstraint("level between 1 and 8", name=op.f("ck_simulations_level")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_simulations_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_simulations_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_simulations")),
        sa.UniqueConstraint("tenant_id", "id", "user_id", name=op.f("uq_simulations_tenant_id_id_user_id")),
        schema="simulations",
    )
    op.create_index("ix_simulations_status", "simulations", ["status"], unique=False, schema="simulations")
    op.create_index(
        "ix_simulations_tenant_id_user_id_created_at",
        "simulations",
        ["tenant_id", "user_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_index(
        "ix_simulations_user_id_created_at",
        "simulations",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="simulations",
    )
    op.create_table(
        "agent_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("agent_type", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("progress", sa.REAL(), server_default=sa.text("0"), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("token_cost", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("input_tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("reply_id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "agent_type in ('create', 'edit', 'research', 'generate', 'chat', 'review', 'interview', 'analysis')",
            name=op.f("ck_agent_requests_agent_type"),
        ),
        sa.CheckConstraint(
            "status in ('pending', 'processing', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_agent_requests_status"),
        ),
        sa.CheckConstraint("input_tokens >= 0", name=op.f("ck_agent_requests_input_tokens_at_least_0")),
        sa.CheckConstraint("output_tokens >= 0", name=op.f("ck_agent_requests_output_tokens_at_least_0")),
        sa.CheckConstraint("progress between 0 and 1", name=op.f("ck_agent_requests_progress")),
        sa.CheckConstraint("token_cost >= 0", name=op.f("ck_agent_requests_token_cost_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["agents.agent_sessions.tenant_id", "agents.agent_sessions.id"],
            name=op.f("fk_agent_requests_tenant_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_agent_requests_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_agent_requests_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_agent_requests")),
        schema="agents",
    )
    op.create_index(
        "ix_agent_requests_session_id",
        "agent_requests",
        ["tenant_id", "session_id", "created_at"],
        unique=False,
        schema="agents",
    )
    op.create_index("ix_agent_requests_status", "agent_requests", ["status"], unique=False, schema="agents")
    op.create_index(
        "ix_agent_requests_user_id_created_at",
        "agent_requests",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="agents",
    )
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["authz.roles.tenant_id", "authz.roles.id"],
            name=op.f("fk_memberships_tenant_id_role_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_memberships_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name=op.f("pk_memberships")),
        schema="authz",
    )
    op.create_index(
        "ix_memberships_tenant_id_role_id", "memberships", ["tenant_id", "role_id"], unique=False, schema="authz"
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"], unique=False, schema="authz")
    op.create_table(
        "policies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("actions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "conditions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("effect in ('allow', 'deny')", name=op.f("ck_policies_effect")),
        sa.CheckConstraint("scope in ('own', 'all')", name=op.f("ck_policies_scope")),
        sa.CheckConstraint("cardinality(actions) between 1 and 64", name=op.f("ck_policies_actions_count")),
        sa.CheckConstraint("char_length(resource) between 1 and 100", name=op.f("ck_policies_resource_length")),
        sa.CheckConstraint("length(conditions::text) <= 4096", name=op.f("ck_policies_conditions_size")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["authz.roles.tenant_id", "authz.roles.id"],
            name=op.f("fk_policies_tenant_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_policies_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_policies")),
        sa.UniqueConstraint("tenant_id", "role_id", "digest", name=op.f("uq_policies_tenant_id_role_id_digest")),
        schema="authz",
    )
    op.create_table(
        "personas",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("personality", sa.Text(), nullable=False),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("initial_message", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_personas_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "simulation_id", "user_id"],
            ["simulations.simulations.tenant_id", "simulations.simulations.id", "simulations.simulations.user_id"],
            name=op.f("fk_personas_tenant_id_simulation_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_personas_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_personas_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_personas")),
        sa.UniqueConstraint(
            "tenant_id", "simulation_id", "position", name=op.f("uq_personas_tenant_id_simulation_id_position")
        ),
        schema="simulations",
    )
    op.create_index(
        "ix_personas_simulation", "personas", ["tenant_id", "simulation_id", "user_id"], schema="simulations"
    )
    op.create_index("ix_personas_user_id", "personas", ["user_id"], unique=False, schema="simulations")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.identify_session(token_hash text, tenant text)
    RETURNS TABLE (session_id uuid, user_id uuid, tenant_id uuid, role_id uuid, policy_version bigint, stale boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    DECLARE
        session record;
        membership record;
        wanted text := convert_from(decode(tenant, 'hex'), 'UTF8');
    BEGIN
        SELECT s.id, s.user_id, s.last_seen_at < now() - interval '1 minute' AS stale INTO session
        FROM users.sessions s JOIN users.users u ON u.id = s.user_id
        WHERE s.token_hash = decode(identify_session.token_hash, 'hex')
          AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deleted_at IS NULL;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF wanted IS NULL THEN
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = session.user_id
            WHERE t.owner_id = session.user_id;
        ELSIF wanted ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = session.user_id
            WHERE t.id = wanted::uuid;
        ELSE
            SELECT t.id, m.role_id, t.policy_version INTO membership
            FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = session.user_id
            WHERE t.slug = wanted;
        END IF;
        PERFORM set_config('app.user_id', session.user_id::text, true),
                set_config('app.tenant_id', coalesce(membership.id::text, ''), true);
        RETURN QUERY SELECT session.id, session.user_id, membership.id, membership.role_id, membership.policy_version,
                            session.stale;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.identify_session(text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.identify_session(text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.identify_session(text,text) IS 'interna 42c018f606ba6fc0'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.touch_session(session_id uuid) RETURNS void
    LANGUAGE sql VOLATILE SET search_path = '' AS $$
    UPDATE users.sessions SET last_seen_at = now()
    WHERE id = session_id AND last_seen_at < now() - interval '1 minute' $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.touch_session(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.touch_session(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.touch_session(uuid) IS 'interna 11c582e2410aef44'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.bump_policy_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        UPDATE authz.tenants SET policy_version = policy_version + 1
        WHERE id IN (SELECT tenant_id FROM changed);
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.bump_policy_version() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION authz.bump_policy_version() IS 'interna a20f8ece47a1d197'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.expired_holds(
        OUT tenant_id uuid, OUT user_id uuid, OUT id uuid, OUT reference uuid)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT h.tenant_id, h.user_id, h.id, h.reference FROM billing.credit_holds h
    WHERE h.status = 'open' AND h.expires_at < now() ORDER BY h.expires_at LIMIT 100 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.expired_holds() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.expired_holds() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.expired_holds() IS 'interna 1313d44d35ca349d'")
    op.execute("""
    CREATE OR REPLACE FUNCTION app.forget_idempotency_keys() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH forgotten AS (DELETE FROM app.idempotency_keys WHERE created_at < now() - interval '24 hours' RETURNING 1)
    SELECT count(*) FROM forgotten $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.forget_idempotency_keys() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.forget_idempotency_keys() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION app.forget_idempotency_keys() IS 'interna 3dd90d10ea3b5e73'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.add_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
    $$ BEGIN INSERT INTO users.profiles (user_id) VALUES (NEW.id); RETURN NEW; END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.add_profile() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION users.add_profile() IS 'interna 719ca44e611ed267'")
    op.execute("""
    CREATE OR REPLACE FUNCTION users.find_credentials(address text, OUT user_id uuid, OUT password_hash text)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT u.id, c.password_hash FROM users.users u JOIN users.credentials c ON c.user_id = u.id
    WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL AND u.anonymised_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION users.find_credentials(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION users.find_credentials(text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION users.find_credentials(text) IS 'interna 2e5201b612aa4822'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.plans FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.plans IS 'interna ee6443d256a89cad'")
    op.execute("GRANT SELECT ON billing.plans TO interna_runtime")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON simulations.resources FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON simulations.resources IS 'interna 55fc0cd142179e46'")
    op.execute("GRANT SELECT ON simulations.resources TO interna_runtime")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON simulations.tasks FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON simulations.tasks IS 'interna dad029d7618bf0da'")
    op.execute("GRANT SELECT ON simulations.tasks TO interna_runtime")
    op.execute("ALTER TABLE users.operators ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.operators FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON users.operators TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.operators IS 'interna bb023d0da271d2ee'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.operators FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.operators IS 'interna 64b19a040250af3e'")
    op.execute("ALTER TABLE users.users ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.users FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.users AS PERMISSIVE FOR SELECT TO interna_runtime USING (id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.users IS 'interna db3cd0f75cf07838'")
    op.execute(
        "CREATE POLICY own_insert ON users.users AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON users.users IS 'interna fc93e9fd4f8c3f42'")
    op.execute(
        "CREATE POLICY own_update ON users.users AS PERMISSIVE FOR UPDATE TO interna_runtime USING (id = (select app.user_id())) WITH CHECK (id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.users IS 'interna f29322953e397de5'")
    op.execute("CREATE POLICY owner ON users.users TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.users IS 'interna 00d83e55b736fc32'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.users FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.users IS 'interna 4f4f03e00bd99dcd'")
    op.execute(
        "CREATE TRIGGER add_profile AFTER INSERT ON users.users FOR EACH ROW EXECUTE FUNCTION users.add_profile()"
    )
    op.execute("COMMENT ON TRIGGER add_profile ON users.users IS 'interna 1038e46816cf6905'")
    op.execute("GRANT INSERT ON users.users TO interna_runtime")
    op.execute("GRANT SELECT ON users.users TO interna_runtime")
    op.execute("GRANT UPDATE ON users.users TO interna_runtime")
    op.execute("ALTER TABLE authz.tenants ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.tenants FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.tenants AS RESTRICTIVE FOR ALL TO interna_runtime USING (id = (select app.tenant_id())) WITH CHECK (id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.tenants IS 'interna 916484c3edabe974'")
    op.execute(
        "CREATE POLICY member_select ON authz.tenants AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.user_id()) is not null)"
    )
    op.execute("COMMENT ON POLICY member_select ON authz.tenants IS 'interna 25e24b9d0cfbf3ea'")
    op.execute(
        "CREATE POLICY owner_insert ON authz.tenants AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (owner_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY owner_insert ON authz.tenants IS 'interna 7e5868d8aafa18ba'")
    op.execute("CREATE POLICY owner ON authz.tenants TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.tenants IS 'interna 2658597582ae8b5b'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.tenants FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.tenants IS 'interna b7d362c4219ec10c'")
    op.execute("GRANT INSERT ON authz.tenants TO interna_runtime")
    op.execute("GRANT SELECT ON authz.tenants TO interna_runtime")
    op.execute("ALTER TABLE users.credentials ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.credentials FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.credentials AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.credentials IS 'interna a66e38a02e55964e'")
    op.execute(
        "CREATE POLICY own_insert ON users.credentials AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON users.credentials IS 'interna c84585a0e841b4c9'")
    op.execute(
        "CREATE POLICY own_update ON users.credentials AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.credentials IS 'interna 0c3548d60fd3b2ea'")
    op.execute("CREATE POLICY owner ON users.credentials TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.credentials IS 'interna f57bf32e6bd5f49f'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.credentials FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.credentials IS 'interna 4f7196e36a7945d0'")
    op.execute("GRANT INSERT ON users.credentials TO interna_runtime")
    op.execute("GRANT SELECT ON users.credentials TO interna_runtime")
    op.execute("GRANT UPDATE ON users.credentials TO interna_runtime")
    op.execute("ALTER TABLE users.profiles ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.profiles FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.profiles AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.profiles IS 'interna 8ddddf78426b18e5'")
    op.execute(
        "CREATE POLICY own_update ON users.profiles AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.profiles IS 'interna 49a5f501eb1f0679'")
    op.execute("CREATE POLICY owner ON users.profiles TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.profiles IS 'interna 300b761039987d77'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.profiles FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.profiles IS 'interna 97801d219df1373a'")
    op.execute("GRANT SELECT ON users.profiles TO interna_runtime")
    op.execute("GRANT UPDATE ON users.profiles TO interna_runtime")
    op.execute("ALTER TABLE users.sessions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users.sessions FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_select ON users.sessions AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON users.sessions IS 'interna 399a62c8fea8c336'")
    op.execute(
        "CREATE POLICY own_insert ON users.sessions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON users.sessions IS 'interna 2ccab9d551507944'")
    op.execute(
        "CREATE POLICY own_update ON users.sessions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON users.sessions IS 'interna 498a2a7c6fad5c6f'")
    op.execute("CREATE POLICY owner ON users.sessions TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON users.sessions IS 'interna 5a53016d693f975e'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users.sessions FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON users.sessions IS 'interna 631aad0b18db9020'")
    op.execute("GRANT INSERT ON users.sessions TO interna_runtime")
    op.execute("GRANT SELECT ON users.sessions TO interna_runtime")
    op.execute("GRANT UPDATE ON users.sessions TO interna_runtime")
    op.execute("ALTER TABLE agents.agent_sessions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE agents.agent_sessions FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON agents.agent_sessions AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON agents.agent_sessions IS 'interna fda19c2a48d197c7'")
    op.execute(
        "CREATE POLICY own_select ON agents.agent_sessions AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON agents.agent_sessions IS 'interna 30ef78fdd57ca2da'")
    op.execute(
        "CREATE POLICY own_insert ON agents.agent_sessions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON agents.agent_sessions IS 'interna cd861be0e121e17c'")
    op.execute(
        "CREATE POLICY own_update ON agents.agent_sessions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON agents.agent_sessions IS 'interna e9a95c1bf7b21172'")
    op.execute("CREATE POLICY owner ON agents.agent_sessions TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON agents.agent_sessions IS 'interna 4f281e5a91150e9a'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON agents.agent_sessions FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON agents.agent_sessions IS 'interna 4bf6719987ebbe0a'")
    op.execute("GRANT INSERT ON agents.agent_sessions TO interna_runtime")
    op.execute("GRANT SELECT ON agents.agent_sessions TO interna_runtime")
    op.execute("GRANT UPDATE(CONTEXT_STATE, REQUEST_CHAIN, SUBJECT) ON agents.agent_sessions TO interna_runtime")
    op.execute("ALTER TABLE app.idempotency_keys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app.idempotency_keys FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON app.idempotency_keys AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON app.idempotency_keys IS 'interna c9468defaeb03166'")
    op.execute(
        "CREATE POLICY tenant_select ON app.idempotency_keys AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON app.idempotency_keys IS 'interna 71b0b76425d72d97'")
    op.execute(
        "CREATE POLICY tenant_insert ON app.idempotency_keys AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON app.idempotency_keys IS 'interna c8b49c034c7f7af1'")
    op.execute(
        "CREATE POLICY tenant_update ON app.idempotency_keys AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_update ON app.idempotency_keys IS 'interna f3e34dd2150b4c63'")
    op.execute("CREATE POLICY owner ON app.idempotency_keys TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON app.idempotency_keys IS 'interna ea91df630e9ddea8'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON app.idempotency_keys FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON app.idempotency_keys IS 'interna 6b646ff2d8945daf'")
    op.execute("GRANT INSERT ON app.idempotency_keys TO interna_runtime")
    op.execute("GRANT SELECT ON app.idempotency_keys TO interna_runtime")
    op.execute("GRANT UPDATE ON app.idempotency_keys TO interna_runtime")
    op.execute("ALTER TABLE authz.roles ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.roles FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.roles AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.roles IS 'interna a7162669fb446c35'")
    op.execute(
        "CREATE POLICY tenant_select ON authz.roles AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON authz.roles IS 'interna bf7e78d02ab2eb5e'")
    op.execute(
        "CREATE POLICY tenant_insert ON authz.roles AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON authz.roles IS 'interna 322f3e4a47891ade'")
    op.execute("CREATE POLICY owner ON authz.roles TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.roles IS 'interna 1b53fecac951d9ca'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.roles FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.roles IS 'interna d1b788819894024f'")
    op.execute(
        "CREATE TRIGGER bump_on_insert AFTER INSERT ON authz.roles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_insert ON authz.roles IS 'interna e0bed9a4746f8ea0'")
    op.execute(
        "CREATE TRIGGER bump_on_update AFTER UPDATE ON authz.roles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_update ON authz.roles IS 'interna 3b20d1220bf266e1'")
    op.execute(
        "CREATE TRIGGER bump_on_delete AFTER DELETE ON authz.roles REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_delete ON authz.roles IS 'interna 6190b5e9f9340b44'")
    op.execute("GRANT INSERT ON authz.roles TO interna_runtime")
    op.execute("GRANT SELECT ON authz.roles TO interna_runtime")
    op.execute("ALTER TABLE authz.tenant_attributes ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.tenant_attributes FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.tenant_attributes AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.tenant_attributes IS 'interna 1bd2a2401ef33c03'")
    op.execute(
        "CREATE POLICY tenant_select ON authz.tenant_attributes AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON authz.tenant_attributes IS 'interna add5bea336c13bec'")
    op.execute(
        "CREATE POLICY tenant_insert ON authz.tenant_attributes AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON authz.tenant_attributes IS 'interna e3db47a335530a94'")
    op.execute("CREATE POLICY owner ON authz.tenant_attributes TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.tenant_attributes IS 'interna 6f6864a1b89df47c'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.tenant_attributes FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.tenant_attributes IS 'interna 43fabaa31fdad75c'")
    op.execute(
        "CREATE TRIGGER bump_on_insert AFTER INSERT ON authz.tenant_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_insert ON authz.tenant_attributes IS 'interna 9e064fe422c5f92f'")
    op.execute(
        "CREATE TRIGGER bump_on_update AFTER UPDATE ON authz.tenant_attributes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_update ON authz.tenant_attributes IS 'interna aaa8c1e0ecac4a14'")
    op.execute(
        "CREATE TRIGGER bump_on_delete AFTER DELETE ON authz.tenant_attributes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_delete ON authz.tenant_attributes IS 'interna 94b01b2de8c1103f'")
    op.execute("GRANT INSERT ON authz.tenant_attributes TO interna_runtime")
    op.execute("GRANT SELECT ON authz.tenant_attributes TO interna_runtime")
    op.execute("ALTER TABLE billing.credit_accounts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.credit_accounts FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.credit_accounts AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.credit_accounts IS 'interna 5a68a3a31c130fb5'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.credit_accounts AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.credit_accounts IS 'interna 5ad3e5cac4665fd6'")
    op.execute(
        "CREATE POLICY tenant_insert ON billing.credit_accounts AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON billing.credit_accounts IS 'interna 259cab5263da7a59'")
    op.execute(
        "CREATE POLICY tenant_update ON billing.credit_accounts AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_update ON billing.credit_accounts IS 'interna 1ff828942746e889'")
    op.execute("CREATE POLICY owner ON billing.credit_accounts TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.credit_accounts IS 'interna d8b1d3cc8cd0c902'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.credit_accounts FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.credit_accounts IS 'interna c5660ef208ed6055'")
    op.execute("GRANT INSERT ON billing.credit_accounts TO interna_runtime")
    op.execute("GRANT SELECT ON billing.credit_accounts TO interna_runtime")
    op.execute("GRANT UPDATE(BALANCE, HELD) ON billing.credit_accounts TO interna_runtime")
    op.execute("ALTER TABLE billing.credit_entries ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.credit_entries FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.credit_entries AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.credit_entries IS 'interna b637ba5538b8af6d'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.credit_entries AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.credit_entries IS 'interna fa73baff7e77ab74'")
    op.execute(
        "CREATE POLICY tenant_insert ON billing.credit_entries AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON billing.credit_entries IS 'interna 28854c562137366f'")
    op.execute("CREATE POLICY owner ON billing.credit_entries TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.credit_entries IS 'interna 869d6d066e3251eb'")
    op.execute("GRANT INSERT ON billing.credit_entries TO interna_runtime")
    op.execute("GRANT SELECT ON billing.credit_entries TO interna_runtime")
    op.execute("ALTER TABLE billing.credit_grants ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.credit_grants FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.credit_grants AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.credit_grants IS 'interna eebd31aa55b3c102'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.credit_grants AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.credit_grants IS 'interna e96ba9b741cf54db'")
    op.execute(
        "CREATE POLICY tenant_insert ON billing.credit_grants AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON billing.credit_grants IS 'interna f3bdcd659f43b370'")
    op.execute(
        "CREATE POLICY tenant_update ON billing.credit_grants AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_update ON billing.credit_grants IS 'interna 6f29df5d0edf0b23'")
    op.execute("CREATE POLICY owner ON billing.credit_grants TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.credit_grants IS 'interna b848f22ab214b126'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.credit_grants FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.credit_grants IS 'interna 30d0e9e58a6278a4'")
    op.execute("GRANT INSERT ON billing.credit_grants TO interna_runtime")
    op.execute("GRANT SELECT ON billing.credit_grants TO interna_runtime")
    op.execute("GRANT UPDATE(REMAINING) ON billing.credit_grants TO interna_runtime")
    op.execute("ALTER TABLE billing.credit_holds ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.credit_holds FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.credit_holds AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.credit_holds IS 'interna ad58f5987203e351'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.credit_holds AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.credit_holds IS 'interna c26ac6b972275a09'")
    op.execute(
        "CREATE POLICY tenant_insert ON billing.credit_holds AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON billing.credit_holds IS 'interna 7f239e43dff4d7ea'")
    op.execute(
        "CREATE POLICY tenant_update ON billing.credit_holds AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_update ON billing.credit_holds IS 'interna b45b5bbb01f0d926'")
    op.execute("CREATE POLICY owner ON billing.credit_holds TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.credit_holds IS 'interna 7d83a28a94952292'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.credit_holds FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.credit_holds IS 'interna 8217d370449ddac0'")
    op.execute("GRANT INSERT ON billing.credit_holds TO interna_runtime")
    op.execute("GRANT SELECT ON billing.credit_holds TO interna_runtime")
    op.execute("GRANT UPDATE(STATUS) ON billing.credit_holds TO interna_runtime")
    op.execute("ALTER TABLE billing.subscriptions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.subscriptions FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.subscriptions AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.subscriptions IS 'interna 14f0a3077808b109'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.subscriptions AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.subscriptions IS 'interna ad56a0d78e1dd8a9'")
    op.execute("CREATE POLICY owner ON billing.subscriptions TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.subscriptions IS 'interna 1a3bb95c06f30e75'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.subscriptions FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.subscriptions IS 'interna e5e0c76c5f1b60d3'")
    op.execute("GRANT SELECT ON billing.subscriptions TO interna_runtime")
    op.execute("ALTER TABLE billing.usage_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.usage_events FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.usage_events AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.usage_events IS 'interna 56edf9a3494ab906'")
    op.execute(
        "CREATE POLICY own_select ON billing.usage_events AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON billing.usage_events IS 'interna 60e1e866472c1115'")
    op.execute(
        "CREATE POLICY own_insert ON billing.usage_events AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON billing.usage_events IS 'interna 82f4f53db1291238'")
    op.execute("CREATE POLICY owner ON billing.usage_events TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.usage_events IS 'interna f78d56e51e14d21d'")
    op.execute("GRANT INSERT ON billing.usage_events TO interna_runtime")
    op.execute("GRANT SELECT ON billing.usage_events TO interna_runtime")
    op.execute("ALTER TABLE simulations.progress ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.progress FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.progress AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.progress IS 'interna f245189f944326f7'")
    op.execute(
        "CREATE POLICY own_select ON simulations.progress AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON simulations.progress IS 'interna d6911321496035dd'")
    op.execute(
        "CREATE POLICY own_insert ON simulations.progress AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON simulations.progress IS 'interna 18c6093a9b055503'")
    op.execute(
        "CREATE POLICY own_update ON simulations.progress AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON simulations.progress IS 'interna ed56e95daad63626'")
    op.execute(
        "CREATE POLICY own_delete ON simulations.progress AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_delete ON simulations.progress IS 'interna c16095506cc467fc'")
    op.execute("CREATE POLICY owner ON simulations.progress TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.progress IS 'interna 8cdb83467a353b5b'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON simulations.progress FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON simulations.progress IS 'interna 3a803a87ec2d35c8'")
    op.execute("GRANT DELETE ON simulations.progress TO interna_runtime")
    op.execute("GRANT INSERT ON simulations.progress TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.progress TO interna_runtime")
    op.execute("GRANT UPDATE ON simulations.progress TO interna_runtime")
    op.execute("ALTER TABLE simulations.simulations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.simulations FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.simulations AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.simulations IS 'interna 9e4343e26f3a23a9'")
    op.execute(
        "CREATE POLICY own_select ON simulations.simulations AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON simulations.simulations IS 'interna 6c0f8cf024e9c8a0'")
    op.execute(
        "CREATE POLICY own_insert ON simulations.simulations AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON simulations.simulations IS 'interna d4dc969957969a43'")
    op.execute(
        "CREATE POLICY own_update ON simulations.simulations AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON simulations.simulations IS 'interna d5a3f031bd6e010f'")
    op.execute(
        "CREATE POLICY own_delete ON simulations.simulations AS PERMISSIVE FOR DELETE TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_delete ON simulations.simulations IS 'interna e0e3e1299b12f566'")
    op.execute("CREATE POLICY owner ON simulations.simulations TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.simulations IS 'interna 5e8c818eebc8106c'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON simulations.simulations FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON simulations.simulations IS 'interna 78fd90797d777904'")
    op.execute("GRANT DELETE ON simulations.simulations TO interna_runtime")
    op.execute("GRANT INSERT ON simulations.simulations TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.simulations TO interna_runtime")
    op.execute("GRANT UPDATE ON simulations.simulations TO interna_runtime")
    op.execute("ALTER TABLE agents.agent_requests ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE agents.agent_requests FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON agents.agent_requests AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON agents.agent_requests IS 'interna 1058c9067cc43f98'")
    op.execute(
        "CREATE POLICY own_select ON agents.agent_requests AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON agents.agent_requests IS 'interna 8fe62535bf396a69'")
    op.execute(
        "CREATE POLICY own_insert ON agents.agent_requests AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON agents.agent_requests IS 'interna e2ea52c1c24d0a74'")
    op.execute(
        "CREATE POLICY own_update ON agents.agent_requests AS PERMISSIVE FOR UPDATE TO interna_runtime USING (user_id = (select app.user_id())) WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_update ON agents.agent_requests IS 'interna 33c335623de8573a'")
    op.execute("CREATE POLICY owner ON agents.agent_requests TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON agents.agent_requests IS 'interna 0d0c053cfa3e3fc3'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON agents.agent_requests FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON agents.agent_requests IS 'interna c0aa9ae9b3d2b8d6'")
    op.execute("GRANT INSERT ON agents.agent_requests TO interna_runtime")
    op.execute("GRANT SELECT ON agents.agent_requests TO interna_runtime")
    op.execute("GRANT UPDATE ON agents.agent_requests TO interna_runtime")
    op.execute("ALTER TABLE authz.memberships ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.memberships FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.memberships AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.memberships IS 'interna eb5efe230f53bad2'")
    op.execute(
        "CREATE POLICY tenant_select ON authz.memberships AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON authz.memberships IS 'interna 4cd7f7a917c58c7a'")
    op.execute(
        "CREATE POLICY tenant_insert ON authz.memberships AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON authz.memberships IS 'interna df480f8197391ccc'")
    op.execute("CREATE POLICY owner ON authz.memberships TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.memberships IS 'interna 882af990fea1646d'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.memberships FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.memberships IS 'interna 41a489bfb7b94b47'")
    op.execute(
        "CREATE TRIGGER bump_on_insert AFTER INSERT ON authz.memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_insert ON authz.memberships IS 'interna 6cdd0f044b329b19'")
    op.execute(
        "CREATE TRIGGER bump_on_update AFTER UPDATE ON authz.memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_update ON authz.memberships IS 'interna 9869f01691b3db8e'")
    op.execute(
        "CREATE TRIGGER bump_on_delete AFTER DELETE ON authz.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_delete ON authz.memberships IS 'interna 69ed30675212c485'")
    op.execute("GRANT INSERT ON authz.memberships TO interna_runtime")
    op.execute("GRANT SELECT ON authz.memberships TO interna_runtime")
    op.execute("ALTER TABLE authz.policies ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authz.policies FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON authz.policies AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON authz.policies IS 'interna 07a26293efd8bee5'")
    op.execute(
        "CREATE POLICY tenant_select ON authz.policies AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON authz.policies IS 'interna 3bd2b91fa24672bc'")
    op.execute(
        "CREATE POLICY tenant_insert ON authz.policies AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON authz.policies IS 'interna 64de6dc870996888'")
    op.execute("CREATE POLICY owner ON authz.policies TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON authz.policies IS 'interna fc5d2a00f9f27d0a'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON authz.policies FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON authz.policies IS 'interna 77ee62011a6f9f1f'")
    op.execute(
        "CREATE TRIGGER bump_on_insert AFTER INSERT ON authz.policies REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_insert ON authz.policies IS 'interna 01935ed4636cf04f'")
    op.execute(
        "CREATE TRIGGER bump_on_update AFTER UPDATE ON authz.policies REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_update ON authz.policies IS 'interna b12c3724fa3d406c'")
    op.execute(
        "CREATE TRIGGER bump_on_delete AFTER DELETE ON authz.policies REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()"
    )
    op.execute("COMMENT ON TRIGGER bump_on_delete ON authz.policies IS 'interna 064e80a7f927b14a'")
    op.execute("GRANT INSERT ON authz.policies TO interna_runtime")
    op.execute("GRANT SELECT ON authz.policies TO interna_runtime")
    op.execute("ALTER TABLE simulations.personas ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE simulations.personas FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON simulations.personas AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON simulations.personas IS 'interna 4947f6267820f111'")
    op.execute(
        "CREATE POLICY own_select ON simulations.personas AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_select ON simulations.personas IS 'interna 8f7cb8bb1ed44b24'")
    op.execute(
        "CREATE POLICY own_insert ON simulations.personas AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id = (select app.user_id()))"
    )
    op.execute("COMMENT ON POLICY own_insert ON simulations.personas IS 'interna b40670367c14e956'")
    op.execute("CREATE POLICY owner ON simulations.personas TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON simulations.personas IS 'interna 2ab451ec292fb020'")
    op.execute("GRANT INSERT ON simulations.personas TO interna_runtime")
    op.execute("GRANT SELECT ON simulations.personas TO interna_runtime")
    op.execute("CREATE TABLE billing.usage_events_default PARTITION OF billing.usage_events DEFAULT")
    op.execute("ALTER TABLE billing.usage_events_default ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.usage_events_default FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT ON app.alembic_version TO interna_runtime")
