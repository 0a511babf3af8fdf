"""Talking to a persona: three short steps, and no connection held while the model speaks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Final
from uuid import UUID

import anyio
import msgspec

from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import Denied, InternaError
from core.http.authority import Authorizer
from core.http.caller import Caller
from core.http.events import ServerEvent
from core.http.pages import Position
from modules.agents import Agents, ChatMessage, Completion, Model, ModelFailed, ModelRequest, Token, Usage
from modules.simulations.contracts import NewMessage, Reply, Simulation
from modules.simulations.domain import Conversation, NotReady, Turn
from modules.simulations.permits import CreateMessages, ReadMessages, ReadSimulations
from modules.simulations.prompts import CHAT_VERSION, chat_request
from modules.simulations.repositories import SimulationRepository
from modules.simulations.repositories.simulations import PlayedPersona

_REMEMBERED: Final = 20


class Question(msgspec.Struct, frozen=True):
    """A question that is written down and about to be put to the model."""

    request_id: UUID
    request: ModelRequest
    who: Acting


class PersonaChat:
    """Conversations with the personas of one's simulations."""

    def __init__(
        self,
        transaction: Transaction,
        database: Database,
        simulations: SimulationRepository,
        agents: Agents,
        agents_later: Callable[[], Agents],
        model: Model,
        authorizer: Authorizer,
    ) -> None:
        self._tx = transaction
        self._database = database
        self._simulations = simulations
        self._agents = agents
        self._agents_later = agents_later
        self._model = model
        self._authorizer = authorizer

    async def ask(self, permit: CreateMessages, simulation_id: UUID, persona_id: UUID, message: NewMessage) -> Question:
        """Write the question down and commit.

        Raises `NotFound`, `Denied` where it is not one's own, and `NotReady` while there is nobody to ask.
        """
        tenant_id, user_id = permit.caller.tenant_id, permit.caller.user_id
        simulation = await self._visible(permit.caller, simulation_id)
        if simulation.user_id != user_id:
            raise Denied("Only the intern whose project it is talks to its personas.")
        permit.demand()
        if simulation.status == "generating":
            raise NotReady
        persona = await self._simulations.played_persona(tenant_id, simulation_id, persona_id)
        session_id = await self._agents.session(_subject(persona_id))
        exchanges = await self._agents.exchanges(session_id, _REMEMBERED)
        history = [
            turn
            for exchange in exchanges
            for turn in (Turn("user", exchange.question), Turn("assistant", exchange.reply or ""))
        ]
        request_id = await self._agents.begin(session_id, "chat", message.content, CHAT_VERSION)
        await self._tx.commit()
        conversation = _conversation(simulation, persona, history, message)
        return Question(request_id, chat_request(conversation, persona.system_prompt), Acting(user_id, tenant_id))

    async def reply(self, question: Question) -> Reply:
        """The whole answer at once. Raises `ModelUnavailable`, `ModelTimedOut` and `ModelFailed`."""
        try:
            completion = await self._model.complete(question.request)
        except BaseException as error:
            await self._abandon(question, error)
            raise
        await self._store(question, completion)
        return Reply(completion.text, question.request_id)

    async def stream(self, question: Question) -> AsyncGenerator[ServerEvent, None]:
        """The answer as it is spoken. What was spoken is kept, also where the client leaves in the middle."""
        yield ServerEvent("start", {"agent_request_id": question.request_id})
        spoken: list[str] = []
        usage: Usage | None = None
        pieces = self._model.stream(question.request)
        try:
            async for piece in pieces:
                if isinstance(piece, Token):
                    spoken.append(piece.text)
                    yield ServerEvent("token", {"text": piece.text})
                else:
                    usage = piece
            if usage is None:
                raise ModelFailed("The language model's answer broke off.")
        except BaseException as error:
            await self._abandon(question, error, pieces=pieces, spoken="".join(spoken))
            raise
        await self._store(question, Completion("".join(spoken), usage))
        yield ServerEvent("done", {"usage": usage})

    async def messages(
        self, permit: ReadMessages, simulation_id: UUID, persona_id: UUID, after: Position, limit: int
    ) -> list[ChatMessage]:
        """The conversation of the project's intern with a persona. Raises `NotFound` and `Denied`."""
        simulation = await self._visible(permit.caller, simulation_id)
        permit.demand(user_id=simulation.user_id)
        await self._simulations.played_persona(permit.caller.tenant_id, simulation_id, persona_id)
        return await self._agents.messages(_subject(persona_id), simulation.user_id, after, limit)

    async def _visible(self, caller: Caller, simulation_id: UUID) -> Simulation:
        reading: ReadSimulations = await self._authorizer.permit(caller, "read", "simulations")
        return await self._simulations.whole(caller.tenant_id, reading.rows, simulation_id)

    async def _store(self, question: Question, completion: Completion) -> None:
        async with self._database.unit(question.who):
            await self._agents_later().complete(question.request_id, {"reply": completion.text}, completion.usage)

    async def _abandon(
        self,
        question: Question,
        error: BaseException,
        *,
        pieces: AsyncGenerator[Token | Usage, None] | None = None,
        spoken: str = "",
    ) -> None:
        """End the call and write down what came of it, even while this task is being cancelled."""
        with anyio.CancelScope(shield=True):
            if pieces is not None:
                await pieces.aclose()
            told = isinstance(error, InternaError)
            detail = error.detail if isinstance(error, InternaError) else "The client left."
            async with self._database.unit(question.who):
                await self._agents_later().fail(question.request_id, detail, cancelled=not told, partial=spoken)


def _subject(persona_id: UUID) -> str:
    return f"persona:{persona_id}"


def _conversation(
    simulation: Simulation, persona: PlayedPersona, history: list[Turn], message: NewMessage
) -> Conversation:
    return Conversation(
        persona_name=persona.name,
        persona_role=persona.role,
        personality=persona.personality,
        mood=simulation.client_mood,
        language=message.language or simulation.language,
        level=simulation.level,
        project_title=simulation.title,
        project_context=simulation.context,
        overview=simulation.overview or "",
        duration=simulation.duration or "",
        tech_stack=simulation.tech_stack,
        functional_requirements=simulation.functional_requirements,
        non_functional_requirements=simulation.non_functional_requirements,
        milestones=simulation.milestones,
        history=history,
        question=message.content,
        code_context=message.code_context,
    )
