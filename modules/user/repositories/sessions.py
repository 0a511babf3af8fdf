"""Sessions: log-ins that are still good, or were."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Integer, LargeBinary, Text, bindparam, cast, func, insert, null, select, tuple_, update
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.user.domain import Device
from modules.user.tables import sessions, users


class StartedSession(msgspec.Struct, frozen=True):
    id: UUID
    expires_at: datetime


class OpenSession(msgspec.Struct, frozen=True):
    """A session that is neither revoked nor expired."""

    id: UUID
    user_agent: str | None
    ip: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


_IS_OPEN = (
    sessions.c.user_id == bindparam("user_id"),
    sessions.c.revoked_at.is_(None),
    sessions.c.expires_at > func.now(),
)
# The user is locked, so that who deletes the account at the same moment waits, and then ends this session, too.
_START = Statement(
    insert(sessions)
    .from_select(
        ["user_id", "token_hash", "expires_at", "user_agent", "ip"],
        select(
            users.c.id,
            bindparam("token_hash", type_=LargeBinary),
            func.now() + func.make_interval(0, 0, 0, 0, bindparam("hours", type_=Integer)),
            cast(bindparam("user_agent"), Text),
            cast(bindparam("ip"), Text),
        )
        .where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_(None))
        .with_for_update(read=True),
    )
    .returning(sessions.c.id, sessions.c.expires_at),
    into=StartedSession,
)
_OPEN = Statement(
    select(
        sessions.c.id,
        sessions.c.user_agent,
        sessions.c.ip,
        sessions.c.created_at,
        sessions.c.last_seen_at,
        sessions.c.expires_at,
    )
    .where(
        *_IS_OPEN,
        tuple_(sessions.c.created_at, sessions.c.id)
        < tuple_(cast(bindparam("at"), Instant), cast(bindparam("id"), Uuid)),
    )
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    .limit(bindparam("at_most")),
    into=OpenSession,
)
_REVOKE = Statement.command(
    update(sessions).where(*_IS_OPEN, sessions.c.id == bindparam("session_id")).values(revoked_at=func.now())
)
_REVOKE_ALL = Statement.command(
    update(sessions)
    .where(*_IS_OPEN, sessions.c.id.is_distinct_from(bindparam("but", type_=Uuid)))
    .values(revoked_at=func.now())
)
_ROTATE = Statement(
    update(sessions)
    .where(*_IS_OPEN, sessions.c.id == bindparam("session_id"))
    .values(token_hash=bindparam("token_hash"))
    .returning(sessions.c.expires_at),
    into=datetime,
)
_SCRUB = Statement.command(
    update(sessions).where(sessions.c.user_id == bindparam("user_id")).values(user_agent=null(), ip=null())
)
_END = Statement.nullable(select(func.users.end_session(bindparam("hash", type_=LargeBinary), type_=Text)), into=str)


class SessionRepository:
    """The sessions of one user."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def start(self, user_id: UUID, token_hash: bytes, device: Device, *, hours: int) -> StartedSession | None:
        """None where the account was deleted a moment ago."""
        return await self._tx.one_or_none(
            _START,
            user_id=user_id,
            token_hash=token_hash,
            hours=hours,
            user_agent=device.user_agent,
            ip=device.ip,
        )

    async def page(self, user_id: UUID, after: Position, limit: int) -> list[OpenSession]:
        """Those that are still good, newest first."""
        return await self._tx.all(_OPEN, user_id=user_id, at=after.at, id=after.id, at_most=limit)

    async def revoke(self, user_id: UUID, session_id: UUID) -> bool:
        """False where the user has no such open session."""
        return await self._tx.execute(_REVOKE, user_id=user_id, session_id=session_id) > 0

    async def revoke_all(self, user_id: UUID, *, but: UUID | None = None) -> int:
        return await self._tx.execute(_REVOKE_ALL, user_id=user_id, but=but)

    async def rotate(self, user_id: UUID, session_id: UUID, token_hash: bytes) -> datetime:
        """Another token for the same session, whose end it answers; the old one is good for nothing."""
        return await self._tx.one(_ROTATE, user_id=user_id, session_id=session_id, token_hash=token_hash)

    async def scrub(self, user_id: UUID) -> None:
        """Forget where the user's log-ins came from."""
        await self._tx.execute(_SCRUB, user_id=user_id)

    async def end(self, token_hash: bytes) -> None:
        """End the session of this token, whosever it is."""
        await self._tx.one(_END, hash=token_hash)
