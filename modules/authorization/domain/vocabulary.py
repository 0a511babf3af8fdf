"""What conditions may speak of, apart from the resource: the subject, the tenant and the moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.database.visible import Kind

PROFILE: Final[dict[str, Kind]] = {
    "subject.email_verified": "boolean",
    "subject.field": "text",
    "subject.experience_level": "text",
    "subject.region": "text",
    "subject.interests": "texts",
}
"""What is read of the subject only where a condition speaks of it."""

SUBJECT: Final[dict[str, Kind]] = {"subject.id": "id", "subject.role": "text", **PROFILE}
TENANT: Final[dict[str, Kind]] = {
    "tenant.id": "id",
    "tenant.kind": "text",
    "tenant.plan": "text",
    "tenant.contract_type": "text",
    "tenant.features": "texts",
    "tenant.max_users": "integer",
}
CONTEXT: Final[dict[str, Kind]] = {
    "context.now": "instant",
    "context.hour": "integer",
    "context.weekday": "integer",
}
"""The moment of the request, in UTC; the hour is 0 to 23, the weekday 1 (Monday) to 7 (ISO 8601)."""

GENERIC: Final[dict[str, Kind]] = {"id": "id", "user_id": "id"}
"""What a condition may say of `*`, or of a resource that no module declares."""


def kinds(resource: Mapping[str, Kind]) -> dict[str, Kind]:
    """All attributes of a condition about a resource with these ones."""
    return {**SUBJECT, **TENANT, **CONTEXT, **{f"resource.{name}": kind for name, kind in resource.items()}}
