"""Members: who is let in, in which role, and who goes."""

from __future__ import annotations

from uuid import UUID

from core.http.authority import Authorizer
from core.http.caller import Caller
from modules.authorization.contracts.members import Member, MemberChange, NewMember
from modules.authorization.domain import AlreadyMember, NobodyThere, NoSuchMember, UnknownRole
from modules.authorization.permits import CreateMembers, UpdateMembers
from modules.authorization.repositories import MemberRepository, RoleRepository
from modules.authorization.services.delegation import Delegation
from modules.user import typed_address


class Membership:
    """Adds, changes and removes members. Nobody gives, or takes, a role that may do what they may not."""

    def __init__(
        self,
        caller: Caller,
        members: MemberRepository,
        roles: RoleRepository,
        delegation: Delegation,
        authorizer: Authorizer,
    ) -> None:
        self._caller = caller
        self._members = members
        self._roles = roles
        self._delegation = delegation
        self._authorizer = authorizer

    async def add(self, permit: CreateMembers, wish: NewMember) -> Member:
        """Raises `UnknownRole`, `NotAllowed`, `NobodyThere`, `AlreadyMember` and `TenantFull`."""
        role_id = await self._given(wish.role)
        person = await self._members.person(typed_address(wish.email))
        if person is None:
            raise NobodyThere
        permit.demand(user_id=person.user_id, role_id=role_id)
        if person.is_member:
            raise AlreadyMember
        await self._members.add(self._caller.tenant_id, person.user_id, role_id)
        return (await self._members.show(self._caller.tenant_id, person.user_id)).shown()

    async def change(self, permit: UpdateMembers, user_id: UUID, change: MemberChange) -> Member:
        """Raises `NoSuchMember`, `NotAllowed`, `UnknownRole`, `LastAdmin` and `OwnerStays`."""
        tenant_id = self._caller.tenant_id
        found = await self._members.get(tenant_id, user_id)
        if found is None:
            raise NoSuchMember
        permit.demand(user_id=user_id, role_id=found.role_id, created_at=found.created_at)
        await self._delegation.require(self._caller, found.role_id)
        role_id = await self._given(change.role)
        if role_id != found.role_id:
            await self._members.set_role(tenant_id, user_id, role_id)
        return (await self._members.show(tenant_id, user_id)).shown()

    async def remove(self, user_id: UUID) -> None:
        """Leaving oneself needs no right. Raises `NotAllowed`, `NoSuchMember`, `LastAdmin` and `OwnerStays`."""
        tenant_id = self._caller.tenant_id
        if user_id != self._caller.user_id:
            permit = await self._authorizer.permit(self._caller, "delete", "members")
            found = await self._members.get(tenant_id, user_id)
            if found is None:
                raise NoSuchMember
            permit.demand(user_id=user_id, role_id=found.role_id, created_at=found.created_at)
            await self._delegation.require(self._caller, found.role_id)
        if not await self._members.remove(tenant_id, user_id):
            raise NoSuchMember

    async def _given(self, wanted: str) -> UUID:
        """A role that the caller may give away."""
        role = await self._roles.find(self._caller.tenant_id, wanted)
        if role is None:
            raise UnknownRole(path="role")
        await self._delegation.require(self._caller, role.id)
        return role.id
