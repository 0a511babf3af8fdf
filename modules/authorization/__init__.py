"""Access: tenants, their members, roles and policies, and who is calling for which tenant.

Owns the schema `authz`: tenants, roles, memberships, policies, tenant_attributes, invitations, and what row-level
security opens to a role; the tenant's directory (`/users`); and the database functions that resolve a session's token
(`app.identify_session`, `app.touch_session`), because their answer names the tenant. docs/access.md tells how it works.

Policies are compiled once per role and policy version. The version is part of what the identity statement answers,
so a right that was taken away is gone on the next request in every worker, and nobody has to be told.
"""

from typing import Protocol

from modules.authorization.domain import Entitlements, TenantCreated, TenantKind

__all__ = ["Entitlements", "TenantCreated", "TenantKind", "TenantPlans"]


class TenantPlans(Protocol):
    """Writes what a tenant's plan opens, in the transaction of whatever changed the plan."""

    async def apply(self, entitlements: Entitlements) -> bool:
        """To the tenant that is acted for, by nobody; False where it has them already."""
        ...
