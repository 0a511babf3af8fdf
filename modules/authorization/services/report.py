"""Who may do what in a tenant, and by which policies."""

from __future__ import annotations

import asyncio
from typing import Literal
from uuid import UUID

import msgspec

from core.database.visible import ALL
from modules.authorization.contracts.policies import AccessReport, ReportedMember, ReportedRight, ReportedRole
from modules.authorization.domain import MOST_REPORTED, NotAllowed, ReportTooLong
from modules.authorization.domain.conditions import ALWAYS, NEVER, Condition, Not, Owner, told
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.permits import ReadMembers, ReadPolicies
from modules.authorization.repositories import PolicyRepository
from modules.authorization.services.decisions import PolicyAuthorizer, Vocabulary, constants


class Reporting:
    """Tells of every role what its policies open, with everybody who has it."""

    def __init__(self, policies: PolicyRepository, authorizer: PolicyAuthorizer, vocabulary: Vocabulary) -> None:
        self._policies = policies
        self._authorizer = authorizer
        self._vocabulary = vocabulary

    async def report(self, permit: ReadPolicies) -> AccessReport:
        """With the members that the caller may see. Raises `NotAllowed` for who may not read all policies: what a
        role may do does not follow from some of them; and `ReportTooLong`."""
        caller = permit.caller
        if permit.rows != ALL:
            raise NotAllowed("Only who may read all policies is told what they amount to.")
        reading: ReadMembers = await self._authorizer.permit(caller, "read", "members")
        members: dict[UUID, list[ReportedMember]] = {}
        for member in await self._policies.members(caller.tenant_id, reading.rows):
            members.setdefault(member.role_id, []).append(ReportedMember(member.user_id, member.name, member.email))
        policies = await self._policies.by_role(caller.tenant_id)
        roles, room = [], MOST_REPORTED
        about = await self._policies.role_facts(caller.tenant_id, caller.role_id)
        for role in await self._policies.roles(caller.tenant_id):
            shared = constants(caller.tenant_id, msgspec.structs.replace(about, role=role.name))
            compiled = RolePolicies(policies.get(role.id, ()), shared, self._vocabulary.kinds)
            rights = await self._rights(compiled, room)
            room -= sum(map(_named, rights))
            roles.append(ReportedRole(role.id, role.name, members.get(role.id, []), rights))
        return AccessReport(caller.tenant_id, caller.policy_version, roles)

    async def _rights(self, role: RolePolicies, room: int) -> list[ReportedRight]:
        """Between some of them, others' requests go on. Raises `ReportTooLong` where there is no room for them."""
        known = {(name, action) for name, found in self._vocabulary.resources.items() for action in found.actions}
        rights = []
        for place, (resource, action) in enumerate(sorted(known | role.named)):
            right = self._right(role, resource, action)
            if right is not None:
                rights.append(right)
                room -= _named(right)
            if room < 0:
                raise ReportTooLong(most=MOST_REPORTED)
            if place % 50 == 0:
                await asyncio.sleep(0)
        return rights

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


def _named(right: ReportedRight) -> int:
    return len(right.allowed_by) + len(right.denied_by)


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
