"""The tables of schema `authz`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid

from core.database.metadata import at_least, closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    MY_OPERATOR,
    MY_TENANT,
    MY_USER,
    Policy,
    of_tenant,
    protect,
    tenant_isolation,
    trigger,
)
from modules.authorization.domain import ContractType, Effect, Plan, Scope, TenantKind


def _tenant() -> Column[object]:
    return Column("tenant_id", Uuid, ForeignKey("authz.tenants.id", ondelete="CASCADE"), nullable=False)


def _seen_by_operators(column: str = "tenant_id") -> tuple[Policy, ...]:
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
    Column("policy_version", BigInteger, server_default=text("1"), nullable=False),
    created_at(),
    updated_at(),
    CheckConstraint("(kind = 'personal') = (owner_id is not null)", name="personal_has_owner"),
    Index("ix_tenants_created_at", "created_at"),
    schema="authz",
)
protect(
    tenants,
    *_seen_by_operators("id"),
    Policy("member_select", "select", f"{MY_USER} is not null"),
    Policy("owner_insert", "insert", f"owner_id = {MY_USER}"),
    grants={"select", "insert"},
)

roles = Table(
    "roles",
    metadata,
    _tenant(),
    identifier(),
    Column(
        "name",
        Text,
        CheckConstraint("char_length(name) between 1 and 100", name="name_length"),
        nullable=False,
    ),
    Column("is_system", Boolean, server_default=text("false"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "name"),
    schema="authz",
)
protect(roles, tenant_isolation(), *of_tenant("select", "insert"), grants={"select", "insert"})

memberships = Table(
    "memberships",
    metadata,
    _tenant(),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    Column("role_id", Uuid, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "user_id"),
    ForeignKeyConstraint(["tenant_id", "role_id"], ["authz.roles.tenant_id", "authz.roles.id"], ondelete="RESTRICT"),
    Index("ix_memberships_user_id", "user_id"),
    Index("ix_memberships_tenant_id_role_id", "tenant_id", "role_id"),
    schema="authz",
)
protect(memberships, *_seen_by_operators(), *of_tenant("select", "insert"), grants={"select", "insert"})

policies = Table(
    "policies",
    metadata,
    _tenant(),
    identifier(),
    Column("role_id", Uuid, nullable=False),
    closed("effect", Effect),
    Column(
        "resource",
        Text,
        CheckConstraint("char_length(resource) between 1 and 100", name="resource_length"),
        nullable=False,
    ),
    Column(
        "actions",
        ARRAY(Text),
        CheckConstraint("cardinality(actions) between 1 and 64", name="actions_count"),
        nullable=False,
    ),
    Column(
        "conditions",
        JSONB,
        CheckConstraint("length(conditions::text) <= 4096", name="conditions_size"),
        server_default=text("'{}'"),
        nullable=False,
    ),
    closed("scope", Scope),
    Column("digest", LargeBinary, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "role_id"], ["authz.roles.tenant_id", "authz.roles.id"], ondelete="CASCADE"),
    UniqueConstraint("tenant_id", "role_id", "digest"),
    schema="authz",
)
protect(policies, tenant_isolation(), *of_tenant("select", "insert"), grants={"select", "insert"})

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
protect(tenant_attributes, *_seen_by_operators(), *of_tenant("select", "insert"), grants={"select", "insert"})

for _table in (roles, memberships, policies, tenant_attributes):
    for _event, _rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        trigger(
            _table,
            f"bump_on_{_event}",
            f"AFTER {_event.upper()} ON {{table}} REFERENCING {_rows} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION authz.bump_policy_version()",
        )
