"""How a user begins and ends here, whoever brings it about: users themselves, a provider's word, or an operator."""

from __future__ import annotations

from uuid import UUID

from core.module import Events
from modules.user.contracts import ProfilePatch
from modules.user.domain import UserDeleted, UserSignedUp
from modules.user.repositories import SessionRepository, UserRepository


class Enrolment:
    """Makes and deletes users, and tells the other modules."""

    def __init__(self, users: UserRepository, sessions: SessionRepository, events: Events) -> None:
        self._users = users
        self._sessions = sessions
        self._events = events

    async def begin(self, email: str, profile: ProfilePatch, *, verified: bool) -> UUID:
        """The new user, as whom the transaction acts from now on. Raises `AddressTaken`."""
        user_id = await self._users.assume_new()
        await self._users.add(user_id, email)
        if verified:
            await self._users.verify_address(user_id)
        await self._users.patch_profile(user_id, profile)
        await self._events.publish(UserSignedUp(user_id, profile.name or email.partition("@")[0]))
        return user_id

    async def end(self, user_id: UUID) -> None:
        """Every session ends at once; for 30 days a mailed token brings the account back.

        The user is deleted first, so that no session begins after all of them ended.
        """
        await self._users.delete(user_id)
        await self._sessions.revoke_all(user_id)
        await self._events.publish(UserDeleted(user_id))
