"""The database functions of authorization: resolving a session, and the version of a tenant's policies."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.protection import Function, declare

# SECURITY DEFINER: it must look for a session before there is an identity. Both arguments are hex, never SQL. The
# answer's tenant is null where the user is no member of what was asked for; no row means that the token is no good.
IDENTIFY_SESSION = Function(
    "app.identify_session(text,text)",
    """
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
END $$""",
)

TOUCH_SESSION = Function(
    "app.touch_session(uuid)",
    """
CREATE OR REPLACE FUNCTION app.touch_session(session_id uuid) RETURNS void
LANGUAGE sql VOLATILE SET search_path = '' AS $$
UPDATE users.sessions SET last_seen_at = now()
WHERE id = session_id AND last_seen_at < now() - interval '1 minute' $$""",
)

BUMP_POLICY_VERSION = Function(
    "authz.bump_policy_version()",
    """
CREATE OR REPLACE FUNCTION authz.bump_policy_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE authz.tenants SET policy_version = policy_version + 1
    WHERE id IN (SELECT tenant_id FROM changed);
    RETURN NULL;
END $$""",
    callable=False,
)

for _function in (IDENTIFY_SESSION, TOUCH_SESSION, BUMP_POLICY_VERSION):
    declare(metadata, _function)
