"""Billing: a ledger that only grows, plans with prices, web hooks, usage by month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "cancellations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_subscription_id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "next_attempt_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=True
        ),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(ended_at is null) = (next_attempt_at is not null)", name=op.f("ck_cancellations_ended")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_cancellations_attempts_at_least_0")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellations")),
        sa.UniqueConstraint(
            "provider", "provider_subscription_id", name=op.f("uq_cancellations_provider_provider_subscription_id")
        ),
        schema="billing",
    )
    op.create_index(
        "ix_cancellations_next_attempt_at",
        "cancellations",
        ["next_attempt_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("next_attempt_at is not null"),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("processed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("outcome in ('applied', 'ignored')", name=op.f("ck_webhook_events_outcome")),
        sa.CheckConstraint("(outcome is null) = (processed_at is null)", name=op.f("ck_webhook_events_processed")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_events_attempts_at_least_0")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_events_provider_event_id")),
        schema="billing",
    )
    op.create_index(
        "ix_webhook_events_next_attempt_at",
        "webhook_events",
        ["next_attempt_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("next_attempt_at is not null"),
    )
    op.create_table(
        "customers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_customer_id", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_customers_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_customers")),
        sa.UniqueConstraint(
            "provider", "provider_customer_id", name=op.f("uq_customers_provider_provider_customer_id")
        ),
        schema="billing",
    )
    op.create_table(
        "usage_alerts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("app.uuidv7()"), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("allowed", sa.BigInteger(), nullable=False),
        sa.Column("period_start", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("period_end", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("metric in ('requests', 'tokens', 'credits')", name=op.f("ck_usage_alerts_metric")),
        sa.CheckConstraint("allowed >= 0", name=op.f("ck_usage_alerts_allowed_at_least_0")),
        sa.CheckConstraint("percent >= 1", name=op.f("ck_usage_alerts_percent_at_least_1")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_usage_alerts_used_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_usage_alerts_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_alerts")),
        sa.UniqueConstraint(
            "tenant_id",
            "period_start",
            "metric",
            "percent",
            name=op.f("uq_usage_alerts_tenant_id_period_start_metric_percent"),
        ),
        schema="billing",
    )
    op.create_table(
        "usage_totals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_usage_totals_cost_at_least_0")),
        sa.CheckConstraint("requests >= 1", name=op.f("ck_usage_totals_requests_at_least_1")),
        sa.CheckConstraint("tokens >= 0", name=op.f("ck_usage_totals_tokens_at_least_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_usage_totals_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.users.id"], name=op.f("fk_usage_totals_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "day", "event_type", "user_id", name=op.f("pk_usage_totals")),
        schema="billing",
    )
    op.create_index("ix_usage_totals_day", "usage_totals", ["day"], unique=False, schema="billing")
    op.create_index(
        "ix_usage_totals_user_id_created_at",
        "usage_totals",
        ["user_id", sa.literal_column("created_at DESC")],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "credit_allocations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_credit_allocations_amount_not_0")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["billing.credit_entries.tenant_id", "billing.credit_entries.id"],
            name=op.f("fk_credit_allocations_tenant_id_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "grant_id"],
            ["billing.credit_grants.tenant_id", "billing.credit_grants.id"],
            name=op.f("fk_credit_allocations_tenant_id_grant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["authz.tenants.id"], name=op.f("fk_credit_allocations_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", "grant_id", name=op.f("pk_credit_allocations")),
        schema="billing",
    )
    op.create_index(
        "ix_credit_allocations_grant_id",
        "credit_allocations",
        ["tenant_id", "grant_id"],
        unique=False,
        schema="billing",
    )
    op.add_column("credit_entries", sa.Column("refund_of", sa.Uuid(), nullable=True), schema="billing")
    op.add_column(
        "credit_entries",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        schema="billing",
    )
    op.create_index(
        "ix_credit_entries_refund_of",
        "credit_entries",
        ["tenant_id", "refund_of"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("refund_of IS NOT NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_credit_entries_tenant_id_number"), "credit_entries", ["tenant_id", "number"], schema="billing"
    )
    op.create_foreign_key(
        op.f("fk_credit_entries_tenant_id_refund_of"),
        "credit_entries",
        "credit_entries",
        ["tenant_id", "refund_of"],
        ["tenant_id", "id"],
        source_schema="billing",
        referent_schema="billing",
        ondelete="CASCADE",
    )
    op.create_check_constraint(
        op.f("ck_credit_entries_number_at_least_1"), "credit_entries", "number >= 1", schema="billing"
    )
    op.create_check_constraint(
        op.f("ck_credit_entries_refund"),
        "credit_entries",
        "(kind = 'refund') = (refund_of is not null)",
        schema="billing",
    )
    op.create_check_constraint(
        op.f("ck_credit_entries_sign"),
        "credit_entries",
        "case when kind in ('grant', 'refund') then amount > 0 when kind in ('spend', 'expiry') then amount < 0 else true end",
        schema="billing",
    )
    op.add_column(
        "credit_grants",
        sa.Column("open", sa.Boolean(), sa.Computed("remaining > 0", persisted=True), nullable=False),
        schema="billing",
    )
    op.drop_index(
        op.f("ix_credit_grants_open"), table_name="credit_grants", schema="billing", postgresql_where="(remaining > 0)"
    )
    op.create_index(
        "ix_credit_grants_due",
        "credit_grants",
        ["expires_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("open AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_credit_grants_unspent",
        "credit_grants",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("open"),
    )
    op.add_column("credit_holds", sa.Column("spent", sa.Integer(), nullable=True), schema="billing")
    op.create_check_constraint(op.f("ck_credit_holds_spent_at_least_0"), "credit_holds", "spent >= 0", schema="billing")
    op.create_check_constraint(
        op.f("ck_credit_holds_spent_within_amount"),
        "credit_holds",
        "spent is null or (status = 'settled' and spent <= amount)",
        schema="billing",
    )
    op.add_column(
        "plans",
        sa.Column("yearly_price_cents", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="billing",
    )
    op.add_column("plans", sa.Column("currency", sa.Text(), server_default="usd", nullable=False), schema="billing")
    op.add_column(
        "plans",
        sa.Column("prices", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="billing",
    )
    op.create_check_constraint(
        op.f("ck_plans_prices"),
        "plans",
        "jsonb_typeof(prices) = 'object' and not jsonb_path_exists(prices, '$.* ? (@.type() <> \"number\" || @ < 0 || @ > 10000 || @.floor() <> @)')",
        schema="billing",
    )
    op.create_check_constraint(
        op.f("ck_plans_yearly_price_cents_at_least_0"), "plans", "yearly_price_cents >= 0", schema="billing"
    )
    op.add_column(
        "subscriptions",
        sa.Column("credited", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="billing",
    )
    op.add_column(
        "subscriptions",
        sa.Column("credited_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        schema="billing",
    )
    op.add_column(
        "subscriptions",
        sa.Column("synced_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        schema="billing",
    )
    op.add_column(
        "subscriptions", sa.Column("sync_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True), schema="billing"
    )
    op.create_index(
        "ix_subscriptions_credited_until",
        "subscriptions",
        ["credited_until"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("status in ('active', 'trialing')"),
    )
    op.create_index(
        "ix_subscriptions_sync_due_at",
        "subscriptions",
        ["sync_due_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("sync_due_at is not null"),
    )
    op.create_check_constraint(
        op.f("ck_subscriptions_credited_at_least_0"), "subscriptions", "credited >= 0", schema="billing"
    )
    op.drop_index(op.f("ix_usage_events_user_id_created_at"), table_name="usage_events", schema="billing")
    op.drop_constraint(
        op.f("uq_usage_events_tenant_id_idempotency_key_occurred_at"), "usage_events", schema="billing", type_="unique"
    )
    op.drop_constraint(op.f("fk_usage_events_user_id"), "usage_events", schema="billing", type_="foreignkey")
    op.drop_constraint(op.f("fk_usage_events_tenant_id"), "usage_events", schema="billing", type_="foreignkey")
    op.drop_column("usage_events", "id", schema="billing")
    op.execute("DROP POLICY own_select ON billing.usage_events")
    op.execute("REVOKE UPDATE(STATUS) ON billing.credit_holds FROM interna_runtime")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.count_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        INSERT INTO billing.usage_totals AS t (tenant_id, day, event_type, user_id, requests, tokens, cost)
        SELECT a.tenant_id, (a.occurred_at AT TIME ZONE 'UTC')::date, a.event_type, a.user_id,
               count(*), sum(a.tokens_used), sum(a.cost)
        FROM added a GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (tenant_id, day, event_type, user_id) DO UPDATE
        SET requests = t.requests + excluded.requests, tokens = t.tokens + excluded.tokens, cost = t.cost + excluded.cost;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.count_usage() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION billing.count_usage() IS 'interna 9f50aa764e54d65a'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.forget_usage() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
    BEGIN
        DELETE FROM billing.usage_events e USING (SELECT DISTINCT tenant_id FROM gone) g WHERE e.tenant_id = g.tenant_id;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.forget_usage() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION billing.forget_usage() IS 'interna c0db3af25ef2a8e5'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.keep_usage_months(kept integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' SET lock_timeout = '250ms' AS $$
    DECLARE
        this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
        oldest timestamptz := (this_month - make_interval(months => greatest(kept, 3))) AT TIME ZONE 'UTC';
        from_then timestamptz;
        until_then timestamptz;
        month timestamp;
        partition text;
        changed integer := 0;
    BEGIN
        IF NOT pg_try_advisory_xact_lock(hashtextextended('billing.keep_usage_months', 0)) THEN
            RETURN 0;
        END IF;
        IF kept IS NOT NULL THEN
            DELETE FROM billing.usage_events_default WHERE occurred_at < oldest;
        END IF;
        FOR month IN
            SELECT this_month + make_interval(months => n) FROM generate_series(0, 3) n
            UNION
            SELECT * FROM (
                SELECT DISTINCT date_trunc('month', e.occurred_at AT TIME ZONE 'UTC') FROM billing.usage_events_default e
                WHERE e.occurred_at >= '2000-01-01 00:00Z' AND e.occurred_at < now() + interval '3 months' LIMIT 12) held
        LOOP
            partition := 'usage_events_' || to_char(month, 'YYYY_MM');
            CONTINUE WHEN to_regclass('billing.' || partition) IS NOT NULL;
            from_then := month AT TIME ZONE 'UTC';
            until_then := (month + interval '1 month') AT TIME ZONE 'UTC';
            EXECUTE format('CREATE TABLE billing.%I (LIKE billing.usage_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                           partition);
            EXECUTE format('ALTER TABLE billing.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
            EXECUTE format('CREATE POLICY owner ON billing.%I TO interna_owner USING (true) WITH CHECK (true)', partition);
            LOCK TABLE billing.usage_events_default IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('WITH moved AS (DELETE FROM billing.usage_events_default WHERE occurred_at >= $1'
                           ' AND occurred_at < $2 RETURNING *) INSERT INTO billing.%I SELECT * FROM moved', partition)
            USING from_then, until_then;
            EXECUTE format('ALTER TABLE billing.usage_events ATTACH PARTITION billing.%I FOR VALUES FROM (%L) TO (%L)',
                           partition, from_then, until_then);
            changed := changed + 1;
        END LOOP;
        FOR partition IN
            SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
            WHERE kept IS NOT NULL AND i.inhparent = 'billing.usage_events'::regclass
              AND c.relname ~ '^usage_events_[0-9]{4}_[0-9]{2}$'
              AND to_date(right(c.relname, 7), 'YYYY_MM') < oldest AT TIME ZONE 'UTC'
        LOOP
            BEGIN
                EXECUTE format('DROP TABLE billing.%I', partition);
                changed := changed + 1;
            EXCEPTION WHEN lock_not_available THEN EXIT;
            END;
        END LOOP;
        RETURN changed;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.keep_usage_months(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.keep_usage_months(integer) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.keep_usage_months(integer) IS 'interna c14becc78ab9962f'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.tenants_using(since timestamptz, days integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT DISTINCT t.tenant_id FROM billing.usage_totals t
    WHERE t.day >= (since AT TIME ZONE 'UTC')::date - days AND t.updated_at >= since $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.tenants_using(timestamp with time zone,integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.tenants_using(timestamp with time zone,integer) TO interna_runtime")
    op.execute(
        "COMMENT ON FUNCTION billing.tenants_using(timestamp with time zone,integer) IS 'interna 0b91b8e8f940dba4'"
    )
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
          AND p.resource = ANY (ARRAY['*', 'agent_sessions', 'invitations', 'members', 'messages', 'policies', 'progress', 'roles', 'simulations', 'tenants', 'usage', 'users']::text[])
    )
    SELECT ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.own), '') || ' ',
           ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.others), '') || ' '
    FROM unnest(ARRAY['agent_sessions:create', 'agent_sessions:read', 'invitations:create', 'invitations:delete', 'invitations:read', 'members:create', 'members:delete', 'members:read', 'members:update', 'messages:create', 'messages:read', 'policies:create', 'policies:delete', 'policies:update', 'progress:delete', 'progress:read', 'progress:update', 'roles:create', 'roles:delete', 'roles:update', 'simulations:create', 'simulations:delete', 'simulations:read', 'simulations:update', 'tenants:create', 'tenants:delete', 'tenants:update', 'usage:create', 'usage:read', 'users:read']::text[]) AS asked(said)
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
    op.execute("COMMENT ON FUNCTION authz.evaluate(uuid,uuid,jsonb) IS 'interna 68e34472e7d31100'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.apply_plan(new_plan text, new_contract text, new_features text[], seats integer)
    RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH applied AS (
        UPDATE authz.tenant_attributes a
        SET plan = new_plan, contract_type = new_contract, features = new_features, max_users = seats
        WHERE a.tenant_id = app.tenant_id() AND app.user_id() IS NULL
          AND (a.plan, a.contract_type, a.features, a.max_users)
              IS DISTINCT FROM (new_plan, new_contract, new_features, seats)
        RETURNING 1)
    SELECT EXISTS (SELECT FROM applied) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.apply_plan(text,text,text[],integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.apply_plan(text,text,text[],integer) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.apply_plan(text,text,text[],integer) IS 'interna 272b8354041e8f8b'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.strangers(people uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.id FROM unnest(people) AS p(id)
    WHERE NOT EXISTS (SELECT FROM authz.memberships m WHERE m.tenant_id = app.tenant_id() AND m.user_id = p.id) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.strangers(uuid[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.strangers(uuid[]) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.strangers(uuid[]) IS 'interna dce86f363f6a6dd4'")
    op.execute("""
    CREATE OR REPLACE FUNCTION authz.admins_to_write_to() RETURNS TABLE (user_id uuid, email text, tenant text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT u.id, u.email, t.slug
    FROM authz.tenants t
    JOIN authz.roles r ON r.tenant_id = t.id AND r.is_system AND r.name = 'admin'
    JOIN authz.memberships m ON m.tenant_id = t.id AND m.role_id = r.id
    JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
    WHERE t.id = app.tenant_id() AND app.user_id() IS NULL ORDER BY u.id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION authz.admins_to_write_to() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION authz.admins_to_write_to() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION authz.admins_to_write_to() IS 'interna f3578d77a7d41238'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.tenants_with_expired_credits() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT g.tenant_id FROM billing.credit_grants g JOIN billing.credit_accounts a ON a.tenant_id = g.tenant_id
    WHERE g.open AND g.expires_at <= now()
    GROUP BY g.tenant_id, a.held HAVING sum(g.remaining) > a.held ORDER BY min(g.expires_at) LIMIT 100 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.tenants_with_expired_credits() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.tenants_with_expired_credits() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.tenants_with_expired_credits() IS 'interna e8eb3804a24bf321'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only: a correction is an entry', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.refuse_change() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION billing.refuse_change() IS 'interna bca2adcf0686a9ef'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.period_use(period tstzrange) RETURNS TABLE (requests bigint, tokens bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    WITH whole AS MATERIALIZED (
        SELECT lower(period) AS a, upper(period) AS z, ceil(extract(epoch FROM lower(period)) / 86400)::integer AS first,
               floor(extract(epoch FROM upper(period)) / 86400)::integer AS past)
    SELECT coalesce(sum(part.requests), 0)::bigint, coalesce(sum(part.tokens), 0)::bigint FROM (
        SELECT t.requests, t.tokens FROM billing.usage_totals t, whole w
        WHERE t.tenant_id = app.tenant_id() AND t.day >= date '1970-01-01' + w.first AND t.day < date '1970-01-01' + w.past
        UNION ALL
        SELECT 1, u.tokens_used FROM billing.usage_events u, whole w
        WHERE u.tenant_id = app.tenant_id() AND u.occurred_at >= w.a
          AND u.occurred_at < least(w.z, to_timestamp(w.first * 86400.0))
        UNION ALL
        SELECT 1, u.tokens_used FROM billing.usage_events u, whole w
        WHERE u.tenant_id = app.tenant_id() AND u.occurred_at >= to_timestamp(greatest(w.first, w.past) * 86400.0)
          AND u.occurred_at < w.z) part $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.period_use(tstzrange) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.period_use(tstzrange) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.period_use(tstzrange) IS 'interna 77fcb4888b102958'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.claim_subscriptions() RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE billing.subscriptions s SET sync_due_at = now() + interval '1 hour'
    WHERE (s.tenant_id, s.id) IN (
        SELECT due.tenant_id, due.id FROM billing.subscriptions due WHERE due.sync_due_at <= now()
        ORDER BY due.sync_due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING s.tenant_id, s.id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.claim_subscriptions() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.claim_subscriptions() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.claim_subscriptions() IS 'interna 09c66030b32874b3'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.find_subscriber(subscription text, customer text, named uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(
        (SELECT s.tenant_id FROM billing.subscriptions s
         WHERE s.provider = 'stripe' AND s.provider_subscription_id = subscription),
        (SELECT c.tenant_id FROM billing.customers c WHERE c.provider = 'stripe' AND c.provider_customer_id = customer),
        authz.find_tenant(named::text)) $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.find_subscriber(text,text,uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.find_subscriber(text,text,uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.find_subscriber(text,text,uuid) IS 'interna 71dcd1dcdb93de11'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.due_for_credits(at timestamptz) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.tenant_id, s.id FROM billing.subscriptions s
    JOIN billing.plans p ON p.id = s.plan AND p.monthly_credits > 0
    WHERE s.status IN ('active', 'trialing') AND (s.credited_until IS NULL OR s.credited_until <= at)
      AND s.current_period_start <= at AND at < s.current_period_end
    ORDER BY s.credited_until NULLS FIRST LIMIT 500 $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.due_for_credits(timestamp with time zone) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.due_for_credits(timestamp with time zone) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.due_for_credits(timestamp with time zone) IS 'interna 5b6bab87b7f89222'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.receive_event(body jsonb, is_ours boolean) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    WITH fresh AS (
        INSERT INTO billing.webhook_events
            (provider, event_id, type, occurred_at, payload, outcome, processed_at, next_attempt_at)
        VALUES ('stripe', body ->> 'id', body ->> 'type', to_timestamp((body ->> 'created')::bigint), body,
                CASE WHEN NOT is_ours THEN 'ignored' END, CASE WHEN NOT is_ours THEN now() END,
                CASE WHEN is_ours THEN now() + interval '1 minute' END)
        ON CONFLICT (provider, event_id) DO NOTHING RETURNING id)
    SELECT id FROM fresh WHERE is_ours
    UNION ALL
    SELECT e.id FROM billing.webhook_events e
    WHERE e.provider = 'stripe' AND e.event_id = body ->> 'id' AND e.processed_at IS NULL AND e.error IS NOT NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.receive_event(jsonb,boolean) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.receive_event(jsonb,boolean) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.receive_event(jsonb,boolean) IS 'interna a9b1ff33fe259c00'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.read_event(wanted uuid) RETURNS TABLE (type text, payload jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
    SELECT e.type, e.payload FROM billing.webhook_events e WHERE e.id = wanted AND e.processed_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.read_event(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.read_event(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.read_event(uuid) IS 'interna 2e6debd7de66b462'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.finish_event(wanted uuid, result text, why text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE billing.webhook_events e SET
        outcome = result, error = why, attempts = e.attempts + 1,
        processed_at = CASE WHEN result IS NOT NULL THEN now() END,
        next_attempt_at = CASE WHEN result IS NULL AND e.attempts < 20
            THEN now() + least(interval '1 minute' * 2 ^ e.attempts, interval '6 hours') END
    WHERE e.id = wanted AND e.processed_at IS NULL
    RETURNING e.next_attempt_at IS NOT NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.finish_event(uuid,text,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.finish_event(uuid,text,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.finish_event(uuid,text,text) IS 'interna c1506683a768b84f'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.claim_events() RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE billing.webhook_events e SET next_attempt_at = now() + interval '10 minutes'
    WHERE e.id IN (SELECT due.id FROM billing.webhook_events due WHERE due.next_attempt_at <= now()
                   ORDER BY due.next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING e.id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.claim_events() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.claim_events() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.claim_events() IS 'interna d1c9db9c6178abe2'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.end_at_provider() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
    BEGIN
        INSERT INTO billing.cancellations (provider, provider_subscription_id)
        VALUES (OLD.provider, OLD.provider_subscription_id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.end_at_provider() FROM PUBLIC")
    op.execute("COMMENT ON FUNCTION billing.end_at_provider() IS 'interna af0919df5fc55db4'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.end_my_subscriptions() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO billing.cancellations (provider, provider_subscription_id)
    SELECT s.provider, s.provider_subscription_id FROM billing.subscriptions s
    JOIN authz.memberships mine ON mine.tenant_id = s.tenant_id AND mine.user_id = app.user_id()
    WHERE s.status <> 'canceled'
      AND EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND u.deleted_at IS NOT NULL)
      AND NOT EXISTS (
        SELECT FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = s.tenant_id)
    ON CONFLICT DO NOTHING $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.end_my_subscriptions() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.end_my_subscriptions() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.end_my_subscriptions() IS 'interna cedbc860ec1957b7'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.claim_cancellations() RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE billing.cancellations c SET next_attempt_at = now() + interval '10 minutes'
    WHERE c.id IN (SELECT due.id FROM billing.cancellations due WHERE due.next_attempt_at <= now()
                   ORDER BY due.next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING c.id $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.claim_cancellations() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.claim_cancellations() TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.claim_cancellations() IS 'interna 9b1052121a04ed8c'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.read_cancellation(wanted uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT c.provider_subscription_id FROM billing.cancellations c WHERE c.id = wanted AND c.ended_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.read_cancellation(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.read_cancellation(uuid) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.read_cancellation(uuid) IS 'interna a8214c17806a5661'")
    op.execute("""
    CREATE OR REPLACE FUNCTION billing.finish_cancellation(wanted uuid, why text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
    UPDATE billing.cancellations c SET
        error = why, attempts = c.attempts + 1, ended_at = CASE WHEN why IS NULL THEN now() END,
        next_attempt_at = CASE WHEN why IS NOT NULL
            THEN now() + least(interval '1 minute' * 2 ^ least(c.attempts, 9), interval '6 hours') END
    WHERE c.id = wanted AND c.ended_at IS NULL $$
    """)
    op.execute("REVOKE ALL ON FUNCTION billing.finish_cancellation(uuid,text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION billing.finish_cancellation(uuid,text) TO interna_runtime")
    op.execute("COMMENT ON FUNCTION billing.finish_cancellation(uuid,text) IS 'interna 6e88c849c1b0b382'")
    op.execute("ALTER TABLE billing.cancellations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.cancellations FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON billing.cancellations TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.cancellations IS 'interna 5821870455a1abb8'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.cancellations FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.cancellations IS 'interna 571a996ed812568c'")
    op.execute(
        "CREATE POLICY scoped_select ON billing.usage_events AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('usage:read')) or user_id <> (select app.others('usage:read')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON billing.usage_events IS 'interna 16510a3efdbedfe4'")
    op.execute(
        "CREATE POLICY others_insert ON billing.usage_events AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (user_id <> (select app.others('usage:create')))"
    )
    op.execute("COMMENT ON POLICY others_insert ON billing.usage_events IS 'interna c07d4c4fa306b845'")
    op.execute(
        "CREATE TRIGGER count_usage AFTER INSERT ON billing.usage_events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.count_usage()"
    )
    op.execute("COMMENT ON TRIGGER count_usage ON billing.usage_events IS 'interna 975a835aeb0906a0'")
    op.execute("ALTER TABLE billing.webhook_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.webhook_events FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON billing.webhook_events TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.webhook_events IS 'interna 27d3040ee16f91e8'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.webhook_events FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.webhook_events IS 'interna 7a8e9bd027e9e420'")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing.credit_entries FOR EACH ROW EXECUTE FUNCTION billing.refuse_change()"
    )
    op.execute("COMMENT ON TRIGGER append_only ON billing.credit_entries IS 'interna 7c34f45f476840d9'")
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON billing.credit_entries FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change()"
    )
    op.execute("COMMENT ON TRIGGER never_emptied ON billing.credit_entries IS 'interna 418661bf7c6eab29'")
    op.execute("GRANT UPDATE(SPENT, STATUS) ON billing.credit_holds TO interna_runtime")
    op.execute("ALTER TABLE billing.customers ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.customers FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.customers AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.customers IS 'interna 96eae13f7d838063'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.customers AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.customers IS 'interna b59eaafc99d07f39'")
    op.execute(
        "CREATE POLICY system_insert ON billing.customers AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_insert ON billing.customers IS 'interna 3022281778a0679b'")
    op.execute(
        "CREATE POLICY system_update ON billing.customers AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null) WITH CHECK (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_update ON billing.customers IS 'interna a13e972dad9fc6db'")
    op.execute("CREATE POLICY owner ON billing.customers TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.customers IS 'interna 4463ca44e8805577'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.customers FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.customers IS 'interna 665b213cfeacd803'")
    op.execute("GRANT INSERT ON billing.customers TO interna_runtime")
    op.execute("GRANT SELECT ON billing.customers TO interna_runtime")
    op.execute("GRANT UPDATE(PROVIDER_CUSTOMER_ID) ON billing.customers TO interna_runtime")
    op.execute(
        "CREATE POLICY system_insert ON billing.subscriptions AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_insert ON billing.subscriptions IS 'interna 44a52edb4e552aa9'")
    op.execute(
        "CREATE POLICY system_update ON billing.subscriptions AS PERMISSIVE FOR UPDATE TO interna_runtime USING (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null) WITH CHECK (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_update ON billing.subscriptions IS 'interna 46b6d83d49653b76'")
    op.execute(
        "CREATE TRIGGER end_at_provider AFTER DELETE ON billing.subscriptions FOR EACH ROW WHEN (OLD.status <> 'canceled') EXECUTE FUNCTION billing.end_at_provider()"
    )
    op.execute("COMMENT ON TRIGGER end_at_provider ON billing.subscriptions IS 'interna 28f4c484d22701bd'")
    op.execute("GRANT INSERT ON billing.subscriptions TO interna_runtime")
    op.execute(
        "GRANT UPDATE(CANCEL_AT_PERIOD_END, CREDITED, CREDITED_UNTIL, CURRENT_PERIOD_END, CURRENT_PERIOD_START, PLAN, STATUS, SYNC_DUE_AT, SYNCED_AT) ON billing.subscriptions TO interna_runtime"
    )
    op.execute("ALTER TABLE billing.usage_alerts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.usage_alerts FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.usage_alerts AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.usage_alerts IS 'interna fc98464e261596bb'")
    op.execute(
        "CREATE POLICY managed_select ON billing.usage_alerts AS PERMISSIVE FOR SELECT TO interna_runtime USING ((select app.others('usage:read')) is not null)"
    )
    op.execute("COMMENT ON POLICY managed_select ON billing.usage_alerts IS 'interna de3075033c227c4c'")
    op.execute(
        "CREATE POLICY system_select ON billing.usage_alerts AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_select ON billing.usage_alerts IS 'interna c0a2489ad46e2259'")
    op.execute(
        "CREATE POLICY system_insert ON billing.usage_alerts AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()) and (select app.user_id()) is null)"
    )
    op.execute("COMMENT ON POLICY system_insert ON billing.usage_alerts IS 'interna a46e816d61c4864b'")
    op.execute("CREATE POLICY owner ON billing.usage_alerts TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.usage_alerts IS 'interna b2a7d3a8e909a150'")
    op.execute("GRANT INSERT ON billing.usage_alerts TO interna_runtime")
    op.execute("GRANT SELECT ON billing.usage_alerts TO interna_runtime")
    op.execute("ALTER TABLE billing.usage_totals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.usage_totals FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.usage_totals AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.usage_totals IS 'interna 7008ede9040f8c3b'")
    op.execute(
        "CREATE POLICY scoped_select ON billing.usage_totals AS PERMISSIVE FOR SELECT TO interna_runtime USING (user_id = (select app.own('usage:read')) or user_id <> (select app.others('usage:read')))"
    )
    op.execute("COMMENT ON POLICY scoped_select ON billing.usage_totals IS 'interna 6d45d7b0bd320151'")
    op.execute("CREATE POLICY owner ON billing.usage_totals TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.usage_totals IS 'interna 77b83366d80bfbcb'")
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.usage_totals FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    op.execute("COMMENT ON TRIGGER touch_updated_at ON billing.usage_totals IS 'interna 629c1d0cf242a275'")
    op.execute(
        "CREATE TRIGGER forget_usage AFTER DELETE ON billing.usage_totals REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION billing.forget_usage()"
    )
    op.execute("COMMENT ON TRIGGER forget_usage ON billing.usage_totals IS 'interna 563a3c314fafff63'")
    op.execute("GRANT SELECT ON billing.usage_totals TO interna_runtime")
    op.execute("ALTER TABLE billing.credit_allocations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE billing.credit_allocations FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON billing.credit_allocations AS RESTRICTIVE FOR ALL TO interna_runtime USING (tenant_id = (select app.tenant_id())) WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_isolation ON billing.credit_allocations IS 'interna 97bd8c21c687daa1'")
    op.execute(
        "CREATE POLICY tenant_select ON billing.credit_allocations AS PERMISSIVE FOR SELECT TO interna_runtime USING (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_select ON billing.credit_allocations IS 'interna 021659bef6805652'")
    op.execute(
        "CREATE POLICY tenant_insert ON billing.credit_allocations AS PERMISSIVE FOR INSERT TO interna_runtime WITH CHECK (tenant_id = (select app.tenant_id()))"
    )
    op.execute("COMMENT ON POLICY tenant_insert ON billing.credit_allocations IS 'interna 2d22a7cd9ebd5d9a'")
    op.execute("CREATE POLICY owner ON billing.credit_allocations TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("COMMENT ON POLICY owner ON billing.credit_allocations IS 'interna b60818c252af48bf'")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing.credit_allocations FOR EACH ROW EXECUTE FUNCTION billing.refuse_change()"
    )
    op.execute("COMMENT ON TRIGGER append_only ON billing.credit_allocations IS 'interna 7429bb8a8b688192'")
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON billing.credit_allocations FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change()"
    )
    op.execute("COMMENT ON TRIGGER never_emptied ON billing.credit_allocations IS 'interna 1fbc3989680e8b2c'")
    op.execute("GRANT INSERT ON billing.credit_allocations TO interna_runtime")
    op.execute("GRANT SELECT ON billing.credit_allocations TO interna_runtime")
    # Entries that were there already were numbered as they lie in the table, which is not how they were entered where
    # a deleted tenant's place was used again. Their ids are, but for those of seeds, which came first.
    op.execute("ALTER TABLE billing.credit_entries DISABLE TRIGGER append_only")
    op.execute("""
WITH placed AS (
    SELECT tenant_id, id, count(*) OVER () + row_number() OVER (ORDER BY substr(id::text, 15, 1) = '7', id) AS place
    FROM billing.credit_entries
)
UPDATE billing.credit_entries e SET number = p.place FROM placed p WHERE p.tenant_id = e.tenant_id AND p.id = e.id
""")
    op.execute("ALTER TABLE billing.credit_entries ENABLE TRIGGER append_only")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('billing.credit_entries', 'number'), max(number))"
        " FROM billing.credit_entries HAVING count(*) > 0"
    )
    # Which grants the entries so far filled and drew from: first in, first out, as there was none that expires.
    op.execute("""
INSERT INTO billing.credit_allocations (tenant_id, entry_id, grant_id, amount)
WITH filled AS (
    SELECT tenant_id, id, sum(amount) OVER w - amount AS low, sum(amount) OVER w AS high
    FROM billing.credit_grants WINDOW w AS (PARTITION BY tenant_id ORDER BY created_at, id)
), moved AS (
    SELECT tenant_id, id, sign(amount)::integer AS way,
           sum(abs(amount)) OVER w - abs(amount) AS low, sum(abs(amount)) OVER w AS high
    FROM billing.credit_entries WINDOW w AS (PARTITION BY tenant_id, sign(amount) ORDER BY number)
)
SELECT m.tenant_id, m.id, f.id, m.way * (least(m.high, f.high) - greatest(m.low, f.low))
FROM moved m JOIN filled f ON f.tenant_id = m.tenant_id AND f.low < m.high AND m.low < f.high
""")
    # Prices by the year, and what plans open, for installations that have the plans already.
    op.execute(
        "UPDATE billing.plans SET yearly_price_cents = price_cents * 10, limits = limits || CASE id"
        ' WHEN \'free\' THEN \'{"features": [], "contract_type": "standard"}\'::jsonb'
        ' WHEN \'pro\' THEN \'{"features": ["advanced-analytics"], "contract_type": "standard"}\'::jsonb'
        ' ELSE \'{"features": ["advanced-analytics", "sso", "audit-log"], "contract_type": "enterprise"}\'::jsonb'
        " END"
    )
    # An event is its key, which is unique anyhow.
    op.execute(
        "ALTER TABLE billing.usage_events ADD CONSTRAINT pk_usage_events"
        " PRIMARY KEY (tenant_id, idempotency_key, occurred_at)"
    )
    # A month for each partition, and totals of what there is already.
    op.execute("CREATE POLICY owner ON billing.usage_events_default TO interna_owner USING (true) WITH CHECK (true)")
    op.execute("SELECT billing.keep_usage_months(NULL)")
    op.execute("""
INSERT INTO billing.usage_totals (tenant_id, day, event_type, user_id, requests, tokens, cost)
SELECT tenant_id, (occurred_at AT TIME ZONE 'UTC')::date, event_type, user_id, count(*), sum(tokens_used), sum(cost)
FROM billing.usage_events GROUP BY 1, 2, 3, 4
""")
    # What a month of each plan is meant for, and members' right to see what they used.
    op.execute("""
UPDATE billing.plans SET limits = limits || CASE id
    WHEN 'free' THEN '{"requests": 1000, "tokens": 1000000}'::jsonb
    WHEN 'pro' THEN '{"requests": 20000, "tokens": 20000000, "credits": 200}'::jsonb
    ELSE '{"requests": 200000, "tokens": 200000000, "credits": 2000}'::jsonb END
""")
    op.execute(
        "INSERT INTO authz.policies (tenant_id, role_id, effect, resource, actions, conditions, scope, digest)"
        " SELECT tenant_id, id, 'allow', 'usage', '{read}', '{}', 'own',"
        " '\\xda72327708ae1774bdc6d0929656bbe6f7234fb8e79e8e67ee696fa0eed8df9f'"
        " FROM authz.roles WHERE is_system AND name = 'member' ON CONFLICT DO NOTHING"
    )
    # Until now nothing granted monthly credits by itself: whoever subscribes has the running month's, and gets the
    # next month's with it. Months are counted as modules/billing/domain/periods.py does.
    op.execute("""
WITH counted AS (
    SELECT s.tenant_id, s.id, s.current_period_start AT TIME ZONE 'UTC' AS began,
           s.current_period_end AT TIME ZONE 'UTC' AS ends, p.monthly_credits,
           greatest(1, round(extract(epoch FROM s.current_period_end - s.current_period_start)
                             / (365.2425 * 86400 / 12)))::integer - 1 AS last
    FROM billing.subscriptions s JOIN billing.plans p ON p.id = s.plan
    WHERE s.current_period_start <= now() AND now() < s.current_period_end
), placed AS (
    SELECT c.*, (SELECT max(n) FROM generate_series(0, c.last) n
                 WHERE c.began + make_interval(months => n) <= now() AT TIME ZONE 'UTC') AS number
    FROM counted c
)
UPDATE billing.subscriptions s
SET credited = m.monthly_credits, credited_until = CASE WHEN m.number = m.last THEN m.ends
    ELSE m.began + make_interval(months => m.number + 1) END AT TIME ZONE 'UTC'
FROM placed m WHERE s.tenant_id = m.tenant_id AND s.id = m.id
""")
