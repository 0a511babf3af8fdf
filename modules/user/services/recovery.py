"""Proving an address, and coming back: verification, a forgotten password, a deleted account."""

from __future__ import annotations

from uuid import UUID

from core.http.caller import Caller
from modules.user.contracts import EmailWish, NewPassword, TokenProof, User
from modules.user.domain import BadToken, Device, Purpose, check_password, normal_address
from modules.user.passwords import Passwords
from modules.user.repositories import AccountRepository, SessionRepository, UserRepository
from modules.user.services.mailed_tokens import MailedTokens
from modules.user.services.throttle import Throttle
from modules.user.shown import shown


class Verification:
    """A user's own address."""

    def __init__(self, caller: Caller, users: UserRepository, mailed_tokens: MailedTokens, throttle: Throttle) -> None:
        self._caller = caller
        self._users = users
        self._mailed_tokens = mailed_tokens
        self._throttle = throttle

    async def request(self, device: Device) -> None:
        """Mail a token to the caller's address; nothing is sent where it is verified already."""
        account = await self._users.account(self._caller.user_id)
        await self._throttle.count("mail", account.email, device)
        if not account.email_verified:
            await self._mailed_tokens.request("email_verification", account.email)


class Recovery:
    """What somebody does who cannot log in. Whether an address is known is told by its mailbox alone."""

    def __init__(
        self,
        users: UserRepository,
        sessions: SessionRepository,
        accounts: AccountRepository,
        passwords: Passwords,
        mailed_tokens: MailedTokens,
        throttle: Throttle,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._accounts = accounts
        self._passwords = passwords
        self._mailed_tokens = mailed_tokens
        self._throttle = throttle

    async def request(self, purpose: Purpose, wish: EmailWish, device: Device) -> None:
        """Raises `Invalid` and `TooManyAttempts`."""
        email = normal_address(wish.email)
        await self._throttle.count("mail", email, device)
        await self._mailed_tokens.request(purpose, email)

    async def confirm_address(self, proof: TokenProof) -> None:
        """Raises `BadToken`."""
        owner = await self._mailed_tokens.use(proof.token, "email_verification")
        await self._users.verify_address(owner.user_id)

    async def reset_password(self, wish: NewPassword) -> None:
        """Set a new password and end all sessions. Raises `BadToken`, `WeakPassword` and `Invalid`.

        Who has the mailbox owns the account: accounts elsewhere that were linked before anybody proved that are gone.
        The token is looked at before the password is hashed, so that nobody can keep us busy without one.
        """
        check_password(wish.password)
        owner = await self._mailed_tokens.look(wish.token, "password_reset")
        check_password(wish.password, email=owner.email)
        password_hash = await self._passwords.hash(wish.password)
        await self._mailed_tokens.use(wish.token, "password_reset")
        await self.take_over(owner.user_id)
        await self._users.set_password(owner.user_id, password_hash)
        await self._sessions.revoke_all(owner.user_id)

    async def restore(self, proof: TokenProof) -> User:
        """Raises `BadToken`, and `AddressTaken` where somebody has signed up with the address since."""
        owner = await self._mailed_tokens.use(proof.token, "restore")
        if not await self._users.restore(owner.user_id):
            raise BadToken(path="token")
        return shown(await self._users.account(owner.user_id))

    async def take_over(self, user_id: UUID) -> None:
        """The owner of the address is here. Whoever used the account without ever proving it loses every way in."""
        account = await self._users.account(user_id)
        if not account.email_verified:
            await self._accounts.unlink_all(user_id)
            await self._users.drop_password(user_id)
            await self._sessions.revoke_all(user_id)
            await self._users.verify_address(user_id)
