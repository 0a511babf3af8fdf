"""The rules of access: default deny, and a deny beats every allow."""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from core.errors import Conflict, Denied
from core.module import Event

Effect = Literal["allow", "deny"]
Scope = Literal["own", "all"]
TenantKind = Literal["personal", "organization"]
ContractType = Literal["standard", "enterprise"]
Plan = Literal["free", "pro", "enterprise"]

ANY: Final = "*"
PLATFORM: Final = "platform:"
ADMIN: Final = "admin"
MEMBER: Final = "member"


class TenantCreated(Event, frozen=True):
    """A tenant exists since a moment ago, in this transaction, and is its tenant."""

    tenant_id: UUID
    user_id: UUID
    kind: TenantKind


class NotAllowed(Denied):
    """No policy of your role allows this."""


class TenantFull(Conflict):
    """The tenant has as many members as its contract allows."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy says, without its id."""

    effect: Effect = "allow"
    resource: str
    actions: list[str]
    conditions: dict[str, Any] = {}
    scope: Scope = "own"

    @property
    def digest(self) -> bytes:
        """Equal for policies that say the same, in whatever order their actions are."""
        said = [self.effect, self.resource, sorted(self.actions), self.conditions, self.scope]
        return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).digest()

    def matches(self, action: str, resource: str) -> bool:
        """`*` matches whatever belongs to a tenant; what belongs to the platform is never matched by it."""
        if resource.startswith(PLATFORM) and self.resource != resource:
            return False
        return self.resource in (resource, ANY) and (action in self.actions or ANY in self.actions)


class Policy(msgspec.Struct, frozen=True):
    id: UUID
    role_id: UUID
    rule: Rule


class Decision(msgspec.Struct, frozen=True):
    allowed: bool
    policy_id: UUID | None
    reason: str


SYSTEM_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    ADMIN: (Rule(resource=ANY, actions=[ANY], scope="all"),),
    MEMBER: (
        Rule(resource="users", actions=["read"], scope="all"),
        Rule(resource="credits", actions=["read"], scope="all"),
        Rule(resource="simulations", actions=["create", "delete", "read"]),
        Rule(resource="messages", actions=["create", "read"]),
        Rule(resource="progress", actions=["read", "update"]),
        Rule(resource="documents", actions=["create", "delete", "read"]),
        Rule(resource="agent_sessions", actions=["create", "read"]),
        Rule(resource="posts", actions=["create", "read"]),
    ),
}
"""What every new tenant's system roles may do: admins everything, members what an intern needs."""


class RolePolicies:
    """One role's policies, compiled: an answer is looked up once and remembered."""

    def __init__(self, policies: list[Policy]) -> None:
        self._denies = [policy for policy in policies if policy.rule.effect == "deny"]
        # Conditions need attributes that no route passes yet: such an allow stays closed, such a deny stays in force.
        self._allows = [p for p in policies if p.rule.effect == "allow" and not p.rule.conditions]
        self._decided: dict[tuple[str, str], Decision] = {}

    def decide(self, action: str, resource: str) -> Decision:
        key = (action, resource)
        decision = self._decided.get(key)
        if decision is None:
            decision = self._decided[key] = self._look(action, resource)
        return decision

    def _look(self, action: str, resource: str) -> Decision:
        for policy in self._denies:
            if policy.rule.matches(action, resource):
                return Decision(False, policy.id, "denied by policy")
        for policy in self._allows:
            if policy.rule.matches(action, resource):
                return Decision(True, policy.id, "allowed by policy")
        return Decision(False, None, "no policy allows it")
