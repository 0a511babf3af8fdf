"""All SQL of the authorization module, a file a noun."""

from modules.authorization.repositories.directory import Directory
from modules.authorization.repositories.invitations import InvitationRepository
from modules.authorization.repositories.members import MemberRepository
from modules.authorization.repositories.policies import PolicyRepository
from modules.authorization.repositories.roles import RoleRepository
from modules.authorization.repositories.tenants import TenantRepository

__all__ = [
    "Directory",
    "InvitationRepository",
    "MemberRepository",
    "PolicyRepository",
    "RoleRepository",
    "TenantRepository",
]
