"""What a role may do always, so that whoever has it may let others do it.

Compared is what policies say, not what follows from it today: what a role may do only under the tenant's contract, or
for as long as it is called so, it may not hand on. Any allow without a condition covers; a deny that might speak of it
spoils it, whatever its condition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from modules.authorization.domain.policies import ANY, PLATFORM, Rule, Scope

_OWNER: Final = {"operator": "owner"}


class Coverage:
    """Answers from sets: as many questions as there are actions in a tenant's policies are asked at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._always: set[tuple[str, str]] = set()
        self._own: set[tuple[str, str]] = set()
        self._denied: set[tuple[str, str]] = set()
        for rule in rules:
            pairs = {(rule.resource, action) for action in rule.actions}
            if rule.effect == "deny":
                self._denied |= pairs
            elif rule.conditions in ({}, _OWNER):
                (self._always if rule.scope == "all" and not rule.conditions else self._own).update(pairs)
        self._denied_resources = {resource for resource, _ in self._denied}
        self._denied_actions = {action for _, action in self._denied}

    def includes(self, action: str, resource: str, scope: Scope) -> bool:
        """Of all rows, or at least of one's own. `*` means all that there is."""
        names = (resource,) if resource.startswith(PLATFORM) else (resource, ANY)
        keys = {(name, said) for name in names for said in (action, ANY)}
        covered = not keys.isdisjoint(self._always) or (scope == "own" and not keys.isdisjoint(self._own))
        return covered and not self._is_denied(action, resource, keys)

    def _is_denied(self, action: str, resource: str, keys: set[tuple[str, str]]) -> bool:
        if resource == action == ANY:
            return bool(self._denied)
        if resource == ANY:
            return not self._denied_actions.isdisjoint((action, ANY))
        if action == ANY:
            return not self._denied_resources.isdisjoint((resource, ANY))
        return not keys.isdisjoint(self._denied)
