"""Progress on projects: a task of the catalogue, or a simulation of one's own."""

from __future__ import annotations

from uuid import UUID

import msgspec

from core.container import Child
from core.errors import Denied, NotFound
from modules.simulations.contracts.progress import Progress, ProgressChange
from modules.simulations.permits import UpdateProgress
from modules.simulations.repositories import CatalogueRepository, ProgressRepository, SimulationRepository


class ProjectProgress:
    """What one user has done."""

    def __init__(
        self,
        child: Child,
        progress: ProgressRepository,
        catalogue: CatalogueRepository,
        simulations: SimulationRepository,
    ) -> None:
        self._child = child
        self._progress = progress
        self._catalogue = catalogue
        self._simulations = simulations

    async def put(self, permit: UpdateProgress, project_id: str, change: ProgressChange) -> Progress:
        """Raises `NotFound` where the project is neither a task nor one's own simulation, and `Denied`."""
        await self._known(project_id)
        tenant_id, user_id = self._child.tenant_id, self._child.user_id
        said = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not msgspec.UNSET}
        before = await self._progress.own(tenant_id, user_id, project_id)
        if before is None:
            permit.demand(project_id=project_id, **{"status": "in_progress", "last_review_approved": None, **said})
            made = await self._progress.begin(tenant_id, user_id, project_id, change)
            if made is not None:
                return made
            before = await self._progress.own(tenant_id, user_id, project_id)  # another request was faster
        if before is None:
            raise Denied("Your role may not update this progress.")
        there = {name: getattr(before, name) for name in ("id", "project_id", "status", "last_review_approved")}
        permit.demand(**there)
        permit.demand(**{**there, **said})
        return await self._progress.change(tenant_id, user_id, project_id, change)

    async def _known(self, project_id: str) -> None:
        simulation_id = _as_id(project_id)
        if simulation_id is None:
            await self._catalogue.task(project_id)
        elif (
            str(simulation_id) != project_id
            or await self._simulations.own_status(self._child.tenant_id, self._child.user_id, simulation_id) is None
        ):
            raise NotFound


def _as_id(project_id: str) -> UUID | None:
    try:
        return UUID(project_id)
    except ValueError:
        return None
