"""Ordering a simulation, and writing it: a request reserves and enqueues, a job writes and settles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Final
from uuid import UUID

from core.container import Child
from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.database.visible import ALL, Rows
from core.errors import Denied, InternaError
from core.http.authority import Authorizer
from core.http.events import ServerEvent
from core.jobs import Jobs
from modules.agents import Agents, Call, CallFailed, Calls, Cancelled, ModelFailed, ModelTimedOut, Streams
from modules.simulations.contracts.simulations import Accepted, NewSimulation, Simulation
from modules.simulations.domain import (
    Brief,
    GenerationFailed,
    client_difficulty,
    client_mood,
    project_difficulty,
)
from modules.simulations.drafts import SimulationDraft
from modules.simulations.permits import CreateSimulations, DeleteSimulations, ReadSimulations
from modules.simulations.prompts import GENERATION_VERSION, generation_request
from modules.simulations.repositories import SimulationRepository
from modules.simulations.repositories.simulations import Order

JOB: Final = "simulations.generate"
_DELETED: Final = "The simulation was deleted."
LAST_EVENT: Final = 1000
"""The id of a generation's last event, good or bad; before it, ids are thousandths of the way."""


class Generation:
    """What a client asks of simulations, in the request's transaction."""

    def __init__(
        self,
        child: Child,
        transaction: Transaction,
        simulations: SimulationRepository,
        agents: Agents,
        calls: Calls,
        streams: Streams,
        jobs: Jobs,
        authorizer: Authorizer,
    ) -> None:
        self._child = child
        self._tx = transaction
        self._simulations = simulations
        self._agents = agents
        self._calls = calls
        self._streams = streams
        self._jobs = jobs
        self._authorizer = authorizer

    async def order(self, permit: CreateSimulations, wish: NewSimulation) -> Accepted:
        """Reserve the price and enqueue the writing, both or neither. Raises `Denied` and `InsufficientCredits`."""
        tenant_id, user_id = self._child.tenant_id, self._child.user_id
        simulation_id = await self._simulations.new_id()
        brief = _brief(wish, seed=simulation_id.int % (1 << 31))
        permit.demand(
            level=brief.level,
            difficulty=brief.difficulty,
            language=brief.language,
            team_mode=brief.team_mode,
            status="generating",
        )
        request_id = await self._agents.begin(
            f"simulation:{simulation_id}",
            "generate",
            brief.context,
            GENERATION_VERSION,
            price="generation",
            waits=True,
        )
        await self._simulations.add(tenant_id, user_id, simulation_id, brief=brief, request_id=request_id)
        await self._jobs.enqueue(self._tx, JOB, tenant_id=tenant_id, user_id=user_id, simulation_id=simulation_id)
        return Accepted(simulation_id, "generating")

    async def wait(self, simulation_id: UUID, seconds: float) -> Simulation:
        """Commit, and wait until the simulation is not `generating` or the time is up; it as it then stands.

        Raises `NotFound` where it was deleted meanwhile. Nothing is held while waiting.
        """
        await self._tx.commit()
        own = ALL.of_owner(self._child.user_id)
        found = await self._seen(own, simulation_id)
        if seconds and found.status == "generating" and found.request_id is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds), aclosing(self._progress(found.request_id)) as progress:
                    async for _ in progress:
                        pass
            found = await self._seen(own, simulation_id)
        return found

    async def show(self, permit: ReadSimulations, simulation_id: UUID) -> Simulation:
        return await self._simulations.whole(permit.caller.tenant_id, permit.rows, simulation_id)

    async def events(
        self, permit: ReadSimulations, simulation: Simulation, after: int | None
    ) -> AsyncGenerator[ServerEvent, None]:
        """How far the writing is, whenever that changes, then `done`. Raises what `failure` says, and `NotFound`."""
        at = -1 if after is None else after
        if simulation.status == "generating" and simulation.request_id is not None:
            async with aclosing(self._progress(simulation.request_id)) as progress:
                async for thousandths in progress:
                    if thousandths > at:
                        at = thousandths
                        told = {"status": "generating", "progress": thousandths / LAST_EVENT}
                        yield ServerEvent("progress", told, id=thousandths)
            simulation = await self._seen(permit.rows, simulation.id)
        if simulation.status == "failed":
            raise await self.failure(simulation)
        yield ServerEvent("done", {"status": simulation.status, "simulation_id": simulation.id}, id=LAST_EVENT)

    async def failure(self, simulation: Simulation) -> InternaError:
        """Why a simulation could not be written: what its call ended with; of somebody else's, `GenerationFailed`."""
        outcome = None if simulation.request_id is None else await self._agents.outcome(simulation.request_id)
        await self._tx.rollback()
        trouble = (outcome and outcome.trouble) or GenerationFailed(simulation.error)
        trouble.facts["simulation_id"] = simulation.id
        return trouble

    @staticmethod
    def is_told(simulation: Simulation, after: int | None) -> bool:
        """Whether nothing comes after the event with the id `after`."""
        return simulation.status != "generating" and after is not None and after >= LAST_EVENT

    async def delete(self, permit: DeleteSimulations, simulation_id: UUID) -> None:
        """Take it away, with the progress on it; one that is still being written gives its credits back.

        Raises `NotFound`, and `Denied` where the caller may see it and no more.
        """
        tenant_id = permit.caller.tenant_id
        reading: ReadSimulations = await self._authorizer.permit(permit.caller, "read", "simulations")
        found = await self._simulations.whole(tenant_id, reading.rows, simulation_id)
        written_by = found.request_id if found.status == "generating" else None
        if written_by is not None:  # the call first: whoever ends one locks it before its simulation
            await self._agents.cancel(written_by, ALL, _DELETED)
        if not await self._simulations.delete(tenant_id, permit.rows, simulation_id):
            # Another request may have been faster: what is gone is not refused.
            await self._simulations.whole(tenant_id, reading.rows, simulation_id)
            raise Denied("Your role may not delete this simulation.")
        if written_by is not None:
            await self._tx.commit()
            self._calls.cancel(written_by, _DELETED)

    async def _seen(self, rows: Rows, simulation_id: UUID) -> Simulation:
        """As it stands; nothing is held afterwards, as whoever asks goes on to wait for a model or a client."""
        try:
            return await self._simulations.whole(self._child.tenant_id, rows, simulation_id)
        finally:
            await self._tx.rollback()

    async def _progress(self, request_id: UUID) -> AsyncGenerator[int, None]:
        async with aclosing(self._streams.progress(self._child.tenant_id, request_id)) as changes:
            async for seen in changes:
                if not seen.ended:
                    yield min(round(seen.progress * LAST_EVENT), LAST_EVENT - 1)


