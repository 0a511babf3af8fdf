"""Tenants."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Boolean, Integer, Text, bindparam, cast, column, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere
from core.database.functions import TAKE_TURN
from core.database.metadata import Instant
from core.database.statement import Statement, patch_binds, patch_values
from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.pages import Position
from modules.authorization.contracts.roles import RoleName
from modules.authorization.contracts.tenants import Tenant, TenantChange, TenantSummary
from modules.authorization.domain import ContractType, Entitlements, Plan, SlugTaken, TenantKind
from modules.authorization.repositories.refusals import rules_told
from modules.authorization.tables import memberships, tenant_attributes, tenants
from modules.user import people


class Founded(msgspec.Struct, frozen=True):
    """A tenant to be, in which its founder may do everything."""

    id: UUID
    own: str
    others: str


class MyTenant(msgspec.Struct, frozen=True):
    """A tenant of whoever acts, who has this role in it; lists are sorted by `since`."""

    id: UUID
    name: str
    slug: str
    kind: TenantKind
    plan: Plan
    contract_type: ContractType
    features: list[str]
    max_users: int
    members: int
    role_id: UUID
    role: str
    created_at: datetime
    since: datetime

    def shown(self) -> Tenant:
        return Tenant(
            id=self.id,
            name=self.name,
            slug=self.slug,
            kind=self.kind,
            plan=self.plan,
            contract_type=self.contract_type,
            features=self.features,
            max_users=self.max_users,
            members=self.members,
            role=RoleName(self.role_id, self.role),
            created_at=self.created_at,
        )


_ASSUME_NEW = Statement(
    select(
        cast(func.set_config("app.tenant_id", cast(func.app.uuidv7(), Text), True), Uuid).label("id"),
        func.set_config("app.own", "*", True, type_=Text).label("own"),
        func.set_config("app.others", "*", True, type_=Text).label("others"),
    ),
    into=Founded,
)
# Not by catching the violation: after one there is no transaction left in which to try another slug.
_ADD_TENANT = Statement.command(
    insert(tenants)
    .values(
        id=bindparam("id"),
        name=bindparam("name"),
        slug=bindparam("slug"),
        kind=bindparam("kind"),
        owner_id=bindparam("owner_id"),
        founder_id=bindparam("founder_id"),
    )
    .on_conflict_do_nothing(index_elements=[tenants.c.slug])
)
_ADD_ATTRIBUTES = Statement.command(insert(tenant_attributes).values(tenant_id=bindparam("tenant_id")))
_CHANGE = Statement.command(
    update(tenants).where(tenants.c.id == bindparam("tenant_id")).values(**patch_values(tenants, TenantChange))
)
_DELETE = Statement.command(delete(tenants).where(tenants.c.id == bindparam("tenant_id")))
_FIND = Statement.nullable(select(func.authz.find_tenant(bindparam("wanted", type_=Text), type_=Uuid)), into=UUID)
_FORGET_OWNER = Statement.nullable(
    select(func.authz.forget_owner(bindparam("owner", type_=Uuid), type_=Text)), into=str
)
_APPLY_PLAN = Statement(
    select(
        func.authz.apply_plan(
            bindparam("plan", type_=Text),
            bindparam("contract_type", type_=Text),
            bindparam("features", type_=ARRAY(Text)),
            bindparam("max_users", type_=Integer),
            type_=Boolean,
        )
    ),
    into=bool,
)
_mine = func.authz.my_tenants().table_valued(
    column("id", Uuid),
    column("name", Text),
    column("slug", Text),
    column("kind", Text),
    column("plan", Text),
    column("contract_type", Text),
    column("features", ARRAY(Text)),
    column("max_users", Integer),
    column("members", BigInteger),
    column("role_id", Uuid),
    column("role", Text),
    column("created_at", Instant),
    column("since", Instant),
)
_MINE = Statement(
    select(*_mine.c)
    .where(
        tuple_(_mine.c.since, _mine.c.id) > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid))
    )
    .order_by(_mine.c.since, _mine.c.id)
    .limit(bindparam("at_most", type_=Integer)),
    into=MyTenant,
)
_MY = Statement(select(*_mine.c).where(_mine.c.id == bindparam("tenant_id", type_=Uuid)), into=MyTenant)
_FOUNDED = Statement(select(func.authz.founded(type_=BigInteger)), into=int)
_solely = func.authz.solely_mine().table_valued(column("slug", Text))
_SOLELY_MINE = Statement(select(_solely.c.slug), into=str)
_SUMMARIES = Statement(
    select(
        tenants.c.id,
        tenants.c.name,
        tenants.c.slug,
        tenants.c.kind,
        tenant_attributes.c.plan,
        select(func.count())
        .select_from(memberships.join(people, people.c.id == memberships.c.user_id))
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
    """Tenants."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def assume_new(self) -> UUID:
        """A fresh id, which the transaction acts for from now on."""
        return (await self._tx.one(_ASSUME_NEW)).id

    async def add(self, tenant_id: UUID, *, name: str, slug: str, kind: TenantKind, founder_id: UUID) -> bool:
        """False where there is a tenant with this slug. A personal one is its founder's own."""
        owner_id = founder_id if kind == "personal" else None
        told = {"id": tenant_id, "name": name, "slug": slug, "kind": kind}
        if not await self._tx.execute(_ADD_TENANT, **told, owner_id=owner_id, founder_id=founder_id):
            return False
        await self._tx.execute(_ADD_ATTRIBUTES, tenant_id=tenant_id)
        return True

    async def change(self, tenant_id: UUID, change: TenantChange) -> None:
        """Raises `SlugTaken`."""
        try:
            await self._tx.execute(_CHANGE, tenant_id=tenant_id, **patch_binds(change))
        except AlreadyThere:
            raise SlugTaken from None

    async def delete(self, tenant_id: UUID) -> None:
        """With all that is its own. Raises `OtherMembers`."""
        with rules_told():
            await self._tx.execute(_DELETE, tenant_id=tenant_id)

    async def find(self, wanted: str) -> UUID | None:
        """The tenant of this id or slug, whoever asks."""
        return await self._tx.one(_FIND, wanted=wanted)

    async def mine(self, after: Position, limit: int) -> list[MyTenant]:
        """Of whoever acts, oldest first, but the personal one before all."""
        return await self._tx.all(_MINE, at=after.at, after_id=after.id, at_most=limit)

    async def my(self, tenant_id: UUID) -> MyTenant:
        """Raises `NotFound` where whoever acts is no member."""
        found = await self._tx.one_or_none(_MY, tenant_id=tenant_id)
        if found is None:
            raise NotFound("There is no such tenant.")
        return found

    async def founded_by(self, user_id: UUID) -> int:
        """How many tenants this user, who acts, has founded; until the transaction ends, nobody founds another."""
        await self._tx.one(TAKE_TURN, turn=f"founder {user_id}")
        return await self._tx.one(_FOUNDED)

    async def solely_mine(self) -> list[str]:
        """The slugs of tenants that would be left to their members without an admin if whoever acts went away."""
        return await self._tx.all(_SOLELY_MINE)

    async def forget_owner(self, user_id: UUID) -> None:
        await self._tx.one(_FORGET_OWNER, owner=user_id)

    async def apply(self, entitlements: Entitlements) -> bool:
        """To the tenant that is acted for, by nobody; False where it has them already."""
        return await self._tx.one(_APPLY_PLAN, **msgspec.structs.asdict(entitlements))

    async def summaries(self, after: Position, limit: int) -> list[TenantSummary]:
        """All tenants, newest first; only operators see more than their own."""
        return await self._tx.all(_SUMMARIES, at=after.at, id=after.id, at_most=limit)
