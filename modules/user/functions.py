"""The database functions of users: what must be looked up, counted or written before anybody has proved who they are.

Each is SECURITY DEFINER, because without an identity row-level security hides the very rows that are needed, and each
answers exactly one question.
"""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.protection import Function, declare

ADD_PROFILE = Function(
    "users.add_profile()",
    """
CREATE OR REPLACE FUNCTION users.add_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
$$ BEGIN INSERT INTO users.profiles (user_id) VALUES (NEW.id); RETURN NEW; END $$""",
    callable=False,
)

FIND_CREDENTIALS = Function(
    "users.find_credentials(text)",
    """
CREATE OR REPLACE FUNCTION users.find_credentials(address text, OUT user_id uuid, OUT password_hash text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT u.id, c.password_hash FROM users.users u JOIN users.credentials c ON c.user_id = u.id
WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL $$""",
)

FIND_OPERATOR = Function(
    "users.find_operator(text)",
    """
CREATE OR REPLACE FUNCTION users.find_operator(address text,
    OUT id uuid, OUT email text, OUT name text, OUT password_hash text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT o.id, o.email, o.name, o.password_hash FROM users.operators o
WHERE lower(o.email) = lower(address) AND o.disabled_at IS NULL $$""",
)

# By an account elsewhere, or else by address: who arrives with a proof of a provider or an issuer.
FIND_ARRIVAL = Function(
    "users.find_arrival(text,text,text)",
    """
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
) found LIMIT 1 $$""",
)

# A session that a log-in replaces, whosever it is: to know its token is to be allowed to end it.
END_SESSION = Function(
    "users.end_session(bytea)",
    """
CREATE OR REPLACE FUNCTION users.end_session(hash bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE users.sessions SET revoked_at = now() WHERE token_hash = hash AND revoked_at IS NULL $$""",
)

REQUEST_TOKEN = Function(
    "users.request_token(text,text,integer)",
    """
CREATE OR REPLACE FUNCTION users.request_token(purpose text, address text, minutes integer) RETURNS uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
INSERT INTO users.verification_tokens (identifier, purpose, expires_at)
VALUES (lower(address), purpose, now() + make_interval(mins => minutes)) RETURNING id $$""",
)

# Whoever sends the mail: gives the wish its token. No row where nobody may have one; an older token is void, also one
# that is being made at the same moment.
PREPARE_TOKEN = Function(
    "users.prepare_token(uuid,bytea)",
    """
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
END $$""",
)

# One use, by one of many at once: the row is locked, and its user must still have the address that it was mailed to.
USE_TOKEN = Function(
    "users.use_token(bytea,text)",
    """
CREATE OR REPLACE FUNCTION users.use_token(hash bytea, purpose text, OUT user_id uuid, OUT email text)
RETURNS SETOF record LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
UPDATE users.verification_tokens t SET used_at = now() FROM users.users u
WHERE t.token_hash = hash AND t.purpose = use_token.purpose AND t.used_at IS NULL AND t.expires_at > now()
  AND u.id = t.user_id AND lower(u.email) = t.identifier AND (u.deleted_at IS NOT NULL) = (t.purpose = 'restore')
RETURNING u.id, u.email $$""",
)

# Counts before it answers, and each bucket under a lock, so that two workers never let one too many through. Answers
# null where the attempt was counted and may go on; how many seconds to wait where a bucket is full; and 0 where it is
# full only if all that is being tried right now fails, which will be known in a moment. What is pending for half a
# minute was left by somebody who went away, and counts.
ADMIT = Function(
    "users.admit(uuid,boolean,bytea[],integer[],integer)",
    """
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
END $$""",
)

SETTLE = Function(
    "users.settle(uuid)",
    """
CREATE OR REPLACE FUNCTION users.settle(attempt uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE users.attempts SET pending = false WHERE attempt_id = attempt $$""",
)

FORGIVE = Function(
    "users.forgive(uuid)",
    """
CREATE OR REPLACE FUNCTION users.forgive(attempt uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DELETE FROM users.attempts WHERE attempt_id = attempt $$""",
)

# Housekeeping has no user: what nobody can use or count any more.
FORGET = Function(
    "users.forget()",
    """
CREATE OR REPLACE FUNCTION users.forget() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
WITH tokens AS (DELETE FROM users.verification_tokens WHERE expires_at < now() RETURNING 1),
     attempts AS (DELETE FROM users.attempts WHERE created_at < now() - interval '1 hour' RETURNING 1),
     sessions AS (DELETE FROM users.sessions WHERE expires_at < now() - interval '30 days' RETURNING 1),
     staff AS (DELETE FROM users.operator_sessions WHERE expires_at < now() - interval '30 days' RETURNING 1)
SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM attempts) + (SELECT count(*) FROM sessions)
     + (SELECT count(*) FROM staff) $$""",
)

DUE_FOR_ANONYMISING = Function(
    "users.due_for_anonymising(integer)",
    """
CREATE OR REPLACE FUNCTION users.due_for_anonymising(at_most integer) RETURNS TABLE (user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT id FROM users.users
WHERE deleted_at < now() - interval '30 days' AND anonymised_at IS NULL ORDER BY deleted_at LIMIT at_most $$""",
)

for _function in (
    ADD_PROFILE,
    FIND_CREDENTIALS,
    FIND_OPERATOR,
    FIND_ARRIVAL,
    END_SESSION,
    REQUEST_TOKEN,
    PREPARE_TOKEN,
    USE_TOKEN,
    ADMIT,
    SETTLE,
    FORGIVE,
    FORGET,
    DUE_FOR_ANONYMISING,
):
    declare(metadata, _function)
