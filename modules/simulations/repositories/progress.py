"""Progress, and the projects that it is made on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import TypeEngine, Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.simulations.contracts.progress import Progress, ProgressChange, Project
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
_whose: dict[str, type[TypeEngine[Any]]] = {"tenant_id": Uuid, "user_id": Uuid, "project_id": Text}
# Locked against its deletion: otherwise what is begun while that is under way would be left behind.
_simulation = (
    select(simulations.c.id)
    .where(
        simulations.c.tenant_id == bindparam("tenant_id", type_=Uuid),
        simulations.c.id == bindparam("simulation_id", type_=Uuid),
    )
    .with_for_update(read=True, key_share=True)
    .cte("simulation")
)
_exists = or_(
    select(_simulation.c.id).exists(),
    select(tasks.c.id).where(tasks.c.id == bindparam("project_id", type_=Text)).exists(),
)


def _started(*conditions: ColumnElement[bool], **more: ColumnElement[Any]) -> Insert:
    given: list[ColumnElement[Any]] = [bindparam(name, type_=kind) for name, kind in _whose.items()]
    return insert(progress).from_select(
        [*_whose, *more], select(*given, *more.values()).where(_exists, *conditions), include_defaults=False
    )


_BEGIN = Statement(
    _started(
        status=func.coalesce(_status, "in_progress"),
        last_review_approved=_approved,
        last_review_at=cast(_reviewed, Instant),
    )
    .on_conflict_do_nothing(index_elements=[*_whose])
    .returning(*_COLUMNS),
    into=Progress,
)
_this = (*_mine, progress.c.project_id == bindparam("project_id"))
_OWN = Statement(select(*_COLUMNS).where(*_this).with_for_update(), into=Progress)
_CHANGE = Statement(
    update(progress)
    .where(*_this)
    .values(
        status=func.coalesce(_status, progress.c.status),
        last_activity_at=func.now(),
        last_review_approved=func.coalesce(_approved, progress.c.last_review_approved),
        last_review_at=func.coalesce(_reviewed, progress.c.last_review_at),
    )
    .returning(*_COLUMNS),
    into=Progress,
)
# What moves progress by the way must not fail where policies keep progress from the role: then nothing moves.
_TOUCH = Statement.command(
    _started(
        *(
            func.app.own(f"progress:{action}", type_=Uuid) == bindparam("user_id", type_=Uuid)
            for action in ("read", "update")
        )
    ).on_conflict_do_update(index_elements=[*_whose], set_={"last_activity_at": func.now()})
)
_REVIEWED = Statement.command(
    update(progress)
    .where(*_mine, progress.c.project_id == bindparam("of_project", type_=Text))
    .values(
        last_activity_at=func.now(),
        last_review_at=func.now(),
        last_review_approved=bindparam("approved", type_=Boolean),
        status=case((bindparam("completes", type_=Boolean), "completed"), else_=progress.c.status),
    )
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


def _started_tasks(visible: ColumnElement[bool]) -> Select[Any]:
    return (
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
        .where(*_mine, visible)
    )


def _own_simulations(visible: ColumnElement[bool]) -> Select[Any]:
    """Also of those whose progress is not to be seen, as if there were none."""
    return (
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
                & (progress.c.project_id == cast(simulations.c.id, Text))
                & visible,
            )
        )
        .where(
            simulations.c.tenant_id == bindparam("tenant_id", type_=Uuid),
            simulations.c.user_id == bindparam("user_id", type_=Uuid),
            simulations.c.id == any_(bindparam("simulation_ids", type_=ARRAY(Uuid))),
        )
    )


def _projects(visible: ColumnElement[bool]) -> Select[Any]:
    both = union_all(_started_tasks(visible), _own_simulations(visible)).subquery()
    return (
        select(*both.c)
        .where(
            tuple_(both.c.last_activity_at, both.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("key", type_=Text))
        )
        .order_by(both.c.last_activity_at.desc(), both.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_PROJECTS = VisibleStatement(PROGRESS, _projects, into=Project)


class ProgressRepository:
    """What users have done in one tenant."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def own(self, tenant_id: UUID, user_id: UUID, project_id: str) -> Progress | None:
        """Until the transaction ends, nobody else changes it."""
        return await self._tx.one_or_none(_OWN, tenant_id=tenant_id, user_id=user_id, project_id=project_id)

    async def begin(self, tenant_id: UUID, user_id: UUID, project_id: str, change: ProgressChange) -> Progress | None:
        """None where there is some already, or no such project any more."""
        return await self._tx.one_or_none(_BEGIN, **_on(tenant_id, user_id, project_id), **_said(change))

    async def change(self, tenant_id: UUID, user_id: UUID, project_id: str, change: ProgressChange) -> Progress:
        """What is not said stays. Raises `NotFound`."""
        return await self._tx.one(_CHANGE, tenant_id=tenant_id, user_id=user_id, project_id=project_id, **_said(change))

    async def touch(self, tenant_id: UUID, user_id: UUID, project_id: str) -> None:
        """Something was done on a project: it is in progress unless it is completed, and active now.

        Two that touch the same progress go on one after the other, so do it after what is reserved or paid: whoever
        settles a call does so, too. Where policies keep progress from the user's role, or the project was deleted,
        nothing happens.
        """
        await self._tx.execute(_TOUCH, **_on(tenant_id, user_id, project_id))

    async def reviewed(
        self, tenant_id: UUID, user_id: UUID, project_id: str, *, approved: bool, completes: bool
    ) -> None:
        """Work was reviewed, after `touch` in the same transaction. What was completed once stays so."""
        await self._tx.execute(
            _REVIEWED,
            tenant_id=tenant_id,
            user_id=user_id,
            of_project=project_id,
            approved=approved,
            completes=completes,
        )

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[Progress]:
        return await self._tx.all(
            _LIST.on(rows), tenant_id=tenant_id, at=after.at, id=after.id, limit=limit, **rows.binds
        )

    async def projects(
        self, tenant_id: UUID, user_id: UUID, rows: Rows, simulation_ids: list[UUID], after: Position, limit: int
    ) -> list[Project]:
        """One's own: the tasks that these rows tell of, and these simulations with what the rows tell of them."""
        binds = {"tenant_id": tenant_id, "user_id": user_id, "at": after.at, "key": after.key, "limit": limit}
        return await self._tx.all(_PROJECTS.on(rows), simulation_ids=simulation_ids, **binds, **rows.binds)


def simulation_of(project_id: str) -> UUID | None:
    """The simulation whose project this is; None where it can only be a task."""
    try:
        found = UUID(project_id)
    except ValueError:
        return None
    return found if str(found) == project_id else None


def _on(tenant_id: UUID, user_id: UUID, project_id: str) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "user_id": user_id,
        "project_id": project_id,
        "simulation_id": simulation_of(project_id),
    }


def _said(change: ProgressChange) -> dict[str, Any]:
    return {
        "status": None if change.status is UNSET else change.status,
        "approved": None if change.last_review_approved is UNSET else change.last_review_approved,
    }
