"""What policies may say of this module's own resources; others' are declared beside their tables."""

from __future__ import annotations

from core.database.metadata import metadata
from core.database.visible import resource
from modules.authorization.tables import invitations, memberships, policies, roles, tenants
from modules.user import people

USERS = resource(
    metadata,
    "users",
    people,
    "email_verified",
    "field",
    "experience_level",
    "region",
    "interests",
    owner="id",
    actions=("read",),
)
MEMBERS = resource(
    metadata, "members", memberships, "role_id", "created_at", actions=("create", "delete", "read", "update")
)
TENANTS = resource(metadata, "tenants", tenants, "kind", owner=None, actions=("delete", "update"))
ROLES = resource(
    metadata, "roles", roles, "name", "is_system", owner=None, actions=("create", "delete", "read", "update")
)
POLICIES = resource(
    metadata,
    "policies",
    policies,
    "role_id",
    "effect",
    "resource",
    owner=None,
    actions=("create", "delete", "read", "update"),
)
INVITATIONS = resource(
    metadata, "invitations", invitations, "email", "role_id", owner=None, actions=("create", "delete", "read")
)
