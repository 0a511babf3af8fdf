"""What users see and change of themselves, and how they leave."""

from __future__ import annotations

from datetime import datetime

import msgspec

from core.database.transaction import Transaction
from core.errors import Denied, Invalid
from core.http.caller import Caller, Sessions
from modules.user.contracts import OnboardingAnswers, PasswordChange, ProfilePatch, User
from modules.user.domain import Device, check_password
from modules.user.passwords import Passwords
from modules.user.repositories import SessionRepository, UserRepository
from modules.user.services.avatars import Pictures
from modules.user.services.enrolment import Enrolment
from modules.user.services.throttle import Throttle
from modules.user.shown import shown


class WrongPassword(Invalid):
    """This is not your current password."""


class Cookie(msgspec.Struct, frozen=True):
    """What a browser's session goes on with."""

    token: str
    expires_at: datetime


class NoSession(Denied):
    """There is no session of ours to end: your token is another issuer's, end it there."""


class Me:
    """The logged-in user."""

    def __init__(
        self,
        caller: Caller,
        users: UserRepository,
        sessions: SessionRepository,
        enrolment: Enrolment,
        pictures: Pictures,
        transaction: Transaction,
    ) -> None:
        self._caller = caller
        self._users = users
        self._sessions = sessions
        self._enrolment = enrolment
        self._pictures = pictures
        self._tx = transaction

    async def show(self) -> User:
        return shown(await self._users.account(self._caller.user_id))

    async def patch(self, patch: ProfilePatch) -> User:
        """A picture of ours that the profile does not refer to any more is taken away."""
        before = await self._users.account(self._caller.user_id)
        await self._users.patch_profile(self._caller.user_id, patch)
        after = await self._users.account(self._caller.user_id)
        if before.image_url != after.image_url:
            await self._tx.commit()
            await self._pictures.forget(before.image_url, self._caller.user_id.bytes)
        return shown(after)

    async def onboard(self, answers: OnboardingAnswers) -> User:
        await self._users.patch_profile(
            self._caller.user_id,
            ProfilePatch(field=answers.field, experience_level=answers.experience_level, interests=answers.interests),
        )
        await self._users.complete_onboarding(self._caller.user_id)
        return await self.show()

    async def log_out(self) -> None:
        """Raises `NoSession`."""
        if self._caller.session_id is None:
            raise NoSession
        await self._sessions.revoke(self._caller.user_id, self._caller.session_id)

    async def delete(self) -> None:
        await self._enrolment.end(self._caller.user_id)


class MyPassword:
    """Changing the password, which only who knows the current one may (OWASP ASVS 5.0, 6.2.3)."""

    def __init__(
        self,
        transaction: Transaction,
        caller: Caller,
        users: UserRepository,
        sessions: SessionRepository,
        passwords: Passwords,
        throttle: Throttle,
        tokens: Sessions,
    ) -> None:
        self._tx = transaction
        self._caller = caller
        self._users = users
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._tokens = tokens

    async def change(self, wish: PasswordChange, device: Device) -> Cookie | None:
        """End every other session. A browser's own goes on under another token, which this answers.

        Raises `WrongPassword`, `WeakPassword`, `Invalid` and `TooManyAttempts`. No connection is held while hashing.
        """
        user_id = self._caller.user_id
        account = await self._users.account(user_id)
        current_hash = await self._users.password_hash(user_id)
        await self._tx.commit()
        check_password(wish.password, email=account.email)
        async with self._throttle.failures("password", account.email, device):
            if not await self._passwords.verify(current_hash, wish.current_password):
                raise WrongPassword(path="current_password")
            password_hash = await self._passwords.hash(wish.password)
        await self._users.set_password(user_id, password_hash)
        await self._sessions.revoke_all(user_id, but=self._caller.session_id)
        if not self._caller.in_cookie or self._caller.session_id is None:
            return None
        token = self._tokens.new_token()
        ends = await self._sessions.rotate(user_id, self._caller.session_id, self._tokens.hash(token))
        return Cookie(token, ends)
