"""Tenants, and what their contracts say."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.database.metadata import at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    MY_OPERATOR,
    MY_TENANT,
    MY_USER,
    Policy,
    managed,
    may,
    of_tenant,
    protect,
    trigger,
)
from modules.authorization.domain import ContractType, Plan, TenantKind


def tenant_key() -> Column[object]:
    return Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False)


def seen_by_operators(column: str = "tenant_id") -> tuple[Policy, ...]:
    """The tenants' isolation, but for operators, who list all tenants; a row is still written only as its tenant."""
    mine, operating = f"{column} = {MY_TENANT}", f"{MY_OPERATOR} is not null"
    return (
        Policy("tenant_isolation", "all", f"{mine} or {operating}", mine, restrictive=True),
        Policy("operator_select", "select", operating),
    )


tenants = Table(
    "tenants",
    metadata,
    identifier(primary_key=True),
    Column(
        "name",
        Text,
        CheckConstraint("char_length(name) between 1 and 255", name="name_length"),
        nullable=False,
    ),
    Column(
        "slug",
        Text,
        CheckConstraint("slug ~ '^[a-z0-9-]{1,255}$'", name="slug_form"),
        nullable=False,
        unique=True,
    ),
    closed("kind", TenantKind),
    Column("owner_id", Uuid, ForeignKey("users.users.id"), unique=True),
    Column("founder_id", Uuid, ForeignKey("users.users.id")),
    Column("policy_version", BigInteger, server_default=text("1"), nullable=False),
    created_at(),
    updated_at(),
    CheckConstraint("(kind = 'personal') = (owner_id is not null)", name="personal_has_owner"),
    Index("ix_tenants_created_at", "created_at"),
    Index("ix_tenants_founder_id", "founder_id"),
    schema="authz",
)
protect(
    tenants,
    *seen_by_operators("id"),
    Policy("member_select", "select", f"{MY_USER} is not null"),
    Policy(
        "managed_insert",
        "insert",
        f"(owner_id is null or owner_id = {MY_USER}) and {may('tenants:create')}",
    ),
    managed("update", "tenants:update"),
    Policy("managed_delete", "delete", f"kind = 'organization' and {may('tenants:delete')}"),
    grants={"select", "insert", "update(name, slug)", "delete"},
)

trigger(tenants, "guard_deletion", "BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION authz.guard_deletion()")

tenant_attributes = Table(
    "tenant_attributes",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), primary_key=True),
    closed("plan", Plan, default="free"),
    closed("contract_type", ContractType, default="standard"),
    Column("features", ARRAY(Text), server_default=text("'{}'"), nullable=False),
    Column("max_users", Integer, at_least("max_users", 1), server_default=text("5"), nullable=False),
    created_at(),
    updated_at(),
    schema="authz",
)
protect(
    tenant_attributes,
    *seen_by_operators(),
    *of_tenant("select"),
    managed("insert", "tenants:create"),
    grants={"select", "insert"},
)
