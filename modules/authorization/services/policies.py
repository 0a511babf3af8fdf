"""Writing policies: what they say is checked before it is kept, and nobody locks everybody out."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import UNSET

from core.errors import Denied, Invalid, NotFound
from core.http.authority import Authorizer
from modules.authorization.contracts.policies import NewPolicy, PolicyChange, RolePolicy
from modules.authorization.domain import ADMIN, PLATFORM, LockedOut, Rule, Scope, check_room
from modules.authorization.domain.conditions import dump, parse
from modules.authorization.domain.vocabulary import GENERIC, kinds
from modules.authorization.permits import CreatePolicies, DeletePolicies, ReadPolicies, UpdatePolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services.decisions import PolicyAuthorizer, Vocabulary
from modules.authorization.services.delegation import Delegation


class Policies:
    """The policies of the tenant that is acted for."""

    def __init__(
        self,
        policies: PolicyRepository,
        authorizer: PolicyAuthorizer,
        delegation: Delegation,
        vocabulary: Vocabulary,
    ) -> None:
        self._policies = policies
        self._authorizer = authorizer
        self._delegation = delegation
        self._vocabulary = vocabulary

    async def add(self, permit: CreatePolicies, wish: NewPolicy) -> RolePolicy:
        """Raises `Invalid`, `NotAllowed`, `PolicyThere`, `TooManyPolicies` and `LockedOut`."""
        tenant_id = permit.caller.tenant_id
        default: Scope = "own" if wish.effect == "allow" else "all"
        rule = self._rule(
            Rule(
                effect=wish.effect,
                resource=wish.resource,
                actions=wish.actions,
                conditions=wish.conditions,
                scope=default if wish.scope is UNSET else wish.scope,
            )
        )
        permit.demand(role_id=wish.role_id, effect=rule.effect, resource=rule.resource)
        try:
            role = (await self._policies.role_facts(tenant_id, wish.role_id)).role
        except NotFound:
            raise Invalid("The tenant has no such role.", path="role_id") from None
        if rule.effect == "allow":
            await self._delegation.require_rule(permit.caller, rule)
        check_room(await self._policies.said(tenant_id, wish.role_id, rule.resource), rule)
        made = await self._policies.add(tenant_id, wish.role_id, rule)
        await self._still_open(tenant_id, wish.role_id, role)
        return made

    async def change(self, permit: UpdatePolicies, policy_id: UUID, wish: PolicyChange) -> RolePolicy:
        """Raises `NotFound`, `Denied` and what `add` raises."""
        tenant_id = permit.caller.tenant_id
        before = await self._seen(permit, policy_id)
        old = _said(before)
        said = {name: value for name, value in msgspec.structs.asdict(wish).items() if value is not UNSET}
        rule = self._rule(msgspec.structs.replace(old, **said))
        permit.demand(id=policy_id, role_id=before.role_id, effect=rule.effect, resource=rule.resource)
        if old.effect == "deny":
            await self._delegation.require_rule(permit.caller, old)
        if rule.effect == "allow":
            await self._delegation.require_rule(permit.caller, rule)
        check_room(await self._policies.said(tenant_id, before.role_id, rule.resource, without=policy_id), rule)
        changed = await self._policies.change(tenant_id, permit.rows, policy_id, rule)
        if changed is None:
            raise Denied("Your role may not change this policy.")
        await self._still_open(tenant_id, before.role_id)
        return changed

    async def remove(self, permit: DeletePolicies, policy_id: UUID) -> None:
        """Raises `NotFound`, `Denied`, `NotAllowed` and `LockedOut`."""
        tenant_id = permit.caller.tenant_id
        before = await self._seen(permit, policy_id)
        if before.effect == "deny":
            await self._delegation.require_rule(permit.caller, _said(before))
        if not await self._policies.remove(tenant_id, permit.rows, policy_id):
            raise Denied("Your role may not delete this policy.")
        await self._still_open(tenant_id, before.role_id)

    async def _seen(self, permit: UpdatePolicies | DeletePolicies, policy_id: UUID) -> RolePolicy:
        authorizer: Authorizer = self._authorizer
        reading: ReadPolicies = await authorizer.permit(permit.caller, "read", "policies")
        return await self._policies.get(permit.caller.tenant_id, reading.rows, policy_id)

    def _rule(self, rule: Rule) -> Rule:
        """The rule in its one form. Raises `Invalid`."""
        if rule.resource.startswith(PLATFORM) or rule.resource == PLATFORM.rstrip(":"):
            raise Invalid("What belongs to the platform is only for operators.", path="resource")
        known = self._vocabulary.kinds.get(rule.resource, GENERIC)
        conditions = dump(parse(rule.conditions, kinds(known)))
        return msgspec.structs.replace(rule, actions=sorted(set(rule.actions)), conditions=conditions)

    async def _still_open(self, tenant_id: UUID, role_id: UUID, name: str = "") -> None:
        """Looks at the role as it is now, inside the transaction that changed it."""
        if (name or (await self._policies.role_facts(tenant_id, role_id)).role) != ADMIN:
            return
        admin = await self._authorizer.compile(tenant_id, role_id)
        if not all(admin.covers(action, "policies", "all") for action in ("create", "delete", "read", "update")):
            raise LockedOut


def _said(policy: RolePolicy) -> Rule:
    return Rule(
        effect=policy.effect,
        resource=policy.resource,
        actions=policy.actions,
        conditions=policy.conditions,
        scope=policy.scope,
    )
