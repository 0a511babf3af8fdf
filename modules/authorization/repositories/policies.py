"""Policies, and the facts that decisions rest on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Text, bindparam, cast, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere
from core.database.functions import TAKE_TURN
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.authorization.contracts.policies import RolePolicy
from modules.authorization.domain import ContractType, Effect, Plan, Policy, PolicyThere, Rule, Said, Scope, TenantKind
from modules.authorization.resources import MEMBERS, POLICIES
from modules.authorization.tables import memberships, policies, roles, tenant_attributes, tenants
from modules.user import people


class PolicyFields(msgspec.Struct, frozen=True):
    id: UUID
    role_id: UUID
    effect: Effect
    resource: str
    actions: list[str]
    conditions: dict[str, Any]
    scope: Scope
    size: int

    @property
    def policy(self) -> Policy:
        rule = Rule(
            effect=self.effect,
            resource=self.resource,
            actions=self.actions,
            conditions=self.conditions,
            scope=self.scope,
        )
        return Policy(self.id, self.role_id, rule, self.size)


class NamedRole(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class Member(msgspec.Struct, frozen=True):
    role_id: UUID
    user_id: UUID
    name: str | None
    email: str


class RoleFacts(msgspec.Struct, frozen=True):
    """What is the same for everybody in a role."""

    role: str
    kind: TenantKind
    plan: Plan
    contract_type: ContractType
    features: list[str]
    max_users: int


class PersonFacts(msgspec.Struct, frozen=True):
    """What policies may say of a person."""

    email_verified: bool
    field: str
    experience_level: str
    region: str | None
    interests: list[str]


_SHOWN = tuple(policies.c[name] for name in RolePolicy.__struct_fields__)
_RULE = ("effect", "resource", "actions", "conditions", "scope", "digest")
_this = (policies.c.tenant_id == bindparam("tenant_id"), policies.c.id == bindparam("policy_id"))
_PAGE = VisibleStatement(
    POLICIES,
    lambda visible: (
        select(*_SHOWN)
        .where(
            policies.c.tenant_id == bindparam("tenant_id"),
            or_(cast(bindparam("of_role"), Uuid).is_(None), policies.c.role_id == cast(bindparam("of_role"), Uuid)),
            visible,
            tuple_(policies.c.created_at, policies.c.id)
            > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid)),
        )
        .order_by(policies.c.created_at, policies.c.id)
        .limit(bindparam("at_most", type_=Integer))
    ),
    into=RolePolicy,
)
_ONE = VisibleStatement(POLICIES, lambda visible: select(*_SHOWN).where(*_this, visible), into=RolePolicy)
_ADD = Statement(
    insert(policies)
    .values(tenant_id=bindparam("tenant_id"), role_id=bindparam("role_id"), **{name: bindparam(name) for name in _RULE})
    .returning(*_SHOWN),
    into=RolePolicy,
)
_CHANGE = VisibleStatement(
    POLICIES,
    lambda visible: (
        update(policies).where(*_this, visible).values(**{name: bindparam(name) for name in _RULE}).returning(*_SHOWN)
    ),
    into=RolePolicy,
)
_REMOVE: VisibleStatement[None] = VisibleStatement(
    POLICIES, lambda visible: delete(policies).where(*_this, visible), into=None
)
_size = func.octet_length(cast(policies.c.conditions, Text), type_=Integer)
_about = (policies.c.role_id == bindparam("role_id")) & (policies.c.resource == bindparam("resource"))
_SAID = Statement(
    select(
        func.count().label("policies"),
        func.coalesce(func.sum(func.cardinality(policies.c.actions)), 0, type_=Integer).label("actions"),
        func.coalesce(func.sum(_size), 0, type_=Integer).label("size"),
        func.count().filter(_about).label("about"),
        func.coalesce(func.sum(_size).filter(_about), 0, type_=Integer).label("size_about"),
    ).where(
        policies.c.tenant_id == bindparam("tenant_id"),
        policies.c.id.is_distinct_from(bindparam("without", type_=Uuid)),
    ),
    into=Said,
)
_ROLES = Statement(
    select(roles.c.id, roles.c.name)
    .where(roles.c.tenant_id == bindparam("tenant_id"))
    .order_by(roles.c.created_at, roles.c.id),
    into=NamedRole,
)
_MEMBERS = VisibleStatement(
    MEMBERS,
    lambda visible: (
        select(memberships.c.role_id, people.c.id.label("user_id"), people.c.name, people.c.email)
        .join_from(memberships, people, people.c.id == memberships.c.user_id)
        .where(memberships.c.tenant_id == bindparam("tenant_id"), visible)
        .order_by(memberships.c.created_at, memberships.c.user_id)
    ),
    into=Member,
)
_fields = (*(policies.c[name] for name in PolicyFields.__struct_fields__[:-1]), _size.label("size"))
_OF_TENANT = Statement(select(*_fields).where(policies.c.tenant_id == bindparam("tenant_id")), into=PolicyFields)
_OF_ROLE = Statement(
    select(*_fields).where(policies.c.tenant_id == bindparam("tenant_id"), policies.c.role_id == bindparam("role_id")),
    into=PolicyFields,
)
_ROLE_FACTS = Statement(
    select(
        roles.c.name.label("role"),
        tenants.c.kind,
        tenant_attributes.c.plan,
        tenant_attributes.c.contract_type,
        tenant_attributes.c.features,
        tenant_attributes.c.max_users,
    )
    .join_from(roles, tenants, tenants.c.id == roles.c.tenant_id)
    .join(tenant_attributes, tenant_attributes.c.tenant_id == roles.c.tenant_id)
    .where(roles.c.tenant_id == bindparam("tenant_id"), roles.c.id == bindparam("role_id")),
    into=RoleFacts,
)
_PERSON_FACTS = Statement(
    select(*(people.c[name] for name in PersonFacts.__struct_fields__)).where(people.c.id == bindparam("user_id")),
    into=PersonFacts,
)


class PolicyRepository:
    """A tenant's policies."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def of_role(self, tenant_id: UUID, role_id: UUID) -> list[Policy]:
        found = await self._tx.all(_OF_ROLE, tenant_id=tenant_id, role_id=role_id)
        return [fields.policy for fields in found]

    async def by_role(self, tenant_id: UUID) -> dict[UUID, list[Policy]]:
        """All of the tenant's."""
        found: dict[UUID, list[Policy]] = {}
        for fields in await self._tx.all(_OF_TENANT, tenant_id=tenant_id):
            found.setdefault(fields.role_id, []).append(fields.policy)
        return found

    async def role_facts(self, tenant_id: UUID, role_id: UUID) -> RoleFacts:
        return await self._tx.one(_ROLE_FACTS, tenant_id=tenant_id, role_id=role_id)

    async def page(
        self, tenant_id: UUID, rows: Rows, after: Position, limit: int, *, of_role: UUID | None
    ) -> list[RolePolicy]:
        """Oldest first, of one role or of all."""
        return await self._tx.all(
            _PAGE.on(rows),
            tenant_id=tenant_id,
            of_role=of_role,
            at=after.at,
            after_id=after.id,
            at_most=limit,
            **rows.binds,
        )

    async def get(self, tenant_id: UUID, rows: Rows, policy_id: UUID) -> RolePolicy:
        """Raises `NotFound`."""
        return await self._tx.one(_ONE.on(rows), tenant_id=tenant_id, policy_id=policy_id, **rows.binds)

    async def add(self, tenant_id: UUID, role_id: UUID, rule: Rule) -> RolePolicy:
        """Raises `PolicyThere`."""
        try:
            return await self._tx.one(_ADD, tenant_id=tenant_id, role_id=role_id, **_binds(rule))
        except AlreadyThere:
            raise PolicyThere from None

    async def change(self, tenant_id: UUID, rows: Rows, policy_id: UUID, rule: Rule) -> RolePolicy | None:
        """None where it is not one of the rows. Raises `PolicyThere`."""
        try:
            return await self._tx.one_or_none(
                _CHANGE.on(rows), tenant_id=tenant_id, policy_id=policy_id, **_binds(rule), **rows.binds
            )
        except AlreadyThere:
            raise PolicyThere from None

    async def remove(self, tenant_id: UUID, rows: Rows, policy_id: UUID) -> bool:
        """False where it is not one of the rows."""
        return bool(await self._tx.execute(_REMOVE.on(rows), tenant_id=tenant_id, policy_id=policy_id, **rows.binds))

    async def said(self, tenant_id: UUID, role_id: UUID, resource: str, *, without: UUID | None = None) -> Said:
        """Of the tenant, and of the role about the resource; until the transaction ends, nobody else asks."""
        await self._tx.one(TAKE_TURN, turn=f"policies {tenant_id}")
        return await self._tx.one(_SAID, tenant_id=tenant_id, role_id=role_id, resource=resource, without=without)

    async def roles(self, tenant_id: UUID) -> list[NamedRole]:
        return await self._tx.all(_ROLES, tenant_id=tenant_id)

    async def members(self, tenant_id: UUID, rows: Rows) -> list[Member]:
        return await self._tx.all(_MEMBERS.on(rows), tenant_id=tenant_id, **rows.binds)

    async def person_facts(self, user_id: UUID) -> PersonFacts:
        return await self._tx.one(_PERSON_FACTS, user_id=user_id)


def _binds(rule: Rule) -> dict[str, Any]:
    return {**msgspec.structs.asdict(rule), "actions": sorted(rule.actions), "digest": rule.digest}
