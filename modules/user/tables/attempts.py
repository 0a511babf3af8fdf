"""What was tried lately: the counts behind every 429."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, text
from sqlalchemy.types import Uuid

from core.database.metadata import created_at, metadata
from core.database.protection import protect

# A row for every bucket that an attempt fell into; pending while nobody knows yet whether it fails. Buckets are keyed
# hashes: no address, of mail or network, is here.
attempts = Table(
    "attempts",
    metadata,
    Column("attempt_id", Uuid, nullable=False),
    Column("bucket", LargeBinary, nullable=False),
    Column("pending", Boolean, server_default=text("false"), nullable=False),
    created_at(),
    PrimaryKeyConstraint("attempt_id", "bucket"),
    Index("ix_attempts_bucket_created_at", "bucket", "created_at"),
    Index("ix_attempts_created_at", "created_at"),
    schema="users",
)
protect(attempts, grants=())  # only the functions of this module touch its rows
