"""Conversations: the questions and answers of a session, and what was said about a subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, any_, bindparam, literal, or_, select, tuple_, union_all
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.agents.domain import ChatMessage, Exchange, SubjectExchange
from modules.agents.tables import agent_requests, agent_sessions

_reply = agent_requests.c.results["reply"].as_string()
_before = bindparam("before", type_=Uuid)
_of_user = (
    agent_sessions.c.tenant_id == bindparam("tenant_id"),
    agent_sessions.c.user_id == bindparam("user_id"),
)
_of_subject = (*_of_user, agent_sessions.c.subject == bindparam("subject"))
_latest = (
    select(
        agent_requests.c.content.label("question"),
        _reply.label("reply"),
        agent_requests.c.created_at,
        agent_requests.c.id,
    )
    .where(
        agent_requests.c.tenant_id == bindparam("tenant_id"),
        agent_requests.c.session_id == select(agent_sessions.c.id).where(*_of_subject).scalar_subquery(),
        agent_requests.c.finished_at.is_not(None),
        or_(_before.is_(None), agent_requests.c.id < _before),
        _reply.is_not(None),
    )
    .order_by(agent_requests.c.created_at.desc(), agent_requests.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
    .offset(bindparam("skip", type_=Integer))
    .subquery()
)
_EXCHANGES = Statement(
    select(_latest.c.question, _latest.c.reply).order_by(_latest.c.created_at, _latest.c.id), into=Exchange
)
_joined = agent_requests.join(
    agent_sessions,
    (agent_sessions.c.tenant_id == agent_requests.c.tenant_id) & (agent_sessions.c.id == agent_requests.c.session_id),
)
_about = (
    select(
        agent_requests.c.content.label("question"),
        _reply.label("reply"),
        agent_sessions.c.subject,
        agent_requests.c.created_at,
        agent_requests.c.id,
    )
    .select_from(_joined)
    .where(
        *_of_user,
        agent_sessions.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))),
        _reply.is_not(None),
    )
    .order_by(agent_requests.c.created_at.desc(), agent_requests.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_EXCHANGES_ABOUT = Statement(
    select(_about.c.question, _about.c.reply, _about.c.subject).order_by(_about.c.created_at, _about.c.id),
    into=SubjectExchange,
)


def _spoken() -> Any:  # a SELECT of both halves of every exchange
    asked = (
        select(
            agent_requests.c.id,
            literal("user", Text).label("role"),
            agent_requests.c.content,
            agent_requests.c.created_at,
        )
        .select_from(_joined)
        .where(*_of_subject)
    )
    answered = (
        select(
            agent_requests.c.reply_id,
            literal("assistant", Text).label("role"),
            _reply.label("content"),
            agent_requests.c.finished_at,
        )
        .select_from(_joined)
        .where(*_of_subject, _reply.is_not(None))
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


class ConversationRepository:
    """What was said, by one tenant's users."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def exchanges(
        self, tenant_id: UUID, user_id: UUID, subject: str, limit: int, *, skip: int, before: UUID | None
    ) -> list[Exchange]:
        """The newest that are over, but for the first `skip` of them, oldest first; those asked before a request."""
        return await self._tx.all(
            _EXCHANGES,
            tenant_id=tenant_id,
            user_id=user_id,
            subject=subject,
            before=before,
            limit=limit,
            skip=skip,
        )

    async def exchanges_about(
        self, tenant_id: UUID, user_id: UUID, subjects: Sequence[str], limit: int
    ) -> list[SubjectExchange]:
        return await self._tx.all(
            _EXCHANGES_ABOUT, tenant_id=tenant_id, user_id=user_id, subjects=list(subjects), limit=limit
        )

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
