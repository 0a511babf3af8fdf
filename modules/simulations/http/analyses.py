"""Having one's conversations analysed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.params import FromPath

from core.http.authority import requires
from core.http.events import while_connected
from core.http.idempotency import IdempotencyKey
from core.http.route import Injected
from modules.simulations.contracts.analyses import ChatAnalysis
from modules.simulations.permits import CreateReviews
from modules.simulations.services import Analyses


class AnalysesController(Controller):
    """What the caller said to the personas of a simulation."""

    path = "/simulations/{simulation_id:uuid}/chat-analysis"
    tags = ("simulations",)

    @post(
        "/",
        guards=[requires("create", "reviews"), requires("read", "messages")],
        status_code=200,
        summary="What my conversations with the personas show",
    )
    async def analyse_chat(
        self,
        simulation_id: FromPath[UUID],
        permit: Injected[CreateReviews],
        analyses: Injected[Analyses],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> ChatAnalysis:
        analysing = await analyses.begin(permit, simulation_id, idempotency_key)
        return await while_connected(request, analyses.result(permit, analysing))
