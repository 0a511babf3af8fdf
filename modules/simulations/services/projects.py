"""Progress on projects: a task of the catalogue, or a simulation of one's own."""

from __future__ import annotations

import msgspec

from core.database.visible import NONE, Rows
from core.errors import Denied, NotFound
from core.http.authority import Authorizer
from core.http.caller import Caller
from core.http.pages import Position
from modules.simulations.contracts.progress import Progress, ProgressChange, Project
from modules.simulations.permits import ReadProgress, ReadSimulations, UpdateProgress
from modules.simulations.repositories import CatalogueRepository, ProgressRepository, SimulationRepository
from modules.simulations.repositories.progress import simulation_of


class ProjectProgress:
    """What one user has done."""

    def __init__(
        self,
        progress: ProgressRepository,
        catalogue: CatalogueRepository,
        simulations: SimulationRepository,
        authorizer: Authorizer,
    ) -> None:
        self._progress = progress
        self._catalogue = catalogue
        self._simulations = simulations
        self._authorizer = authorizer

    async def projects(self, permit: ReadProgress, after: Position, limit: int) -> list[Project]:
        """By last activity. Simulations that the caller may not read are none of them, whatever was done on them."""
        caller = permit.caller
        ready = await self._simulations.ready_ids(caller.tenant_id, await self._readable(caller))
        return await self._progress.projects(caller.tenant_id, caller.user_id, permit.rows, ready, after, limit)

    async def put(self, permit: UpdateProgress, project_id: str, change: ProgressChange) -> Progress:
        """Raises `NotFound` where the project is neither a task nor one's own simulation, and `Denied`."""
        caller = permit.caller
        await self._known(caller, project_id)
        tenant_id, user_id = caller.tenant_id, caller.user_id
        said = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not msgspec.UNSET}
        before = await self._progress.own(tenant_id, user_id, project_id)
        if before is None:
            permit.demand(project_id=project_id, **{"status": "in_progress", "last_review_approved": None, **said})
            made = await self._progress.begin(tenant_id, user_id, project_id, change)
            if made is not None:
                return made
            before = await self._progress.own(tenant_id, user_id, project_id)  # another request was faster
        if before is None:
            await self._known(caller, project_id)  # be it one that deleted the project
            raise Denied("Your role may not update this progress.")
        there = {name: getattr(before, name) for name in ("id", "project_id", "status", "last_review_approved")}
        permit.demand(**there)
        permit.demand(**{**there, **said})
        return await self._progress.change(tenant_id, user_id, project_id, change)

    async def _known(self, caller: Caller, project_id: str) -> None:
        simulation_id = simulation_of(project_id)
        if simulation_id is None:
            await self._catalogue.task(project_id)
        elif not await self._simulations.is_one(caller.tenant_id, await self._readable(caller), simulation_id):
            raise NotFound

    async def _readable(self, caller: Caller) -> Rows:
        """The caller's own simulations, as far as policies open them: none is no reason to refuse their tasks."""
        try:
            reading: ReadSimulations = await self._authorizer.permit(caller, "read", "simulations")
        except Denied:
            return NONE
        return reading.rows.of_owner(caller.user_id)
