"""How users prove who they are: passwords, accounts elsewhere, sessions, and tokens that were mailed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, func, text
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, closed, created_at, identifier, metadata, updated_at
from core.database.protection import own, protect
from modules.user.domain import AccountType, Purpose

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
protect(credentials, *own("select", "insert", "update", "delete"), grants={"select", "insert", "update", "delete"})

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
    Index("ix_sessions_expires_at", "expires_at"),
    schema="users",
)
protect(sessions, *own("select", "insert", "update"), grants={"select", "insert", "update"})

accounts = Table(
    "accounts",
    metadata,
    identifier(primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.users.id", ondelete="CASCADE"), nullable=False),
    closed("type", AccountType),
    Column("provider", Text, nullable=False),
    Column("provider_account_id", Text, nullable=False),
    Column("email", Text),  # as the provider said it last: a change is seen without asking for more
    Column("tokens", LargeBinary),  # sealed under the application's key
    Column("expires_at", Instant),
    Column("scope", Text),
    created_at(),
    updated_at(),
    UniqueConstraint("provider", "provider_account_id"),
    Index("ix_accounts_user_id_created_at", "user_id", text("created_at DESC")),
    schema="users",
)
protect(accounts, *own("select", "insert", "update", "delete"), grants={"select", "insert", "update", "delete"})

# Asked for by somebody who proved nothing yet: only the functions of this module touch its rows. A row without a hash
# is a wish for a mail; whoever sends the mail makes the token, so that the answer takes as long for an unknown address.
verification_tokens = Table(
    "verification_tokens",
    metadata,
    identifier(primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.users.id", ondelete="CASCADE")),
    Column("identifier", Text, nullable=False),
    closed("purpose", Purpose),
    Column("token_hash", LargeBinary, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    created_at(),
    updated_at(),
    Index("ix_verification_tokens_user_id_created_at", "user_id", text("created_at DESC")),
    Index("ix_verification_tokens_expires_at", "expires_at"),
    schema="users",
)
protect(verification_tokens, grants=())
