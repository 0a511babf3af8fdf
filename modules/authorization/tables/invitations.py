"""Invitations, and the directory of who came."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    func,
    text,
)
from sqlalchemy.types import Uuid

from core.database.metadata import Instant, created_at, identifier, metadata, updated_at
from core.database.protection import (
    MY_TENANT,
    Policy,
    also,
    managed,
    may,
    protect,
    tenant_isolation,
)
from modules.authorization.tables.tenants import tenant_key

invitations = Table(
    "invitations",
    metadata,
    tenant_key(),
    identifier(),
    Column(
        "email",
        Text,
        CheckConstraint("char_length(email) between 3 and 254", name="email_length"),
        nullable=False,
    ),
    Column("role_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    # Nobody sees it from then on; it stays for an hour, because the address was written to.
    Column("withdrawn_at", Instant),
    Column("invited_by", Uuid, ForeignKey("users.users.id"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "role_id"], ["authz.roles.tenant_id", "authz.roles.id"], ondelete="CASCADE"),
    Index("ix_invitations_role_id", "tenant_id", "role_id"),
    Index("ix_invitations_invited_by", "invited_by"),
    Index("ix_invitations_tenant_id_created_at", "tenant_id", text("created_at DESC"), text("id DESC")),
    schema="authz",
)
Index(
    "uq_invitations_tenant_id_email",
    invitations.c.tenant_id,
    func.lower(invitations.c.email),
    unique=True,
    postgresql_where=and_(invitations.c.accepted_at.is_(None), invitations.c.withdrawn_at.is_(None)),
)
protect(
    invitations,
    tenant_isolation(),
    managed("select", "invitations:read"),
    managed("insert", "invitations:create"),
    managed("update", "invitations:delete"),
    grants={"select", "insert", "update(withdrawn_at)"},
)

# The directory: whoever may read users, or members, sees who is a member of the tenant that is acted for.
for _people, _id in (("users.users", "users.id"), ("users.profiles", "profiles.user_id")):
    also(
        metadata,
        _people,
        Policy(
            "tenant_select",
            "select",
            f"({may('users:read')} or {may('members:read')}) and exists (select from authz.memberships m"
            f" where m.tenant_id = {MY_TENANT} and m.user_id = {_id})",
        ),
    )
