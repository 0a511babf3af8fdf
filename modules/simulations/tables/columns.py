"""The columns that several tables of the module share."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid


def tenant() -> Column[object]:
    return Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False)


def user() -> Column[object]:
    return Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False)


def level() -> Column[object]:
    return Column("level", Integer, CheckConstraint("level between 1 and 8", name="level"), nullable=False)


def words(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), server_default=text("'{}'"), nullable=False)


def documents(name: str) -> Column[object]:
    return Column(name, JSONB, server_default=text("'[]'"), nullable=False)
