"""Tenants: the personal one that every user gets, and those that somebody founds or is let into."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from msgspec import UNSET, structs

from core.database.identity import Acting
from core.database.transaction import Transaction
from core.http.caller import Caller
from core.module import Events
from modules.authorization.contracts.tenants import NewTenant, Tenant, TenantChange
from modules.authorization.domain import (
    ADMIN,
    MEMBER,
    MOST_TENANTS,
    SYSTEM_RULES,
    OnlyAdmin,
    PersonalStays,
    SlugFixed,
    SlugTaken,
    TenantCreated,
    TenantDeleted,
    TenantKind,
    TooManyTenants,
    checked_name,
    checked_slug,
    slug_of,
)
from modules.authorization.permits import DeleteTenants, UpdateTenants
from modules.authorization.repositories import MemberRepository, PolicyRepository, RoleRepository, TenantRepository
from modules.user import ArrivedForTenant, UserAnonymised, UserDeleted, UserSignedUp

_TRIES: Final = 3


class Founding:
    """Makes a tenant with what every tenant has, and its first admin; the transaction acts for it from then on."""

    def __init__(
        self,
        tenants: TenantRepository,
        roles: RoleRepository,
        policies: PolicyRepository,
        members: MemberRepository,
        events: Events,
    ) -> None:
        self._tenants = tenants
        self._roles = roles
        self._policies = policies
        self._members = members
        self._events = events

    async def __call__(self, user_id: UUID, *, name: str, slugs: Iterable[str], kind: TenantKind) -> UUID:
        """Takes the first of the slugs that is free. Raises `SlugTaken`."""
        tenant_id = await self._tenants.assume_new()
        for slug in slugs:
            if await self._tenants.add(tenant_id, name=name, slug=slug, kind=kind, founder_id=user_id):
                break
        else:
            raise SlugTaken
        admin = await self._role(tenant_id, ADMIN)
        await self._role(tenant_id, MEMBER)
        await self._members.add(tenant_id, user_id, admin)
        await self._events.publish(TenantCreated(tenant_id, user_id, kind))
        return tenant_id

    async def _role(self, tenant_id: UUID, name: str) -> UUID:
        role_id = await self._roles.add(tenant_id, name, is_system=True)
        for rule in SYSTEM_RULES[name]:
            await self._policies.add(tenant_id, role_id, rule)
        return role_id


class PersonalTenant:
    """Answers a sign-up with a tenant of the user's own, whose admin the user is."""

    def __init__(self, founding: Founding) -> None:
        self._founding = founding

    async def __call__(self, event: UserSignedUp) -> None:
        slug = f"personal-{event.user_id.hex}"
        await self._founding(event.user_id, name=event.name[:255], slugs=[slug], kind="personal")


class Organizations:
    """Tenants that users found, change and delete."""

    def __init__(self, caller: Caller, tenants: TenantRepository, founding: Founding, events: Events) -> None:
        self._caller = caller
        self._tenants = tenants
        self._founding = founding
        self._events = events

    async def found(self, wish: NewTenant) -> Tenant:
        """Raises `Invalid`, `SlugTaken` and `TooManyTenants`."""
        name = checked_name(wish.name)
        slugs = _slugs(name) if wish.slug is None else [checked_slug(wish.slug)]
        if await self._tenants.founded_by(self._caller.user_id) >= MOST_TENANTS:
            raise TooManyTenants(most=MOST_TENANTS)
        tenant_id = await self._founding(self._caller.user_id, name=name, slugs=slugs, kind="organization")
        return (await self._tenants.my(tenant_id)).shown()

    async def change(self, permit: UpdateTenants, change: TenantChange) -> Tenant:
        """Raises `NotAllowed`, `Invalid`, `SlugTaken` and `SlugFixed`."""
        tenant = await self._tenants.my(permit.caller.tenant_id)
        permit.demand(id=tenant.id, kind=tenant.kind)
        if change.name is not UNSET:
            change = structs.replace(change, name=checked_name(change.name))
        if change.slug is not UNSET and change.slug != tenant.slug:
            if tenant.kind == "personal":
                raise SlugFixed
            checked_slug(change.slug)
        await self._tenants.change(tenant.id, change)
        return (await self._tenants.my(tenant.id)).shown()

    async def delete(self, permit: DeleteTenants) -> None:
        """With all that is its own. Raises `NotAllowed`, `PersonalStays` and `OtherMembers`."""
        tenant = await self._tenants.my(permit.caller.tenant_id)
        permit.demand(id=tenant.id, kind=tenant.kind)
        if tenant.kind == "personal":
            raise PersonalStays
        await self._events.publish(TenantDeleted(tenant.id))
        await self._tenants.delete(tenant.id)


class TenantEntrance:
    """Answers an issuer's word that somebody belongs to a tenant with a membership, as a plain member; but only once.

    The issuer goes on saying so when they have left, or were removed, perhaps out of a role with fewer rights than a
    plain member's. From then on only somebody in the tenant lets them in again.
    """

    def __init__(
        self, transaction: Transaction, tenants: TenantRepository, roles: RoleRepository, members: MemberRepository
    ) -> None:
        self._tx = transaction
        self._tenants = tenants
        self._roles = roles
        self._members = members

    async def __call__(self, event: ArrivedForTenant) -> None:
        """Raises `TenantFull` and `NoAdmin`. A tenant that does not exist is nobody's: the request will say so."""
        tenant_id = await self._tenants.find(event.tenant)
        if tenant_id is None:
            return
        await self._tx.become(Acting(event.user_id, tenant_id))
        role = await self._roles.find(tenant_id, MEMBER)
        if role is None or await self._members.get(tenant_id, event.user_id) is not None:
            return
        if not await self._members.has_left():
            await self._members.add(tenant_id, event.user_id, role.id)


class OwnerLeaving:
    """Answers a deleted account, or refuses: no tenant is left to its members without an admin."""

    def __init__(self, tenants: TenantRepository) -> None:
        self._tenants = tenants

    async def __call__(self, event: UserDeleted) -> None:
        """Raises `OnlyAdmin`, which names the tenants. The user who is deleted is whoever acts."""
        left = await self._tenants.solely_mine()
        if left:
            raise OnlyAdmin(
                f"{', '.join(left)} would be left without an admin: make somebody else one, or remove the other "
                "members first.",
                tenants=left,
            )


class OwnerGone:
    """Answers an anonymised user: a personal tenant carries its owner's name."""

    def __init__(self, tenants: TenantRepository) -> None:
        self._tenants = tenants

    async def __call__(self, event: UserAnonymised) -> None:
        await self._tenants.forget_owner(event.user_id)


def _slugs(name: str) -> list[str]:
    """The plain one, and some that are hardly anybody's."""
    slug = slug_of(name)
    return [slug, *(f"{slug}-{secrets.token_hex(3)}" for _ in range(_TRIES - 1))]
