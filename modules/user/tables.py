"""The tables of schema `users`."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import Function, declare, own, protect, trigger
from modules.user.domain import ExperienceLevel, Field

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
Index("uq_users_email", func.lower(users.c.email), unique=True)
trigger(users, "add_profile", "AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION users.add_profile()")
protect(
    users,
    *own("select", "insert", "update", column="id"),
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
protect(profiles, *own("select", "update"), grants={"select", "update"})

credentials = Table(
    "credentials",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.users.id", ondelete="CASCADE"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Instant, server_default=func.now(), nullable=False),
    created_at(),
    updated_at(),
    schema="users",
)
protect(credentials, *own("select", "insert", "update"), grants={"select", "insert", "update"})

sessions = Table(
    "sessions",
    metadata,
    identifier(primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.users.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_seen_at", Instant, server_default=func.now(), nullable=False),
    Column("user_agent", Text),
    Column("ip", Text),
    Column("revoked_at", Instant),
    created_at(),
    updated_at(),
    UniqueConstraint("token_hash"),
    Index("ix_sessions_user_id_created_at", "user_id", text("created_at DESC")),
    schema="users",
)
protect(sessions, *own("select", "insert", "update"), grants={"select", "insert", "update"})

operators = Table(
    "operators",
    metadata,
    identifier(primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("disabled_at", Instant),
    created_at(),
    updated_at(),
    schema="users",
)
Index("uq_operators_email", func.lower(operators.c.email), unique=True)
protect(operators, grants=())  # the runtime has no business here: only migrations and seeds, as the owner

declare(
    metadata,
    Function(
        "users.add_profile()",
        """
CREATE OR REPLACE FUNCTION users.add_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
$$ BEGIN INSERT INTO users.profiles (user_id) VALUES (NEW.id); RETURN NEW; END $$""",
        callable=False,
    ),
)
declare(
    metadata,
    # Before a log-in there is no identity, so row-level security would hide the very row that is needed.
    Function(
        "users.find_credentials(text)",
        """
CREATE OR REPLACE FUNCTION users.find_credentials(address text, OUT user_id uuid, OUT password_hash text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' ROWS 1 AS $$
SELECT u.id, c.password_hash FROM users.users u JOIN users.credentials c ON c.user_id = u.id
WHERE lower(u.email) = lower(address) AND u.deleted_at IS NULL AND u.anonymised_at IS NULL $$""",
    ),
)
