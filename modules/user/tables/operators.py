"""The platform's own staff: apart from users, without a tenant."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, func, text
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, created_at, identifier, metadata, updated_at
from core.database.protection import MY_OPERATOR, Policy, protect

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
protect(operators, grants=())  # the runtime has no business here: only migrations, seeds and scripts, as the owner

operator_sessions = Table(
    "operator_sessions",
    metadata,
    identifier(primary_key=True),
    Column("operator_id", Uuid, ForeignKey("users.operators.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("user_agent", Text),
    Column("ip", Text),
    Column("revoked_at", Instant),
    created_at(),
    updated_at(),
    UniqueConstraint("token_hash"),
    Index("ix_operator_sessions_operator_id_created_at", "operator_id", text("created_at DESC")),
    Index("ix_operator_sessions_expires_at", "expires_at"),
    schema="users",
)
protect(
    operator_sessions,
    *(Policy(f"own_{command}", command, f"operator_id = {MY_OPERATOR}") for command in ("select", "insert", "update")),
    grants={"select", "insert", "update"},
)
