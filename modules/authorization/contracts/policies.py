"""Policies, decisions and the report of who may do what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from modules.authorization.domain import Decision, Effect, Scope

ResourceName = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=r"^(\*|[a-z][a-z0-9_]*(:[a-z0-9_]+)*)(?!\n)$",
        description="What it is about; `*` is everything of the tenant.",
        examples=["simulations"],
    ),
]
ActionName = Annotated[
    str, Meta(max_length=100, pattern=r"^(\*|[a-z][a-z0-9_-]*)(?!\n)$", examples=["delete"], description="`*` is any.")
]
Actions = Annotated[list[ActionName], Meta(min_length=1, max_length=64)]
Conditions = Annotated[
    dict[str, Any],
    Meta(
        description="`all` and `any` (lists), `not`, the operator `owner`, or `attribute`, `operator` and `value`, "
        'which may be `{"attribute": ...}`; at most 8 deep and 4 KB. Attributes are `subject.*`, `tenant.*`, '
        "`context.*` and `resource.*`; operators `eq ne in lt lte gt gte contains`.",
        examples=[{"attribute": "resource.status", "operator": "eq", "value": "failed"}],
    ),
]


class NewPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a scope, an allow is of one's own, and a deny of all."""

    role_id: UUID
    effect: Effect
    resource: ResourceName
    actions: Actions
    conditions: Conditions = {}
    scope: Scope | UnsetType = UNSET


class PolicyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are absent stay."""

    effect: Effect | UnsetType = UNSET
    resource: ResourceName | UnsetType = UNSET
    actions: Actions | UnsetType = UNSET
    conditions: Conditions | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET


class RolePolicy(msgspec.Struct, frozen=True):
    """A policy; its actions are sorted, and each is there once."""

    id: UUID
    role_id: UUID
    effect: Effect
    resource: str
    actions: list[str]
    conditions: dict[str, Any]
    scope: Scope
    created_at: datetime
    updated_at: datetime


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question. Without attributes it is whether you may do it to anything at all; with them, whether to one
    thing that has these, your own unless `user_id` says otherwise. What is not told, no condition holds of."""

    action: ActionName
    resource: ResourceName
    attributes: dict[str, Any] | None = None


class Checks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checks: Annotated[list[Question], Meta(min_length=1, max_length=100)]


class Decisions(msgspec.Struct, frozen=True):
    """In the order of the checks."""

    decisions: list[Decision]


class ReportedMember(msgspec.Struct, frozen=True):
    user_id: UUID
    name: str | None
    email: str


class ReportedRight(msgspec.Struct, frozen=True):
    """What a role may do, to whose: all of the tenant's, one's own, others', or some, as `conditions` says."""

    resource: str
    action: str
    rows: Literal["all", "own", "others", "some", "none"]
    conditions: str | None
    allowed_by: list[UUID]
    denied_by: list[UUID]


class ReportedRole(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    members: list[ReportedMember]
    rights: list[ReportedRight]


class AccessReport(msgspec.Struct, frozen=True):
    """Who may do what, and by which policies, as of one version of them."""

    tenant_id: UUID
    policy_version: int
    roles: list[ReportedRole]
