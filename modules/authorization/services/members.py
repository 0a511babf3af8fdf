"""Members: who is let in, in which role, and who goes."""

from __future__ import annotations

from uuid import UUID

from core.database.transaction import Transaction
from core.http.authority import Authorizer
from core.http.caller import Caller
from modules.authorization.contracts.members import Member, MemberChange, NewMember
from modules.authorization.domain import AlreadyMember, NobodyThere, NoSuchMember, UnknownRole
from modules.authorization.permits import CreateMembers, ReadMembers, UpdateMembers
from modules.authorization.repositories import MemberRepository, RoleRepository
from modules.authorization.repositories.members import Membership as Known
from modules.authorization.repositories.members import Person
from modules.authorization.services.delegation import Delegation
from modules.user import Device, Guesses, typed_address


class Membership:
    """Adds, changes and removes members. Nobody gives, or takes, a role that may do what they may not."""

    def __init__(
        self,
        transaction: Transaction,
        caller: Caller,
        members: MemberRepository,
        roles: RoleRepository,
        delegation: Delegation,
        authorizer: Authorizer,
        guesses: Guesses,
    ) -> None:
        self._tx = transaction
        self._caller = caller
        self._members = members
        self._roles = roles
        self._delegation = delegation
        self._authorizer = authorizer
        self._guesses = guesses

    async def add(self, permit: CreateMembers, wish: NewMember, device: Device) -> Member:
        """Whoever it is has not agreed to it, and is no admin to leave the tenant to.

        Raises `UnknownRole`, `NotAllowed`, `NobodyThere`, `AlreadyMember`, `TenantFull`, `NoAdmin`, and `TooMany` for
        who tries addresses to see which have an account.
        """
        role_id = await self._given(wish.role)
        person = await self._person(typed_address(wish.email), device)
        permit.demand(user_id=person.user_id, role_id=role_id)
        if person.is_member:
            raise AlreadyMember
        await self._members.add(self._caller.tenant_id, person.user_id, role_id, agreed=False)
        return (await self._members.show(self._caller.tenant_id, person.user_id)).shown()

    async def change(self, permit: UpdateMembers, user_id: UUID, change: MemberChange) -> Member:
        """Who changes their own agrees to be a member, whoever added them.

        Raises `NoSuchMember`, `NotAllowed`, `UnknownRole`, `LastAdmin` and `OwnerStays`.
        """
        tenant_id = self._caller.tenant_id
        found = await self._seen(user_id)
        permit.demand(user_id=user_id, role_id=found.role_id, created_at=found.created_at)
        await self._delegation.require(self._caller, found.role_id)
        role_id = await self._given(change.role)
        if role_id != found.role_id:
            permit.demand(user_id=user_id, role_id=role_id, created_at=found.created_at)
            await self._members.set_role(tenant_id, user_id, role_id)
        if user_id == self._caller.user_id:
            await self._members.agree(tenant_id, user_id)
        return (await self._members.show(tenant_id, user_id)).shown()

    async def remove(self, user_id: UUID) -> None:
        """Leaving oneself needs no right. Raises `NotAllowed`, `NoSuchMember`, `LastAdmin` and `OwnerStays`."""
        tenant_id = self._caller.tenant_id
        if user_id != self._caller.user_id:
            permit = await self._authorizer.permit(self._caller, "delete", "members")
            found = await self._seen(user_id)
            permit.demand(user_id=user_id, role_id=found.role_id, created_at=found.created_at)
            await self._delegation.require(self._caller, found.role_id)
        if not await self._members.remove(tenant_id, user_id):
            raise NoSuchMember

    async def _seen(self, user_id: UUID) -> Known:
        """What a policy hides is not there."""
        reading: ReadMembers = await self._authorizer.permit(self._caller, "read", "members")
        found = await self._members.get(self._caller.tenant_id, user_id, reading.rows)
        if found is None:
            raise NoSuchMember
        return found

    async def _person(self, email: str, device: Device) -> Person:
        """Whether an address has an account may be asked a few times only; whoever is found was no guess."""
        async with self._guesses.failures("member", str(self._caller.user_id), device):
            person = await self._members.person(email)
            if person is None:
                raise NobodyThere
        await self._tx.commit()
        return person

    async def _given(self, wanted: str) -> UUID:
        """A role that the caller may give away."""
        role = await self._roles.find(self._caller.tenant_id, wanted)
        if role is None:
            raise UnknownRole(path="role")
        await self._delegation.require(self._caller, role.id)
        return role.id
