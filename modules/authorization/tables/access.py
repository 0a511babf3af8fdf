"""Roles with their policies, and who has which."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid

from core.database.metadata import closed, created_at, identifier, metadata, updated_at
from core.database.protection import (
    Policy,
    managed,
    may,
    of_tenant,
    own,
    protect,
    scoped,
    tenant_isolation,
    trigger,
)
from modules.authorization.domain import Effect, Scope
from modules.authorization.tables.tenants import seen_by_operators, tenant_key

roles = Table(
    "roles",
    metadata,
    tenant_key(),
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
# Every member's request reads roles and policies, to decide what the caller may do.
protect(
    roles,
    tenant_isolation(),
    *of_tenant("select"),
    Policy("managed_insert", "insert", f"(not is_system or {may('tenants:create')}) and {may('roles:create')}"),
    Policy("managed_update", "update", f"not is_system and {may('roles:update')}"),
    Policy("managed_delete", "delete", f"not is_system and {may('roles:delete')}"),
    grants={"select", "insert", "update(name)", "delete"},
)
trigger(roles, "guard_role", "BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION authz.guard_role()")

# What row-level security opens to a role, compiled from its policies by triggers. `own` and `others` are lists of
# rights with a space around each; `varies` where they depend on who it is, so that they are evaluated at each request.
role_rights = Table(
    "role_rights",
    metadata,
    tenant_key(),
    Column("role_id", Uuid, nullable=False),
    Column("own", Text, nullable=False),
    Column("others", Text, nullable=False),
    Column("varies", Boolean, nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "role_id"),
    ForeignKeyConstraint(["tenant_id", "role_id"], ["authz.roles.tenant_id", "authz.roles.id"], ondelete="CASCADE"),
    schema="authz",
)
protect(role_rights, tenant_isolation(), grants=())

memberships = Table(
    "memberships",
    metadata,
    tenant_key(),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    Column("role_id", Uuid, nullable=False),
    # False for whom somebody else added, until they confirm it: nobody is left alone with a tenant by others.
    Column("agreed", Boolean, server_default=text("true"), nullable=False),
    created_at(),
    updated_at(),
    PrimaryKeyConstraint("tenant_id", "user_id"),
    ForeignKeyConstraint(["tenant_id", "role_id"], ["authz.roles.tenant_id", "authz.roles.id"], ondelete="RESTRICT"),
    Index("ix_memberships_user_id", "user_id"),
    Index("ix_memberships_tenant_id_role_id", "tenant_id", "role_id"),
    Index("ix_memberships_tenant_id_created_at", "tenant_id", "created_at", "user_id"),
    schema="authz",
)
protect(
    memberships,
    *seen_by_operators(),
    *own("select", "delete"),
    managed("select", "members:read", "users:read"),
    Policy(
        "scoped_insert",
        "insert",
        "user_id = (select app.own('members:create')) or user_id <> (select app.others('members:create'))",
    ),
    scoped("update", "members:update"),
    managed("delete", "members:delete"),
    grants={"select", "insert", "update(agreed, role_id)", "delete"},
)

# Who was a member once. A trusted issuer's word makes nobody a member again whom somebody removed, or who left.
departures = Table(
    "departures",
    metadata,
    tenant_key(),
    Column("user_id", Uuid, ForeignKey("users.users.id"), nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "user_id"),
    Index("ix_departures_user_id", "user_id"),
    schema="authz",
)
protect(departures, tenant_isolation(), grants=())

# Those that end something come before the others: they take their locks in the order of who accepts an invitation.
for _guard, _timing in (
    ("annul_invitations_update", "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed"),
    ("annul_invitations_delete", "AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed"),
    ("note_departures", "AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed"),
    ("guard_admins_insert", "AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed"),
    ("guard_seats", "AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed"),
    ("guard_admins_update", "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed"),
    ("guard_admins_delete", "AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed"),
):
    _function = "_".join(_guard.split("_")[:2])
    trigger(memberships, _guard, f"{_timing} FOR EACH STATEMENT EXECUTE FUNCTION authz.{_function}()")

policies = Table(
    "policies",
    metadata,
    tenant_key(),
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
    Index("ix_policies_role_id_resource", "tenant_id", "role_id", "resource"),
    schema="authz",
)
protect(
    policies,
    tenant_isolation(),
    *of_tenant("select"),
    managed("insert", "policies:create"),
    managed("update", "policies:update"),
    managed("delete", "policies:delete"),
    grants={"select", "insert", "update(actions, conditions, digest, effect, resource, scope)", "delete"},
)
