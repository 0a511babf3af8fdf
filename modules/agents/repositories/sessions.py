"""Sessions: whom or what a user talks about, and the chain of requests in it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Integer, bindparam, insert, select, tuple_
from sqlalchemy.types import Uuid

from core.database.functions import NEW_ID
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.agents.contracts import AgentSession
from modules.agents.domain import subject_of
from modules.agents.resources import AGENT_SESSIONS
from modules.agents.tables import agent_sessions

_COLUMNS = tuple(agent_sessions.c[name] for name in AgentSession.__struct_fields__)
_OPEN = Statement(
    insert(agent_sessions)
    .values(**{name: bindparam(name) for name in ("tenant_id", "id", "user_id", "subject", "context_state")})
    .returning(*_COLUMNS),
    into=AgentSession,
)
_ONE = VisibleStatement(
    AGENT_SESSIONS,
    lambda visible: select(*_COLUMNS).where(
        agent_sessions.c.tenant_id == bindparam("tenant_id"), agent_sessions.c.id == bindparam("session_id"), visible
    ),
    into=AgentSession,
)
_PAGE = VisibleStatement(
    AGENT_SESSIONS,
    lambda visible: (
        select(*_COLUMNS)
        .where(
            agent_sessions.c.tenant_id == bindparam("tenant_id"),
            visible,
            tuple_(agent_sessions.c.created_at, agent_sessions.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(agent_sessions.c.created_at.desc(), agent_sessions.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=AgentSession,
)


class SessionRepository:
    """Sessions of one tenant; rows that are not meant to be seen are not there."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def open(self, tenant_id: UUID, user_id: UUID, context_state: dict[str, str]) -> AgentSession:
        session_id = await self._tx.one(NEW_ID)
        return await self._tx.one(
            _OPEN,
            tenant_id=tenant_id,
            id=session_id,
            user_id=user_id,
            subject=subject_of(session_id),
            context_state=context_state,
        )

    async def one(self, tenant_id: UUID, rows: Rows, session_id: UUID) -> AgentSession:
        """Raises `NotFound` where it is not one of the rows."""
        return await self._tx.one(_ONE.on(rows), tenant_id=tenant_id, session_id=session_id, **rows.binds)

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[AgentSession]:
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, at=after.at, id=after.id, limit=limit, **rows.binds
        )
