"""Deciding: what the caller's role may do, in this request and in every worker the same."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from core.clock import Clock
from core.database.visible import Kind, Resource
from core.errors import Invalid
from core.http.authority import Permit
from core.http.caller import Caller
from modules.authorization.contracts.policies import Question
from modules.authorization.domain import Decision, NotAllowed
from modules.authorization.domain.conditions import NEVER, Facts, read_value
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.domain.vocabulary import CONTEXT, GENERIC, PROFILE
from modules.authorization.filters import rows
from modules.authorization.repositories import PolicyRepository
from modules.authorization.repositories.policies import PersonFacts, RoleFacts

_NO_FACTS: Final[dict[str, Any]] = {}


class Vocabulary:
    """All resources that the modules declare."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self.resources = resources
        self.kinds: dict[str, dict[str, Kind]] = {name: found.kinds for name, found in resources.items()}

    def owner(self, resource: str) -> str | None:
        found = self.resources.get(resource)
        return "user_id" if found is None else found.owner


class PolicyCache:
    """Compiled policies of the roles that were asked for last, in this worker; of each, one version only.

    Bounded by their number, and by the memory that they take: a few tenants that say all they may are not many.
    """

    def __init__(self, size: int = 2048, weight: int = 256 << 20) -> None:
        self._size = size
        self._heaviest = weight
        self._weight = 0
        self._roles: OrderedDict[tuple[UUID, UUID], tuple[int, RolePolicies]] = OrderedDict()

    def get(self, caller: Caller) -> RolePolicies | None:
        key = (caller.tenant_id, caller.role_id)
        version, role = self._roles.get(key, (None, None))
        if version != caller.policy_version:
            return None
        self._roles.move_to_end(key)
        return role

    def put(self, caller: Caller, role: RolePolicies) -> None:
        key = (caller.tenant_id, caller.role_id)
        self._drop(self._roles.pop(key, None))
        self._roles[key] = caller.policy_version, role
        self._weight += role.weight
        while len(self._roles) > self._size or (self._weight > self._heaviest and len(self._roles) > 1):
            self._drop(self._roles.popitem(last=False)[1])

    def _drop(self, kept: tuple[int, RolePolicies] | None) -> None:
        self._weight -= 0 if kept is None else kept[1].weight


