"""What a policy says, and what follows from a role's policies: default deny, and a deny beats every allow."""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from core.errors import Conflict, Denied
from modules.authorization.domain.tenants import ADMIN, MEMBER

Effect = Literal["allow", "deny"]
Scope = Literal["own", "all"]

ANY: Final = "*"
PLATFORM: Final = "platform:"


class NotAllowed(Denied):
    """No policy of your role allows this."""


class PolicyThere(Conflict):
    """The role has a policy that says the same already."""


class LockedOut(Conflict):
    """Nobody could change policies any more: an admin always can."""


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


class Policy(msgspec.Struct, frozen=True):
    id: UUID
    role_id: UUID
    rule: Rule
    size: int = 0
    """Of its conditions, in bytes."""


class Decision(msgspec.Struct, frozen=True):
    """`policy_id` is the policy that decided; of a refusal by default, the one that came nearest to allowing it."""

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
        Rule(resource="agent_requests", actions=["create", "delete", "read"]),
        Rule(resource="reviews", actions=["create", "read"]),
        Rule(resource="interviews", actions=["create", "read"]),
        Rule(resource="posts", actions=["create", "read"]),
        Rule(resource="usage", actions=["read"]),
    ),
}
"""What every new tenant's system roles may do: admins everything, members what an intern needs."""
