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

# A tenant that is being deleted has no row any more, and needs no admin. An admin whom others added counts once they
# agree: nobody becomes responsible for a tenant by somebody else's doing. The owner of a personal one is its admin for
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
            WHERE m.tenant_id = place.tenant_id AND m.agreed) THEN
            RAISE EXCEPTION 'no admin is left' USING ERRCODE = 'check_violation',
                CONSTRAINT = CASE TG_OP WHEN 'INSERT' THEN 'no_admin' ELSE 'last_admin' END;
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

# What goes with a role are its invitations, and the one minute in which nobody is invited again.
GUARD_ROLE: Final = Function(
    "authz.guard_role()",
    """
CREATE OR REPLACE FUNCTION authz.guard_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) AND EXISTS (
        SELECT FROM authz.invitations i WHERE i.tenant_id = OLD.tenant_id AND i.role_id = OLD.id
        AND i.accepted_at IS NULL
        AND (i.withdrawn_at IS NULL AND i.expires_at > now() OR i.created_at > now() - interval '1 minute')) THEN
        RAISE EXCEPTION 'somebody is invited' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_in_use';
    END IF;
    RETURN OLD;
END $$""",
    callable=False,
)

NOTE_DEPARTURES: Final = Function(
    "authz.note_departures()",
    """
CREATE OR REPLACE FUNCTION authz.note_departures() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO authz.departures (tenant_id, user_id)
    SELECT gone.tenant_id, gone.user_id FROM changed gone JOIN authz.tenants t ON t.id = gone.tenant_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$""",
    callable=False,
)

HAS_LEFT: Final = Function(
    "authz.has_left()",
    """
CREATE OR REPLACE FUNCTION authz.has_left() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT EXISTS (SELECT FROM authz.departures d WHERE d.tenant_id = app.tenant_id() AND d.user_id = app.user_id()) $$""",
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
    JOIN users.users u ON u.id = m.user_id AND (u.deleted_at IS NULL OR u.id = app.user_id())
    WHERE m.agreed)
SELECT t.slug FROM authz.tenants t JOIN admins mine ON mine.tenant_id = t.id AND mine.user_id = app.user_id()
WHERE NOT EXISTS (SELECT FROM admins a WHERE a.tenant_id = t.id AND a.user_id <> app.user_id())
  AND EXISTS (
    SELECT FROM authz.memberships m JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
    WHERE m.tenant_id = t.id AND m.user_id <> app.user_id())
ORDER BY t.slug $$""",
)

# Whoever runs them now: who hands a tenant over cannot found yet another for it.
FOUNDED: Final = Function(
    "authz.founded()",
    """
CREATE OR REPLACE FUNCTION authz.founded() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT count(*) FROM authz.tenants WHERE founder_id = app.user_id() $$""",
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
    WHERE m.tenant_id = gone.tenant_id AND m.user_id <> owner AND m.agreed) $$""",
)

# What a tenant's plan opens: for whoever acts for it without a user. Policies compare these, so a right may come or go.
# Members whom the new plan has no seat for stay; nobody joins them.
APPLY_PLAN: Final = Function(
    "authz.apply_plan(text,text,text[],integer)",
    """
CREATE OR REPLACE FUNCTION authz.apply_plan(new_plan text, new_contract text, new_features text[], seats integer)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
WITH applied AS (
    UPDATE authz.tenant_attributes a
    SET plan = new_plan, contract_type = new_contract, features = new_features, max_users = seats
    WHERE a.tenant_id = app.tenant_id() AND app.user_id() IS NULL
      AND (a.plan, a.contract_type, a.features, a.max_users)
          IS DISTINCT FROM (new_plan, new_contract, new_features, seats)
    RETURNING 1)
SELECT EXISTS (SELECT FROM applied) $$""",
)

# Which of these are no members: whoever may write something in a member's name need not be allowed to read members.
STRANGERS: Final = Function(
    "authz.strangers(uuid[])",
    """
CREATE OR REPLACE FUNCTION authz.strangers(people uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT p.id FROM unnest(people) AS p(id)
WHERE NOT EXISTS (SELECT FROM authz.memberships m WHERE m.tenant_id = app.tenant_id() AND m.user_id = p.id) $$""",
)

# For jobs, which are nobody, that write to a tenant's admins.
ADMINS_TO_WRITE_TO: Final = Function(
    "authz.admins_to_write_to()",
    """
CREATE OR REPLACE FUNCTION authz.admins_to_write_to() RETURNS TABLE (user_id uuid, email text, tenant text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT u.id, u.email, t.slug
FROM authz.tenants t
JOIN authz.roles r ON r.tenant_id = t.id AND r.is_system AND r.name = 'admin'
JOIN authz.memberships m ON m.tenant_id = t.id AND m.role_id = r.id
JOIN users.users u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE t.id = app.tenant_id() AND app.user_id() IS NULL ORDER BY u.id $$""",
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
    FOUNDED,
    NOTE_DEPARTURES,
    HAS_LEFT,
    FIND_PERSON,
    FORGET_OWNER,
    APPLY_PLAN,
    STRANGERS,
    ADMINS_TO_WRITE_TO,
)
