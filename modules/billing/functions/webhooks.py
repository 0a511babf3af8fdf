"""The database functions of web hooks, which are of no tenant until they were read: only these touch their table."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

# Stored once, whoever else stores it at this instant. Answers the id where it is to be applied: it is new and ours, or
# it failed before, and somebody had it sent again. The minute is for a job that gets lost.
RECEIVE_EVENT: Final = Function(
    "billing.receive_event(jsonb,boolean)",
    """
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
WHERE e.provider = 'stripe' AND e.event_id = body ->> 'id' AND e.processed_at IS NULL AND e.error IS NOT NULL $$""",
)

READ_EVENT: Final = Function(
    "billing.read_event(uuid)",
    """
CREATE OR REPLACE FUNCTION billing.read_event(wanted uuid) RETURNS TABLE (type text, payload jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT e.type, e.payload FROM billing.webhook_events e WHERE e.id = wanted AND e.processed_at IS NULL $$""",
)

# A failure is tried again after 1, 2, 4, ... minutes, at last every 6 hours, for about three days: as long as Stripe
# itself goes on. Answers whether it will be.
FINISH_EVENT: Final = Function(
    "billing.finish_event(uuid,text,text)",
    """
CREATE OR REPLACE FUNCTION billing.finish_event(wanted uuid, result text, why text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE billing.webhook_events e SET
    outcome = result, error = why, attempts = e.attempts + 1,
    processed_at = CASE WHEN result IS NOT NULL THEN now() END,
    next_attempt_at = CASE WHEN result IS NULL AND e.attempts < 20
        THEN now() + least(interval '1 minute' * 2 ^ e.attempts, interval '6 hours') END
WHERE e.id = wanted AND e.processed_at IS NULL
RETURNING e.next_attempt_at IS NOT NULL $$""",
)

# Each is claimed for ten minutes: another worker that asks at the same time is given others.
CLAIM_EVENTS: Final = Function(
    "billing.claim_events()",
    """
CREATE OR REPLACE FUNCTION billing.claim_events() RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE billing.webhook_events e SET next_attempt_at = now() + interval '10 minutes'
WHERE e.id IN (SELECT due.id FROM billing.webhook_events due WHERE due.next_attempt_at <= now()
               ORDER BY due.next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING e.id $$""",
)

FUNCTIONS: Final = (RECEIVE_EVENT, READ_EVENT, FINISH_EVENT, CLAIM_EVENTS)
