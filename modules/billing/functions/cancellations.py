"""The database functions of subscriptions that are to be ended at the provider: only these touch their table."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

END_AT_PROVIDER: Final = Function(
    "billing.end_at_provider()",
    """
CREATE OR REPLACE FUNCTION billing.end_at_provider() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO billing.cancellations (provider, provider_subscription_id)
    VALUES (OLD.provider, OLD.provider_subscription_id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$""",
    callable=False,
)

# Of the tenants that nobody is left in when whoever acts is gone: the personal one, and organizations of one person.
END_MY_SUBSCRIPTIONS: Final = Function(
    "billing.end_my_subscriptions()",
    """
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
ON CONFLICT DO NOTHING $$""",
)

# Each is claimed for ten minutes: another worker that asks at the same time is given others.
CLAIM_CANCELLATIONS: Final = Function(
    "billing.claim_cancellations()",
    """
CREATE OR REPLACE FUNCTION billing.claim_cancellations() RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE billing.cancellations c SET next_attempt_at = now() + interval '10 minutes'
WHERE c.id IN (SELECT due.id FROM billing.cancellations due WHERE due.next_attempt_at <= now()
               ORDER BY due.next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING c.id $$""",
)

READ_CANCELLATION: Final = Function(
    "billing.read_cancellation(uuid)",
    """
CREATE OR REPLACE FUNCTION billing.read_cancellation(wanted uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT c.provider_subscription_id FROM billing.cancellations c WHERE c.id = wanted AND c.ended_at IS NULL $$""",
)

# Without an error it is done. Else it is tried again after 1, 2, 4, ... minutes, at last every 6 hours, and never given
# up: somebody is charged as long as it fails.
FINISH_CANCELLATION: Final = Function(
    "billing.finish_cancellation(uuid,text)",
    """
CREATE OR REPLACE FUNCTION billing.finish_cancellation(wanted uuid, why text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE billing.cancellations c SET
    error = why, attempts = c.attempts + 1, ended_at = CASE WHEN why IS NULL THEN now() END,
    next_attempt_at = CASE WHEN why IS NOT NULL
        THEN now() + least(interval '1 minute' * 2 ^ least(c.attempts, 9), interval '6 hours') END
WHERE c.id = wanted AND c.ended_at IS NULL $$""",
)

FUNCTIONS: Final = (
    END_AT_PROVIDER,
    END_MY_SUBSCRIPTIONS,
    CLAIM_CANCELLATIONS,
    READ_CANCELLATION,
    FINISH_CANCELLATION,
)