class PolicyAuthorizer:
    """Answers by the policies of the caller's role."""

    def __init__(self, policies: PolicyRepository, cache: PolicyCache, vocabulary: Vocabulary, clock: Clock) -> None:
        self._policies = policies
        self._cache = cache
        self._vocabulary = vocabulary
        self._clock = clock
        self._person: dict[UUID, PersonFacts] = {}  # one, of the one request

    async def permit(self, caller: Caller, action: str, resource: str) -> Permit[Any, Any]:
        """Raises `NotAllowed` where no policy could allow it, whatever the rows are."""
        role = await self.role(caller)
        facts = await self._facts(role, caller, action, resource)
        condition = role.opens(action, resource, facts)
        if condition == NEVER:
            raise _refused(action, resource, role.refusal(action, resource, facts))
        demand = _Demand(self._vocabulary, role, caller, action, resource, facts)
        return Permit(caller, action, resource, rows(condition, caller.user_id), demand)

    async def answers(self, caller: Caller, questions: Sequence[Question]) -> list[Decision]:
        """One after the other; between two of them, others' requests go on. Raises `Invalid`."""
        decisions = []
        for place, asked in enumerate(questions):
            path = f"checks[{place}].attributes"
            decisions.append(await self.decide(caller, asked.action, asked.resource, asked.attributes, path=path))
            await asyncio.sleep(0)
        return decisions

    async def decide(
        self, caller: Caller, action: str, resource: str, attributes: Mapping[str, Any] | None = None, path: str = ""
    ) -> Decision:
        """Of one thing with these attributes, the caller's own unless they say otherwise; without any, of some thing.

        Raises `Invalid` where an attribute does not exist or is of another kind.
        """
        role = await self.role(caller)
        facts = await self._facts(role, caller, action, resource)
        if attributes is None:
            return role.possible(action, resource, facts)
        kinds = self._vocabulary.kinds.get(resource, GENERIC)
        said: dict[str, Any] = {}
        for name, value in attributes.items():
            if name not in kinds:
                raise Invalid(
                    f"There is no such attribute; there are {', '.join(sorted(kinds)) or 'none'}.",
                    path=f"{path}.{name}",
                )
            said[name] = None if value is None else read_value(value, kinds[name], f"{path}.{name}")
        return role.decide(action, resource, _of_one(self._vocabulary, caller, resource, facts, said))

    async def role(self, caller: Caller) -> RolePolicies:
        found = self._cache.get(caller)
        if found is None:
            found = await self.compile(caller.tenant_id, caller.role_id)
            self._cache.put(caller, found)
        return found

    async def compile(self, tenant_id: UUID, role_id: UUID) -> RolePolicies:
        """The policies of any role of the tenant that is acted for. Raises `NotFound`."""
        about = await self._policies.role_facts(tenant_id, role_id)
        policies = await self._policies.of_role(tenant_id, role_id)
        return RolePolicies(policies, constants(tenant_id, about), self._vocabulary.kinds)

    async def _facts(self, role: RolePolicies, caller: Caller, action: str, resource: str) -> dict[str, Any]:
        """What the conditions that match may ask of the caller and the moment; most ask nothing."""
        spoken = role.matching(action, resource).attributes
        facts = _NO_FACTS if self._vocabulary.owner(resource) else {"owner": False}
        if not spoken:
            return facts
        known = self._vocabulary.kinds.get(resource, GENERIC)
        absent = {name: None for name in spoken if name.startswith("resource.") and name[9:] not in known}
        facts = {**facts, **absent, "subject.id": str(caller.user_id)}
        if not spoken.isdisjoint(CONTEXT):
            facts |= moment(self._clock())
        if not spoken.isdisjoint(PROFILE):
            person = self._person.get(caller.user_id) or await self._policies.person_facts(caller.user_id)
            self._person[caller.user_id] = person
            facts |= {f"subject.{name}": _frozen(value) for name, value in msgspec.structs.asdict(person).items()}
        return facts


class _Demand:
    """What a permit demands of one thing; see `core.http.authority.Demand`."""

    __slots__ = ("_action", "_caller", "_facts", "_resource", "_role", "_vocabulary")

    def __init__(
        self, vocabulary: Vocabulary, role: RolePolicies, caller: Caller, action: str, resource: str, facts: Facts
    ) -> None:
        self._vocabulary = vocabulary
        self._role = role
        self._caller = caller
        self._action = action
        self._resource = resource
        self._facts = facts

    def __call__(self, **attributes: Any) -> None:
        facts = _of_one(self._vocabulary, self._caller, self._resource, self._facts, attributes)
        decision = self._role.decide(self._action, self._resource, facts)
        if not decision.allowed:
            raise _refused(self._action, self._resource, decision)


def constants(tenant_id: UUID, about: RoleFacts) -> dict[str, Any]:
    """The facts that all in a role share."""
    return {
        "subject.role": about.role,
        "tenant.id": str(tenant_id),
        "tenant.kind": about.kind,
        "tenant.plan": about.plan,
        "tenant.contract_type": about.contract_type,
        "tenant.features": tuple(about.features),
        "tenant.max_users": about.max_users,
    }


def moment(now: datetime) -> dict[str, Any]:
    return {"context.now": now, "context.hour": now.hour, "context.weekday": now.isoweekday()}


def _of_one(
    vocabulary: Vocabulary, caller: Caller, resource: str, facts: Facts, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts with those of one thing; it is the caller's own unless its owner is told."""
    owner = vocabulary.owner(resource)
    subject = str(caller.user_id)
    said = {name: _frozen(value) for name, value in attributes.items()}
    if owner is not None:
        said.setdefault(owner, subject)
    whole = {**facts, **{f"resource.{name}": value for name, value in said.items()}}
    if owner is not None:
        whole["owner"] = said[owner] == subject
    return whole


def _frozen(value: Any) -> Any:  # as facts are kept
    return tuple(value) if isinstance(value, list) else str(value) if isinstance(value, UUID) else value


def _refused(action: str, resource: str, decision: Decision) -> NotAllowed:
    return NotAllowed(f"Your role may not {action} {resource}: {decision.reason}.", policy_id=decision.policy_id)
