"""What several tables have: the tenant's column, and who writes for a tenant without being in it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey
from sqlalchemy.types import Uuid

from core.database.protection import MY_TENANT, MY_USER

NOBODY: Final = f"tenant_id = {MY_TENANT} and {MY_USER} is null"
"""Whoever acts for the tenant without a user: web hooks, jobs and housekeeping."""


def tenant(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "tenant_id",
        Uuid,
        ForeignKey("authz.tenants.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
    )
