"""Who arrives from elsewhere: from an OAuth provider, or with the token of a trusted issuer.

An identity elsewhere is linked to a user by a **verified** address only. Otherwise whoever signs up first with somebody
else's address would own the account that its owner walks into later; so, too, the owner who arrives takes the account
over, and whoever used it without ever proving the address loses every way in.
"""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET, structs

from core.database.identity import Acting
from core.database.transaction import Transaction
from core.errors import Invalid, Unauthenticated
from modules.user.contracts import ProfilePatch
from modules.user.domain import AddressTaken, ExternalIdentity, normal_address
from modules.user.repositories import AccountRepository, UserRepository
from modules.user.repositories.accounts import Arrival, Grant
from modules.user.services.enrolment import Enrolment
from modules.user.services.recovery import Recovery


class AccountDeleted(Unauthenticated):
    """This account was deleted; it can be restored by mail for 30 days."""


class Arrivals:
    """Finds or makes the user behind an external identity."""

    def __init__(
        self,
        transaction: Transaction,
        users: UserRepository,
        accounts: AccountRepository,
        recovery: Recovery,
        enrolment: Enrolment,
    ) -> None:
        self._tx = transaction
        self._users = users
        self._accounts = accounts
        self._recovery = recovery
        self._enrolment = enrolment

    async def welcome(self, identity: ExternalIdentity, grant: Grant, *, revive: bool = True) -> UUID:
        """The user's id; the transaction acts as that user from now on.

        `revive`: whether an identity whose account was deleted starts afresh, as who signs in again on purpose does.
        Raises `AccountDeleted`, `AddressTaken`, `Invalid`, and `AlreadyThere` where another request was faster.
        """
        identity = structs.replace(identity, email=_address(identity))
        found = await self._accounts.find(identity)
        if found is not None and found.linked and found.deleted:
            if not revive:
                raise AccountDeleted
            await self._tx.become(Acting(found.user_id, None))
            await self._accounts.unlink(found.user_id, identity)
            found = await self._accounts.find(identity)
        if found is None:
            return await self._sign_up(identity, grant)
        if found.linked:
            await self._return(found, identity, grant)
        else:
            await self._link(found, identity, grant)
        return found.user_id

    async def _return(self, found: Arrival, identity: ExternalIdentity, grant: Grant) -> None:
        """Somebody we know. What an issuer says of the address holds, unless somebody else has that address here."""
        await self._tx.become(Acting(found.user_id, None))
        await self._accounts.refresh(found.user_id, identity, grant)
        if identity.type != "jwt" or identity.email is None:
            return
        account = await self._users.account(found.user_id)
        if account.email.lower() != identity.email.lower() and await self._users.is_free(identity.email):
            await self._users.change_address(found.user_id, identity.email, verified=identity.email_verified)
        elif account.email.lower() == identity.email.lower() and identity.email_verified:
            await self._users.verify_address(found.user_id)

    async def _link(self, found: Arrival, identity: ExternalIdentity, grant: Grant) -> None:
        if not identity.email_verified:
            raise AddressTaken(
                f"There is an account with this address, and {identity.provider} has not verified that it is yours."
            )
        await self._tx.become(Acting(found.user_id, None))
        await self._recovery.take_over(found.user_id)
        await self._accounts.link(found.user_id, identity, grant)

    async def _sign_up(self, identity: ExternalIdentity, grant: Grant) -> UUID:
        if identity.email is None:
            raise Invalid(f"{identity.provider} gave no address that an account can have, and there is none without.")
        profile = ProfilePatch(name=_name(identity) or UNSET, image_url=_picture(identity) or UNSET)
        user_id = await self._enrolment.begin(identity.email, profile, verified=identity.email_verified)
        await self._accounts.link(user_id, identity, grant)
        return user_id


def _address(identity: ExternalIdentity) -> str | None:
    """In the form that addresses are kept in, before any is compared; None where it cannot be kept."""
    try:
        return normal_address(identity.email) if identity.email else None
    except Invalid:
        return None


def _name(identity: ExternalIdentity) -> str | None:
    name = (identity.name or "").replace("\0", "").strip()[:255]
    return name if len(name) >= 2 else None


def _picture(identity: ExternalIdentity) -> str | None:
    url = identity.image_url or ""
    return url if url.startswith(("https://", "http://")) and len(url) <= 2000 else None
