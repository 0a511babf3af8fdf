"""Ordering a simulation, and writing it: a request reserves and enqueues, a job writes and settles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

from core.container import Child
from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.database.visible import ALL
from core.errors import Denied, NotFound
from core.http.authority import Authorizer
from core.jobs import Jobs
from modules.agents import Agents, Model, ModelFailed, ModelTimedOut, ModelUnavailable, Usage
from modules.billing import Credits, HoldExpired
from modules.simulations.contracts import Accepted, NewSimulation, Simulation
from modules.simulations.domain import (
    Brief,
    SimulationStatus,
    client_difficulty,
    client_mood,
    project_difficulty,
)
from modules.simulations.draft import SimulationDraft
from modules.simulations.permits import CreateSimulations, DeleteSimulations, ReadSimulations
from modules.simulations.prompts import GENERATION_VERSION, generation_request
from modules.simulations.repositories import SimulationRepository
from modules.simulations.repositories.simulations import Order

JOB: Final = "simulations.generate"
_FIRST_LOOK: Final = 0.03
_SLOWEST_LOOK: Final = 0.3


class Generation:
    """What a client asks of simulations, in the request's transaction."""

    def __init__(
        self,
        child: Child,
        transaction: Transaction,
        simulations: SimulationRepository,
        credits: Credits,
        jobs: Jobs,
        authorizer: Authorizer,
    ) -> None:
        self._child = child
        self._tx = transaction
        self._simulations = simulations
        self._credits = credits
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
        hold = await self._credits.hold("generation", reference=simulation_id)
        hold_id = None if hold is None else hold.id
        await self._simulations.add(tenant_id, user_id, simulation_id, brief=brief, hold_id=hold_id)
        await self._jobs.enqueue(self._tx, JOB, tenant_id=tenant_id, user_id=user_id, simulation_id=simulation_id)
        return Accepted(simulation_id, "generating")

    async def wait(self, simulation_id: UUID, seconds: float) -> SimulationStatus:
        """Commit, and look at the status until it is not `generating` or the time is up; answers the last status.

        Nothing is held between two looks.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        pause = _FIRST_LOOK
        while True:
            status = await self._simulations.own_status(self._child.tenant_id, self._child.user_id, simulation_id)
            await self._tx.commit()
            remaining = deadline - asyncio.get_running_loop().time()
            if status != "generating" or remaining <= 0:
                if status is None:
                    raise NotFound
                return status
            await asyncio.sleep(min(pause, remaining))
            pause = min(pause * 1.5, _SLOWEST_LOOK)

    async def show_own(self, simulation_id: UUID) -> Simulation:
        return await self._simulations.whole(self._child.tenant_id, ALL.of_owner(self._child.user_id), simulation_id)

    async def show(self, permit: ReadSimulations, simulation_id: UUID) -> Simulation:
        return await self._simulations.whole(permit.caller.tenant_id, permit.rows, simulation_id)

    async def delete(self, permit: DeleteSimulations, simulation_id: UUID) -> None:
        """Take it away; one that is still being written gives its credits back.

        Raises `NotFound`, and `Denied` where the caller may see it and no more.
        """
        tenant_id = permit.caller.tenant_id
        order = await self._simulations.order(tenant_id, simulation_id)
        if not await self._simulations.delete(tenant_id, permit.rows, simulation_id):
            reading: ReadSimulations = await self._authorizer.permit(permit.caller, "read", "simulations")
            await self._simulations.whole(tenant_id, reading.rows, simulation_id)
            raise Denied("Your role may not delete this simulation.")
        if order is not None and order.status == "generating" and order.hold_id is not None:
            await self._credits.void(order.hold_id)


class GenerationJob:
    """Writes one simulation. It may run twice: whoever finishes first has written it, and it is paid once."""

    def __init__(
        self,
        database: Database,
        simulations: Callable[[], SimulationRepository],
        agents: Callable[[], Agents],
        credits: Callable[[], Credits],
        model: Model,
    ) -> None:
        self._database = database
        self._simulations = simulations
        self._agents = agents
        self._credits = credits
        self._model = model

    async def run(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> None:
        """Raises `ModelUnavailable`, so that it is tried again."""
        who = Acting(user_id, tenant_id)
        begun = await self._begin(who, tenant_id, simulation_id)
        if begun is None:
            return
        order, request_id = begun
        try:
            written = await self._model.structured(generation_request(_ordered(order)), SimulationDraft)
        except ModelUnavailable as error:
            async with self._database.unit(who):
                await self._agents().fail(request_id, error.detail)
            raise
        except (ModelFailed, ModelTimedOut) as error:
            await self._fail(who, tenant_id, simulation_id, error.detail, request_id)
            return
        await self._finish(who, simulation_id, order, request_id, written.value, written.usage)

    async def give_up(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID) -> None:
        """The model stayed unavailable."""
        detail = "The language model could not be reached; try again later."
        await self._fail(Acting(user_id, tenant_id), tenant_id, simulation_id, detail, None)

    async def _begin(self, who: Acting, tenant_id: UUID, simulation_id: UUID) -> tuple[Order, UUID] | None:
        async with self._database.unit(who):
            order = await self._simulations().order(tenant_id, simulation_id)
            if order is None or order.status != "generating":
                return None
            session_id = await self._agents().session(f"simulation:{simulation_id}")
            request_id = await self._agents().begin(session_id, "generate", order.context, GENERATION_VERSION)
            return order, request_id

    async def _finish(
        self,
        who: Acting,
        simulation_id: UUID,
        order: Order,
        request_id: UUID,
        draft: SimulationDraft,
        usage: Usage,
    ) -> None:
        assert who.tenant_id is not None
        assert who.user_id is not None
        async with self._database.unit(who) as unit:
            finished = await self._simulations().finish(who.tenant_id, who.user_id, simulation_id, draft)
            paid = finished and (order.hold_id is None or await self._credits().settle(order.hold_id))
            if finished and not paid:
                await unit.transaction.rollback()
            await self._agents().complete(request_id, {"simulation_id": str(simulation_id)}, usage)
        if finished and not paid:
            await self._fail(who, who.tenant_id, simulation_id, "Writing it took too long.", None)

    async def _fail(
        self, who: Acting, tenant_id: UUID, simulation_id: UUID, detail: str, request_id: UUID | None
    ) -> None:
        """Give the credits back and say why, in one transaction."""
        async with self._database.unit(who):
            order = await self._simulations().order(tenant_id, simulation_id)
            if request_id is not None:
                await self._agents().fail(request_id, detail)
            failed = order is not None and await self._simulations().fail(tenant_id, simulation_id, detail)
            if failed and order is not None and order.hold_id is not None:
                await self._credits().void(order.hold_id)


class HoldExpiredHandler:
    """A reservation that ran out takes its simulation with it: nothing stays `generating` for ever."""

    def __init__(self, simulations: SimulationRepository) -> None:
        self._simulations = simulations

    async def __call__(self, event: HoldExpired) -> None:
        await self._simulations.fail(event.tenant_id, event.reference, "Writing it took too long.")


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
