"""What a signature cannot say: what a tag is about, what a parameter means, and where an answer is unusual.

Whatever else the document holds is derived; an operation that is not mentioned here needs no note.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.openapi import access, agents, billing, interviews, organization, practice, simulations, staff, story, work
from app.openapi.note import Answer, Note
from core.errors import NotFound
from core.http.health import Readiness
from core.storage import StorageUnavailable
from modules.billing.contracts.credits import CreditEntry
from modules.billing.domain.credits import AlreadyRefunded, NotSpent
from modules.user.contracts import LoggedIn, UserRecord
from modules.user.domain import AddressTaken, BadToken, WeakPassword, WrongCredentials
from modules.user.oauth import BadProviderAnswer, BadSignIn, ProviderUnavailable
from modules.user.oauth.errors import CodeRefused, SignInExpired, SignInRefused
from modules.user.oauth.landings import BadLanding
from modules.user.pictures import NoPicture
from modules.user.services.me import WrongPassword
from modules.user.services.throttle import TooManyAttempts

ABOUT: Final = """\
The backend of a virtual-internship platform. An organisation, the *tenant*, puts its interns through simulated
projects: a language model writes the brief and its milestones, and plays the client and the team.

**Conventions.** JSON in snake_case. An unknown field is refused, numbers are never read from text. A list is
`{"items": [...], "next_cursor": ...}`: pass `next_cursor` on as `cursor` until it is null. Times are RFC 3339 in UTC.

**Who you are.** Log in, and send the token as `Authorization: Bearer`; a JWT of an issuer that is trusted here is as
good. A browser has the same token in a cookie, and then an unsafe request must come from this site. You act for one
tenant: `X-Tenant-ID` names it (its id or its slug),
without it you act for your personal one.

**Problems** are RFC 9457 `application/problem+json`, with the `request_id` to quote to support; the same id is the
header `X-Request-ID` of every answer. What you may not see is a 404, exactly like what does not exist. Besides what an
operation lists, any may answer 500, or 504 where the database took too long.\
"""

TAGS: Final[Mapping[str, str]] = {
    "auth": "Getting in and out, where you are logged in, and what to do without a password. A session is a token; it "
    "ends at log-out, when it is revoked or when it expires.",
    "users": "The logged-in user: profile, onboarding, and leaving for good; and who else is in the tenant.",
    "tenants": "Tenants, their members, roles and invitations. A path names the tenant by its id or its slug, whatever "
    "`X-Tenant-ID` says; who is no member gets a 404. What a role may do is said by its policies; of the two that "
    "every tenant has, an `admin` may do everything, and a `member` what an intern needs.",
    "access": "Policies, what they decide, and who may do what. A policy gives a role actions on a resource, or denies "
    "them; nothing is allowed without one, and a deny beats every allow.",
    "simulations": "Simulated projects: order one, read its brief, and talk to the people in it.",
    "reviews": "Work that is handed in, graded criterion by criterion. Who may read reviews of others sees theirs too.",
    "interviews": "Practice for a job: the interviewer asks one question at a time, and at the end there is feedback.",
    "catalogue": "Predefined projects, their clients, and learning resources, the same for every tenant.",
    "progress": "How far you are, in predefined projects and in simulations of your own.",
    "operators": "For the platform's own staff: all users and tenants, and credits by hand. An operator's token is "
    "good for 12 hours and only here, where a user's is not; no cookie holds it.",
    "agents": "Every call to a language model, with its answer and its tokens: those of conversations, reviews and "
    "generations, and what one has created, edited or researched.",
    "billing": "The tenant's credits: what is left, what is reserved, and the ledger; plans and the tenant's "
    "subscription; and what was used.",
    "health": "For load balancers and operators; outside `/api/v1` and open to everybody.",
}

PARAMETERS: Final[Mapping[str, tuple[str, Any]]] = {
    "X-Tenant-ID": ("The tenant you act for: its id or its slug. Default: your personal tenant.", "acme"),
    "Idempotency-Key": ("", "order-bread-by-bike-1"),
    "Prefer": ("", "wait=30"),
    "limit": ("", 20),
    "cursor": ("", "kgHUAGlcMB7fX3Jlc291cmNlc18yMDI2LTAxLTA1"),
    "simulation_id": ("The simulation's id.", str(story.SIMULATION_ID)),
    "persona_id": ("The id of one of the simulation's personas.", str(story.PERSONA_ID)),
    "index": ("", 0),
    "interview_id": ("The interview's id.", str(practice.INTERVIEW_ID)),
    "review_id": ("The review's id.", str(work.REVIEW_ID)),
    "session_id": ("The id of one of your sessions.", str(story.SESSION_ID)),
    "request_id": ("The request's id.", str(agents.REQUEST_ID)),
    "Last-Event-ID": ("", 24),
    "user_id": ("The user's id.", str(staff.USER_ID)),
    "tenant_id": ("The tenant's id or slug.", str(organization.TENANT_ID)),
    "role_id": ("The role's id.", str(organization.ROLE_ID)),
    "policy_id": ("The policy's id.", str(access.POLICY_ID)),
    "invitation_id": ("The invitation's id.", str(organization.INVITATION_ID)),
    "q": ("", "bo"),
    "status": ("", "pending"),
    "email": ("", "@example.com"),
    "name": ("The last part of a picture's URL.", "8c1f0e5b7a3d9c2e4f6a8b0d1c3e5f7a9b1d3f50"),
    "provider": ("The name of a provider that is configured, such as `github`.", "github"),
    "return_to": ("A path of ours, or a URL of an allowed origin, to end up at.", "/welcome"),
    "code": ("The provider's code.", "4b1c0e0d9a7f"),
    "state": ("What ties the way back to this browser.", "Zm9yIHRoaXMgYnJvd3NlciBvbmx5"),
    "iss": ("Who the provider says it is (RFC 9207).", "https://github.com/login/oauth"),
    "error": ("Why there is no code.", "access_denied"),
    "keep": ("`current`: the session of this request goes on.", "current"),
    "task_id": ("The slug of a predefined project.", "landing-page"),
    "project_id": ("", "landing-page"),
    "track": ("Only this field of work.", "frontend"),
    "type": ("", "course"),
    "from": ("", "2026-01-01"),
    "to": ("", "2026-01-31"),
    "group_by": ("", "day,event_type"),
}
"""Each parameter's meaning, where its own declaration is silent, and an example."""

