"""Invitations: what is asked by who may not see them, and when they end by themselves."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

# A new invitation takes the place of the pending one to the same address, which is not for everybody who may invite to
# delete. Answers how many seconds too early that is (then nothing was taken away), and how many are pending now. One
# that was withdrawn counts as if it had not been, for as long as its mail is new: a minute for the address, an hour for
# the tenant. The lock is not that of the seats, which who accepts takes after the invitation's.
MAKE_ROOM: Final = Function(
    "authz.make_room(text)",
    """
CREATE OR REPLACE FUNCTION authz.make_room(address text) RETURNS TABLE (wait integer, pending bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
BEGIN
    IF app.others('invitations:create') IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('invitations ' || app.tenant_id(), 0));
    SELECT ceil(extract(epoch FROM max(i.created_at) + interval '1 minute' - clock_timestamp()))::integer INTO wait
    FROM authz.invitations i
    WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL
      AND i.created_at > clock_timestamp() - interval '1 minute';
    IF wait IS NULL THEN
        DELETE FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL
          AND (lower(i.email) = lower(address)
               OR i.withdrawn_at IS NOT NULL AND i.created_at < clock_timestamp() - interval '1 hour');
    END IF;
    SELECT count(*) INTO pending FROM authz.invitations i
    WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL
      AND CASE WHEN i.withdrawn_at IS NULL THEN i.expires_at > now()
               ELSE i.created_at > clock_timestamp() - interval '1 hour' END;
    RETURN NEXT;
END $$""",
)

# The token is made by the job that mails it; nothing is answered where nobody waits for it any more. A role's name is
# told only where no user chose it: it goes into a mail.
PREPARE_INVITATION: Final = Function(
    "authz.prepare_invitation(uuid,bytea)",
    """
CREATE OR REPLACE FUNCTION authz.prepare_invitation(invitation uuid, new_hash bytea)
RETURNS TABLE (email text, tenant text, role text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
UPDATE authz.invitations i SET token_hash = new_hash
FROM authz.tenants t, authz.roles r
WHERE i.tenant_id = app.tenant_id() AND i.id = invitation
  AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
  AND t.id = i.tenant_id AND r.tenant_id = i.tenant_id AND r.id = i.role_id
RETURNING i.email, t.slug, CASE WHEN r.is_system THEN r.name END $$""",
)

# Whoever holds the token may know of the invitation; the row is locked, so of two acceptances one comes second.
FIND_INVITATION: Final = Function(
    "authz.find_invitation(bytea)",
    """
CREATE OR REPLACE FUNCTION authz.find_invitation(hashed bytea)
RETURNS TABLE (id uuid, tenant_id uuid, role_id uuid, accepted boolean, expired boolean, addressed boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT i.id, i.tenant_id, i.role_id, i.accepted_at IS NOT NULL, i.expires_at <= now(),
       EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email))
FROM authz.invitations i WHERE i.token_hash = hashed AND i.withdrawn_at IS NULL FOR UPDATE $$""",
)

ACCEPT_INVITATION: Final = Function(
    "authz.accept_invitation(uuid)",
    """
CREATE OR REPLACE FUNCTION authz.accept_invitation(invitation uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE authz.invitations i SET accepted_at = now()
WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL
  AND i.withdrawn_at IS NULL
  AND EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email)) $$""",
)

# An invitation is as good as its sender: it ends with the sender's membership, or with the role in which it was sent,
# unless the sender may do everything now.
ANNUL_INVITATIONS: Final = Function(
    "authz.annul_invitations()",
    """
CREATE OR REPLACE FUNCTION authz.annul_invitations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE authz.invitations i SET withdrawn_at = now() FROM changed before
    WHERE i.tenant_id = before.tenant_id AND i.invited_by = before.user_id
      AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
      AND NOT EXISTS (
        SELECT FROM authz.memberships m JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id
        WHERE m.tenant_id = before.tenant_id AND m.user_id = before.user_id
          AND (m.role_id = before.role_id OR r.is_system AND r.name = 'admin'));
    RETURN NULL;
END $$""",
    callable=False,
)

FUNCTIONS: Final = (MAKE_ROOM, PREPARE_INVITATION, FIND_INVITATION, ACCEPT_INVITATION, ANNUL_INVITATIONS)
