"""The predefined projects and the learning resources."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromQuery, PathParameter, QueryParameter

from core.http.pages import FIRST_SLUG, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.simulations.contracts.catalogue import Resource, Task
from modules.simulations.domain import Field, ResourceType
from modules.simulations.repositories import CatalogueRepository

TypeFilter = Annotated[ResourceType | None, QueryParameter(description="Only this type.")]
Slug = Annotated[str, PathParameter(max_length=100)]


class CatalogueController(Controller):
    """The same for every tenant."""

    path = "/"
    tags = ("catalogue",)

    @get("/tasks", summary="The predefined projects")
    async def tasks(
        self,
        catalogue: Injected[CatalogueRepository],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Task]:
        after = cursors.read(cursor, of="tasks", start=FIRST_SLUG)
        rows = await catalogue.tasks(after, limit + 1)
        return cursors.page(rows, limit, of="tasks", key=lambda row: (row.created_at, row.id))

    @get("/tasks/{task_id:str}", summary="One predefined project")
    async def task(self, task_id: Slug, catalogue: Injected[CatalogueRepository]) -> Task:
        return await catalogue.task(task_id)

    @get("/resources", summary="What to learn from, by track and type")
    async def resources(
        self,
        catalogue: Injected[CatalogueRepository],
        cursors: Injected[Cursors],
        track: FromQuery[Field | None] = None,
        type: TypeFilter = None,
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Resource]:
        after = cursors.read(cursor, of="resources", start=FIRST_SLUG)
        rows = await catalogue.resources(after, limit + 1, track=track, type_=type)
        return cursors.page(rows, limit, of="resources", key=lambda row: (row.created_at, row.id))
