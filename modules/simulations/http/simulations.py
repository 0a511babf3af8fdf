"""Ordering simulations, and reading them."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody

from core.http.authority import requires
from core.http.events import EventStream, LastEventId
from core.http.idempotency import IdempotencyKey, Once
from core.http.pages import NEWEST, Cursors, CursorText, Limit, OfUser, Page
from core.http.route import Injected
from modules.simulations.contracts.simulations import Accepted, NewSimulation, Simulation, SimulationSummary
from modules.simulations.permits import CreateSimulations, DeleteSimulations, ReadSimulations
from modules.simulations.repositories import SimulationRepository
from modules.simulations.services import LAST_EVENT, Generation

_LIST = "simulations"
_LONGEST_WAIT = 60
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*(\d{1,6})\s*(?:$|[,;])")

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        max_length=200,
        description="`wait=N` waits up to N seconds (60 at most) for the whole simulation (RFC 7240).",
    ),
]


class SimulationsController(Controller):
    """Simulated projects: one's own, and of others what policies open."""

    path = "/simulations"
    tags = ("simulations",)

    @post(
        "/",
        guards=[requires("create", "simulations"), requires("read", "simulations")],
        status_code=202,
        summary="Order a simulation, for 3 credits",
    )
    async def create(
        self,
        data: JSONBody[NewSimulation],
        permit: Injected[CreateSimulations],
        generation: Injected[Generation],
        once: Injected[Once],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[Accepted | Simulation]:
        accepted = await once(
            "POST /simulations", idempotency_key, data, lambda: generation.order(permit, data), into=Accepted
        )
        seconds = _wait_seconds(prefer)
        found = await generation.wait(accepted.id, seconds)
        headers = {"location": f"/api/v1/simulations/{accepted.id}"}
        if seconds:
            headers["preference-applied"] = f"wait={seconds}"
        if seconds and found.status == "failed":
            raise await generation.failure(found)
        if seconds and found.status == "ready":
            return Response(found, status_code=201, headers=headers)
        return Response(Accepted(accepted.id, found.status), status_code=202, headers=headers)

    @get("/", guards=[requires("read", "simulations")], summary="The simulations that I may see, newest first")
    async def list_visible(
        self,
        simulations: Injected[SimulationRepository],
        permit: Injected[ReadSimulations],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[SimulationSummary]:
        after = cursors.read(cursor, of=_LIST, start=NEWEST)
        visible = permit.rows.only(user_id)
        rows = await simulations.page(permit.caller.tenant_id, visible, after, limit + 1)
        return cursors.page(rows, limit, of=_LIST, key=lambda row: (row.created_at, row.id))

    @get(
        "/{simulation_id:uuid}",
        guards=[requires("read", "simulations")],
        summary="One simulation, with personas",
    )
    async def show(
        self, simulation_id: FromPath[UUID], permit: Injected[ReadSimulations], generation: Injected[Generation]
    ) -> Simulation:
        return await generation.show(permit, simulation_id)

    @get(
        "/{simulation_id:uuid}/events",
        guards=[requires("read", "simulations")],
        summary="How far the writing of a simulation is, from now on",
    )
    async def events(
        self,
        simulation_id: FromPath[UUID],
        permit: Injected[ReadSimulations],
        generation: Injected[Generation],
        last_event_id: LastEventId = None,
    ) -> EventStream | Response[None]:
        simulation = await generation.show(permit, simulation_id)
        if generation.is_told(simulation, last_event_id):
            return Response(None, status_code=204)
        return EventStream(generation.events(permit, simulation, last_event_id), after=last_event_id, end=LAST_EVENT)

    @delete("/{simulation_id:uuid}", guards=[requires("delete", "simulations")], summary="Delete a simulation")
    async def remove(
        self, simulation_id: FromPath[UUID], permit: Injected[DeleteSimulations], generation: Injected[Generation]
    ) -> None:
        await generation.delete(permit, simulation_id)


def _wait_seconds(prefer: str | None) -> int:
    found = _WAIT.search(prefer.lower()) if prefer else None
    return min(int(found[1]), _LONGEST_WAIT) if found else 0
