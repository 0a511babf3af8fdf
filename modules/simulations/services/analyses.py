"""Analysing what an intern said to the people of a project."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec

from core.database.transaction import Transaction
from core.http.idempotency import Once
from modules.agents import Agents, Call, Calls, ModelRequest, SubjectExchange, newest_that_fit, tokens_needed, tokens_of
from modules.simulations.contracts.analyses import ChatAnalysis
from modules.simulations.contracts.simulations import Persona, Simulation
from modules.simulations.domain import NothingSaid, Talk, Talks, Turn
from modules.simulations.drafts import AnalysisDraft
from modules.simulations.permits import CreateReviews
from modules.simulations.prompts import ANALYSIS_VERSION, analysis_request
from modules.simulations.repositories import AnalysisRepository
from modules.simulations.services.conversations import Asked, persona_subject
from modules.simulations.services.own_simulations import OwnSimulations

_NOT_YOURS = "Only the intern whose project it is has their conversations analysed."


class Analysing(msgspec.Struct, frozen=True):
    """Conversations that are being analysed, or were: then without a call."""

    simulation_id: UUID
    request_id: UUID
    work: tuple[Call, Talks] | None


class Analyses:
    """What a client asks of analyses. `analyses` provides the current transaction's repository."""

    def __init__(
        self,
        transaction: Transaction,
        analyses: Callable[[], AnalysisRepository],
        own: OwnSimulations,
        agents: Agents,
        calls: Calls,
        once: Once,
        context_tokens: int,
    ) -> None:
        self._tx = transaction
        self._analyses = analyses
        self._own = own
        self._agents = agents
        self._calls = calls
        self._once = once
        self._context_tokens = context_tokens

    async def begin(self, permit: CreateReviews, simulation_id: UUID, key: str | None) -> Analysing:
        """Take what was said, reserve the price, and commit.

        Raises `NotFound`, `Denied` where it is not one's own, `NotReady`, `NeverWritten`, `NothingSaid`,
        `InsufficientCredits`, `StillRunning` and `OtherBody`.
        """
        caller = permit.caller
        simulation = await self._own.ready(caller, simulation_id, refusal=_NOT_YOURS)
        permit.demand(milestone=None, project_id=str(simulation_id))
        begun: list[tuple[Call, Talks]] = []

        async def put() -> Asked:
            said = await self._agents.exchanges_about([persona_subject(each.id) for each in simulation.personas])
            if not said:
                raise NothingSaid
            talks = self._talks(simulation, said)
            request_id = await self._agents.begin(
                f"analysis:{simulation_id}", "analysis", simulation.title, ANALYSIS_VERSION, price="analysis"
            )
            begun.append((Call(request_id, caller.user_id, caller.tenant_id, analysis_request(talks)), talks))
            return Asked(request_id)

        asked = await self._once(
            "POST /simulations/{simulation_id}/chat-analysis",
            key,
            _Wish(simulation_id),
            put,
            into=Asked,
            stands=self._stands,
        )
        await self._tx.commit()
        return Analysing(simulation_id, asked.request_id, begun[0] if begun else None)

    async def result(self, permit: CreateReviews, analysing: Analysing) -> ChatAnalysis:
        """The analysis. It is kept also where whoever asks leaves.

        Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed` and `Cancelled`; then there is none, and the credits
        are given back.
        """
        user_id, tenant_id = permit.caller.user_id, permit.caller.tenant_id
        if analysing.work is None:
            return await self._analyses().of_call(tenant_id, user_id, analysing.request_id)
        call, talks = analysing.work

        async def keep(draft: AnalysisDraft) -> ChatAnalysis:
            analysis = msgspec.convert(draft, ChatAnalysis, from_attributes=True)
            await self._analyses().add(tenant_id, user_id, analysing.simulation_id, call.request_id, analysis)
            return analysis

        return await self._calls.ask(call, AnalysisDraft, keep, fits=lambda draft: draft.fits(talks))

    def _talks(self, simulation: Simulation, said: list[SubjectExchange]) -> Talks:
        """The newest that the model's window holds, and the very last in any case."""
        budget = self._context_tokens - tokens_needed(_request(simulation, []), AnalysisDraft)
        return _talks(simulation, newest_that_fit(said, _tokens, budget, least=1))

    async def _stands(self, asked: Asked) -> bool:
        return await self._agents.stands(asked.request_id)


class _Wish(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for."""

    simulation_id: UUID


def _request(simulation: Simulation, said: list[SubjectExchange]) -> ModelRequest:
    return analysis_request(_talks(simulation, said, everybody=True))


def _talks(simulation: Simulation, said: list[SubjectExchange], *, everybody: bool = False) -> Talks:
    talks = [_talk(persona, said) for persona in simulation.personas]
    return Talks(
        project_title=simulation.title,
        overview=simulation.overview or simulation.context,
        tech_stack=simulation.tech_stack,
        language=simulation.language,
        talks=[talk for talk in talks if talk.turns or everybody],
    )


def _talk(persona: Persona, said: list[SubjectExchange]) -> Talk:
    subject = persona_subject(persona.id)
    turns = [
        turn
        for each in said
        if each.subject == subject
        for turn in (Turn("user", each.question), Turn("assistant", each.reply or ""))
    ]
    return Talk(persona.name, persona.role, turns)


def _tokens(exchange: SubjectExchange) -> int:
    """As JSON, as they are rendered: a line's end alone takes twice the room."""
    turns = [Turn("user", exchange.question), Turn("assistant", exchange.reply or "")]
    return tokens_of(msgspec.json.encode(turns).decode())
