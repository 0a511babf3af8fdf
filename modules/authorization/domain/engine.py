"""One role's policies, compiled: what they decide, and which rows they open.

Policies are found by resource, of which there are few (limits.py), so a decision looks at those that match and at no
other, however many there are. Each is compiled once, when it is first needed; what is the same for the whole role (its
name, the tenant's attributes) is worked into it then. What is remembered of questions is bounded by what it holds, and
made-up resources share what is known of `*`: callers may ask for whatever they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

import msgspec

from core.database.visible import Kind
from core.errors import Invalid
from modules.authorization.domain.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Every,
    Facts,
    Owner,
    Test,
    attributes,
    compiled,
    every,
    negation,
    parse,
    residual,
    some,
    told,
)
from modules.authorization.domain.coverage import Coverage
from modules.authorization.domain.policies import ANY, PLATFORM, Decision, Policy, Scope
from modules.authorization.domain.vocabulary import GENERIC, kinds

_OF_A_POLICY: Final = 1_000
_OF_A_BYTE: Final = 20
"""What a policy takes in memory, and each byte of its conditions, as they are written."""
_REMEMBERED: Final = 20_000
_OF_A_QUESTION: Final = 5
"""How many policies are remembered as those that match something; a question by itself takes as much as five."""


class Part(msgspec.Struct, frozen=True):
    """One of the clauses that must all hold for a policy to apply, and the refusals that it is the reason of."""

    test: Test
    fails: Decision
    is_unknown: Decision


class Applicable(msgspec.Struct, frozen=True):
    """A policy that matches, with its scope worked into its condition."""

    policy_id: UUID
    condition: Condition
    test: Test | None
    """None where it holds always."""
    decision: Decision
    """What it decides where it holds."""
    parts: tuple[Part, ...]
    attributes: frozenset[str]
    """What its condition speaks of."""


class Matching(msgspec.Struct, frozen=True):
    """The policies that match an action on a resource; of the allows, the unconditional ones first."""

    denies: tuple[Applicable, ...]
    allows: tuple[Applicable, ...]
    opens: Condition
    """Of which rows they allow it."""
    attributes: frozenset[str]
    """What their conditions speak of."""


_NOTHING: Final = Matching((), (), NEVER, frozenset())


class RolePolicies:
    """The policies of one role of one tenant, at one version. `constants` are the facts that all in the role share."""

    def __init__(
        self,
        policies: Iterable[Policy],
        constants: Facts | None = None,
        resources: Mapping[str, Mapping[str, Kind]] | None = None,
    ) -> None:
        self._constants = constants or {}
        self._resources = resources or {}
        self._about: dict[str, list[Policy]] = {}
        self._matching: dict[tuple[str, str], Matching] = {}
        self._remembered = 0
        self._applicables: dict[UUID, Applicable] = {}
        self._tests: dict[Condition, Test] = {}  # equal conditions are one, so that many policies stay in the cache
        self._coverage: Coverage | None = None
        self.weight = 0
        """About how many bytes of memory it takes once all of it was asked for."""
        for policy in policies:
            self._about.setdefault(policy.rule.resource, []).append(policy)
            self.weight += _OF_A_POLICY + _OF_A_BYTE * policy.size

    @property
    def name(self) -> str:
        """The role's; empty where nobody told."""
        return str(self._constants.get("subject.role", ""))

    @property
    def named(self) -> set[tuple[str, str]]:
        """The resources and actions that the policies name, without wildcards."""
        return {
            (resource, action)
            for resource, policies in self._about.items()
            if resource != ANY
            for policy in policies
            for action in policy.rule.actions
            if action != ANY
        }

    def covers(self, action: str, resource: str, scope: Scope) -> bool:
        """Whether they allow it always: of all rows, or at least of one's own. `*` means all that there is."""
        if self._coverage is None:
            self._coverage = Coverage(policy.rule for policies in self._about.values() for policy in policies)
        return self._coverage.includes(action, resource, scope)

    def decide(self, action: str, resource: str, facts: Facts) -> Decision:
        """What the policies say of one thing. What the facts do not tell allows nothing and denies all."""
        found = self._matching.get((action, resource)) or self.matching(action, resource)
        for policy in found.denies:
            if policy.test is None or policy.test(facts) is not False:
                return policy.decision
        for policy in found.allows:
            if policy.test is None or policy.test(facts) is True:
                return policy.decision
        return _refusal(found, action, resource, facts)

    def opens(self, action: str, resource: str, facts: Facts) -> Condition:
        """Which rows they allow it of: what is left of their conditions once these facts are known."""
        found = self._matching.get((action, resource)) or self.matching(action, resource)
        return residual(found.opens, facts) if facts else found.opens

    def possible(self, action: str, resource: str, facts: Facts) -> Decision:
        """Whether they may allow it of some row, whichever that is."""
        if self.opens(action, resource, facts) == NEVER:
            return self.refusal(action, resource, facts)
        allows = self.matching(action, resource).allows
        return next(policy.decision for policy in allows if policy.test is None or policy.test(facts) is not False)

    def refusal(self, action: str, resource: str, facts: Facts) -> Decision:
        """Why they allow it of no row at all."""
        found = self.matching(action, resource)
        for policy in found.denies:
            if policy.test is None or policy.test(facts) is True:
                return policy.decision
        return _refusal(found, action, resource, facts)

    def matching(self, action: str, resource: str) -> Matching:
        """The policies that speak of this; `*` is whatever belongs to a tenant, never what belongs to the platform."""
        found = self._matching.get((action, resource))
        if found is None:
            found = self._remember((action, resource), _OF_A_QUESTION, self._shared(action, resource))
        return found

    def _shared(self, action: str, resource: str) -> Matching:
        """The same one for all actions and resources that no policy names."""
        names = (resource,) if resource == ANY or resource.startswith(PLATFORM) else (resource, ANY)
        speaking = [
            policy
            for name in names
            for policy in self._about.get(name, ())
            if action in policy.rule.actions or ANY in policy.rule.actions
        ]
        if not speaking:
            return _NOTHING
        is_named = any(action in policy.rule.actions for policy in speaking)
        key = (action if is_named else ANY, resource if resource in self._about else ANY)
        found = self._matching.get(key)
        return self._remember(key, len(speaking), self._match(speaking)) if found is None else found

    def _remember(self, key: tuple[str, str], size: int, matching: Matching) -> Matching:
        if self._remembered + size > _REMEMBERED:
            self._matching.clear()
            self._remembered = 0
        self._remembered += size
        self._matching[key] = matching
        return matching

    def _match(self, policies: list[Policy]) -> Matching:
        policies = sorted(policies, key=_by_id)  # so that every worker names the same one
        denies = [self._applicable(policy) for policy in policies if policy.rule.effect == "deny"]
        allows = [self._applicable(policy) for policy in policies if policy.rule.effect == "allow"]
        denies = [policy for policy in denies if policy.condition != NEVER]
        allows.sort(key=lambda policy: policy.test is not None)
        opens = every(
            [some(policy.condition for policy in allows), negation(some(policy.condition for policy in denies))]
        )
        spoken = frozenset[str]().union(*(policy.attributes for policy in (*denies, *allows)))
        return Matching(tuple(denies), tuple(allows), opens, spoken - {"owner"})

    def _applicable(self, policy: Policy) -> Applicable:
        found = self._applicables.get(policy.id)
        if found is None:
            found = self._applicables[policy.id] = self._compiled(policy)
        return found

    def _compiled(self, policy: Policy) -> Applicable:
        rule = policy.rule
        allowed = rule.effect == "allow"
        try:
            said = parse(rule.conditions, kinds(self._resources.get(rule.resource, GENERIC)))
        except Invalid:  # written when there were other attributes; in doubt, nobody may
            said = NEVER if allowed else ALWAYS
        if rule.scope == "own":
            said = every([Owner(), said])
        condition = residual(said, self._constants)
        words = ("allowed" if allowed else "denied") + " by policy"
        if said != ALWAYS:
            words += f": {told(said)}"
        test = None if condition == ALWAYS else self._test(condition)
        clauses = said.parts if isinstance(said, Every) else (said,)
        parts = tuple(self._part(policy.id, clause) for clause in clauses)
        return Applicable(policy.id, condition, test, Decision(allowed, policy.id, words), parts, attributes(condition))

    def _part(self, policy_id: UUID, clause: Condition) -> Part:
        return Part(
            self._test(residual(clause, self._constants)),
            Decision(False, policy_id, f"does not hold: {told(clause)}"),
            Decision(False, policy_id, f"cannot be told: {told(clause)}"),
        )

    def _test(self, condition: Condition) -> Test:
        test = self._tests.get(condition)
        if test is None:
            test = self._tests[condition] = compiled(condition)
        return test


def _by_id(policy: Policy) -> UUID:
    return policy.id


def _refusal(found: Matching, action: str, resource: str, facts: Facts) -> Decision:
    """Names the first policy that would have allowed it, and the clause of it that failed."""
    if not found.allows:
        return Decision(False, None, f"no policy allows to {action} {resource}")
    unknown: Decision | None = None
    for part in found.allows[0].parts:
        held = part.test(facts)
        if held is False:
            return part.fails
        if held is None and unknown is None:
            unknown = part.is_unknown
    return unknown or found.allows[0].parts[0].fails
