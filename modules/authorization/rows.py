"""The rows of schema `authz`, generated from tables.py: `python -m scripts.contracts generate`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.tenants."""

    id: UUID
    name: str
    slug: str
    kind: Literal["personal", "organization"]
    owner_id: UUID | None
    founder_id: UUID | None
    policy_version: int
    created_at: datetime
    updated_at: datetime


class TenantInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.tenants says; what is unset gets the default."""

    id: UUID | UnsetType = UNSET
    name: str
    slug: str
    kind: Literal["personal", "organization"]
    owner_id: UUID | None = None
    founder_id: UUID | None = None
    policy_version: int | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class TenantPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.tenants."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    kind: Literal["personal", "organization"] | UnsetType = UNSET
    policy_version: int | UnsetType = UNSET


class DepartureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.departures."""

    tenant_id: UUID
    user_id: UUID
    created_at: datetime


class DepartureInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.departures says; what is unset gets the default."""

    tenant_id: UUID
    user_id: UUID
    created_at: datetime | UnsetType = UNSET


class RoleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.roles."""

    tenant_id: UUID
    id: UUID
    name: str
    is_system: bool
    created_at: datetime
    updated_at: datetime


class RoleInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.roles says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    name: str
    is_system: bool | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class RolePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.roles."""

    name: str | UnsetType = UNSET
    is_system: bool | UnsetType = UNSET


class TenantAttributeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.tenant_attributes."""

    tenant_id: UUID
    plan: Literal["free", "pro", "enterprise"]
    contract_type: Literal["standard", "enterprise"]
    features: list[str]
    max_users: int
    created_at: datetime
    updated_at: datetime


class TenantAttributeInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.tenant_attributes says; what is unset gets the default."""

    tenant_id: UUID
    plan: Literal["free", "pro", "enterprise"] | UnsetType = UNSET
    contract_type: Literal["standard", "enterprise"] | UnsetType = UNSET
    features: list[str] | UnsetType = UNSET
    max_users: int | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class TenantAttributePatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.tenant_attributes."""

    plan: Literal["free", "pro", "enterprise"] | UnsetType = UNSET
    contract_type: Literal["standard", "enterprise"] | UnsetType = UNSET
    features: list[str] | UnsetType = UNSET
    max_users: int | UnsetType = UNSET


class InvitationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.invitations."""

    tenant_id: UUID
    id: UUID
    email: str
    role_id: UUID
    token_hash: bytes | None
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    invited_by: UUID
    created_at: datetime
    updated_at: datetime


class InvitationInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.invitations says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    email: str
    role_id: UUID
    token_hash: bytes | None = None
    expires_at: datetime
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    invited_by: UUID
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class InvitationPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.invitations."""

    email: str | UnsetType = UNSET
    token_hash: bytes | None | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET
    accepted_at: datetime | None | UnsetType = UNSET
    withdrawn_at: datetime | None | UnsetType = UNSET
    invited_by: UUID | UnsetType = UNSET


class MembershipRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.memberships."""

    tenant_id: UUID
    user_id: UUID
    role_id: UUID
    agreed: bool
    created_at: datetime
    updated_at: datetime


class MembershipInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.memberships says; what is unset gets the default."""

    tenant_id: UUID
    user_id: UUID
    role_id: UUID
    agreed: bool | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class MembershipPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.memberships."""

    agreed: bool | UnsetType = UNSET


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.policies."""

    tenant_id: UUID
    id: UUID
    role_id: UUID
    effect: Literal["allow", "deny"]
    resource: str
    actions: list[str]
    conditions: Any
    scope: Literal["own", "all"]
    digest: bytes
    created_at: datetime
    updated_at: datetime


class PolicyInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.policies says; what is unset gets the default."""

    tenant_id: UUID
    id: UUID | UnsetType = UNSET
    role_id: UUID
    effect: Literal["allow", "deny"]
    resource: str
    actions: list[str]
    conditions: Any | UnsetType = UNSET
    scope: Literal["own", "all"]
    digest: bytes
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class PolicyPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.policies."""

    effect: Literal["allow", "deny"] | UnsetType = UNSET
    resource: str | UnsetType = UNSET
    actions: list[str] | UnsetType = UNSET
    conditions: Any | UnsetType = UNSET
    scope: Literal["own", "all"] | UnsetType = UNSET
    digest: bytes | UnsetType = UNSET


class RoleRightRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of authz.role_rights."""

    tenant_id: UUID
    role_id: UUID
    own: str
    others: str
    varies: bool
    created_at: datetime
    updated_at: datetime


class RoleRightInsert(msgspec.Struct, frozen=True, kw_only=True):
    """What an insert into authz.role_rights says; what is unset gets the default."""

    tenant_id: UUID
    role_id: UUID
    own: str
    others: str
    varies: bool
    created_at: datetime | UnsetType = UNSET
    updated_at: datetime | UnsetType = UNSET


class RoleRightPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of a row of authz.role_rights."""

    own: str | UnsetType = UNSET
    others: str | UnsetType = UNSET
    varies: bool | UnsetType = UNSET
