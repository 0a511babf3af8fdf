"""Progress, and the list of projects."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, put
from litestar.params import JSONBody, PathParameter

from core.http.authority import requires
from core.http.pages import NEWEST, Cursors, CursorText, Limit, OfUser, Page
from core.http.route import Injected
from modules.simulations.contracts.progress import Progress, ProgressChange, Project
from modules.simulations.permits import ReadProgress, UpdateProgress
from modules.simulations.repositories import ProgressRepository
from modules.simulations.services import ProjectProgress

ProjectId = Annotated[str, PathParameter(max_length=100, description="A task's slug or a simulation's id.")]


class ProgressController(Controller):
    """What the caller has done, and others, as far as policies open it."""

    path = "/"
    tags = ("progress",)

    @get("/progress", guards=[requires("read", "progress")], summary="The progress that I may see, newest first")
    async def progress(
        self,
        progress: Injected[ProgressRepository],
        permit: Injected[ReadProgress],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[Progress]:
        after = cursors.read(cursor, of="progress", start=NEWEST)
        visible = permit.rows.only(user_id)
        rows = await progress.page(permit.caller.tenant_id, visible, after, limit + 1)
        return cursors.page(rows, limit, of="progress", key=lambda row: (row.created_at, row.id))

    @put(
        "/progress/{project_id:str}",
        guards=[requires("update", "progress"), requires("read", "progress")],
        summary="Say how far I am",
    )
    async def put(
        self,
        project_id: ProjectId,
        data: JSONBody[ProgressChange],
        permit: Injected[UpdateProgress],
        work: Injected[ProjectProgress],
    ) -> Progress:
        return await work.put(permit, project_id, data)

    @get("/projects", guards=[requires("read", "progress")], summary="My projects, by last activity")
    async def projects(
        self,
        permit: Injected[ReadProgress],
        work: Injected[ProjectProgress],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[Project]:
        after = cursors.read(cursor, of="projects", start=NEWEST)
        rows = await work.projects(permit, after, limit + 1)
        return cursors.page(rows, limit, of="projects", key=lambda row: (row.last_activity_at, row.id))
