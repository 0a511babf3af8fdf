"""What row-level security opens to a role: its policies, evaluated in the database whenever they change.

The rights that the tables' policies ask for are a closed list, so a role's answer to each is written down once, in
`authz.role_rights`, and the identity statement puts it into the settings that `app.own` and `app.others` read. To
evaluate policies in every query was rejected: it costs 40 microseconds, a third of a keyset page.

Row-level security is the net: where a condition speaks of a row's attributes or of the moment, it opens whatever the
condition might open (an unknown allow allows, an unknown deny does not deny), and the query's own filter does the
rest. Where conditions speak only of owner, subject and tenant, both are equal.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from core.database.protection import Function, rights

# Null where the facts do not tell, which AND, OR and NOT carry on as SQL does.
HOLDS: Final = Function(
    "authz.holds(jsonb,jsonb)",
    """
CREATE OR REPLACE FUNCTION authz.holds(condition jsonb, facts jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
DECLARE
    operator text := condition ->> 'operator';
    found jsonb;
    wanted jsonb := condition -> 'value';
    part jsonb;
    verdict boolean;
BEGIN
    IF condition ? 'all' THEN
        verdict := true;
        FOR part IN SELECT jsonb_array_elements(condition -> 'all') LOOP
            verdict := verdict AND authz.holds(part, facts);
        END LOOP;
        RETURN verdict;
    ELSIF condition ? 'any' THEN
        verdict := false;
        FOR part IN SELECT jsonb_array_elements(condition -> 'any') LOOP
            verdict := verdict OR authz.holds(part, facts);
        END LOOP;
        RETURN verdict;
    ELSIF condition ? 'not' THEN
        RETURN NOT authz.holds(condition -> 'not', facts);
    ELSIF operator IS NULL THEN
        RETURN true;
    ELSIF operator = 'owner' THEN
        RETURN (facts -> 'owner')::boolean;
    END IF;
    found := facts -> (condition ->> 'attribute');
    IF jsonb_typeof(wanted) = 'object' THEN
        wanted := facts -> (wanted ->> 'attribute');
    END IF;
    IF operator NOT IN ('eq', 'ne') AND 'null' IN (found, wanted) THEN
        RETURN false;
    ELSIF found IS NULL OR wanted IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN CASE operator
        WHEN 'eq' THEN found = wanted
        WHEN 'ne' THEN found <> wanted
        WHEN 'in' THEN jsonb_typeof(wanted) = 'array' AND wanted @> jsonb_build_array(found)
        WHEN 'contains' THEN CASE jsonb_typeof(found)
            WHEN 'array' THEN found @> jsonb_build_array(wanted)
            WHEN 'string' THEN jsonb_typeof(wanted) = 'string' AND strpos(found #>> '{}', wanted #>> '{}') > 0
            ELSE false END
        ELSE jsonb_typeof(found) = 'number' AND jsonb_typeof(wanted) = 'number' AND CASE operator
            WHEN 'lt' THEN found < wanted
            WHEN 'lte' THEN found <= wanted
            WHEN 'gt' THEN found > wanted
            WHEN 'gte' THEN found >= wanted END
    END;
END $$""",
    callable=False,
)

# Without a user, what is true of everybody in the role.
FACTS: Final = Function(
    "authz.facts(uuid,uuid,uuid)",
    """
CREATE OR REPLACE FUNCTION authz.facts(tenant uuid, role uuid, person uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
SELECT jsonb_build_object(
    'tenant.id', t.id, 'tenant.kind', t.kind, 'tenant.plan', a.plan, 'tenant.contract_type', a.contract_type,
    'tenant.features', a.features, 'tenant.max_users', a.max_users, 'subject.role', r.name)
    || coalesce((
        SELECT jsonb_build_object(
            'subject.id', u.id, 'subject.email_verified', u.email_verified_at IS NOT NULL, 'subject.field', p.field,
            'subject.experience_level', p.experience_level, 'subject.region', p.region,
            'subject.interests', p.interests)
        FROM users.users u JOIN users.profiles p ON p.user_id = u.id WHERE u.id = person), '{}')
FROM authz.tenants t
JOIN authz.tenant_attributes a ON a.tenant_id = t.id
JOIN authz.roles r ON r.tenant_id = t.id AND r.id = role
WHERE t.id = tenant $$""",
    callable=False,
)


def _evaluate(metadata: MetaData) -> str:
    asked = ", ".join(f"'{right}'" for right in rights(metadata))
    about = ", ".join(f"'{name}'" for name in sorted({"*", *(right.partition(":")[0] for right in rights(metadata))}))
    return f"""
CREATE OR REPLACE FUNCTION authz.evaluate(tenant uuid, role uuid, facts jsonb)
RETURNS TABLE (own text, others text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
WITH held AS MATERIALIZED (
    SELECT p.effect, p.resource, p.actions, p.scope, mine.held AS own, theirs.held AS others
    FROM authz.policies p
    CROSS JOIN (SELECT evaluate.facts || '{{"owner": true}}' AS mine, evaluate.facts || '{{"owner": false}}' AS theirs
                OFFSET 0) told
    CROSS JOIN LATERAL (SELECT authz.holds(p.conditions, told.mine) AS held OFFSET 0) mine
    CROSS JOIN LATERAL (SELECT CASE WHEN strpos(p.conditions::text, '"owner"') = 0 THEN mine.held
                               ELSE authz.holds(p.conditions, told.theirs) END AS held OFFSET 0) theirs
    WHERE p.tenant_id = evaluate.tenant AND p.role_id = evaluate.role
      AND p.resource = ANY (ARRAY[{about}]::text[])
)
SELECT ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.own), '') || ' ',
       ' ' || coalesce(string_agg(asked.said, ' ') FILTER (WHERE verdict.others), '') || ' '
FROM unnest(ARRAY[{asked}]::text[]) AS asked(said)
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(p.effect = 'allow' AND p.own IS NOT FALSE), false)
           AND NOT coalesce(bool_or(p.effect = 'deny' AND p.own), false) AS own,
           coalesce(bool_or(p.effect = 'allow' AND p.scope = 'all' AND p.others IS NOT FALSE), false)
           AND NOT coalesce(bool_or(p.effect = 'deny' AND p.scope = 'all' AND p.others), false) AS others
    FROM held p
    WHERE p.resource IN (split_part(asked.said, ':', 1), '*')
      AND p.actions && ARRAY[split_part(asked.said, ':', 2), '*']
) verdict $$"""


# In plpgsql, because it is made before what it calls.
COMPILE: Final = Function(
    "authz.compile_rights(uuid,uuid)",
    """
