"""Resolving who is calling, for which tenant, and what row-level security opens to them."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

_MEMBERSHIP = """
        SELECT t.id, m.role_id, t.policy_version, o.own, o.others, o.varies INTO membership
        FROM authz.tenants t JOIN authz.memberships m ON m.tenant_id = t.id AND m.user_id = known.user_id
        LEFT JOIN authz.role_rights o ON o.tenant_id = m.tenant_id AND o.role_id = m.role_id
        WHERE"""

# The end of every identification: the tenant that is asked for (an id, a slug, null for the personal one), if the user
# is a member of it, and the settings that row-level security reads. One text, because a function of its own would cost
# every request a second call.
_ENTER_TENANT = f"""
    IF wanted IS NULL THEN{_MEMBERSHIP} t.owner_id = known.user_id;
    ELSIF wanted ~ '^[0-9a-fA-F]{{8}}-([0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}$' THEN{_MEMBERSHIP} t.id = wanted::uuid;
    ELSE{_MEMBERSHIP} t.slug = wanted;
    END IF;
    IF membership.varies THEN
        SELECT e.own, e.others INTO membership.own, membership.others
        FROM authz.evaluate(membership.id, membership.role_id,
                            authz.facts(membership.id, membership.role_id, known.user_id)) e;
    END IF;
    PERFORM set_config('app.user_id', known.user_id::text, true),
            set_config('app.tenant_id', coalesce(membership.id::text, ''), true),
            set_config('app.own', coalesce(membership.own, ''), true),
            set_config('app.others', coalesce(membership.others, ''), true);
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

FUNCTIONS: Final = (IDENTIFY_SESSION, IDENTIFY_SUBJECT, IDENTIFY_OPERATOR, TOUCH_SESSION)
