"""The database functions of authorization: resolving who is calling, and the version of a tenant's policies."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.protection import Function, declare

# The end of every identification: the tenant that is asked for (an id, a slug, null for the personal one), if the user
# is a member of it, and the settings that row-level security reads. One text, because a function of its own would cost
# every request a second call.
_ENTER_TENANT = """
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
END $$"""
_ANSWER = """
RETURNS TABLE (session_id uuid, user_id uuid, tenant_id uuid, role_id uuid, policy_version bigint, stale boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
DECLARE
    known record;
    membership record;
    wanted text := convert_from(decode(tenant, 'hex'), 'UTF8');
BEGIN"""

# SECURITY DEFINER: they must look before there is an identity. All arguments are hex, never SQL. The answer's tenant is
# null where the user is no member of what was asked for; no row means that the token is no good.
IDENTIFY_SESSION = Function(
    "app.identify_session(text,text)",
    f"""
CREATE OR REPLACE FUNCTION app.identify_session(token_hash text, tenant text){_ANSWER}
    SELECT s.id AS session_id, s.user_id, s.last_seen_at < now() - interval '1 minute' AS stale INTO known
    FROM users.sessions s JOIN users.users u ON u.id = s.user_id
    WHERE s.token_hash = decode(identify_session.token_hash, 'hex')
      AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;{_ENTER_TENANT}""",
)

IDENTIFY_SUBJECT = Function(
    "app.identify_subject(uuid,text,text,text)",
    f"""
CREATE OR REPLACE FUNCTION app.identify_subject(issuer_id uuid, subject text, email text, tenant text){_ANSWER}
    SELECT NULL::uuid AS session_id, a.user_id,
           identify_subject.email <> ''
           AND a.email IS DISTINCT FROM convert_from(decode(identify_subject.email, 'hex'), 'UTF8') AS stale INTO known
    FROM users.trusted_issuers i JOIN users.accounts a ON a.provider = i.issuer
      AND a.provider_account_id = convert_from(decode(identify_subject.subject, 'hex'), 'UTF8')
    JOIN users.users u ON u.id = a.user_id
    WHERE i.id = identify_subject.issuer_id AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;{_ENTER_TENANT}""",
)

IDENTIFY_OPERATOR = Function(
    "app.identify_operator(text)",
    """
CREATE OR REPLACE FUNCTION app.identify_operator(token_hash text)
RETURNS TABLE (session_id uuid, operator_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT s.id, set_config('app.operator_id', s.operator_id::text, true)::uuid
FROM users.operator_sessions s JOIN users.operators o ON o.id = s.operator_id
WHERE s.token_hash = decode(identify_operator.token_hash, 'hex')
  AND s.revoked_at IS NULL AND s.expires_at > now() AND o.disabled_at IS NULL $$""",
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

# Before a membership there is nothing of a tenant that row-level security would show.
FIND_TENANT = Function(
    "authz.find_tenant(text)",
    """
CREATE OR REPLACE FUNCTION authz.find_tenant(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT id FROM authz.tenants WHERE slug = wanted OR id::text = lower(wanted) $$""",
)

# A personal tenant is named after its owner; with the owner's name gone, so is the tenant's.
FORGET_OWNER = Function(
    "authz.forget_owner(uuid)",
    """
CREATE OR REPLACE FUNCTION authz.forget_owner(owner uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE authz.tenants SET name = 'Anonymised' WHERE owner_id = owner
  AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL) $$""",
)

for _function in (
    FIND_TENANT,
    FORGET_OWNER,
    IDENTIFY_SESSION,
    IDENTIFY_SUBJECT,
    IDENTIFY_OPERATOR,
    TOUCH_SESSION,
    BUMP_POLICY_VERSION,
):
    declare(metadata, _function)
