"""All SQL of the authorization module."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Text, bindparam, cast, func, insert, select, tuple_
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.authorization.contracts import TenantSummary
from modules.authorization.domain import Effect, Policy, Rule, Scope, TenantFull, TenantKind
from modules.authorization.tables import memberships, policies, roles, tenant_attributes, tenants


class PolicyFields(msgspec.Struct, frozen=True):
    id: UUID
    role_id: UUID
    effect: Effect
    resource: str
    actions: list[str]
    conditions: dict[str, Any]
    scope: Scope


_ASSUME_NEW = Statement(
    select(cast(func.set_config("app.tenant_id", cast(func.app.uuidv7(), Text), True), Uuid)), into=UUID
)
_ADD_TENANT = Statement.command(
    insert(tenants).values(
        id=bindparam("id"),
        name=bindparam("name"),
        slug=bindparam("slug"),
        kind=bindparam("kind"),
        owner_id=bindparam("owner_id"),
    )
)
_ADD_ATTRIBUTES = Statement.command(insert(tenant_attributes).values(tenant_id=bindparam("tenant_id")))
_ADD_ROLE = Statement(
    insert(roles)
    .values(tenant_id=bindparam("tenant_id"), name=bindparam("name"), is_system=bindparam("is_system"))
    .returning(roles.c.id),
    into=UUID,
)
_ADD_MEMBER = Statement.command(
    insert(memberships).values(
        tenant_id=bindparam("tenant_id"), user_id=bindparam("user_id"), role_id=bindparam("role_id")
    )
)
_ADD_POLICY = Statement.command(
    insert(policies).values(
        **{
            name: bindparam(name)
            for name in (
                "tenant_id",
                "role_id",
                "effect",
                "resource",
                "actions",
                "conditions",
                "scope",
                "digest",
            )
        }
    )
)
_FIND = Statement.nullable(select(func.authz.find_tenant(bindparam("wanted", type_=Text), type_=Uuid)), into=UUID)
_FORGET_OWNER = Statement.nullable(
    select(func.authz.forget_owner(bindparam("owner", type_=Uuid), type_=Text)), into=str
)
_MEMBERSHIP = Statement(
    select(memberships.c.role_id).where(
        memberships.c.tenant_id == bindparam("tenant_id"), memberships.c.user_id == bindparam("user_id")
    ),
    into=UUID,
)
_ROLE = Statement(
    select(roles.c.id).where(roles.c.tenant_id == bindparam("tenant_id"), roles.c.name == bindparam("name")), into=UUID
)
# Those who come in at the same moment wait for each other, so that the count is true.
_LOCK_MEMBERS = Statement.nullable(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("scope", type_=Text), 0), type_=Text)), into=str
)
_MAX_USERS = Statement(
    select(tenant_attributes.c.max_users).where(tenant_attributes.c.tenant_id == bindparam("tenant_id")), into=int
)
_MEMBERS = Statement(
    select(func.count()).select_from(memberships).where(memberships.c.tenant_id == bindparam("tenant_id")), into=int
)
_POLICIES = Statement(
    select(
        policies.c.id,
        policies.c.role_id,
        policies.c.effect,
        policies.c.resource,
        policies.c.actions,
        policies.c.conditions,
        policies.c.scope,
    ).where(policies.c.tenant_id == bindparam("tenant_id")),
    into=PolicyFields,
)
_SUMMARIES = Statement(
    select(
        tenants.c.id,
        tenants.c.name,
        tenants.c.slug,
        tenants.c.kind,
        tenant_attributes.c.plan,
        select(func.count())
        .select_from(memberships)
        .where(memberships.c.tenant_id == tenants.c.id)
        .scalar_subquery()
        .label("members"),
        tenants.c.created_at,
    )
    .join_from(tenants, tenant_attributes, tenant_attributes.c.tenant_id == tenants.c.id)
    .where(
        tuple_(tenants.c.created_at, tenants.c.id) < tuple_(cast(bindparam("at"), Instant), cast(bindparam("id"), Uuid))
    )
    .order_by(tenants.c.created_at.desc(), tenants.c.id.desc())
    .limit(bindparam("at_most", type_=Integer)),
    into=TenantSummary,
)


class TenantRepository:
    """Tenants with their roles, members and policies."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def assume_new(self) -> UUID:
        """A fresh id, which the transaction acts for from now on."""
        return await self._tx.one(_ASSUME_NEW)

    async def add(self, tenant_id: UUID, *, name: str, slug: str, kind: TenantKind, owner_id: UUID | None) -> None:
        await self._tx.execute(_ADD_TENANT, id=tenant_id, name=name, slug=slug, kind=kind, owner_id=owner_id)
        await self._tx.execute(_ADD_ATTRIBUTES, tenant_id=tenant_id)

    async def add_role(self, tenant_id: UUID, name: str, *, is_system: bool, rules: tuple[Rule, ...]) -> UUID:
        role_id = await self._tx.one(_ADD_ROLE, tenant_id=tenant_id, name=name, is_system=is_system)
        for rule in rules:
            await self._tx.execute(_ADD_POLICY, tenant_id=tenant_id, role_id=role_id, **rule_binds(rule))
        return role_id

    async def add_member(self, tenant_id: UUID, user_id: UUID, role_id: UUID) -> None:
        await self._tx.execute(_ADD_MEMBER, tenant_id=tenant_id, user_id=user_id, role_id=role_id)

    async def find(self, wanted: str) -> UUID | None:
        """The tenant of this id or slug, whoever asks."""
        return await self._tx.one(_FIND, wanted=wanted)

    async def is_member(self, tenant_id: UUID, user_id: UUID) -> bool:
        return await self._tx.one_or_none(_MEMBERSHIP, tenant_id=tenant_id, user_id=user_id) is not None

    async def join(self, tenant_id: UUID, user_id: UUID, role: str) -> None:
        """Raises `TenantFull`. The transaction acts for the tenant already."""
        await self._tx.one(_LOCK_MEMBERS, scope=f"members of {tenant_id.hex}")
        limit = await self._tx.one(_MAX_USERS, tenant_id=tenant_id)
        if await self._tx.one(_MEMBERS, tenant_id=tenant_id) >= limit:
            raise TenantFull(max_users=limit)
        await self.add_member(tenant_id, user_id, await self._tx.one(_ROLE, tenant_id=tenant_id, name=role))

    async def forget_owner(self, user_id: UUID) -> None:
        await self._tx.one(_FORGET_OWNER, owner=user_id)

    async def summaries(self, after: Position, limit: int) -> list[TenantSummary]:
        """All tenants, newest first; only operators see more than their own."""
        return await self._tx.all(_SUMMARIES, at=after.at, id=after.id, at_most=limit)

    async def policies(self, tenant_id: UUID) -> list[Policy]:
        return [
            Policy(
                found.id,
                found.role_id,
                Rule(
                    effect=found.effect,
                    resource=found.resource,
                    actions=found.actions,
                    conditions=found.conditions,
                    scope=found.scope,
                ),
            )
            for found in await self._tx.all(_POLICIES, tenant_id=tenant_id)
        ]


def rule_binds(rule: Rule) -> dict[str, Any]:
    return {
        "effect": rule.effect,
        "resource": rule.resource,
        "actions": sorted(rule.actions),
        "conditions": rule.conditions,
        "scope": rule.scope,
        "digest": rule.digest,
    }
