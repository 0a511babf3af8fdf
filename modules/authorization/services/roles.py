"""Roles: named, renamed and deleted. What a role may do is said by its policies."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET

from core.database.visible import ALL, Rows
from core.http.authority import Authorizer
from modules.authorization.contracts.roles import NewRole, Role, RoleChange
from modules.authorization.domain import MOST_ROLES, NoSuchRole, SystemRole, TooManyRoles, checked_role_name
from modules.authorization.permits import CreateRoles, DeleteRoles, ReadRoles, UpdateRoles
from modules.authorization.repositories import RoleRepository


class RoleCare:
    """Makes, renames and deletes the roles of the tenant that is acted for."""

    def __init__(self, roles: RoleRepository, authorizer: Authorizer) -> None:
        self._roles = roles
        self._authorizer = authorizer

    async def create(self, permit: CreateRoles, wish: NewRole) -> Role:
        """Raises `Invalid`, `NotAllowed`, `RoleThere` and `TooManyRoles`."""
        name = checked_role_name(wish.name)
        permit.demand(name=name, is_system=False)
        if await self._roles.number(permit.caller.tenant_id) >= MOST_ROLES:
            raise TooManyRoles(most=MOST_ROLES)
        role_id = await self._roles.add(permit.caller.tenant_id, name)
        return await self._show(permit.caller.tenant_id, role_id)

    async def rename(self, permit: UpdateRoles, role_id: UUID, change: RoleChange) -> Role:
        """Raises `NoSuchRole`, `NotAllowed`, `SystemRole`, `Invalid` and `RoleThere`."""
        tenant_id = permit.caller.tenant_id
        role = await self._changeable(permit, role_id)
        if change.name is not UNSET and (name := checked_role_name(change.name)) != role.name:
            permit.demand(id=role.id, name=name, is_system=role.is_system)
            await self._roles.rename(tenant_id, role_id, name)
        return await self._show(tenant_id, role_id)

    async def delete(self, permit: DeleteRoles, role_id: UUID) -> None:
        """Raises `NoSuchRole`, `NotAllowed`, `SystemRole` and `RoleInUse`."""
        await self._changeable(permit, role_id)
        await self._roles.delete(permit.caller.tenant_id, role_id)

    async def _changeable(self, permit: UpdateRoles | DeleteRoles, role_id: UUID) -> Role:
        reading: ReadRoles = await self._authorizer.permit(permit.caller, "read", "roles")
        role = await self._show(permit.caller.tenant_id, role_id, reading.rows)
        permit.demand(id=role.id, name=role.name, is_system=role.is_system)
        if role.is_system:
            raise SystemRole
        return role

    async def _show(self, tenant_id: UUID, role_id: UUID, rows: Rows = ALL) -> Role:
        role = await self._roles.one(tenant_id, role_id, rows)
        if role is None:
            raise NoSuchRole
        return role
