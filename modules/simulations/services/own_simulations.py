"""Simulations as their interns come to them: to be seen, and to be worked on."""

from __future__ import annotations

from uuid import UUID

from core.errors import Conflict, Denied
from core.http.authority import Authorizer
from core.http.caller import Caller
from modules.simulations.contracts.simulations import Simulation
from modules.simulations.domain import NotReady
from modules.simulations.permits import ReadSimulations
from modules.simulations.repositories import SimulationRepository


class NeverWritten(Conflict):
    """This simulation could not be written: there is nothing to work on."""


class OwnSimulations:
    """Finds a simulation for whoever asks."""

    def __init__(self, simulations: SimulationRepository, authorizer: Authorizer) -> None:
        self._simulations = simulations
        self._authorizer = authorizer

    async def visible(self, caller: Caller, simulation_id: UUID) -> Simulation:
        """Raises `NotFound`."""
        reading: ReadSimulations = await self._authorizer.permit(caller, "read", "simulations")
        return await self._simulations.whole(caller.tenant_id, reading.rows, simulation_id)

    async def ready(self, caller: Caller, simulation_id: UUID, *, refusal: str) -> Simulation:
        """One's own, to work on. Raises `NotFound`, `Denied` (with `refusal`), `NotReady` and `NeverWritten`."""
        simulation = await self.visible(caller, simulation_id)
        if simulation.user_id != caller.user_id:
            raise Denied(refusal)
        if simulation.status == "generating":
            raise NotReady
        if simulation.status == "failed":
            raise NeverWritten
        return simulation