class GenerationJob:
    """Writes one simulation. It may run twice: whoever finishes first has written it, and it is paid once."""

    def __init__(
        self,
        database: Database,
        simulations: Callable[[], SimulationRepository],
        agents: Callable[[], Agents],
        calls: Calls,
    ) -> None:
        self._database = database
        self._simulations = simulations
        self._agents = agents
        self._calls = calls

    async def run(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> None:
        """Raises `ModelUnavailable`, so that it is tried again."""
        order = await self._take(tenant_id, user_id, simulation_id)
        if order is None or order.request_id is None:
            return
        call = Call(order.request_id, user_id, tenant_id, generation_request(_ordered(order)))

        async def keep(draft: SimulationDraft) -> None:
            if not await self._simulations().finish(tenant_id, user_id, simulation_id, draft):
                raise Cancelled(_DELETED)

        with suppress(ModelFailed, ModelTimedOut, Cancelled):  # it is written down
            await self._calls.work(call, SimulationDraft, keep)

    async def give_up(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> None:
        """The model stayed unavailable."""
        order = await self._order(tenant_id, user_id, simulation_id)
        if order is not None and order.request_id is not None:
            async with self._database.unit(Acting(user_id, tenant_id)):
                await self._agents().give_up(order.request_id)

    async def _take(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> Order | None:
        order = await self._order(tenant_id, user_id, simulation_id)
        if order is None or order.status != "generating" or order.request_id is None:
            return None
        async with self._database.unit(Acting(user_id, tenant_id)):
            return order if await self._agents().take(order.request_id) is not None else None

    async def _order(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> Order | None:
        """In a transaction of its own: it locks the simulation, which comes after the call where both are locked."""
        async with self._database.unit(Acting(user_id, tenant_id)):
            return await self._simulations().order(tenant_id, simulation_id)


class GenerationEnded:
    """A call that came to nothing takes its simulation with it: nothing stays `generating` for ever."""

    def __init__(self, simulations: SimulationRepository) -> None:
        self._simulations = simulations

    async def __call__(self, event: CallFailed) -> None:
        if event.agent_type == "generate":
            await self._simulations.fail(event.tenant_id, event.request_id, event.error)


def _brief(wish: NewSimulation, *, seed: int) -> Brief:
    return Brief(
        title=wish.title.strip(),
        context=wish.context.strip(),
        level=wish.level,
        language=wish.language,
        team_mode=wish.team_mode,
        difficulty=project_difficulty(wish.level),
        client_difficulty=client_difficulty(wish.level),
        client_mood=client_mood(wish.level, seed),
        seed=seed,
    )


def _ordered(order: Order) -> Brief:
    return Brief(
        title=order.title,
        context=order.context,
        level=order.level,
        language=order.language,
        team_mode=order.team_mode,
        difficulty=order.difficulty,
        client_difficulty=client_difficulty(order.level),
        client_mood=order.client_mood,
        seed=order.seed,
    )
