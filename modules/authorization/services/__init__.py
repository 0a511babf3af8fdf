"""Use cases of the authorization module, a file each."""

from modules.authorization.services.decisions import PolicyAuthorizer, PolicyCache, Vocabulary
from modules.authorization.services.delegation import Delegation
from modules.authorization.services.invitations import Acceptance, InvitationMail, Inviting
from modules.authorization.services.members import Membership
from modules.authorization.services.policies import Policies
from modules.authorization.services.report import Reporting
from modules.authorization.services.roles import RoleCare
from modules.authorization.services.tenants import (
    Founding,
    Organizations,
    OwnerGone,
    OwnerLeaving,
    PersonalTenant,
    TenantEntrance,
)

__all__ = [
    "Acceptance",
    "Delegation",
    "Founding",
    "InvitationMail",
    "Inviting",
    "Membership",
    "Organizations",
    "OwnerGone",
    "OwnerLeaving",
    "PersonalTenant",
    "Policies",
    "PolicyAuthorizer",
    "PolicyCache",
    "Reporting",
    "RoleCare",
    "TenantEntrance",
    "Vocabulary",
]
