"""Tenants, as their members and operators say and get them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from modules.authorization.contracts.roles import RoleName
from modules.authorization.domain import ContractType, Plan, TenantKind

Name = Annotated[str, Meta(min_length=1, max_length=255, examples=["Bread Academy"])]
Slug = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-z0-9-]+$", examples=["bread-academy"])]


class NewTenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a slug, one is made of the name."""

    name: Name
    slug: Slug | None = None


class TenantChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are absent stay. A personal tenant keeps its slug."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET


class Tenant(msgspec.Struct, frozen=True):
    """A tenant as a member sees it: `role` is your own, `members` their number, and `max_users` how many may be."""

    id: UUID
    name: str
    slug: str
    kind: TenantKind
    plan: Plan
    contract_type: ContractType
    features: list[str]
    max_users: int
    members: int
    role: RoleName
    created_at: datetime


class TenantSummary(msgspec.Struct, frozen=True):
    """A tenant as operators see it; `members` is their number."""

    id: UUID
    name: str
    slug: str
    kind: TenantKind
    plan: Plan
    members: int
    created_at: datetime
