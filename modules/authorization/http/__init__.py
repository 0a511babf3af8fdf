"""The authorization module's routes, a file a noun."""

from modules.authorization.http.directory import DirectoryController
from modules.authorization.http.invitations import AcceptanceController, InvitationsController
from modules.authorization.http.members import MembersController
from modules.authorization.http.operators import OperatorTenantsController
from modules.authorization.http.policies import AccessController, PoliciesController
from modules.authorization.http.roles import RolesController
from modules.authorization.http.tenants import TenantsController

__all__ = [
    "AcceptanceController",
    "AccessController",
    "DirectoryController",
    "InvitationsController",
    "MembersController",
    "OperatorTenantsController",
    "PoliciesController",
    "RolesController",
    "TenantsController",
]
