"""The cluster's roles, made by `python -m app setup`, and the refusal to run as one that is too strong.

`interna_owner` owns the schemas and runs migrations and seeds; `interna_runtime` is a group that gets the grants; the
login of DATABASE_URL is its member. None is a superuser, none bypasses row-level security: not even in development,
where a superuser would hide every mistake.
"""

from __future__ import annotations

from typing import Final

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.database.metadata import metadata
from core.database.protection import OWNER, RUNTIME, is_protected

_LOCK: Final = 0x1A7E_0001  # any number, as long as every setup uses the same


class Endpoints(msgspec.Struct, frozen=True):
    """The three ways into one database, as conninfo strings or URLs. Only `admin` is ever a superuser."""

    runtime: str
    owner: str | None = None
    admin: str | None = None

    def database(self) -> str:
        return str(conninfo_to_dict(self.runtime).get("dbname") or "interna")


class SetupError(Exception):
    """The database cannot be used as it is. The text is one line for the operator."""


def set_up_roles(endpoints: Endpoints, *, database: str | None = None) -> list[str]:
    """Make roles, logins and the database where they are missing; answers what was made."""
    if endpoints.admin is None or endpoints.owner is None:
        raise SetupError("setup needs DATABASE_ADMIN_URL and DATABASE_OWNER_URL")
    name = database or endpoints.database()
    made: list[str] = []
    with psycopg.connect(endpoints.admin, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        owner = conninfo_to_dict(endpoints.owner)
        runtime = conninfo_to_dict(endpoints.runtime)
        made += _role(admin, RUNTIME, login=False)
        made += _role(admin, OWNER, login=True)
        owner_login = str(owner.get("user") or OWNER)
        member_of = None if owner_login == OWNER else OWNER
        made += _role(admin, owner_login, login=True, password=owner.get("password"), member_of=member_of)
        login = str(runtime.get("user") or "")
        if not login:
            raise SetupError("DATABASE_URL: must name the login that the application uses")
        made += _role(admin, login, login=True, password=runtime.get("password"), member_of=RUNTIME)
        made += _database(admin, name)
        admin.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
    with psycopg.connect(make_conninfo(endpoints.admin, dbname=name), autocommit=True) as admin:
        admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(RUNTIME)))
    return made


def _role(
    admin: psycopg.Connection,
    name: str,
    *,
    login: bool,
    password: object = None,
    member_of: str | None = None,
) -> list[str]:
    made: list[str] = []
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
        kind = sql.SQL("LOGIN" if login else "NOLOGIN")
        admin.execute(
            sql.SQL("CREATE ROLE {} {} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                sql.Identifier(name), kind
            )
        )
        made.append(f"role {name}")
    if password:
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(str(password))))
    if member_of:
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(member_of), sql.Identifier(name)))
    return made


def _database(admin: psycopg.Connection, name: str) -> list[str]:
    identifier, owner = sql.Identifier(name), sql.Identifier(OWNER)
    made: list[str] = []
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
        # A server that is not run as a superuser's must lend itself the owner before it can give to it.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, owner))
        made.append(f"database {name}")
    grant_database(admin, name)
    return made


def grant_database(admin: psycopg.Connection, name: str) -> None:
    """What each of our roles may do with the database as such."""
    identifier, owner = sql.Identifier(name), sql.Identifier(OWNER)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))
    admin.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(identifier, sql.Identifier(RUNTIME)))
    # A database that was there before belongs to somebody else.
    admin.execute(sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(identifier, owner))


_LOGIN: Final = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')
               AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)),
       pg_has_role(r.oid, to_regrole(%s), 'member'),
       (SELECT string_agg(s.rolname, ', ') FROM pg_roles s
        WHERE (s.rolsuper OR s.rolbypassrls) AND s.oid <> r.oid AND pg_has_role(r.oid, s.oid, 'member')),
       to_regrole(%s) IS NOT NULL AND pg_has_role(r.oid, to_regrole(%s), 'member')
FROM pg_roles r WHERE r.rolname = current_user
"""
_UNFORCED: Final = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE n.nspname || '.' || coalesce(p.relname, c.relname) = ANY(%s)
  AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1
"""


def refusals(runtime: psycopg.Connection) -> list[str]:
    """Why the application must not run on this connection; empty where it may."""
    row = runtime.execute(_LOGIN, (RUNTIME, OWNER, OWNER)).fetchone()
    if row is None:
        return ["the login is not a role of this server"]
    name, superuser, bypasses, owns, member, stronger, is_owner = row
    found = [
        reason
        for wrong, reason in (
            (superuser, f"{name} is a superuser"),
            (bypasses, f"{name} bypasses row-level security"),
            (owns, f"{name} owns tables"),
            (stronger and not superuser, f"{name} can act as {stronger}"),
            (is_owner and not superuser, f"{name} can act as {OWNER}"),
            (not member, f"{name} is not a member of {RUNTIME}: run `python -m app setup`"),
        )
        if wrong
    ]
    protected = [f"{table.schema}.{table.name}" for table in metadata.sorted_tables if is_protected(table)]
    found += [f"{table} does not force row-level security" for (table,) in runtime.execute(_UNFORCED, (protected,))]
    return found
