"""What protects a table, declared beside it: policies, grants, triggers; and the schema's functions.

`protect(table, ...)` puts a table under row-level security; `shared(table)` says that everybody may read it.
`core.database.drift` makes DDL of what is declared, and compares it with what a database holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec
from sqlalchemy import CheckConstraint, MetaData, Table

OWNER: Final = "interna_owner"
RUNTIME: Final = "interna_runtime"

Command = Literal["all", "select", "insert", "update", "delete"]

MY_USER: Final = "(select app.user_id())"
MY_TENANT: Final = "(select app.tenant_id())"
MY_OPERATOR: Final = "(select app.operator_id())"
_RIGHT: Final = re.compile(r"app\.(?:own|others)\('([a-z_]+:[a-z_]+)'\)")


class Policy(msgspec.Struct, frozen=True):
    """A row-level security policy for the runtime; the check is the using clause unless it says otherwise."""

    name: str
    command: Command
    using: str
    check: str | None = None
    restrictive: bool = False

    def create(self, table: str) -> str:
        kind = "RESTRICTIVE" if self.restrictive else "PERMISSIVE"
        using = "" if self.command == "insert" else f" USING ({self.using})"
        check = "" if self.command in ("select", "delete") else f" WITH CHECK ({self.check or self.using})"
        return f"CREATE POLICY {self.name} ON {table} AS {kind} FOR {self.command.upper()} TO {RUNTIME}{using}{check}"


class Function(msgspec.Struct, frozen=True):
    """A database function. `signature` is its name with argument types, as DROP FUNCTION wants it.

    `create` may depend on all that is declared; `then` is run whenever the function was created anew.
    """

    signature: str
    create: str | Callable[[MetaData], str]
    callable: bool = True
    before_tables: bool = False
    then: str | None = None


class Protection(msgspec.Struct, frozen=True):
    """What `protect` and `shared` say of a table."""

    policies: tuple[Policy, ...]
    grants: frozenset[str]
    protected: bool


def tenant_isolation() -> Policy:
    """Restrictive, so that no other policy can ever open a row of another tenant."""
    return Policy("tenant_isolation", "all", f"tenant_id = {MY_TENANT}", restrictive=True)


def own(*commands: Command, column: str = "user_id") -> tuple[Policy, ...]:
    return tuple(Policy(f"own_{command}", command, f"{column} = {MY_USER}") for command in commands)


def scoped(command: Command, *rights: str, column: str = "user_id") -> Policy:
    """Rows as the caller's policies open them: own ones, others', or all of the tenant, by any of the rights.

    A right is `resource:action`. Nobody writes a new row in somebody else's name.
    """
    mine = f"{column} = {_first('own', rights)}"
    using = mine if command == "insert" else f"{mine} or {column} <> {_first('others', rights)}"
    return Policy(f"scoped_{command}", command, using)


def may(*rights: str) -> str:
    """That the caller has one of the rights to rows that are not their own."""
    return f"{_first('others', rights)} is not null"


def managed(command: Command, *rights: str) -> Policy:
    """All of the tenant's rows, for whoever has one of the rights to rows that are not their own."""
    return Policy(f"managed_{command}", command, may(*rights))


def rights(metadata: MetaData) -> list[str]:
    """All rights that policies ask for, sorted."""
    policies = [policy for table in metadata.tables.values() for policy in protection(table).policies]
    said = [part for policy in policies for part in (policy.using, policy.check)]
    return sorted({right for part in said for right in _RIGHT.findall(part or "")})


def of_tenant(*commands: Command) -> tuple[Policy, ...]:
    """Whoever acts for the tenant: its members, and the housekeeping that has no user."""
    return tuple(Policy(f"tenant_{command}", command, f"tenant_id = {MY_TENANT}") for command in commands)


def protect(table: Table, *policies: Policy, grants: Iterable[str]) -> None:
    """Row-level security on, forced; the runtime gets the grants (`update(a, b)` for some columns only)."""
    _declare(table, policies=policies, grants=grants, protected=True)


def also(metadata: MetaData, table: str, *policies: Policy) -> None:
    """More policies for a table of a lower module, named as in a foreign key."""
    metadata.info.setdefault("more_policies", {}).setdefault(table, []).extend(policies)


def shared(table: Table) -> None:
    """A catalogue without rows of a tenant or a user: everybody may read, only migrations and seeds write."""
    _declare(table, policies=(), grants={"select"}, protected=False)


def trigger(table: Table, name: str, timing: str) -> None:
    """A trigger; `{table}` in `timing` stands for the table's name."""
    table.metadata.info.setdefault("triggers", {}).setdefault(str(table), {})[name] = timing.format(table=table)


def _first(which: Literal["own", "others"], rights: tuple[str, ...]) -> str:
    """The caller's id where one of the rights opens such rows, asked once a query."""
    asked = [f"app.{which}('{right}')" for right in rights]
    return f"(select {asked[0]})" if len(asked) == 1 else f"(select coalesce({', '.join(asked)}))"


def is_protected(table: Table) -> bool:
    return protection(table).protected


def protection(table: Table) -> Protection:
    found: Protection = table.metadata.info["protection"][str(table)]
    more = table.metadata.info.get("more_policies", {}).get(str(table), ())
    return msgspec.structs.replace(found, policies=(*found.policies, *more))


def _declare(table: Table, *, policies: tuple[Policy, ...], grants: Iterable[str], protected: bool) -> None:
    # Not in `table.info`: autogenerate would write that into the migrations.
    table.metadata.info.setdefault("protection", {})[str(table)] = Protection(policies, frozenset(grants), protected)
    # A column's CHECK is written beside its column; autogenerate only knows those of the table.
    for column in table.columns:
        for check in [found for found in column.constraints if isinstance(found, CheckConstraint)]:
            column.constraints.discard(check)
            table.append_constraint(CheckConstraint(str(check.sqltext), name=check.name))


def declare(metadata: MetaData, function: Function) -> None:
    metadata.info.setdefault("functions", []).append(function)
