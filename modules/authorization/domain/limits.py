"""How much a tenant may say in policies, so that what they cost is bounded for everybody who shares the server.

Ten thousand ordinary policies fit. What is bounded by the tenant is what must be read, reported and kept in memory;
what is bounded by role and resource is what one decision, one filter and one evaluation in the database look at: the
policies about the resource and those about `*`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from core.errors import Conflict
from modules.authorization.domain.conditions import written_size
from modules.authorization.domain.policies import Rule

MOST_POLICIES: Final = 10_000
MOST_ACTIONS: Final = 40_000
MOST_BYTES: Final = 1 << 20
MOST_ABOUT: Final = 100
MOST_BYTES_ABOUT: Final = 16 << 10
MOST_ROLES: Final = 100
MOST_REPORTED: Final = 200_000
"""Policies that one report names; one that matters to several rights is named with each."""


class TooManyPolicies(Conflict):
    """A tenant has at most 10,000 policies, and a role at most 100 about one resource."""


class TooManyRoles(Conflict):
    """A tenant has at most 100 roles; delete one first."""


class ReportTooLong(Conflict):
    """The report would name more than 200,000 policies; ask what one may do instead, or read the policies."""


class Said(msgspec.Struct, frozen=True):
    """What the policies of a tenant amount to, without the one that is being changed; `about` are those of one role
    about one resource. Sizes are of conditions, in bytes."""

    policies: int
    actions: int
    size: int
    about: int
    size_about: int


def check_room(said: Said, rule: Rule) -> None:
    """Raises `TooManyPolicies`, which says the limit, where there is no room for the rule besides."""
    size = written_size(rule.conditions)
    bounds = (
        (said.policies + 1, MOST_POLICIES, "A tenant has at most {most:,} policies."),
        (said.actions + len(rule.actions), MOST_ACTIONS, "A tenant's policies name at most {most:,} actions."),
        (said.size + size, MOST_BYTES, "The conditions of a tenant's policies are at most {most:,} bytes in all."),
        (said.about + 1, MOST_ABOUT, "A role has at most {most:,} policies about one resource, and as many about `*`."),
        (
            said.size_about + size,
            MOST_BYTES_ABOUT,
            "The conditions of a role's policies about one resource, or about `*`, are at most {most:,} bytes in all.",
        ),
    )
    for found, most, told in bounds:
        if found > most:
            raise TooManyPolicies(told.format(most=most), most=most)
