"""Use cases of authorization: deciding, and the personal tenant that every user gets."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from core.database.identity import Acting
from core.database.transaction import Transaction
from core.http.caller import Caller
from core.module import Events
from modules.authorization.domain import (
    ADMIN,
    MEMBER,
    SYSTEM_RULES,
    Decision,
    NotAllowed,
    Policy,
    RolePolicies,
    TenantCreated,
)
from modules.authorization.repositories import TenantRepository
from modules.user import ArrivedForTenant, UserAnonymised, UserSignedUp

_NO_POLICIES = RolePolicies([])


class PolicyCache:
    """Compiled policies of the tenants that were asked for last, in this worker; a version is never changed."""

    def __init__(self, size: int = 2048) -> None:
        self._size = size
        self._roles: OrderedDict[tuple[UUID, int], dict[UUID, RolePolicies]] = OrderedDict()

    def get(self, tenant_id: UUID, version: int) -> dict[UUID, RolePolicies] | None:
        found = self._roles.get((tenant_id, version))
        if found is not None:
            self._roles.move_to_end((tenant_id, version))
        return found

    def put(self, tenant_id: UUID, version: int, policies: list[Policy]) -> dict[UUID, RolePolicies]:
        by_role: dict[UUID, list[Policy]] = {}
        for policy in policies:
            by_role.setdefault(policy.role_id, []).append(policy)
        compiled = {role: RolePolicies(theirs) for role, theirs in by_role.items()}
        self._roles[tenant_id, version] = compiled
        while len(self._roles) > self._size:
            self._roles.popitem(last=False)
        return compiled


class PolicyAuthorizer:
    """Decides by the policies of the caller's role."""

    def __init__(self, tenants: TenantRepository, cache: PolicyCache) -> None:
        self._tenants = tenants
        self._cache = cache

    async def decide(self, caller: Caller, action: str, resource: str) -> Decision:
        roles = self._cache.get(caller.tenant_id, caller.policy_version)
        if roles is None:
            found = await self._tenants.policies(caller.tenant_id)
            roles = self._cache.put(caller.tenant_id, caller.policy_version, found)
        return roles.get(caller.role_id, _NO_POLICIES).decide(action, resource)

    async def require(self, caller: Caller, action: str, resource: str) -> None:
        decision = await self.decide(caller, action, resource)
        if not decision.allowed:
            raise NotAllowed(f"Your role may not {action} {resource}: {decision.reason}.", policy_id=decision.policy_id)


class PersonalTenant:
    """Answers a sign-up with a tenant of the user's own, whose admin the user is."""

    def __init__(self, tenants: TenantRepository, events: Events) -> None:
        self._tenants = tenants
        self._events = events

    async def __call__(self, event: UserSignedUp) -> None:
        tenant_id = await self._tenants.assume_new()
        await self._tenants.add(
            tenant_id,
            name=event.name[:255],
            slug=f"personal-{event.user_id.hex}",
            kind="personal",
            owner_id=event.user_id,
        )
        admin = await self._tenants.add_role(tenant_id, ADMIN, is_system=True, rules=SYSTEM_RULES[ADMIN])
        await self._tenants.add_role(tenant_id, MEMBER, is_system=True, rules=SYSTEM_RULES[MEMBER])
        await self._tenants.add_member(tenant_id, event.user_id, admin)
        await self._events.publish(TenantCreated(tenant_id, event.user_id, "personal"))


class TenantEntrance:
    """Answers an issuer's word that somebody belongs to a tenant with a membership, as a plain member."""

    def __init__(self, transaction: Transaction, tenants: TenantRepository) -> None:
        self._tx = transaction
        self._tenants = tenants

    async def __call__(self, event: ArrivedForTenant) -> None:
        """Raises `TenantFull`. A tenant that does not exist is nobody's: the request will say so."""
        tenant_id = await self._tenants.find(event.tenant)
        if tenant_id is None:
            return
        await self._tx.become(Acting(event.user_id, tenant_id))
        if not await self._tenants.is_member(tenant_id, event.user_id):
            await self._tenants.join(tenant_id, event.user_id, MEMBER)


class OwnerGone:
    """Answers an anonymised user: a personal tenant carries its owner's name."""

    def __init__(self, tenants: TenantRepository) -> None:
        self._tenants = tenants

    async def __call__(self, event: UserAnonymised) -> None:
        await self._tenants.forget_owner(event.user_id)
