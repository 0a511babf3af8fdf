"""The database functions of what was used: counting it, keeping its months, and who should be looked at."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

# Whoever writes events counts them: there is no other way to a total. The order keeps two that write at the same time
# from waiting for each other.
COUNT_USAGE: Final = Function(
    "billing.count_usage()",
    """
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
END $$""",
    callable=False,
)

# The end of a tenant, whose totals are deleted with it, as the owner. Whoever was writing events of it holds one of its
# totals or the tenant itself, so that this waits, and then sees them.
FORGET_USAGE: Final = Function(
    "billing.forget_usage()",
    """
CREATE OR REPLACE FUNCTION billing.forget_usage() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    DELETE FROM billing.usage_events e USING (SELECT DISTINCT tenant_id FROM gone) g WHERE e.tenant_id = g.tenant_id;
    RETURN NULL;
END $$""",
    callable=False,
)

# Makes the partitions of this month and the next three, and of whatever month the default one holds events of, which
# move there; with `kept`, drops those of more than so many months ago (at least three, so the runtime can never empty
# the table). Whoever calls it may do exactly this: no name comes from outside. ATTACH keeps neither readers nor writers
# of other months waiting, and nobody waits for longer than the lock's timeout. Dropping needs the whole table for a
# moment: a month that is not got in time is left for the next call, and keeps no new month from being made. Answers how
# many it made or dropped.
KEEP_USAGE_MONTHS: Final = Function(
    "billing.keep_usage_months(integer)",
    """
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
END $$""",
)

# Whose totals have changed since then, as far as it was by what happened at most so many days before, or later.
TENANTS_USING: Final = Function(
    "billing.tenants_using(timestamp with time zone,integer)",
    """
CREATE OR REPLACE FUNCTION billing.tenants_using(since timestamptz, days integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT DISTINCT t.tenant_id FROM billing.usage_totals t
WHERE t.day >= (since AT TIME ZONE 'UTC')::date - days AND t.updated_at >= since $$""",
)

FUNCTIONS: Final = (COUNT_USAGE, FORGET_USAGE, KEEP_USAGE_MONTHS, TENANTS_USING)
