"""Reviews, and what a task's work is held against."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import Integer, Text, bindparam, func, insert, or_, select, tuple_
from sqlalchemy.types import Uuid

from core.database.functions import NEW_ID
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.simulations.contracts.reviews import Review
from modules.simulations.domain import Grade
from modules.simulations.resources import REVIEWS
from modules.simulations.tables import reviews, tasks


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a review says of a work."""

    score: int
    approved: bool
    grades: list[Grade]
    feedback: str
    strengths: list[str]
    improvements: list[str]
    next_steps: list[str]
    agent_request_id: UUID


class TaskWork(msgspec.Struct, frozen=True):
    """What a predefined project asks for."""

    id: str
    title: str
    description: str
    rubric: list[str]


_COLUMNS = tuple(reviews.c[name] for name in Review.__struct_fields__)
_by_user = (
    reviews.c.tenant_id == bindparam("tenant_id", type_=Uuid),
    reviews.c.user_id == bindparam("user_id", type_=Uuid),
)

_TASK = Statement(
    select(*(tasks.c[name] for name in TaskWork.__struct_fields__)).where(tasks.c.id == bindparam("task_id")),
    into=TaskWork,
)
_ADD = Statement(
    insert(reviews)
    .values(
        id=bindparam("review_id"),
        **{
            name: bindparam(name)
            for name in (
                *("tenant_id", "user_id", "project_id", "milestone", "code", "language", "digest"),
                *Judgement.__struct_fields__,
            )
        },
    )
    .returning(*_COLUMNS),
    into=Review,
)
_ALIKE = Statement(
    select(*(reviews.c[name] for name in Judgement.__struct_fields__))
    .where(*_by_user, reviews.c.digest == bindparam("digest"))
    .order_by(reviews.c.created_at, reviews.c.id)
    .limit(1),
    into=Judgement,
)
_APPROVED_MILESTONES = Statement(
    select(func.count(func.distinct(reviews.c.milestone), type_=Integer)).where(
        *_by_user,
        reviews.c.project_id == bindparam("project_id"),
        reviews.c.approved,
    ),
    into=int,
)
_REVIEW = VisibleStatement(
    REVIEWS,
    lambda visible: select(*_COLUMNS).where(
        reviews.c.tenant_id == bindparam("tenant_id"), reviews.c.id == bindparam("review_id"), visible
    ),
    into=Review,
)
_milestone = bindparam("milestone", type_=Integer)
_PAGE = VisibleStatement(
    REVIEWS,
    lambda visible: (
        select(*_COLUMNS)
        .where(
            reviews.c.tenant_id == bindparam("tenant_id"),
            reviews.c.project_id == bindparam("project_id", type_=Text),
            or_(_milestone.is_(None), reviews.c.milestone == _milestone),
            visible,
            tuple_(reviews.c.created_at, reviews.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(reviews.c.created_at.desc(), reviews.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=Review,
)


class ReviewRepository:
    """Reviews of one tenant."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def new_id(self) -> UUID:
        return await self._tx.one(NEW_ID)

    async def task(self, task_id: str) -> TaskWork:
        return await self._tx.one(_TASK, task_id=task_id)

    async def add(
        self,
        tenant_id: UUID,
        user_id: UUID,
        review_id: UUID,
        *,
        project_id: str,
        milestone: int | None,
        code: str,
        language: str,
        digest: bytes,
        judgement: Judgement,
    ) -> Review:
        return await self._tx.one(
            _ADD,
            tenant_id=tenant_id,
            user_id=user_id,
            review_id=review_id,
            project_id=project_id,
            milestone=milestone,
            code=code,
            language=language,
            digest=digest,
            **msgspec.structs.asdict(judgement),
        )

    async def alike(self, tenant_id: UUID, user_id: UUID, digest: bytes) -> Judgement | None:
        """How the user's first work with this digest was judged."""
        return await self._tx.one_or_none(_ALIKE, tenant_id=tenant_id, user_id=user_id, digest=digest)

    async def approved_milestones(self, tenant_id: UUID, user_id: UUID, project_id: str) -> int:
        """How many milestones of the project have an approved review of the user's."""
        return await self._tx.one(_APPROVED_MILESTONES, tenant_id=tenant_id, user_id=user_id, project_id=project_id)

    async def whole(self, tenant_id: UUID, rows: Rows, review_id: UUID) -> Review:
        """Raises `NotFound` where it is not one of the rows."""
        return await self._tx.one(_REVIEW.on(rows), tenant_id=tenant_id, review_id=review_id, **rows.binds)

    async def page(
        self, tenant_id: UUID, rows: Rows, project_id: str, milestone: int | None, after: Position, limit: int
    ) -> list[Review]:
        """Those of one project, of one milestone where one is named, newest first."""
        return await self._tx.all(
            _PAGE.on(rows),
            tenant_id=tenant_id,
            project_id=project_id,
            milestone=milestone,
            at=after.at,
            id=after.id,
            limit=limit,
            **rows.binds,
        )
