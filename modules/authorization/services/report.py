"""Who may do what in a tenant, and by which policies."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from core.http.caller import Caller
from modules.authorization.contracts.policies import AccessReport, ReportedMember, ReportedRight, ReportedRole
from modules.authorization.domain.conditions import ALWAYS, NEVER, Condition, Not, Owner, told
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services.decisions import PolicyAuthorizer, Vocabulary


class Reporting:
    """Tells of every role what its policies open, with everybody who has it."""

    def __init__(self, policies: PolicyRepository, authorizer: PolicyAuthorizer, vocabulary: Vocabulary) -> None:
        self._policies = policies
        self._authorizer = authorizer
        self._vocabulary = vocabulary

    async def report(self, caller: Caller) -> AccessReport:
        members: dict[UUID, list[ReportedMember]] = {}
        for member in await self._policies.members(caller.tenant_id):
            members.setdefault(member.role_id, []).append(ReportedMember(member.user_id, member.name, member.email))
        roles = []
        for role in await self._policies.roles(caller.tenant_id):
            compiled = await self._authorizer.compile(caller.tenant_id, role.id)
            roles.append(ReportedRole(role.id, role.name, members.get(role.id, []), self._rights(compiled)))
        return AccessReport(caller.tenant_id, caller.policy_version, roles)

    def _rights(self, role: RolePolicies) -> list[ReportedRight]:
        known = {(name, action) for name, found in self._vocabulary.resources.items() for action in found.actions}
        found = (self._right(role, resource, action) for resource, action in sorted(known | role.named))
        return [right for right in found if right is not None]

    def _right(self, role: RolePolicies, resource: str, action: str) -> ReportedRight | None:
        """None where nothing ever allowed it."""
        matching = role.matching(action, resource)
        if not matching.allows:
            return None
        facts = {} if self._vocabulary.owner(resource) else {"owner": False}
        opens = role.opens(action, resource, facts)
        rows = _rows(opens)
        return ReportedRight(
            resource,
            action,
            rows,
            told(opens) if rows == "some" else None,
            [policy.policy_id for policy in matching.allows],
            [policy.policy_id for policy in matching.denies],
        )


def _rows(opens: Condition) -> Literal["all", "own", "others", "some", "none"]:
    match opens:
        case Owner():
            return "own"
        case Not(Owner()):
            return "others"
        case _ if opens == ALWAYS:
            return "all"
        case _ if opens == NEVER:
            return "none"
    return "some"
