"""The platform's own staff: how they get in, and what they do for users.

A change to one user is made as that user, in a transaction that begins after the operator was identified: there is no
policy by which an operator could write a user's row, so a forgotten condition cannot touch anybody else's.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core.database.identity import Acting, ActingOperator, Anonymous
from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.caller import Sessions
from core.http.pages import Position
from modules.user.contracts import (
    NewUser,
    OperatorAccount,
    OperatorLoggedIn,
    OperatorLogIn,
    ProfilePatch,
    UserChange,
    UserRecord,
)
from modules.user.domain import (
    Device,
    WrongCredentials,
    check_password,
    normal_address,
    typed_address,
)
from modules.user.passwords import Passwords
from modules.user.repositories import SessionRepository, UserRepository
from modules.user.repositories.operators import LivingUser, OperatorRepository, RecordedAccount, UserRecords
from modules.user.services.enrolment import Enrolment
from modules.user.services.mailed_tokens import MailedTokens
from modules.user.services.throttle import Throttle
from modules.user.shown import shown

SESSION_HOURS: Final = 12
"""A working day: who may see every user logs in every morning."""


class OperatorEntry:
    """Operators' log-in."""

    def __init__(
        self,
        transaction: Transaction,
        operators: OperatorRepository,
        passwords: Passwords,
        throttle: Throttle,
        tokens: Sessions,
    ) -> None:
        self._tx = transaction
        self._operators = operators
        self._passwords = passwords
        self._throttle = throttle
        self._tokens = tokens

    async def log_in(self, wish: OperatorLogIn, device: Device) -> OperatorLoggedIn:
        """Raises `TooManyAttempts`, and `WrongCredentials` in the same time also where there is no such operator."""
        email = typed_address(wish.email)
        async with self._throttle.failures("operator", email, device):
            found = await self._operators.credentials(email)
            await self._tx.commit()
            if not await self._passwords.verify(found.password_hash if found else None, wish.password) or found is None:
                raise WrongCredentials
        await self._tx.assume(ActingOperator(found.id))
        token = self._tokens.new_token(operator=True)
        ends = await self._operators.start_session(found.id, self._tokens.hash(token), device, hours=SESSION_HOURS)
        return OperatorLoggedIn(OperatorAccount(found.id, found.email, found.name), token, ends)


class UserCare:
    """What operators see and do of users. A user's password they neither see nor set, once there is a user."""

    def __init__(
        self,
        transaction: Transaction,
        records: UserRecords,
        users: UserRepository,
        sessions: SessionRepository,
        passwords: Passwords,
        mailed_tokens: MailedTokens,
        enrolment: Enrolment,
    ) -> None:
        self._tx = transaction
        self._records = records
        self._users = users
        self._sessions = sessions
        self._passwords = passwords
        self._mailed_tokens = mailed_tokens
        self._enrolment = enrolment

    async def page(self, part: str, after: Position, limit: int) -> list[UserRecord]:
        """Those whose address contains `part`, newest first."""
        return [_record(found) for found in await self._records.page(part, after, limit)]

    async def show(self, user_id: UUID) -> UserRecord:
        """Raises `NotFound`."""
        return _record(await self._records.get(user_id))

    async def create(self, wish: NewUser) -> UserRecord:
        """Make a user as a sign-up does. Raises `AddressTaken`, `WeakPassword` and `Invalid`.

        Without a password a token is mailed that sets one.
        """
        email = normal_address(wish.email)
        if wish.password is not None:
            check_password(wish.password, email=email)
        await self._tx.assume(Anonymous())
        password_hash = await self._passwords.hash(wish.password) if wish.password is not None else None
        profile = ProfilePatch(name=wish.name or UNSET)
        user_id = await self._enrolment.begin(email, profile, verified=wish.email_verified)
        if password_hash is None:
            await self._mailed_tokens.request("password_reset", email)
        else:
            await self._users.set_password(user_id, password_hash)
            if not wish.email_verified:
                await self._mailed_tokens.request("email_verification", email)
        return await self.show(user_id)

    async def change(self, user_id: UUID, wish: UserChange) -> UserRecord:
        """Raises `NotFound`, `AddressTaken` and `Invalid`."""
        email = UNSET if wish.email is UNSET else normal_address(wish.email)
        user = await self._act_as(user_id)
        await self._change_address(user, email, wish.email_verified)
        patch = ProfilePatch(**{name: getattr(wish, name) for name in ProfilePatch.__struct_fields__})
        await self._users.patch_profile(user_id, patch)
        return await self.show(user_id)

    async def delete(self, user_id: UUID) -> None:
        """As users delete themselves: sessions end at once, and for 30 days the account can be restored by mail.

        Raises `NotFound`, also where it was deleted before.
        """
        await self._act_as(user_id)
        await self._enrolment.end(user_id)

    async def _act_as(self, user_id: UUID) -> LivingUser:
        await self._tx.assume(Acting(user_id, None))
        found = await self._records.lock(user_id)
        if found is None:
            raise NotFound("There is no such user, or the account was deleted.")
        return found

    async def _change_address(self, user: LivingUser, email: str | UnsetType, verified: bool | UnsetType) -> None:
        address = user.email if email is UNSET else email
        is_new = address.lower() != user.email.lower()
        proven = verified if verified is not UNSET else user.email_verified and not is_new
        if (address, proven) != (user.email, user.email_verified):
            await self._users.change_address(user.id, address, verified=proven)
        if is_new:
            await self._sessions.revoke_all(user.id)


def _record(account: RecordedAccount) -> UserRecord:
    user = msgspec.structs.asdict(shown(account))
    return UserRecord(**user, deleted_at=account.deleted_at, anonymised_at=account.anonymised_at)
