"""The difference between what is declared beside the tables and what a database holds.

Each policy, trigger and function is created with its digest as comment, so the difference is a comparison of names and
digests: autogenerate writes it into a migration, `migrate check` fails on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, MetaData, Table, text

from core.database.protection import OWNER, RUNTIME, is_protected, protection


class Object(msgspec.Struct, frozen=True):
    """Anything that is compared by name and digest."""

    create: tuple[str, ...]
    drop: str
    digest: str
    before_tables: bool = False


Key = tuple[str, str, str]


def declared(metadata: MetaData) -> dict[Key, Object]:
    """All policies, triggers, functions, schemas and grants that the metadata declares."""
    found: dict[Key, Object] = {}
    for schema in sorted({table.schema or "public" for table in metadata.tables.values()} | {"app"}):
        found["schema", schema, ""] = _object(
            f"CREATE SCHEMA IF NOT EXISTS {schema}",
            f"DROP SCHEMA {schema}",
            comment_on=f"SCHEMA {schema}",
            more=(f"GRANT USAGE ON SCHEMA {schema} TO {RUNTIME}",),
            before=True,
        )
    for function in metadata.info.get("functions", []):
        closed = f"REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC"
        grant = f"GRANT EXECUTE ON FUNCTION {function.signature} TO {RUNTIME}"
        create = function.create if isinstance(function.create, str) else function.create(metadata)
        after = (function.then,) if function.then else ()
        found["function", function.signature, ""] = _object(
            create.strip(),
            f"DROP FUNCTION {function.signature}",
            comment_on=f"FUNCTION {function.signature}",
            more=(closed, grant, *after) if function.callable else (closed, *after),
            before=function.before_tables,
        )
    for table in metadata.sorted_tables:
        found.update(_objects_of(table))
    return found


def _objects_of(table: Table) -> dict[Key, Object]:
    name = str(table)
    found: dict[Key, Object] = {}
    policies = protection(table).policies
    statements = [policy.create(name) for policy in policies]
    names = [policy.name for policy in policies]
    if is_protected(table):
        names.append("owner")
        statements.append(f"CREATE POLICY owner ON {name} TO {OWNER} USING (true) WITH CHECK (true)")
        found["security", name, ""] = Object(
            (f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"),
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
            "forced",
        )
    for policy, create in zip(names, statements, strict=True):
        found["policy", name, policy] = _object(
            create, f"DROP POLICY {policy} ON {name}", comment_on=f"POLICY {policy} ON {name}"
        )
    if "updated_at" in table.columns:
        found["trigger", name, "touch_updated_at"] = _object(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON {name}"
            " FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()",
            f"DROP TRIGGER touch_updated_at ON {name}",
            comment_on=f"TRIGGER touch_updated_at ON {name}",
        )
    for said, timing in table.metadata.info.get("triggers", {}).get(name, {}).items():
        found["trigger", name, said] = _object(
            f"CREATE TRIGGER {said} {timing}",
            f"DROP TRIGGER {said} ON {name}",
            comment_on=f"TRIGGER {said} ON {name}",
        )
    for grant in sorted(protection(table).grants):
        found["grant", name, grant] = Object(
            (f"GRANT {grant.upper()} ON {name} TO {RUNTIME}",),
            f"REVOKE {grant.upper()} ON {name} FROM {RUNTIME}",
            grant,
        )
    return found


def _object(create: str, drop: str, *, comment_on: str, more: tuple[str, ...] = (), before: bool = False) -> Object:
    digest = hashlib.sha256("\n".join((create, *more)).encode()).hexdigest()[:16]
    return Object((create, *more, f"COMMENT ON {comment_on} IS 'interna {digest}'"), drop, digest, before)


_CATALOGUE: Final = text("""
with ours as (select oid, nspname from pg_namespace where nspname = any(:schemas)),
tables as (select c.oid, n.nspname || '.' || c.relname as name,
                  c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity
           from pg_class c join ours n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'alembic_version')
