"""Ordering simulations, and reading them."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody

from core.http.authority import requires
from core.http.caller import Caller
from core.http.idempotency import IdempotencyKey, Once
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.simulations.contracts import Accepted, NewSimulation, Simulation, SimulationSummary
from modules.simulations.domain import GenerationFailed
from modules.simulations.repositories import SimulationRepository
from modules.simulations.services import Generation

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
    """Simulated projects of one's own."""

    path = "/simulations"
    tags = ("simulations",)

    @post(
        "/",
        guards=[requires("create", "simulations")],
        status_code=202,
        summary="Order a simulation, for 3 credits",
    )
    async def create(
        self,
        data: JSONBody[NewSimulation],
        generation: Injected[Generation],
        once: Injected[Once],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[Accepted | Simulation]:
        accepted = await once("POST /simulations", idempotency_key, data, lambda: generation.order(data), into=Accepted)
        seconds = _wait_seconds(prefer)
        status = await generation.wait(accepted.id, seconds)
        headers = {"location": f"/api/v1/simulations/{accepted.id}"}
        if seconds:
            headers["preference-applied"] = f"wait={seconds}"
        if seconds and status == "failed":
            failed = await generation.show(accepted.id)
            raise GenerationFailed(failed.error, simulation_id=accepted.id)
        if seconds and status == "ready":
            return Response(await generation.show(accepted.id), status_code=201, headers=headers)
        return Response(Accepted(accepted.id, status), status_code=202, headers=headers)

    @get("/", guards=[requires("read", "simulations")], summary="My simulations, newest first")
    async def list_own(
        self,
        simulations: Injected[SimulationRepository],
        caller: Injected[Caller],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[SimulationSummary]:
        after = cursors.read(cursor, of=_LIST, start=NEWEST)
        rows = await simulations.page(caller.tenant_id, caller.user_id, after, limit + 1)
        return cursors.page(rows, limit, of=_LIST, key=lambda row: (row.created_at, row.id))

    @get(
        "/{simulation_id:uuid}",
        guards=[requires("read", "simulations")],
        summary="One simulation, with personas",
    )
    async def show(self, simulation_id: FromPath[UUID], generation: Injected[Generation]) -> Simulation:
        return await generation.show(simulation_id)

    @delete("/{simulation_id:uuid}", guards=[requires("delete", "simulations")], summary="Delete a simulation")
    async def remove(self, simulation_id: FromPath[UUID], generation: Injected[Generation]) -> None:
        await generation.delete(simulation_id)


def _wait_seconds(prefer: str | None) -> int:
    found = _WAIT.search(prefer.lower()) if prefer else None
    return min(int(found[1]), _LONGEST_WAIT) if found else 0
