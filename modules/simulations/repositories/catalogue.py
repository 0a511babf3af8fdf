"""Tasks and resources: the same for everybody, so they need no caller."""

from __future__ import annotations

from sqlalchemy import Integer, Text, bindparam, or_, select

from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.simulations.contracts.catalogue import Resource, Task
from modules.simulations.tables import resources, tasks

_TASK_COLUMNS = tuple(tasks.c[name] for name in Task.__struct_fields__)
_TASK = Statement(select(*_TASK_COLUMNS).where(tasks.c.id == bindparam("id")), into=Task)
_TASKS = Statement(
    select(*_TASK_COLUMNS)
    .where(tasks.c.id > bindparam("after"))
    .order_by(tasks.c.id)
    .limit(bindparam("limit", type_=Integer)),
    into=Task,
)
_track, _type = bindparam("track", type_=Text), bindparam("type", type_=Text)
_RESOURCES = Statement(
    select(*(resources.c[name] for name in Resource.__struct_fields__))
    .where(
        resources.c.id > bindparam("after"),
        or_(_track.is_(None), resources.c.track == _track),
        or_(_type.is_(None), resources.c.type == _type),
    )
    .order_by(resources.c.id)
    .limit(bindparam("limit", type_=Integer)),
    into=Resource,
)


class CatalogueRepository:
    """The predefined projects, and what to learn from."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def task(self, slug: str) -> Task:
        return await self._tx.one(_TASK, id=slug)

    async def tasks(self, after: Position, limit: int) -> list[Task]:
        return await self._tx.all(_TASKS, after=after.key, limit=limit)

    async def resources(self, after: Position, limit: int, *, track: str | None, type_: str | None) -> list[Resource]:
        return await self._tx.all(_RESOURCES, after=after.key, limit=limit, track=track, type=type_)
