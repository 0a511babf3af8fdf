"""Progress, and the projects that it is made on."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET
from sqlalchemy import (
    Boolean,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.simulations.contracts import Progress, ProgressChange, Project
from modules.simulations.resources import PROGRESS
from modules.simulations.tables import progress, simulations, tasks

_COLUMNS = tuple(progress.c[name] for name in Progress.__struct_fields__)
_mine = (
    progress.c.tenant_id == bindparam("tenant_id", type_=Uuid),
    progress.c.user_id == bindparam("user_id", type_=Uuid),
)

_status = bindparam("status", type_=Text)
_approved = cast(bindparam("approved"), Boolean)
_reviewed = case((_approved.is_not(None), func.now()), else_=None)
_new = insert(progress).values(
    tenant_id=bindparam("tenant_id"),
    user_id=bindparam("user_id"),
    project_id=bindparam("project_id"),
    status=func.coalesce(_status, "in_progress"),
    last_review_approved=_approved,
    last_review_at=_reviewed,
)
_PUT = Statement(
    _new.on_conflict_do_update(
        index_elements=["tenant_id", "user_id", "project_id"],
        set_={
            "status": func.coalesce(_status, progress.c.status),
            "last_activity_at": func.now(),
            "last_review_approved": func.coalesce(_approved, progress.c.last_review_approved),
            "last_review_at": func.coalesce(_reviewed, progress.c.last_review_at),
        },
    ).returning(*_COLUMNS),
    into=Progress,
)
_LIST = VisibleStatement(
    PROGRESS,
    lambda visible: (
        select(*_COLUMNS)
        .where(
            progress.c.tenant_id == bindparam("tenant_id"),
            visible,
            tuple_(progress.c.created_at, progress.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(progress.c.created_at.desc(), progress.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=Progress,
)

_started_tasks = (
    select(
        tasks.c.id,
        cast(null(), Uuid).label("simulation_id"),
        literal("predefined", Text).label("type"),
        tasks.c.title,
        tasks.c.description,
        tasks.c.field,
        progress.c.status,
        progress.c.last_activity_at,
        tasks.c.difficulty,
        tasks.c.level,
        tasks.c.duration,
        tasks.c.tools,
        tasks.c.client_persona,
        tasks.c.client_mood,
    )
    .select_from(progress.join(tasks, tasks.c.id == progress.c.project_id))
    .where(*_mine)
)
_own_simulations = (
    select(
        cast(simulations.c.id, Text).label("id"),
        simulations.c.id.label("simulation_id"),
        literal("custom", Text).label("type"),
        simulations.c.title,
        simulations.c.description,
        simulations.c.field,
        func.coalesce(progress.c.status, "in_progress").label("status"),
        func.coalesce(progress.c.last_activity_at, simulations.c.created_at).label("last_activity_at"),
        simulations.c.difficulty,
        simulations.c.level,
        simulations.c.duration,
        simulations.c.tools,
        simulations.c.client_persona,
        simulations.c.client_mood,
    )
    .select_from(
        simulations.outerjoin(
            progress,
            (progress.c.tenant_id == simulations.c.tenant_id)
            & (progress.c.user_id == simulations.c.user_id)
            & (progress.c.project_id == cast(simulations.c.id, Text)),
        )
    )
    .where(
        simulations.c.tenant_id == bindparam("tenant_id", type_=Uuid),
        simulations.c.user_id == bindparam("user_id", type_=Uuid),
        simulations.c.status == "ready",
    )
)
_all = union_all(_started_tasks, _own_simulations).subquery()
_PROJECTS = Statement(
    select(*_all.c)
    .where(
        tuple_(_all.c.last_activity_at, _all.c.id)
        < tuple_(bindparam("at", type_=Instant), bindparam("key", type_=Text))
    )
    .order_by(_all.c.last_activity_at.desc(), _all.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    into=Project,
)


class ProgressRepository:
    """What users have done in one tenant."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def put(self, tenant_id: UUID, user_id: UUID, project_id: str, change: ProgressChange) -> Progress:
        return await self._tx.one(
            _PUT,
            tenant_id=tenant_id,
            user_id=user_id,
            project_id=project_id,
            status=None if change.status is UNSET else change.status,
            approved=None if change.last_review_approved is UNSET else change.last_review_approved,
        )

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[Progress]:
        return await self._tx.all(
            _LIST.on(rows), tenant_id=tenant_id, at=after.at, id=after.id, limit=limit, **rows.binds
        )

    async def projects(self, tenant_id: UUID, user_id: UUID, after: Position, limit: int) -> list[Project]:
        return await self._tx.all(
            _PROJECTS, tenant_id=tenant_id, user_id=user_id, at=after.at, key=after.key, limit=limit
        )