_NOT_AN_ADDRESS: Final = organization.NOT_AN_ADDRESS
_TOO_MANY: Final = TooManyAttempts(retry_after=240)
_COOKIE: Final = {"Set-Cookie": "The same token as a cookie: HttpOnly, Secure, SameSite=Lax."}


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    return {
        "auth_sign_up": Note(
            description="A password has 8 to 128 characters and is none of the common ones. The answer logs you in "
            "already: it holds a token, and sets it as a cookie.",
            answers=(
                Answer(status=201, kind=LoggedIn, description="You are in.", headers=_COOKIE, example=story.SIGNED_UP),
            ),
            problems=(AddressTaken(), WeakPassword(path="password"), _NOT_AN_ADDRESS, _TOO_MANY),
        ),
        "auth_log_in": Note(
            answers=(
                Answer(status=200, kind=LoggedIn, description="You are in.", headers=_COOKIE, example=story.LOGGED_IN),
            ),
            problems=(WrongCredentials(), _TOO_MANY),
        ),
        "auth_log_out": Note(
            answers=(Answer(status=204, description="You are out.", headers={"Set-Cookie": "Takes the cookie away."}),)
        ),
        **_recovery(),
        **_oauth(),
        **_operators(),
        **organization.notes(),
        **access.notes(),
        **billing.notes(),
        **simulations.notes(),
        **agents.notes(),
        **interviews.notes(),
        "health_ready": Note(
            description="Ready means that the database answers and is migrated to the newest revision.",
            answers=(
                Answer(status=200, kind=Readiness, description="Send requests.", example=story.READY),
                Answer(status=503, kind=Readiness, description="Send none for now.", example=story.NOT_READY),
            ),
        ),
    }


