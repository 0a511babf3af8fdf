"""The mutants of a database: every way in which one policy, grant or function could be a little wrong.

All of them come from the catalogue, so a table that is new is tried without a line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec
import psycopg

from core.database.protection import RUNTIME
from scripts.mutations.expressions import readable, with_each_right_changed, without_each

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

_NOT_OURS: Final = "nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'jobs')"
_PRIVILEGES: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
_COMMANDS: Final = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


class Mutant(msgspec.Struct, frozen=True):
    """`target` is a table or a function's signature; `statements` are run as the owner."""

    target: str
    change: str
    statements: tuple[str, ...]


class _Policy(msgspec.Struct, frozen=True):
    table: str
    name: str
    permissive: bool
    command: str
    roles: str
    using: str | None
    check: str | None

    def drop(self) -> str:
        return f"DROP POLICY {self.name} ON {self.table}"

    def alter(self, clause: str) -> tuple[str]:
        return (f"ALTER POLICY {self.name} ON {self.table} {clause}",)

    def created_as(self, kind: str, command: str, using: str | None, check: str | None) -> tuple[str, str]:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        create = f"CREATE POLICY {self.name} ON {self.table} AS {kind} FOR {command} TO {self.roles}{clauses}"
        return self.drop(), create


def mutants(owner: Connection) -> list[Mutant]:
    """All mutants of the database that `owner` is connected to, table by table."""
    found = [*_of_policies(owner), *_of_tables(owner), *_of_grants(owner), *_of_functions(owner)]
    return sorted(found, key=lambda mutant: mutant.target)


def _of_policies(owner: Connection) -> Iterator[Mutant]:
    rows = owner.execute(
        f"""SELECT polrelid::regclass::text, quote_ident(polname), polpermissive, polcmd::text,
               (SELECT string_agg(coalesce(quote_ident(rolname), 'PUBLIC'), ', ')
                FROM unnest(polroles) named LEFT JOIN pg_roles r ON r.oid = named),
               pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        FROM pg_policy JOIN pg_class c ON c.oid = polrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE {_NOT_OURS} ORDER BY 1, 2""".encode()
    )
    for row in rows:
        policy = _Policy(*row)
        for change, statements in _weaker(policy):
            yield Mutant(policy.table, f"policy {policy.name}: {change}", statements)


def _weaker(policy: _Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "dropped", (policy.drop(),)
    for clause, expression in (("USING", policy.using), ("WITH CHECK", policy.check)):
        if expression is None or expression == "true":
            continue
        yield f"{clause} (true)", policy.alter(f"{clause} (true)")
        for removed, rest in without_each(expression):
            yield f"{clause} without {readable(removed)}", policy.alter(f"{clause} ({rest})")
        for change, other in with_each_right_changed(expression):
            yield f"{clause} {change}", policy.alter(f"{clause} ({other})")
    command = _COMMANDS[policy.command]
    if not policy.permissive:
        yield "permissive", policy.created_as("PERMISSIVE", command, policy.using, policy.check)
    elif command != "ALL":
        everything = policy.created_as("PERMISSIVE", "ALL", policy.using or policy.check, policy.check or policy.using)
        yield f"FOR ALL, not only {command}", everything
    if RUNTIME not in policy.roles.split(", "):
        yield "TO PUBLIC", policy.alter("TO PUBLIC")


def _of_tables(owner: Connection) -> Iterator[Mutant]:
    rows = owner.execute(
        f"""SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relrowsecurity AND {_NOT_OURS} ORDER BY 1""".encode()
    )
    for (table,) in rows:
        yield Mutant(table, "row-level security not forced", (f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",))
        yield Mutant(table, "row-level security disabled", (f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",))


def _of_grants(owner: Connection) -> Iterator[Mutant]:
    """Of the runtime's: each right of a table that it lacks, and each that it has."""
    rows = owner.execute(
        f"""SELECT c.oid::regclass::text, a.privilege, granted.whole,
               ARRAY(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                     AND NOT attisdropped AND EXISTS (SELECT FROM aclexplode(attacl)
                         WHERE grantee = to_regrole(%(runtime)s)::oid AND privilege_type = a.privilege)
                     ORDER BY attname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace, unnest(%(privileges)s::text[]) a(privilege),
             LATERAL (SELECT EXISTS (SELECT FROM aclexplode(relacl)
                 WHERE grantee = to_regrole(%(runtime)s)::oid AND privilege_type = a.privilege) AS whole) granted
        WHERE relkind IN ('r', 'p') AND {_NOT_OURS} ORDER BY 1, 2""".encode(),
        {"runtime": RUNTIME, "privileges": list(_PRIVILEGES)},
    )
    for table, privilege, whole, columns in rows:
        if whole:
            yield Mutant(table, f"{privilege} revoked", (f"REVOKE {privilege} ON {table} FROM {RUNTIME}",))
        else:
            yield Mutant(table, f"{privilege} granted", (f"GRANT {privilege} ON {table} TO {RUNTIME}",))
        for column in columns:
            right = f"{privilege} ({column})"
            yield Mutant(table, f"{right} revoked", (f"REVOKE {right} ON {table} FROM {RUNTIME}",))


def _of_functions(owner: Connection) -> Iterator[Mutant]:
    """Of those that act as the owner."""
    rows = owner.execute(
        f"""SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
        WHERE prosecdef AND {_NOT_OURS} ORDER BY 1""".encode()
    )
    for (function,) in rows:
        yield Mutant(function, "EXECUTE granted to PUBLIC", (f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC",))
        yield Mutant(function, "search_path reset", (f"ALTER FUNCTION {function} RESET search_path",))
