"""How a session begins."""

from __future__ import annotations

from uuid import UUID

from core.http.caller import Sessions
from modules.user.contracts import LoggedIn
from modules.user.domain import Device, WrongCredentials
from modules.user.repositories import SessionRepository, UserRepository
from modules.user.shown import shown


class SessionStart:
    """Begins a session with a token that nobody has seen before; the one that the device came with ends."""

    def __init__(self, users: UserRepository, sessions: SessionRepository, tokens: Sessions, ttl_hours: int) -> None:
        self._users = users
        self._sessions = sessions
        self._tokens = tokens
        self._ttl_hours = ttl_hours

    async def __call__(self, user_id: UUID, device: Device) -> LoggedIn:
        """The transaction acts as this user already. OWASP ASVS 5.0, 7.2.4.

        Raises `WrongCredentials` where the account was deleted since they were looked at.
        """
        token = self._tokens.new_token()
        session = await self._sessions.start(user_id, self._tokens.hash(token), device, hours=self._ttl_hours)
        if session is None:
            raise WrongCredentials
        if device.token:
            await self._sessions.end(self._tokens.hash(device.token))
        return LoggedIn(shown(await self._users.account(user_id)), token, session.expires_at)
