"""The ledger's database functions: what housekeeping asks before it has a tenant, and what keeps entries unchanged."""

from __future__ import annotations

from typing import Final

from core.database.protection import Function

EXPIRED_HOLDS: Final = Function(
    "billing.expired_holds()",
    """
CREATE OR REPLACE FUNCTION billing.expired_holds(
    OUT tenant_id uuid, OUT user_id uuid, OUT id uuid, OUT reference uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT h.tenant_id, h.user_id, h.id, h.reference FROM billing.credit_holds h
WHERE h.status = 'open' AND h.expires_at < now() ORDER BY h.expires_at LIMIT 100 $$""",
)

# Tenants whose credits ran out, as far as those are not what an open hold waits for.
EXPIRED_CREDITS: Final = Function(
    "billing.tenants_with_expired_credits()",
    """
CREATE OR REPLACE FUNCTION billing.tenants_with_expired_credits() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT g.tenant_id FROM billing.credit_grants g JOIN billing.credit_accounts a ON a.tenant_id = g.tenant_id
WHERE g.open AND g.expires_at <= now()
GROUP BY g.tenant_id, a.held HAVING sum(g.remaining) > a.held ORDER BY min(g.expires_at) LIMIT 100 $$""",
)

# The owner's mistakes count too. Only with the whole tenant, whose row is gone by then, does its ledger go.
REFUSE_CHANGE: Final = Function(
    "billing.refuse_change()",
    """
CREATE OR REPLACE FUNCTION billing.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM authz.tenants t WHERE t.id = OLD.tenant_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: a correction is an entry', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$""",
    callable=False,
)

FUNCTIONS: Final = (EXPIRED_HOLDS, EXPIRED_CREDITS, REFUSE_CHANGE)
