"""Use cases of the user module."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import UNSET

from core.database.identity import Acting
from core.database.transaction import Transaction
from core.http.caller import Caller, Sessions
from core.module import Events
from modules.user.contracts import LoggedIn, LogIn, OnboardingAnswers, ProfilePatch, SignUp, User
from modules.user.domain import UserSignedUp, WrongCredentials, check_password, normal_address, onboarding
from modules.user.passwords import Passwords
from modules.user.repositories import Account, SessionRepository, UserRepository


class Device(msgspec.Struct, frozen=True):
    """Where a log-in comes from, as its owner will see it in the list of sessions."""

    user_agent: str | None
    ip: str | None


class Entry:
    """Sign-up and log-in."""

    def __init__(
        self,
        transaction: Transaction,
        users: UserRepository,
        sessions: SessionRepository,
        passwords: Passwords,
        tokens: Sessions,
        events: Events,
        ttl_hours: int,
    ) -> None:
        self._tx = transaction
        self._users = users
        self._sessions = sessions
        self._passwords = passwords
        self._tokens = tokens
        self._events = events
        self._ttl_hours = ttl_hours

    async def sign_up(self, wish: SignUp, device: Device) -> LoggedIn:
        """Raises `AddressTaken`, `WeakPassword` and `Invalid`. The password is hashed before anything is opened."""
        email = normal_address(wish.email)
        check_password(wish.password, email=email)
        password_hash = await self._passwords.hash(wish.password)
        user_id = await self._users.assume_new()
        await self._users.add(user_id, email, password_hash)
        await self._users.patch_profile(
            user_id,
            ProfilePatch(name=wish.name or UNSET, region=wish.region or UNSET, field=wish.field or UNSET),
        )
        await self._events.publish(UserSignedUp(user_id, wish.name or email.partition("@")[0]))
        return await self._start_session(user_id, device)

    async def log_in(self, wish: LogIn, device: Device) -> LoggedIn:
        """Raises `WrongCredentials`, in the same time whether or not there is such a user."""
        found = await self._users.credentials(wish.email.strip())
        await self._tx.commit()
        if not await self._passwords.verify(found.password_hash if found else None, wish.password) or found is None:
            raise WrongCredentials
        await self._tx.assume(Acting(found.user_id, None))
        return await self._start_session(found.user_id, device)

    async def _start_session(self, user_id: UUID, device: Device) -> LoggedIn:
        token = self._tokens.new_token()
        session = await self._sessions.start(
            user_id,
            self._tokens.hash(token),
            hours=self._ttl_hours,
            user_agent=device.user_agent,
            ip=device.ip,
        )
        return LoggedIn(shown(await self._users.account(user_id)), token, session.expires_at)


class Me:
    """What users see and change of themselves, and how they leave."""

    def __init__(self, caller: Caller, users: UserRepository, sessions: SessionRepository) -> None:
        self._caller = caller
        self._users = users
        self._sessions = sessions

    async def show(self) -> User:
        return shown(await self._users.account(self._caller.user_id))

    async def patch(self, patch: ProfilePatch) -> User:
        await self._users.patch_profile(self._caller.user_id, patch)
        return await self.show()

    async def log_out(self) -> None:
        await self._sessions.revoke(self._caller.session_id)

    async def onboard(self, answers: OnboardingAnswers) -> User:
        await self._users.patch_profile(
            self._caller.user_id,
            ProfilePatch(field=answers.field, experience_level=answers.experience_level, interests=answers.interests),
        )
        await self._users.complete_onboarding(self._caller.user_id)
        return await self.show()


def shown(account: Account) -> User:
    return User(
        id=account.id,
        email=account.email,
        email_verified=account.email_verified,
        name=account.name,
        image_url=account.image_url,
        bio=account.bio,
        field=account.field,
        experience_level=account.experience_level,
        interests=account.interests,
        region=account.region,
        onboarding=onboarding(completed=account.onboarded, interests=account.interests),
        created_at=account.created_at,
    )
