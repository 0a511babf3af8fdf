"""Development tenants: two organisations, and everybody's personal one."""

from __future__ import annotations

from uuid import UUID

import msgspec

from core.database.seeding import Plot, seed_id
from modules.authorization.domain import ADMIN, MEMBER, SYSTEM_RULES, ContractType, Plan
from modules.authorization.rows import (
    MembershipInsert,
    PolicyInsert,
    RoleInsert,
    TenantAttributeInsert,
    TenantInsert,
)
from modules.authorization.tables import memberships, policies, roles, tenant_attributes, tenants


class People(msgspec.Struct, frozen=True):
    """The users that the tenants are made for."""

    alice: UUID
    bob: UUID
    dana: UUID


class SeededTenants(msgspec.Struct, frozen=True):
    acme: UUID
    globex: UUID
    personal: dict[UUID, UUID]
    """The personal tenant of each user."""


def seed_tenants(plot: Plot, people: People) -> SeededTenants:
    acme, globex = seed_id(1, 1), seed_id(1, 2)
    _organization(
        plot,
        1,
        name="Acme",
        attributes=("enterprise", "enterprise", ["advanced-analytics", "sso", "audit-log"], 100),
        members={people.alice: ADMIN, people.bob: MEMBER},
    )
    _organization(
        plot,
        2,
        name="Globex",
        attributes=("pro", "standard", ["advanced-analytics"], 25),
        members={people.alice: ADMIN, people.dana: MEMBER},
    )
    owners = (("Alice Example", people.alice), ("Bob Example", people.bob), ("Dana Example", people.dana))
    for number, (name, owner) in enumerate(owners, start=3):
        tenant = TenantInsert(
            id=seed_id(1, number), name=name, slug=f"personal-{owner.hex}", kind="personal", owner_id=owner
        )
        _plant(plot, number, tenant, TenantAttributeInsert(tenant_id=seed_id(1, number)), {owner: ADMIN})
    return SeededTenants(acme, globex, {owner: seed_id(1, number) for number, (_, owner) in enumerate(owners, start=3)})


def _organization(
    plot: Plot,
    number: int,
    *,
    name: str,
    attributes: tuple[Plan, ContractType, list[str], int],
    members: dict[UUID, str],
) -> None:
    plan, contract, features, max_users = attributes
    tenant_id = seed_id(1, number)
    _plant(
        plot,
        number,
        TenantInsert(id=tenant_id, name=name, slug=name.lower(), kind="organization"),
        TenantAttributeInsert(
            tenant_id=tenant_id, plan=plan, contract_type=contract, features=features, max_users=max_users
        ),
        members,
    )


def _plant(
    plot: Plot,
    number: int,
    tenant: TenantInsert,
    attributes: TenantAttributeInsert,
    members: dict[UUID, str],
) -> None:
    tenant_id = seed_id(1, number)
    plot.plant(tenants, [tenant])
    plot.plant(tenant_attributes, [attributes])
    role_ids = {ADMIN: seed_id(2, number * 10 + 1), MEMBER: seed_id(2, number * 10 + 2)}
    for name, role_id in role_ids.items():
        plot.plant(roles, [RoleInsert(tenant_id=tenant_id, id=role_id, name=name, is_system=True)])
        plot.plant(
            policies,
            [
                PolicyInsert(
                    tenant_id=tenant_id,
                    id=seed_id(3, int(str(role_id)[-12:]) * 100 + place),
                    role_id=role_id,
                    effect=rule.effect,
                    resource=rule.resource,
                    actions=sorted(rule.actions),
                    conditions=rule.conditions,
                    scope=rule.scope,
                    digest=rule.digest,
                )
                for place, rule in enumerate(SYSTEM_RULES[name], start=1)
            ],
        )
    plot.plant(
        memberships,
        [
            MembershipInsert(tenant_id=tenant_id, user_id=user_id, role_id=role_ids[role])
            for user_id, role in members.items()
        ],
    )
