"""Nobody gives what they do not have: who may hand out a role, or write a policy, without gaining by it.

Without this, whoever may add members could make themselves an admin by a second account, and whoever may write
policies could write one for themselves. (Kubernetes' rule of escalation, for roles and for bindings.)
"""

from __future__ import annotations

from uuid import UUID

from core.http.caller import Caller
from modules.authorization.domain import ADMIN, NotAllowed, Rule
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services.decisions import PolicyAuthorizer


class Delegation:
    """Compares what somebody gives with what they have; an admin has everything."""

    def __init__(self, authorizer: PolicyAuthorizer, policies: PolicyRepository) -> None:
        self._authorizer = authorizer
        self._policies = policies

    async def require(self, caller: Caller, role_id: UUID) -> None:
        """Raises `NotAllowed` where the role may do what the caller may not."""
        if role_id == caller.role_id:
            return
        mine = await self._authorizer.role(caller)
        for policy in await self._policies.of_role(caller.tenant_id, role_id):
            if policy.rule.effect == "allow" and not _has(mine, policy.rule):
                raise NotAllowed(
                    f"You cannot give or take a role that may {_said(policy.rule)}, which you may not.",
                    policy_id=policy.id,
                )

    async def require_rule(self, caller: Caller, rule: Rule) -> None:
        """Raises `NotAllowed` where the caller may not do, always and unconditionally, what the rule speaks of."""
        if not _has(await self._authorizer.role(caller), rule):
            raise NotAllowed(f"You cannot let others {_said(rule)}: you may not do so yourself, always.")


def _has(mine: RolePolicies, rule: Rule) -> bool:
    if mine.name == ADMIN:
        return True
    return all(mine.covers(action, rule.resource, rule.scope) for action in rule.actions)


def _said(rule: Rule) -> str:
    return f"{', '.join(rule.actions)} {rule.resource} ({rule.scope})"
