"""Access: tenants, their roles, members and policies, and who is calling for which tenant.

Owns the schema `authz`: tenants, roles, memberships, policies, tenant_attributes; and the database functions that
resolve a session's token (`app.identify_session`, `app.touch_session`), because their answer names the tenant.

Policies are compiled once per tenant and policy version. The version is part of what the identity statement answers,
so a right that was taken away is gone on the next request in every worker, and nobody has to be told.
"""

from modules.authorization.domain import TenantCreated, TenantKind

__all__ = ["TenantCreated", "TenantKind"]
