"""All SQL of the agents module."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Integer,
    Interval,
    Text,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.agents.domain import ChatMessage, Exchange, Outcome, RequestStatus
from modules.agents.models.protocol import AgentType, Usage
from modules.agents.tables import agent_requests, agent_sessions

_LONGEST_CALL: Final = timedelta(minutes=10)

_new_session = upsert(agent_sessions).values(
    tenant_id=bindparam("tenant_id"), user_id=bindparam("user_id"), subject=bindparam("subject")
)
_SESSION = Statement(
    _new_session.on_conflict_do_update(
        index_elements=["tenant_id", "user_id", "subject"], set_={"subject": _new_session.excluded.subject}
    ).returning(agent_sessions.c.id),
    into=UUID,
)
_BEGIN = Statement(
    insert(agent_requests)
    .values(
        **{
            name: bindparam(name)
            for name in (
                "tenant_id",
                "session_id",
                "user_id",
                "agent_type",
                "content",
                "provider",
                "model",
                "prompt_version",
            )
        },
        status="processing",
    )
    .returning(agent_requests.c.id),
    into=UUID,
)
_CHAIN = Statement.command(
    update(agent_sessions)
    .where(agent_sessions.c.tenant_id == bindparam("tenant_id"), agent_sessions.c.id == bindparam("session_id"))
    .values(request_chain=func.array_append(agent_sessions.c.request_chain, bindparam("request_id", type_=Uuid)))
)
_this = (
    agent_requests.c.tenant_id == bindparam("tenant_id"),
    agent_requests.c.id == bindparam("request_id"),
    agent_requests.c.status == "processing",
)
_COMPLETE = Statement(
    update(agent_requests)
    .where(*_this)
    .values(
        status="completed",
        progress=1,
        results=bindparam("results"),
        input_tokens=bindparam("input_tokens"),
        output_tokens=bindparam("output_tokens"),
        token_cost=bindparam("token_cost"),
        finished_at=func.clock_timestamp(),
    )
    .returning(agent_requests.c.agent_type),
    into=str,
)
_FAIL = Statement.command(
    update(agent_requests)
    .where(*_this)
    .values(
        status=bindparam("new_status"),
        error=bindparam("error"),
        results=bindparam("results"),
        finished_at=func.clock_timestamp(),
    )
)
_reply = agent_requests.c.results["reply"].as_string()
_OUTCOME = Statement(
    select(
        agent_requests.c.status,
        _reply.label("reply"),
        agent_requests.c.input_tokens,
        agent_requests.c.output_tokens,
        and_(
            agent_requests.c.status == "processing",
            agent_requests.c.created_at < func.now() - literal(_LONGEST_CALL, Interval),
        ).label("abandoned"),
    ).where(
        agent_requests.c.tenant_id == bindparam("tenant_id"),
        agent_requests.c.user_id == bindparam("user_id"),
        agent_requests.c.id == bindparam("request_id"),
    ),
    into=Outcome,
)
_latest = (
    select(agent_requests.c.content.label("question"), _reply.label("reply"), agent_requests.c.created_at)
    .where(
        agent_requests.c.tenant_id == bindparam("tenant_id"),
        agent_requests.c.session_id == bindparam("session_id"),
        _reply.is_not(None),
    )
    .order_by(agent_requests.c.created_at.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_EXCHANGES = Statement(select(_latest.c.question, _latest.c.reply).order_by(_latest.c.created_at), into=Exchange)


def _spoken() -> Any:  # a SELECT of both halves of every exchange
    of_subject = (
        agent_sessions.c.tenant_id == bindparam("tenant_id"),
        agent_sessions.c.user_id == bindparam("user_id"),
        agent_sessions.c.subject == bindparam("subject"),
    )
    joined = agent_requests.join(
        agent_sessions,
        (agent_sessions.c.tenant_id == agent_requests.c.tenant_id)
        & (agent_sessions.c.id == agent_requests.c.session_id),
    )
    asked = (
        select(
            agent_requests.c.id,
            literal("user", Text).label("role"),
            agent_requests.c.content,
            agent_requests.c.created_at,
        )
        .select_from(joined)
        .where(*of_subject)
    )
    answered = (
        select(
            agent_requests.c.reply_id,
            literal("assistant", Text).label("role"),
            _reply.label("content"),
            agent_requests.c.finished_at,
        )
        .select_from(joined)
        .where(*of_subject, _reply.is_not(None))
    )
    return union_all(asked, answered).subquery()


_both = _spoken()
_MESSAGES = Statement(
    select(_both.c.id, _both.c.role, _both.c.content, _both.c.created_at)
    .where(
        tuple_(_both.c.created_at, _both.c.id)
        > tuple_(bindparam("at", type_=Instant), bindparam("after_id", type_=Uuid))
    )
    .order_by(_both.c.created_at, _both.c.id)
    .limit(bindparam("limit", type_=Integer)),
    into=ChatMessage,
)


class AgentRepository:
    """Sessions and requests."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def session(self, tenant_id: UUID, user_id: UUID, subject: str) -> UUID:
        return await self._tx.one(_SESSION, tenant_id=tenant_id, user_id=user_id, subject=subject)

    async def begin(
        self,
        tenant_id: UUID,
        user_id: UUID,
        session_id: UUID,
        *,
        agent_type: AgentType,
        content: str,
        provider: str,
        model: str,
        prompt_version: str,
    ) -> UUID:
        request_id = await self._tx.one(
            _BEGIN,
            tenant_id=tenant_id,
            session_id=session_id,
            user_id=user_id,
            agent_type=agent_type,
            content=content,
            provider=provider,
            model=model,
            prompt_version=prompt_version,
        )
        await self._tx.execute(_CHAIN, tenant_id=tenant_id, session_id=session_id, request_id=request_id)
        return request_id

    async def complete(self, tenant_id: UUID, request_id: UUID, results: dict[str, Any], usage: Usage) -> str | None:
        """The request's agent type, or None where it was not being processed any more."""
        return await self._tx.one_or_none(
            _COMPLETE,
            tenant_id=tenant_id,
            request_id=request_id,
            results=results,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            token_cost=usage.input_tokens + usage.output_tokens,
        )

    async def fail(
        self, tenant_id: UUID, request_id: UUID, status: RequestStatus, error: str, results: dict[str, Any]
    ) -> None:
        await self._tx.execute(
            _FAIL, tenant_id=tenant_id, request_id=request_id, new_status=status, error=error, results=results
        )

    async def outcome(self, tenant_id: UUID, user_id: UUID, request_id: UUID) -> Outcome | None:
        return await self._tx.one_or_none(_OUTCOME, tenant_id=tenant_id, user_id=user_id, request_id=request_id)

    async def exchanges(self, tenant_id: UUID, session_id: UUID, limit: int) -> list[Exchange]:
        return await self._tx.all(_EXCHANGES, tenant_id=tenant_id, session_id=session_id, limit=limit)

    async def messages(
        self, tenant_id: UUID, user_id: UUID, subject: str, after: Position, limit: int
    ) -> list[ChatMessage]:
        return await self._tx.all(
            _MESSAGES,
            tenant_id=tenant_id,
            user_id=user_id,
            subject=subject,
            at=after.at,
            after_id=after.id,
            limit=limit,
        )
