"""Getting in with a password: sign-up and log-in."""

from __future__ import annotations

from msgspec import UNSET

from core.database.identity import Acting
from core.database.transaction import Transaction
from modules.user.contracts import LoggedIn, LogIn, ProfilePatch, SignUp
from modules.user.domain import (
    Device,
    WrongCredentials,
    check_password,
    normal_address,
    typed_address,
)
from modules.user.passwords import Passwords
from modules.user.repositories import UserRepository
from modules.user.services.enrolment import Enrolment
from modules.user.services.mailed_tokens import MailedTokens
from modules.user.services.sessions import SessionStart
from modules.user.services.throttle import Throttle


class Entry:
    """Sign-up and log-in."""

    def __init__(
        self,
        transaction: Transaction,
        users: UserRepository,
        passwords: Passwords,
        throttle: Throttle,
        mailed_tokens: MailedTokens,
        session_start: SessionStart,
        enrolment: Enrolment,
    ) -> None:
        self._tx = transaction
        self._users = users
        self._passwords = passwords
        self._throttle = throttle
        self._mailed_tokens = mailed_tokens
        self._start_session = session_start
        self._enrolment = enrolment

    async def sign_up(self, wish: SignUp, device: Device) -> LoggedIn:
        """Raises `AddressTaken`, `WeakPassword`, `Invalid` and `TooManyAttempts`.

        The password is hashed before anything is opened. That an address is taken has to be said, so asking counts.
        """
        email = normal_address(wish.email)
        check_password(wish.password, email=email)
        async with self._throttle.failures("sign-up", email, device):
            password_hash = await self._passwords.hash(wish.password)
            profile = ProfilePatch(name=wish.name or UNSET, region=wish.region or UNSET, field=wish.field or UNSET)
            user_id = await self._enrolment.begin(email, profile, verified=False)
        await self._users.set_password(user_id, password_hash)
        await self._mailed_tokens.request("email_verification", email)
        return await self._start_session(user_id, device)

    async def log_in(self, wish: LogIn, device: Device) -> LoggedIn:
        """Raises `TooManyAttempts`, and `WrongCredentials` in the same time whether or not there is such a user."""
        email = typed_address(wish.email)
        async with self._throttle.failures("log-in", email, device):
            found = await self._users.credentials(email)
            await self._tx.commit()
            if not await self._passwords.verify(found.password_hash if found else None, wish.password) or found is None:
                raise WrongCredentials
        await self._tx.become(Acting(found.user_id, None))
        if not await self._users.still_has_password(found.user_id, found.password_hash):
            raise WrongCredentials
        return await self._start_session(found.user_id, device)