select 'schema' as kind, nspname as name, '' as part, obj_description(oid, 'pg_namespace') as comment from ours
union all
select 'function', p.oid::regprocedure::text, '', obj_description(p.oid, 'pg_proc') || chr(10)
       || coalesce(array_to_string(p.proconfig, ','), '') || chr(10) || p.prosrc
from pg_proc p join ours n on n.oid = p.pronamespace
union all
select 'policy', t.name, p.polname, obj_description(p.oid, 'pg_policy')
from pg_policy p join tables t on t.oid = p.polrelid
union all
select 'trigger', t.name, g.tgname, obj_description(g.oid, 'pg_trigger')
from pg_trigger g join tables t on t.oid = g.tgrelid where not g.tgisinternal and g.tgenabled = 'O'
union all
select 'security', name, '', 'interna forced' from tables where relrowsecurity and relforcerowsecurity
union all
select 'grant', t.name, lower(a.privilege_type) || said.suffix, 'interna ' || lower(a.privilege_type)
from tables t, aclexplode(t.relacl) a, lateral (select case when a.grantee = to_regrole(:runtime)::oid then ''
     else '@' || coalesce((select rolname::text from pg_roles where oid = a.grantee), 'PUBLIC') end as suffix) said
where a.grantee <> t.relowner
union all
select 'grant', s.name, s.said, 'interna ' || s.said
from (select t.name, lower(a.privilege_type) || '(' || string_agg(c.attname, ', ' order by c.attname) || ')' as said
      from tables t join pg_attribute c on c.attrelid = t.oid, aclexplode(c.attacl) a
      where a.grantee = to_regrole(:runtime)::oid group by t.name, a.privilege_type) s
""")


def present(connection: Connection, schemas: Iterable[str]) -> dict[Key, str]:
    """What the database holds, by key: the digest it was created with, or "" where it carries none.

    A function's digest is followed by its settings and its source, which somebody may have changed since. (A policy
    that was altered by hand keeps its comment: PostgreSQL stores its expression in another form, so only its
    creation is compared.)
    """
    rows = connection.execute(_CATALOGUE, {"schemas": sorted(schemas), "runtime": RUNTIME})
    return {(row.kind, row.name, row.part): (row.comment or "").removeprefix("interna ") for row in rows}


def difference(wanted: Mapping[Key, Object], held: Mapping[Key, str]) -> tuple[list[str], list[str]]:
    """DDL to run before and after the tables' own changes, so that `held` becomes `wanted`."""
    before: list[str] = []
    after: list[str] = []
    held = {key: _unchanged(wanted.get(key), found) for key, found in held.items()}
    for key, digest in held.items():
        if key not in wanted and key[0] not in ("schema", "security"):
            kind, name, part = key
            drop = {
                "policy": f"DROP POLICY {part} ON {name}",
                "trigger": f"DROP TRIGGER {part} ON {name}",
                "function": f"DROP FUNCTION {name}",
                "grant": "REVOKE {} ON {} FROM {}".format(
                    part.split("@")[0].upper(), name, (part + f"@{RUNTIME}").split("@")[1]
                ),
            }
            after.append(drop[kind])
        elif key in wanted and digest != wanted[key].digest and key[0] in ("policy", "trigger"):
            after.append(wanted[key].drop)
    for key, wish in wanted.items():
        if held.get(key) != wish.digest:
            (before if wish.before_tables else after).extend(wish.create)
    return before, after


def _unchanged(wish: Object | None, found: str) -> str:
    """The digest, or "" where a function's settings or source are not those it was created with."""
    digest, _, rest = found.partition("\n")
    if wish is None or not rest:
        return digest
    settings, _, source = rest.partition("\n")
    create = " ".join(wish.create[0].split())
    same = " ".join(source.split()) in create and bool(settings) == ("SET search_path" in create)
    return digest if same else ""
