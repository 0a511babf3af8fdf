"""The database functions of subscriptions: whose one is, and which ones have work.

They tell ids; whatever is changed for a tenant is changed as that tenant.
"""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

# Whose this subscription is: whoever had it before, or is this customer, or is named by what was set at the checkout.
FIND_SUBSCRIBER: Final = Function(
    "billing.find_subscriber(text,text,uuid)",
    """
CREATE OR REPLACE FUNCTION billing.find_subscriber(subscription text, customer text, named uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT coalesce(
    (SELECT s.tenant_id FROM billing.subscriptions s
     WHERE s.provider = 'stripe' AND s.provider_subscription_id = subscription),
    (SELECT c.tenant_id FROM billing.customers c WHERE c.provider = 'stripe' AND c.provider_customer_id = customer),
    authz.find_tenant(named::text)) $$""",
)

DUE_FOR_CREDITS: Final = Function(
    "billing.due_for_credits(timestamp with time zone)",
    """
CREATE OR REPLACE FUNCTION billing.due_for_credits(at timestamptz) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT s.tenant_id, s.id FROM billing.subscriptions s
JOIN billing.plans p ON p.id = s.plan AND p.monthly_credits > 0
WHERE s.status IN ('active', 'trialing') AND (s.credited_until IS NULL OR s.credited_until <= at)
  AND s.current_period_start <= at AND at < s.current_period_end
ORDER BY s.credited_until NULLS FIRST LIMIT 500 $$""",
)

# Live subscriptions whose period is over without a word of the provider: a web hook got lost.
CLAIM_SUBSCRIPTIONS: Final = Function(
    "billing.claim_subscriptions()",
    """
CREATE OR REPLACE FUNCTION billing.claim_subscriptions() RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE billing.subscriptions s SET sync_due_at = now() + interval '1 hour'
WHERE (s.tenant_id, s.id) IN (
    SELECT due.tenant_id, due.id FROM billing.subscriptions due WHERE due.sync_due_at <= now()
    ORDER BY due.sync_due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING s.tenant_id, s.id $$""",
)

# How much the tenant that is acted for has used: who may see its subscription need not see who used what. Of whole days
# the totals, of the rest the events themselves.
PERIOD_USE: Final = Function(
    "billing.period_use(tstzrange)",
    """
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
      AND u.occurred_at < w.z) part $$""",
)

FUNCTIONS: Final = (PERIOD_USE, CLAIM_SUBSCRIPTIONS, FIND_SUBSCRIBER, DUE_FOR_CREDITS)
