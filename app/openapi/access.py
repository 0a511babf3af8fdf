"""The part of the story about policies: what Bob lets the members of his personal tenant do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.openapi.note import Answer, Note
from app.openapi.organization import ROLE_ID, TENANT_ID
from app.openapi.problems import Known
from core.errors import Invalid
from modules.authorization import domain
from modules.authorization.contracts.policies import (
    AccessReport,
    Checks,
    Decisions,
    NewPolicy,
    PolicyChange,
    Question,
    ReportedMember,
    ReportedRight,
    ReportedRole,
    RolePolicy,
)

_MORNING: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY_ID: Final = UUID("30000000-0000-4000-8000-000000004203")
_NO_HARD_ONES: Final = {"attribute": "resource.level", "operator": "gt", "value": 6}
_WISH: Final = NewPolicy(ROLE_ID, "deny", "simulations", ["create"], _NO_HARD_ONES)
_DENIED: Final = RolePolicy(
    id=UUID("019b8d35-4a10-7c3e-9b27-1f6d8e0a2c54"),
    role_id=ROLE_ID,
    effect="deny",
    resource="simulations",
    actions=["create"],
    conditions=_NO_HARD_ONES,
    scope="all",
    created_at=_MORNING + timedelta(hours=2),
    updated_at=_MORNING + timedelta(hours=2),
)
_RIGHT: Final = ReportedRight("simulations", "create", "some", "not resource.level gt 6", [POLICY_ID], [_DENIED.id])
_DECIDED: Final = domain.Decision(
    allowed=False,
    policy_id=_DENIED.id,
    reason="denied by policy: resource.level gt 6",
)
_BAD_CONDITION: Final = Known(
    "BadCondition",
    "There is no such operator, attribute or role, or a value is of another kind.",
    Invalid(
        "There is no such operator; there are eq, ne, in, lt, lte, gt, gte, contains, owner.",
        path="conditions.operator",
    ),
)
_NOT_YOURS: Final = Known(
    "NotYoursToLet",
    "Nobody lets others do what they may not do themselves.",
    domain.NotAllowed("You cannot let others delete simulations (all): you may not do so yourself, always."),
)


def examples() -> tuple[Any, ...]:
    """A value of every type that is said or got about policies and decisions."""
    return (
        _WISH,
        PolicyChange(actions=["create", "read"], scope="all"),
        _DENIED,
        Checks(
            [
                Question("create", "simulations", {"level": 7}),
                Question("delete", "tenants"),
            ]
        ),
        Decisions([_DECIDED, domain.Decision(False, None, "no policy allows to delete tenants")]),
        AccessReport(
            TENANT_ID,
            7,
            [
                ReportedRole(
                    ROLE_ID,
                    "member",
                    [ReportedMember(UUID("00000000-0000-4000-8000-000000000003"), "Dana Example", "dana@example.com")],
                    [_RIGHT],
                )
            ],
        ),
    )


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    wrong = (_BAD_CONDITION, _NOT_YOURS)
    full = domain.TooManyPolicies(most=100)
    return {
        "access_create": Note(
            answers=(
                Answer(
                    status=201,
                    kind=RolePolicy,
                    description="Made, and in force from the next request on.",
                    headers={"Location": "Where the policy is."},
                    example=_DENIED,
                ),
            ),
            problems=(*wrong, domain.PolicyThere(), full, domain.LockedOut()),
        ),
        "access_change": Note(
            problems=(*wrong, domain.PolicyThere(), full, domain.LockedOut()),
        ),
        "access_remove": Note(problems=(_NOT_YOURS, domain.LockedOut())),
        "access_report": Note(
            description="Needs to read all policies, not some; the members are those whom you may see.",
            problems=(domain.ReportTooLong(most=domain.MOST_REPORTED),),
        ),
        "access_check": Note(problems=(Invalid("There is no such attribute.", path="checks[0].attributes.colour"),)),
    }