def _recovery() -> dict[str, Note]:
    sent = Answer(status=202, description="A mail is on its way, if there is an account.")
    return {
        "auth_verify": Note(
            answers=(Answer(status=202, description="A mail is on its way, unless the address is verified already."),),
            problems=(_TOO_MANY,),
        ),
        "auth_forgot_password": Note(
            description="The answer never tells whether there is such an account. The token is good for 30 minutes.",
            answers=(sent,),
            problems=(_NOT_AN_ADDRESS, _TOO_MANY),
        ),
        "auth_wish_back": Note(
            description="An account can be restored within 30 days. The token is good for an hour.",
            answers=(sent,),
            problems=(_NOT_AN_ADDRESS, _TOO_MANY),
        ),
        "auth_confirm_address": Note(problems=(BadToken(path="token"),)),
        "auth_reset_password": Note(
            description="All sessions end; log in with the new password.",
            problems=(BadToken(path="token"), WeakPassword(path="password")),
        ),
        "auth_restore": Note(problems=(BadToken(path="token"), AddressTaken())),
        "auth_change_password": Note(
            description="A browser gets another token in its cookie; a bearer token stays.",
            problems=(WrongPassword(path="current_password"), WeakPassword(path="password"), _TOO_MANY),
        ),
    }


def _oauth() -> dict[str, Note]:
    unknown = NotFound("There is no such provider.")
    away = ProviderUnavailable()
    return {
        "users_put_picture": Note(
            description="The body is the picture: PNG, JPEG, GIF or WebP, 512 KiB at most, as such or as the one file "
            "of a form. What tells where it was taken is removed.",
            problems=(NoPicture(), StorageUnavailable()),
        ),
        "users_show_picture": Note(
            description="Its name cannot be guessed, so it needs no log-in; it never changes, so it may be kept.",
            answers=(Answer(status=200, description="The picture, of the kind that Content-Type says."),),
            problems=(NotFound("There is no such picture."),),
        ),
        "auth_leave": Note(
            description="For browsers: a cookie ties the way back to this one, for ten minutes.",
            answers=(Answer(status=303, description="To the provider.", headers={"Location": "The provider's page."}),),
            problems=(unknown, BadLanding(path="return_to"), away, BadProviderAnswer()),
        ),
        "auth_come_back": Note(
            description="Where the provider sends the browser. Whoever comes for the first time gets an account, or "
            "the one that has the same verified address.",
            answers=(
                Answer(status=200, kind=LoggedIn, description="You are in.", headers=_COOKIE, example=story.LOGGED_IN),
                Answer(status=303, description="You are in, and go on to `return_to`.", headers=_COOKIE),
            ),
            problems=(
                unknown,
                BadSignIn(),
                SignInExpired(),
                SignInRefused(),
                CodeRefused(),
                AddressTaken(),
                away,
                BadProviderAnswer(),
            ),
        ),
    }


def _operators() -> dict[str, Note]:
    gone = NotFound("There is no such user, or the account was deleted.")
    return {
        "operators_log_in": Note(
            description="The examples below keep the token as `OPERATOR_TOKEN`.",
            problems=(WrongCredentials(), _TOO_MANY),
        ),
        "operators_create_user": Note(
            description="Without a password the user chooses one: a token for it is mailed, as by a password reset.",
            answers=(Answer(status=201, kind=UserRecord, description="Made.", example=staff.NEW_USER),),
            problems=(AddressTaken(), WeakPassword(path="password"), _NOT_AN_ADDRESS),
        ),
        "operators_change_user": Note(
            description="A new address is unverified unless `email_verified` says otherwise, and ends all sessions of "
            "the user. A password is never set for somebody else.",
            problems=(gone, AddressTaken(), _NOT_AN_ADDRESS),
        ),
        "operators_remove_user": Note(
            description="All sessions end at once; the account can be restored by mail for 30 days.",
            problems=(gone, organization.ONLY_ADMIN),
        ),
        "operators_add_credits": Note(
            description="The entry's `reference` tells which operator it was.",
            answers=(Answer(status=201, kind=CreditEntry, description="The ledger's entry.", example=staff.ADDED),),
            problems=(NotFound("There is no such tenant."),),
        ),
        "operators_refund_credits": Note(
            description="Without an amount, all that is left of what was spent. It goes back to the grants it came "
            "from; what came from one that expired meanwhile can be spent for a week.",
            answers=(Answer(status=201, kind=CreditEntry, description="The ledger's entry.", example=staff.REFUNDED),),
            problems=(NotFound("There is no such entry."), NotSpent(), AlreadyRefunded()),
        ),
    }
