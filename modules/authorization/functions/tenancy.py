"""What holds for every tenant, whoever writes: the version, the seats, the last admin; and what is asked from outside.

Seats and admins are kept by triggers, not by use cases: two requests at the same instant wait for each other at the
tenant's attributes, and the second one counts what the first one wrote. A deleted account takes no seat and is no
admin, though it stays a member for as long as it can be restored; who comes back is let in also where it is full.
A rule that is broken is told by the name of a constraint that does not exist: repositories/refusals.py says which error
that is.
"""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

BUMP_POLICY_VERSION: Final = Function(
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


GUARD_SEATS: Final = Function(
    "authz.guard_seats()",
    """
CREATE OR REPLACE FUNCTION authz.guard_seats() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    place record;
BEGIN
    FOR place IN SELECT a.tenant_id, a.max_users FROM authz.tenant_attributes a
                 WHERE a.tenant_id IN (SELECT tenant_id FROM changed) ORDER BY a.tenant_id FOR UPDATE LOOP
        IF (SELECT count(*) FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
            WHERE m.tenant_id = place.tenant_id) > place.max_users THEN
            RAISE EXCEPTION 'no seat is left'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'max_users', DETAIL = place.max_users;
        END IF;
    END LOOP;
    RETURN NULL;
END $$""",
    callable=False,
)

# A tenant that is being deleted has no row any more, and needs no admin. The owner of a personal one is its admin for
# as long as there is an account: whoever names no tenant acts for that one.
GUARD_ADMINS: Final = Function(
    "authz.guard_admins()",
    """
CREATE OR REPLACE FUNCTION authz.guard_admins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    place record;
BEGIN
    FOR place IN SELECT a.tenant_id, t.owner_id FROM authz.tenant_attributes a
                 JOIN authz.tenants t ON t.id = a.tenant_id
                 WHERE a.tenant_id IN (SELECT tenant_id FROM changed) ORDER BY a.tenant_id FOR UPDATE OF a LOOP
        IF EXISTS (SELECT FROM users.users u WHERE u.id = place.owner_id AND u.deleted_at IS NULL) AND NOT EXISTS (
            SELECT FROM authz.memberships m
            JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
            WHERE m.tenant_id = place.tenant_id AND m.user_id = place.owner_id) THEN
            RAISE EXCEPTION 'the owner stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_stays';
        END IF;
        IF NOT EXISTS (
            SELECT FROM authz.memberships m
            JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
            JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
            WHERE m.tenant_id = place.tenant_id) THEN
            RAISE EXCEPTION 'no admin is left' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_admin';
        END IF;
    END LOOP;
    RETURN NULL;
END $$""",
    callable=False,
)

# BEFORE, so that the row is locked when it looks: nobody joins a tenant, or is invited to a role, that is going.
GUARD_DELETION: Final = Function(
    "authz.guard_deletion()",
    """
CREATE OR REPLACE FUNCTION authz.guard_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF (SELECT count(*) FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = OLD.id) > 1 THEN
        RAISE EXCEPTION 'there are members' USING ERRCODE = 'check_violation', CONSTRAINT = 'other_members';
    END IF;
    RETURN OLD;
END $$""",
    callable=False,
)

GUARD_ROLE: Final = Function(
    "authz.guard_role()",
    """
CREATE OR REPLACE FUNCTION authz.guard_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) AND EXISTS (
        SELECT FROM authz.invitations i WHERE i.tenant_id = OLD.tenant_id AND i.role_id = OLD.id
        AND i.accepted_at IS NULL AND i.expires_at > now()) THEN
        RAISE EXCEPTION 'somebody is invited' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_in_use';
    END IF;
    RETURN OLD;
END $$""",
    callable=False,
)

# Before a membership there is nothing of a tenant that row-level security would show.
FIND_TENANT: Final = Function(
    "authz.find_tenant(text)",
    """
CREATE OR REPLACE FUNCTION authz.find_tenant(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT id FROM authz.tenants WHERE slug = wanted OR id::text = lower(wanted) $$""",
)

# All tenants of whoever acts: row-level security shows one at a time. `since` is what they are sorted by: the personal
# one comes first, whatever is older.
MY_TENANTS: Final = Function(
    "authz.my_tenants()",
    """
CREATE OR REPLACE FUNCTION authz.my_tenants()
RETURNS TABLE (id uuid, name text, slug text, kind text, plan text, contract_type text, features text[],
               max_users integer, members bigint, role_id uuid, role text, created_at timestamptz,
               since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT t.id, t.name, t.slug, t.kind, a.plan, a.contract_type, a.features, a.max_users,
       (SELECT count(*) FROM authz.memberships o JOIN users.users u ON u.id = o.user_id AND u.deleted_at IS NULL
        WHERE o.tenant_id = t.id),
       r.id, r.name, t.created_at, CASE WHEN t.owner_id = app.user_id() THEN 'epoch' ELSE t.created_at END
FROM authz.memberships m
JOIN authz.tenants t ON t.id = m.tenant_id
JOIN authz.tenant_attributes a ON a.tenant_id = t.id
JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id
WHERE m.user_id = app.user_id() $$""",
)

# How many have each role of the tenant that is acted for: who may read roles need not be allowed to read members.
ROLE_MEMBERS: Final = Function(
    "authz.role_members()",
    """
CREATE OR REPLACE FUNCTION authz.role_members() RETURNS TABLE (role_id uuid, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT m.role_id, count(*)
FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE m.tenant_id = app.tenant_id() GROUP BY m.role_id $$""",
)

# The tenants of whoever acts that would be without an admin, but not without members. They are locked first, so that of
# two admins who leave at the same instant the second one is told.
SOLELY_MINE: Final = Function(
    "authz.solely_mine()",
    """
CREATE OR REPLACE FUNCTION authz.solely_mine() RETURNS TABLE (slug text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
SELECT FROM authz.tenant_attributes a
WHERE a.tenant_id IN (SELECT m.tenant_id FROM authz.memberships m WHERE m.user_id = app.user_id())
ORDER BY a.tenant_id FOR UPDATE;
WITH admins AS (
    SELECT m.tenant_id, m.user_id FROM authz.memberships m
    JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
    JOIN users.users u ON u.id = m.user_id AND (u.deleted_at IS NULL OR u.id = app.user_id()))
SELECT t.slug FROM authz.tenants t JOIN admins mine ON mine.tenant_id = t.id AND mine.user_id = app.user_id()
WHERE NOT EXISTS (SELECT FROM admins a WHERE a.tenant_id = t.id AND a.user_id <> app.user_id())
  AND EXISTS (
    SELECT FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
    WHERE m.tenant_id = t.id AND m.user_id <> app.user_id())
ORDER BY t.slug $$""",
)

# Who has this address, for those who may add or invite members: the directory shows only those who are members already.
FIND_PERSON: Final = Function(
    "authz.find_person(text)",
    """
CREATE OR REPLACE FUNCTION authz.find_person(address text) RETURNS TABLE (user_id uuid, is_member boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT u.id, EXISTS (SELECT FROM authz.memberships m WHERE m.tenant_id = app.tenant_id() AND m.user_id = u.id)
FROM users.users u
WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL
  AND coalesce(app.others('members:create'), app.others('invitations:create')) IS NOT NULL $$""",
)

# A new invitation takes the place of the pending one to the same address, which is not for everybody who may invite to
# delete. Answers how many seconds too early that is (then nothing was taken away), and how many are pending now. The
# lock is not that of the seats, which who accepts takes after the invitation's.
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
    SELECT ceil(extract(epoch FROM i.created_at + interval '1 minute' - clock_timestamp()))::integer INTO wait
    FROM authz.invitations i
    WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL
      AND i.created_at > clock_timestamp() - interval '1 minute';
    IF wait IS NULL THEN
        DELETE FROM authz.invitations i
        WHERE i.tenant_id = app.tenant_id() AND lower(i.email) = lower(address) AND i.accepted_at IS NULL;
    END IF;
    SELECT count(*) INTO pending FROM authz.invitations i
    WHERE i.tenant_id = app.tenant_id() AND i.accepted_at IS NULL AND i.expires_at > now();
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
WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL AND i.expires_at > now()
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
FROM authz.invitations i WHERE i.token_hash = hashed FOR UPDATE $$""",
)

ACCEPT_INVITATION: Final = Function(
    "authz.accept_invitation(uuid)",
    """
CREATE OR REPLACE FUNCTION authz.accept_invitation(invitation uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE authz.invitations i SET accepted_at = now()
WHERE i.tenant_id = app.tenant_id() AND i.id = invitation AND i.accepted_at IS NULL
  AND EXISTS (SELECT FROM users.users u WHERE u.id = app.user_id() AND lower(u.email) = lower(i.email)) $$""",
)

# A personal tenant is named after its owner, and carries the name no longer than the owner does; an organisation goes
# on without somebody who cannot come back, unless there would be no admin.
FORGET_OWNER: Final = Function(
    "authz.forget_owner(uuid)",
    """
CREATE OR REPLACE FUNCTION authz.forget_owner(owner uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
UPDATE authz.tenants SET name = 'Anonymised' WHERE owner_id = owner
  AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL);
DELETE FROM authz.memberships gone WHERE gone.user_id = owner
  AND EXISTS (SELECT FROM users.users WHERE id = owner AND anonymised_at IS NOT NULL)
  AND EXISTS (
    SELECT FROM authz.memberships m
    JOIN authz.roles r ON r.tenant_id = m.tenant_id AND r.id = m.role_id AND r.is_system AND r.name = 'admin'
    JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
    WHERE m.tenant_id = gone.tenant_id AND m.user_id <> owner) $$""",
)

FUNCTIONS: Final = (
    BUMP_POLICY_VERSION,
    GUARD_SEATS,
    GUARD_ADMINS,
    GUARD_DELETION,
    GUARD_ROLE,
    FIND_TENANT,
    MY_TENANTS,
    ROLE_MEMBERS,
    SOLELY_MINE,
    FIND_PERSON,
    MAKE_ROOM,
    PREPARE_INVITATION,
    FIND_INVITATION,
    ACCEPT_INVITATION,
    FORGET_OWNER,
)