CREATE OR REPLACE FUNCTION authz.compile_rights(tenant uuid, role uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO authz.role_rights (tenant_id, role_id, own, others, varies)
    SELECT tenant, role, e.own, e.others, EXISTS (
        SELECT FROM authz.policies p WHERE p.tenant_id = tenant AND p.role_id = role
          AND p.conditions::text ~ '"subject[.](id|email_verified|field|experience_level|region|interests)"')
    FROM authz.evaluate(tenant, role, authz.facts(tenant, role, NULL)) e
    WHERE EXISTS (SELECT FROM authz.roles r WHERE r.tenant_id = tenant AND r.id = role)
    ON CONFLICT (tenant_id, role_id) DO UPDATE
    SET own = excluded.own, others = excluded.others, varies = excluded.varies;
END $$""",
    callable=False,
)

RECOMPILE: Final = Function(
    "authz.recompile_rights()",
    """
CREATE OR REPLACE FUNCTION authz.recompile_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_TABLE_NAME = 'policies' THEN
        PERFORM authz.compile_rights(tenant_id, role_id)
        FROM (SELECT DISTINCT tenant_id, role_id FROM changed) touched;
    ELSIF TG_TABLE_NAME = 'roles' THEN
        PERFORM authz.compile_rights(tenant_id, id) FROM changed;
    ELSE
        PERFORM authz.compile_rights(r.tenant_id, r.id)
        FROM authz.roles r WHERE r.tenant_id IN (SELECT tenant_id FROM changed);
    END IF;
    RETURN NULL;
END $$""",
    callable=False,
)


EVALUATE: Final = Function(
    "authz.evaluate(uuid,uuid,jsonb)",
    _evaluate,
    callable=False,
    then="SELECT authz.compile_rights(tenant_id, id) FROM authz.roles",  # the list of rights has changed
)

FUNCTIONS: Final = (HOLDS, FACTS, COMPILE, EVALUATE, RECOMPILE)
