"""Practice interviews. What is said is appended where it stands: no transcript is read in order to be written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Integer, Interval, Text, bindparam, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Uuid

from core.database.functions import NEW_ID
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.simulations.contracts.interviews import Feedback, Interview, InterviewSummary, NewInterview, TranscriptTurn
from modules.simulations.domain import InterviewStatus, Language
from modules.simulations.resources import INTERVIEWS
from modules.simulations.tables import interviews

UNTOUCHED_LASTS: Final = timedelta(days=7)


class Underway(msgspec.Struct, frozen=True):
    """An interview that somebody is about to go on with; `at` is the time now, as the database has it."""

    job_description: str
    language: Language
    status: InterviewStatus
    transcript: list[TranscriptTurn]
    agent_request_id: UUID
    at: datetime


def _turn(role: str, content: ColumnElement[Any], at: ColumnElement[Any]) -> ColumnElement[Any]:
    said = (literal("role", Text), literal(role, Text), literal("content", Text), content)
    return func.jsonb_build_object(*said, literal("created_at", Text), at)


def _turns(*turns: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.jsonb_build_array(*turns, type_=JSONB)


_question = _turn("assistant", bindparam("question", type_=Text), func.clock_timestamp())
_answer = _turn("user", bindparam("answer", type_=Text), bindparam("answered_at", type_=Instant))
_this = (
    interviews.c.tenant_id == bindparam("tenant_id", type_=Uuid),
    interviews.c.id == bindparam("interview_id", type_=Uuid),
)
_active = (*_this, interviews.c.status == "active")
_shown = {**dict(interviews.c), "overall_score": interviews.c.feedback["overall_score"].as_integer()}

_ADD = Statement.command(
    insert(interviews).values(
        id=bindparam("interview_id"),
        transcript=_turns(_question),
        **{name: bindparam(name) for name in "tenant_id user_id job_description language agent_request_id".split()},
    )
)
_LOCK = Statement(
    select(
        *(interviews.c[name] for name in Underway.__struct_fields__[:-1]),
        func.clock_timestamp(type_=Instant).label("at"),
    )
    .where(*_this, interviews.c.user_id == bindparam("user_id", type_=Uuid))
    .with_for_update(),
    into=Underway,
)
_ASK = Statement.command(update(interviews).where(*_active).values(agent_request_id=bindparam("asked_id", type_=Uuid)))
_APPEND = Statement.command(
    update(interviews)
    .where(*_active)
    .values(transcript=interviews.c.transcript.op("||", return_type=JSONB())(_turns(_answer, _question)))
)
_COMPLETE = Statement.command(
    update(interviews)
    .where(*_active)
    .values(status="completed", feedback=bindparam("said", type_=JSONB), completed_at=func.now())
)
_ABANDON = Statement.command(update(interviews).where(*_active).values(status="abandoned"))
_ABANDON_OLD = Statement(
    select(func.simulations.abandon_interviews(literal(UNTOUCHED_LASTS, Interval), type_=BigInteger)), into=int
)
_ONE = VisibleStatement(
    INTERVIEWS,
    lambda visible: select(*(interviews.c[name] for name in Interview.__struct_fields__)).where(*_this, visible),
    into=Interview,
)
_PAGE = VisibleStatement(
    INTERVIEWS,
    lambda visible: (
        select(*(_shown[name].label(name) for name in InterviewSummary.__struct_fields__))
        .where(
            interviews.c.tenant_id == bindparam("tenant_id"),
            visible,
            tuple_(interviews.c.created_at, interviews.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(interviews.c.created_at.desc(), interviews.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=InterviewSummary,
)


class InterviewRepository:
    """Interviews of one tenant; rows that are not meant to be seen are not there.

    What changes an interview answers False where it is not active (any more).
    """

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def new_id(self) -> UUID:
        return await self._tx.one(NEW_ID)

    async def add(
        self,
        tenant_id: UUID,
        user_id: UUID,
        interview_id: UUID,
        wish: NewInterview,
        *,
        question: str,
        agent_request_id: UUID,
    ) -> None:
        """Begin an interview, with its first question."""
        await self._tx.execute(
            _ADD,
            tenant_id=tenant_id,
            user_id=user_id,
            interview_id=interview_id,
            job_description=wish.job_description,
            language=wish.language,
            question=question,
            agent_request_id=agent_request_id,
        )

    async def lock(self, tenant_id: UUID, user_id: UUID, interview_id: UUID) -> Underway | None:
        """The user's own, locked until the end of the transaction."""
        return await self._tx.one_or_none(_LOCK, tenant_id=tenant_id, user_id=user_id, interview_id=interview_id)

    async def ask(self, tenant_id: UUID, interview_id: UUID, agent_request_id: UUID) -> bool:
        """Note the call that is made next."""
        return bool(
            await self._tx.execute(_ASK, tenant_id=tenant_id, interview_id=interview_id, asked_id=agent_request_id)
        )

    async def append(
        self, tenant_id: UUID, interview_id: UUID, *, answer: str, answered_at: datetime, question: str
    ) -> bool:
        """What the candidate answered, and what is asked next."""
        return bool(
            await self._tx.execute(
                _APPEND,
                tenant_id=tenant_id,
                interview_id=interview_id,
                answer=answer,
                answered_at=answered_at,
                question=question,
            )
        )

    async def complete(self, tenant_id: UUID, interview_id: UUID, feedback: Feedback) -> bool:
        return bool(await self._tx.execute(_COMPLETE, tenant_id=tenant_id, interview_id=interview_id, said=feedback))

    async def abandon(self, tenant_id: UUID, interview_id: UUID) -> bool:
        return bool(await self._tx.execute(_ABANDON, tenant_id=tenant_id, interview_id=interview_id))

    async def abandon_old(self) -> int:
        """Abandon those of all tenants that nobody touched for 7 days, 500 at most; answers how many."""
        return await self._tx.one(_ABANDON_OLD)

    async def whole(self, tenant_id: UUID, rows: Rows, interview_id: UUID) -> Interview:
        """Raises `NotFound` where it is not one of the rows."""
        return await self._tx.one(_ONE.on(rows), tenant_id=tenant_id, interview_id=interview_id, **rows.binds)

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[InterviewSummary]:
        """Newest first."""
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, at=after.at, id=after.id, limit=limit, **rows.binds
        )
