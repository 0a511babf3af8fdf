"""What clients of the authorization module get."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from modules.authorization.domain import Plan, TenantKind


class TenantSummary(msgspec.Struct, frozen=True):
    """A tenant as operators see it; `members` is their number."""

    id: UUID
    name: str
    slug: str
    kind: TenantKind
    plan: Plan
    members: int
    created_at: datetime
