"""What goes wrong with tenants, their members, roles and invitations."""

from __future__ import annotations

from core.errors import Conflict, Denied, Invalid, NotFound, TooMany


class TenantFull(Conflict):
    """The tenant has as many members as its contract allows."""


class LastAdmin(Conflict):
    """A tenant needs an admin who agreed to be one: make a member one first, or invite somebody. Whom somebody else
    added agrees by changing their own membership."""


class NoAdmin(Conflict):
    """This tenant has no admin any more, and lets nobody in."""


class OnlyAdmin(Conflict):
    """Tenants would be left without an admin: make somebody else one, or remove the other members first."""


class OwnerStays(Conflict):
    """A personal tenant's owner stays in it, as its admin."""


class SlugTaken(Conflict):
    """There is a tenant with this slug already; choose another."""


class SlugFixed(Conflict):
    """A personal tenant keeps its slug."""


class PersonalStays(Conflict):
    """A personal tenant goes with its owner's account, and not before."""


class OtherMembers(Conflict):
    """Remove the other members first."""


class TooManyTenants(Conflict):
    """You have founded as many tenants as anybody may; one of them must be deleted first."""


class AlreadyMember(Conflict):
    """This user is a member of the tenant already."""


class NobodyThere(NotFound):
    """Nobody has an account with this address; invite them instead."""


class NoSuchMember(NotFound):
    """The tenant has no such member."""


class NoSuchRole(NotFound):
    """The tenant has no such role."""


class UnknownRole(Invalid):
    """The tenant has no role with this name or id."""


class RoleThere(Conflict):
    """The tenant has a role with this name already."""


class SystemRole(Conflict):
    """`admin` and `member` are roles of every tenant: they are neither renamed nor deleted."""


class RoleInUse(Conflict):
    """Somebody has this role, or is invited to it; a deleted account counts for as long as it can be restored."""


class NoSuchInvitation(NotFound):
    """There is no such invitation; it may have been withdrawn, or replaced by a newer one."""


class TooManyInvitations(Conflict):
    """As many invitations as a tenant may have are pending; withdraw some that were sent more than an hour ago, or wait
    for them to expire."""


class JustInvited(TooMany):
    """This address was invited less than a minute ago."""


class InvitationAccepted(Conflict):
    """This invitation was accepted already."""


class InvitationExpired(Conflict):
    """This invitation has expired; ask for a new one."""


class NotAddressed(Denied):
    """This invitation was sent to another address than your account's."""
