"""The part of the story about tenants: Bob, the admin of his personal one, lets others in, and founds another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.openapi.note import Answer, Note
from app.openapi.problems import Known
from core.errors import Invalid, NotFound
from modules.authorization import domain
from modules.authorization.contracts.invitations import Invitation, InvitationProof, NewInvitation
from modules.authorization.contracts.members import Member, MemberChange, NewMember
from modules.authorization.contracts.roles import NewRole, Role, RoleChange, RoleName
from modules.authorization.contracts.tenants import NewTenant, Tenant, TenantChange
from modules.user.services.throttle import TooManyAttempts

_MORNING: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_BOB: Final = UUID("00000000-0000-4000-8000-000000000002")
TENANT_ID: Final = UUID("10000000-0000-4000-8000-000000000004")
ROLE_ID: Final = UUID("20000000-0000-4000-8000-000000000042")
INVITATION_ID: Final = UUID("019b8d36-1b70-7e2a-9c45-3d8f0a6b7e12")
NOT_AN_ADDRESS: Final = Known(
    "NotAnAddress", "This is not an email address.", Invalid("This is not an email address.", path="email")
)
_ADMIN: Final = RoleName(UUID("20000000-0000-4000-8000-000000000041"), "admin")
_MENTOR: Final = RoleName(UUID("019b8d34-7a10-7b3c-8d21-5e9f1c2a4b60"), "mentor")
_MINE: Final = Tenant(
    id=TENANT_ID,
    name="Bob Example",
    slug=f"personal-{_BOB.hex}",
    kind="personal",
    plan="free",
    contract_type="standard",
    features=[],
    max_users=5,
    members=2,
    role=_ADMIN,
    created_at=_MORNING,
)
_ACADEMY: Final = Tenant(
    id=UUID("019b8d33-2c40-7f1e-b6a7-8d0c4e2f9a35"),
    name="Bread Academy",
    slug="bread-academy",
    kind="organization",
    plan="free",
    contract_type="standard",
    features=[],
    max_users=5,
    members=1,
    role=RoleName(UUID("019b8d33-2c41-7a02-94f3-6b1d8e5c7f20"), "admin"),
    created_at=_MORNING + timedelta(hours=1),
)
_DANA: Final = Member(
    user_id=UUID("00000000-0000-4000-8000-000000000003"),
    email="dana@example.com",
    email_verified=True,
    name="Dana Example",
    image_url=None,
    role=_MENTOR,
    joined_at=_MORNING + timedelta(hours=2),
)
_INVITED: Final = Invitation(
    id=INVITATION_ID,
    email="salma@example.com",
    role=RoleName(ROLE_ID, "member"),
    invited_by=_BOB,
    status="pending",
    expires_at=_MORNING + timedelta(days=7, hours=3),
    accepted_at=None,
    created_at=_MORNING + timedelta(hours=3),
)
ONLY_ADMIN: Final = domain.OnlyAdmin(
    "bread-academy would be left without an admin: make somebody else one, or remove the other members first.",
    tenants=["bread-academy"],
)
_FULL: Final = domain.TenantFull(max_users=5)
_BAD_NAME: Final = Known("BadName", "A name is one line of text.", Invalid("A name is one line of text.", path="name"))
_UNKNOWN_ROLE: Final = domain.UnknownRole(path="role")
_NOT_YOURS_TO_GIVE: Final = Known(
    "NotYoursToGive",
    "Nobody gives a role that may do what they may not.",
    domain.NotAllowed("You cannot give or take a role that may delete posts (all), which you may not.", policy_id=None),
)


def examples() -> tuple[Any, ...]:
    """A value of every type that is said or got about tenants."""
    return (
        NewTenant(_ACADEMY.name, _ACADEMY.slug),
        TenantChange(name="Bob and friends"),
        _MINE,
        NewMember(_DANA.email, "member"),
        MemberChange(_MENTOR.name),
        _DANA,
        NewRole(_MENTOR.name),
        RoleChange("coach"),
        Role(_MENTOR.id, _MENTOR.name, is_system=False, members=1, created_at=_MORNING + timedelta(hours=1)),
        NewInvitation(_INVITED.email, "member"),
        _INVITED,
        InvitationProof("one_c29tZWJvZHkgd2FudHMgeW91IHRvIGpvaW4gdGhlbQ"),
    )


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    return {
        **_of_tenants(),
        **_of_members(),
        **_of_roles(),
        **_of_invitations(),
        "users_show_user": Note(problems=(NotFound("The tenant has no such user."),)),
        "users_remove": Note(problems=(ONLY_ADMIN,)),
    }


def _made(description: str) -> tuple[Answer, ...]:
    where = {"Location": "Where the tenant is."}
    return (Answer(status=201, kind=Tenant, description=description, headers=where, example=_ACADEMY),)


def _of_tenants() -> dict[str, Note]:
    slug = Known(
        "BadSlug",
        "A slug is no id, and does not begin with `personal-`.",
        Invalid("A slug is no id, and does not begin with `personal-`.", path="slug"),
    )
    return {
        "tenants_create": Note(
            description="Without a slug, one is made of the name. It begins with no credits.",
            answers=_made("Founded; you are its admin."),
            problems=(_BAD_NAME, slug, domain.SlugTaken(), domain.TooManyTenants(most=domain.MOST_TENANTS)),
        ),
        "tenants_change": Note(
            description="Whoever names it by its old slug no longer finds it.",
            problems=(_BAD_NAME, slug, domain.SlugTaken(), domain.SlugFixed()),
        ),
        "tenants_remove": Note(
            description="Its simulations, documents and credits go with it, for good.",
            answers=(Answer(status=204, description="It is gone."),),
            problems=(domain.PersonalStays(), domain.OtherMembers()),
        ),
    }


def _of_members() -> dict[str, Note]:
    return {
        "tenants_add_member": Note(
            description="Whoever it is did not ask for it: as an admin they count, as one whom the tenant may be left "
            "to, once they have changed their own membership. Addresses without an account may be tried a few times.",
            problems=(
                _UNKNOWN_ROLE,
                _NOT_YOURS_TO_GIVE,
                domain.NobodyThere(),
                domain.AlreadyMember(),
                _FULL,
                domain.NoAdmin(),
                TooManyAttempts(retry_after=240),
            ),
        ),
        "tenants_change_member": Note(
            description="Changing your own, though it be to the same role, agrees to what somebody else made of you.",
            problems=(
                _UNKNOWN_ROLE,
                _NOT_YOURS_TO_GIVE,
                domain.NoSuchMember(),
                domain.LastAdmin(),
                domain.OwnerStays(),
            ),
        ),
        "tenants_remove_member": Note(
            description="What they made stays; invitations that they sent are good no more. Leaving needs no right, "
            "removing others that to delete members.",
            problems=(domain.NotAllowed(), domain.NoSuchMember(), domain.LastAdmin(), domain.OwnerStays()),
        ),
    }


def _of_roles() -> dict[str, Note]:
    gone = domain.NoSuchRole()
    return {
        "tenants_create_role": Note(
            problems=(_BAD_NAME, domain.RoleThere(), domain.TooManyRoles(most=domain.MOST_ROLES))
        ),
        "tenants_show_role": Note(problems=(gone,)),
        "tenants_change_role": Note(problems=(_BAD_NAME, gone, domain.SystemRole(), domain.RoleThere())),
        "tenants_remove_role": Note(
            description="Its policies go with it.", problems=(gone, domain.SystemRole(), domain.RoleInUse())
        ),
    }


def _of_invitations() -> dict[str, Note]:
    gone = domain.NoSuchInvitation()
    return {
        "tenants_invite": Note(
            description="A token is mailed that is good for a week. Inviting an address again, not before a minute has "
            "passed, replaces the pending invitation.",
            problems=(
                NOT_AN_ADDRESS,
                _UNKNOWN_ROLE,
                _NOT_YOURS_TO_GIVE,
                domain.AlreadyMember(),
                domain.TooManyInvitations(most=domain.MOST_INVITATIONS),
                domain.JustInvited(retry_after=41),
            ),
        ),
        "tenants_show_invitation": Note(problems=(gone,)),
        "tenants_withdraw": Note(problems=(gone, domain.InvitationAccepted())),
        "tenants_accept": Note(
            description="Whichever tenant you act for. Your account must have the address that the mail went to.",
            answers=_made("You are a member."),
            problems=(
                gone,
                domain.NotAddressed(),
                domain.InvitationAccepted(),
                domain.InvitationExpired(),
                domain.AlreadyMember(),
                _FULL,
                domain.NoAdmin(),
            ),
        ),
    }
