"""What use cases of this module ask to have been allowed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.http.authority import Permit

UpdateTenants: TypeAlias = Permit[Literal["update"], Literal["tenants"]]
DeleteTenants: TypeAlias = Permit[Literal["delete"], Literal["tenants"]]
CreateMembers: TypeAlias = Permit[Literal["create"], Literal["members"]]
ReadMembers: TypeAlias = Permit[Literal["read"], Literal["members"]]
UpdateMembers: TypeAlias = Permit[Literal["update"], Literal["members"]]
DeleteMembers: TypeAlias = Permit[Literal["delete"], Literal["members"]]
CreateRoles: TypeAlias = Permit[Literal["create"], Literal["roles"]]
ReadRoles: TypeAlias = Permit[Literal["read"], Literal["roles"]]
UpdateRoles: TypeAlias = Permit[Literal["update"], Literal["roles"]]
DeleteRoles: TypeAlias = Permit[Literal["delete"], Literal["roles"]]
CreatePolicies: TypeAlias = Permit[Literal["create"], Literal["policies"]]
ReadPolicies: TypeAlias = Permit[Literal["read"], Literal["policies"]]
UpdatePolicies: TypeAlias = Permit[Literal["update"], Literal["policies"]]
DeletePolicies: TypeAlias = Permit[Literal["delete"], Literal["policies"]]
CreateInvitations: TypeAlias = Permit[Literal["create"], Literal["invitations"]]
ReadInvitations: TypeAlias = Permit[Literal["read"], Literal["invitations"]]
DeleteInvitations: TypeAlias = Permit[Literal["delete"], Literal["invitations"]]
ReadUsers: TypeAlias = Permit[Literal["read"], Literal["users"]]
