"""Who there is: users, and what they say about themselves."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import MY_OPERATOR, Policy, own, protect, trigger
from modules.user.domain import ExperienceLevel, Field

_OPERATOR_SELECT = Policy("operator_select", "select", f"{MY_OPERATOR} is not null")

users = Table(
    "users",
    metadata,
    identifier(primary_key=True),
    Column(
        "email",
        Text,
        CheckConstraint("char_length(email) between 3 and 254", name="email_length"),
        nullable=False,
    ),
    Column("email_verified_at", Instant),
    Column("deleted_at", Instant),
    Column("anonymised_at", Instant),
    created_at(),
    updated_at(),
    Index("ix_users_created_at", "created_at"),
    schema="users",
)
# An address is free again once its account is deleted; restoring that account then fails here.
Index("uq_users_email", func.lower(users.c.email), unique=True, postgresql_where=users.c.deleted_at.is_(None))
Index(
    "ix_users_deleted_at",
    users.c.deleted_at,
    postgresql_where=users.c.deleted_at.is_not(None) & users.c.anonymised_at.is_(None),
)
trigger(users, "add_profile", "AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION users.add_profile()")
protect(
    users,
    *own("select", "insert", "update", column="id"),
    _OPERATOR_SELECT,
    grants={"select", "insert", "update"},
)

profiles = Table(
    "profiles",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.users.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, CheckConstraint("char_length(name) between 2 and 255", name="name_length")),
    Column("image_url", Text, CheckConstraint("char_length(image_url) <= 2000", name="image_url_length")),
    Column("bio", Text, CheckConstraint("char_length(bio) <= 2000", name="bio_length")),
    closed("field", Field, default="frontend"),
    closed("experience_level", ExperienceLevel, default="student"),
    Column("interests", ARRAY(Text), server_default=text("'{}'"), nullable=False),
    Column("region", Text, CheckConstraint("char_length(region) <= 100", name="region_length")),
    Column("onboarding_completed_at", Instant),
    created_at(),
    updated_at(),
    schema="users",
)
protect(profiles, *own("select", "update"), _OPERATOR_SELECT, grants={"select", "update"})
