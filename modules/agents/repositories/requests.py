"""Requests: every call to a language model, from its beginning to its one end.

A call ends when `finished_at` is set, and every statement that ends one asks that it was not: of two who end it, one
does. Cancelling one that is being answered only says so; whoever answers it ends it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Interval,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.types import Uuid

from core.database.functions import TAKE_TURN
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.agents.contracts import AgentRequest
from modules.agents.domain import ASSIGNED, Ended, Outcome, RequestStatus, Stopped, Taken
from modules.agents.models.protocol import AgentType, Usage
from modules.agents.repositories.chains import BEGIN
from modules.agents.resources import AGENT_REQUESTS
from modules.agents.tables import agent_requests

_this = (
    agent_requests.c.tenant_id == bindparam("tenant_id"),
    agent_requests.c.id == bindparam("request_id"),
    agent_requests.c.finished_at.is_(None),
)
_going = or_(agent_requests.c.status == "pending", agent_requests.c.status == "processing")
_ended = (agent_requests.c.user_id, agent_requests.c.agent_type, agent_requests.c.hold_id)

_RESERVE = Statement.command(update(agent_requests).where(*_this).values(hold_id=bindparam("hold_id")))
_ORDERED = Statement(
    select(func.count()).where(
        agent_requests.c.tenant_id == bindparam("tenant_id"),
        agent_requests.c.user_id == bindparam("user_id"),
        agent_requests.c.agent_type == any_(bindparam("agent_types", type_=ARRAY(Text))),
        agent_requests.c.finished_at.is_(None),
    ),
    into=int,
)
_TAKE = Statement(
    update(agent_requests)
    .where(*_this, _going)
    .values(status="processing", error=None)
    .returning(agent_requests.c.session_id, agent_requests.c.agent_type, agent_requests.c.content),
    into=Taken,
)
_POSTPONE = Statement.command(
    update(agent_requests)
    .where(*_this, agent_requests.c.status == "processing")
    .values(status="pending", error=bindparam("error"))
)
_COMPLETE = Statement(
    update(agent_requests)
    .where(*_this, _going)
    .values(
        status="completed",
        progress=1,
        error=None,
        results=bindparam("results"),
        input_tokens=bindparam("input_tokens"),
        output_tokens=bindparam("output_tokens"),
        token_cost=bindparam("token_cost"),
        finished_at=func.clock_timestamp(),
    )
    .returning(*_ended),
    into=Ended,
)
_FAIL = Statement(
    update(agent_requests)
    .where(*_this)
    .values(
        status=case((agent_requests.c.status == "cancelled", "cancelled"), else_=bindparam("new_status", type_=Text)),
        error=func.coalesce(
            case((agent_requests.c.status == "cancelled", agent_requests.c.error)), bindparam("error", type_=Text)
        ),
        # Whoever ends it for a process that died has heard nothing: what that had stored stays.
        results=agent_requests.c.results.concat(bindparam("results", type_=agent_requests.c.results.type)),
        input_tokens=bindparam("input_tokens"),
        output_tokens=bindparam("output_tokens"),
        token_cost=bindparam("token_cost"),
        finished_at=func.clock_timestamp(),
    )
    .returning(*_ended),
    into=Ended,
)
# One that waits is over at once; one that is being answered ends when its process notices.
_CANCEL = VisibleStatement(
    AGENT_REQUESTS,
    lambda visible: (
        update(agent_requests)
        .where(*_this, _going, visible)
        .values(
            status="cancelled",
            error=bindparam("error"),
            finished_at=case((agent_requests.c.status == "pending", func.clock_timestamp())),
        )
        .returning(*_ended, agent_requests.c.finished_at.is_not(None).label("over"))
    ),
    into=Stopped,
)
_OUTCOME = Statement(
    select(
        agent_requests.c.status,
        func.char_length(agent_requests.c.content, type_=Integer).label("asked"),
        agent_requests.c.results["reply"].as_string().label("reply"),
        agent_requests.c.error,
        agent_requests.c.results["failure"].as_string().label("failure"),
        agent_requests.c.input_tokens,
        agent_requests.c.output_tokens,
        and_(
            agent_requests.c.status == "processing",
            agent_requests.c.updated_at
            < func.now() - func.agents.longest_silence(agent_requests.c.agent_type, type_=Interval),
        ).label("abandoned"),
    ).where(
        agent_requests.c.tenant_id == bindparam("tenant_id"),
        agent_requests.c.user_id == bindparam("user_id"),
        agent_requests.c.id == bindparam("request_id"),
    ),
    into=Outcome,
)
_COLUMNS = tuple(agent_requests.c[name] for name in AgentRequest.__struct_fields__)
_ONE = VisibleStatement(
    AGENT_REQUESTS,
    lambda visible: select(*_COLUMNS).where(
        agent_requests.c.tenant_id == bindparam("tenant_id"), agent_requests.c.id == bindparam("request_id"), visible
    ),
    into=AgentRequest,
)
_session = bindparam("session_id", type_=Uuid)
_PAGE = VisibleStatement(
    AGENT_REQUESTS,
    lambda visible: (
        select(*_COLUMNS)
        .where(
            agent_requests.c.tenant_id == bindparam("tenant_id"),
            visible,
            or_(_session.is_(None), agent_requests.c.session_id == _session),
            tuple_(agent_requests.c.created_at, agent_requests.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(agent_requests.c.created_at.desc(), agent_requests.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=AgentRequest,
)


class RequestRepository:
    """Requests of one tenant; rows that are not meant to be seen are not there."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def begin(
        self,
        tenant_id: UUID,
        user_id: UUID,
        subject: str,
        *,
        agent_type: AgentType,
        content: str,
        status: RequestStatus,
        provider: str,
        model: str,
        prompt_version: str,
    ) -> UUID:
        """Write a request down as the last of the user's session about a subject, which is made where there is none."""
        return await self._tx.one(
            BEGIN,
            tenant_id=tenant_id,
            user_id=user_id,
            subject=subject,
            agent_type=agent_type,
            content=content,
            status=status,
            provider=provider,
            model=model,
            prompt_version=prompt_version,
        )

    async def reserve(self, tenant_id: UUID, request_id: UUID, hold_id: UUID) -> None:
        await self._tx.execute(_RESERVE, tenant_id=tenant_id, request_id=request_id, hold_id=hold_id)

    async def ordered(self, tenant_id: UUID, user_id: UUID) -> int:
        """How many of a user's documents are not done; until the transaction ends, nobody else asks."""
        await self._tx.one(TAKE_TURN, turn=f"documents {user_id}")
        return await self._tx.one(_ORDERED, tenant_id=tenant_id, user_id=user_id, agent_types=list(ASSIGNED))

    async def take(self, tenant_id: UUID, request_id: UUID) -> Taken | None:
        """Begin to answer one that waits; None where it has ended or was cancelled."""
        return await self._tx.one_or_none(_TAKE, tenant_id=tenant_id, request_id=request_id)

    async def postpone(self, tenant_id: UUID, request_id: UUID, error: str | None) -> None:
        """It will be tried again."""
        await self._tx.execute(_POSTPONE, tenant_id=tenant_id, request_id=request_id, error=error)

    async def complete(self, tenant_id: UUID, request_id: UUID, results: dict[str, Any], usage: Usage) -> Ended | None:
        """None where it has ended or was cancelled."""
        return await self._tx.one_or_none(
            _COMPLETE, tenant_id=tenant_id, request_id=request_id, results=results, **_tokens(usage)
        )

    async def fail(
        self,
        tenant_id: UUID,
        request_id: UUID,
        status: RequestStatus,
        error: str,
        results: dict[str, Any],
        usage: Usage,
    ) -> Ended | None:
        """None where it has ended; one that was cancelled stays so, and ends."""
        return await self._tx.one_or_none(
            _FAIL,
            tenant_id=tenant_id,
            request_id=request_id,
            new_status=status,
            error=error,
            results=results,
            **_tokens(usage),
        )

    async def cancel(self, tenant_id: UUID, rows: Rows, request_id: UUID, error: str) -> Stopped | None:
        """None where it is not one of the rows, or has ended."""
        return await self._tx.one_or_none(
            _CANCEL.on(rows), tenant_id=tenant_id, request_id=request_id, error=error, **rows.binds
        )

    async def outcome(self, tenant_id: UUID, user_id: UUID, request_id: UUID) -> Outcome | None:
        return await self._tx.one_or_none(_OUTCOME, tenant_id=tenant_id, user_id=user_id, request_id=request_id)

    async def one(self, tenant_id: UUID, rows: Rows, request_id: UUID) -> AgentRequest:
        """Raises `NotFound` where it is not one of the rows."""
        return await self._tx.one(_ONE.on(rows), tenant_id=tenant_id, request_id=request_id, **rows.binds)

    async def page(
        self, tenant_id: UUID, rows: Rows, after: Position, limit: int, *, session_id: UUID | None
    ) -> list[AgentRequest]:
        return await self._tx.all(
            _PAGE.on(rows),
            tenant_id=tenant_id,
            session_id=session_id,
            at=after.at,
            id=after.id,
            limit=limit,
            **rows.binds,
        )


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "token_cost": usage.input_tokens + usage.output_tokens,
    }
