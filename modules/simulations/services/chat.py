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
from core.http.idempotency import Once, StillRunning
from core.http.pages import Position
from modules.agents import Agents, ChatMessage, Completion, Model, ModelFailed, ModelRequest, Token, Usage
from modules.billing import Credits
from modules.simulations.contracts import NewMessage, Reply, Simulation
from modules.simulations.domain import Conversation, NotReady, Turn
from modules.simulations.permits import CreateMessages, ReadMessages, ReadSimulations
from modules.simulations.prompts import CHAT_VERSION, chat_request
from modules.simulations.repositories import SimulationRepository
from modules.simulations.repositories.simulations import PlayedPersona

_REMEMBERED: Final = 20
_ROUTE: Final = "POST /simulations/{simulation_id}/personas/{persona_id}/messages"


class Question(msgspec.Struct, frozen=True):
    """A question that is written down, its price reserved, and about to be put to the model."""

    request_id: UUID
    request: ModelRequest
    who: Acting
    hold_id: UUID | None


class Answered(msgspec.Struct, frozen=True):
    """A question that was asked with this Idempotency-Key before, and what was said then."""

    request_id: UUID
    reply: str
    usage: Usage


class Asking(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for."""

    simulation_id: UUID
    persona_id: UUID
    message: NewMessage


class Asked(msgspec.Struct, frozen=True):
    """What is remembered under an Idempotency-Key."""

    request_id: UUID
    hold_id: UUID | None


class PersonaChat:
    """Conversations with the personas of one's simulations."""

    def __init__(
        self,
        transaction: Transaction,
        database: Database,
        simulations: SimulationRepository,
        agents: Agents,
        agents_later: Callable[[], Agents],
        credits: Credits,
        credits_later: Callable[[], Credits],
        once: Once,
        model: Model,
        authorizer: Authorizer,
    ) -> None:
        self._tx = transaction
        self._database = database
        self._simulations = simulations
        self._agents = agents
        self._agents_later = agents_later
        self._credits = credits
        self._credits_later = credits_later
        self._once = once
        self._model = model
        self._authorizer = authorizer

    async def ask(
        self,
        permit: CreateMessages,
        simulation_id: UUID,
        persona_id: UUID,
        message: NewMessage,
        idempotency_key: str | None = None,
    ) -> Question | Answered:
        """Write the question down, reserve its price, and commit; or tell what was answered to it before.

        Raises `NotFound`, `Denied` where it is not one's own, `NotReady` while there is nobody to ask,
        `InsufficientCredits`, `StillRunning` and `OtherBody`.
        """
        simulation = await self._visible(permit.caller, simulation_id)
        if simulation.user_id != permit.caller.user_id:
            raise Denied("Only the intern whose project it is talks to its personas.")
        permit.demand()
        question: Question | None = None

        async def put() -> Asked:
            nonlocal question
            question = await self._put(permit.caller, simulation, persona_id, message)
            return Asked(question.request_id, question.hold_id)

        asking = Asking(simulation_id, persona_id, message)
        asked = await self._once(_ROUTE, idempotency_key, asking, put, into=Asked, stands=self._stands)
        found = question or await self._answered(asked)
        await self._tx.commit()
        return found

    async def reply(self, question: Question | Answered) -> Reply:
        """The whole answer at once. Raises `ModelUnavailable`, `ModelTimedOut` and `ModelFailed`."""
        if isinstance(question, Answered):
            return Reply(question.reply, question.request_id)
        try:
            completion = await self._model.complete(question.request)
        except BaseException as error:
            await self._abandon(question, error)
            raise
        await self._store(question, completion)
        return Reply(completion.text, question.request_id)

    async def stream(self, question: Question | Answered) -> AsyncGenerator[ServerEvent, None]:
        """The answer as it is spoken. What was spoken is kept and paid, also where the client leaves in the middle."""
        yield ServerEvent("start", {"agent_request_id": question.request_id})
        if isinstance(question, Answered):
            yield ServerEvent("token", {"text": question.reply})
            yield ServerEvent("done", {"usage": question.usage})
            return
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

    async def _put(self, caller: Caller, simulation: Simulation, persona_id: UUID, message: NewMessage) -> Question:
        if simulation.status == "generating":
            raise NotReady
        persona = await self._simulations.played_persona(caller.tenant_id, simulation.id, persona_id)
        session_id = await self._agents.session(_subject(persona_id))
        exchanges = await self._agents.exchanges(session_id, _REMEMBERED)
        history = [
            turn
            for exchange in exchanges
            for turn in (Turn("user", exchange.question), Turn("assistant", exchange.reply or ""))
        ]
        request_id = await self._agents.begin(session_id, "chat", message.content, CHAT_VERSION)
        hold = await self._credits.hold("chat", reference=request_id)
        conversation = _conversation(simulation, persona, history, message)
        return Question(
            request_id,
            chat_request(conversation, persona.system_prompt),
            Acting(caller.user_id, caller.tenant_id),
            None if hold is None else hold.id,
        )

    async def _stands(self, asked: Asked) -> bool:
        """Whether the first question with this key was answered; where it came to nothing it is asked again.

        Whoever was answering and is taken for dead can neither answer nor be paid any more.
        """
        outcome = await self._agents.outcome(asked.request_id)
        if outcome is None:
            return False
        if outcome.status == "processing":
            if not outcome.abandoned:
                raise StillRunning
            await self._agents.fail(asked.request_id, "Nobody was left to answer.")
            if asked.hold_id is not None:
                await self._credits.void(asked.hold_id)
            return False
        return outcome.status != "failed" and outcome.reply is not None

    async def _answered(self, asked: Asked) -> Answered:
        outcome = await self._agents.outcome(asked.request_id)
        assert outcome is not None, "it stands"
        usage = Usage(outcome.input_tokens, outcome.output_tokens)
        return Answered(asked.request_id, outcome.reply or "", usage)

    async def _visible(self, caller: Caller, simulation_id: UUID) -> Simulation:
        reading: ReadSimulations = await self._authorizer.permit(caller, "read", "simulations")
        return await self._simulations.whole(caller.tenant_id, reading.rows, simulation_id)

    async def _store(self, question: Question, completion: Completion) -> None:
        async with self._database.unit(question.who):
            await self._agents_later().complete(question.request_id, {"reply": completion.text}, completion.usage)
            if question.hold_id is not None:
                await self._credits_later().settle(question.hold_id)

    async def _abandon(
        self,
        question: Question,
        error: BaseException,
        *,
        pieces: AsyncGenerator[Token | Usage, None] | None = None,
        spoken: str = "",
    ) -> None:
        """End the call and write down what came of it, even while this task is being cancelled.

        Who leaves in the middle of an answer has had a part of it, and pays; a model that fails is not paid.
        """
        with anyio.CancelScope(shield=True):
            if pieces is not None:
                await pieces.aclose()
            told = isinstance(error, InternaError)
            detail = error.detail if isinstance(error, InternaError) else "The client left."
            async with self._database.unit(question.who):
                await self._agents_later().fail(question.request_id, detail, cancelled=not told, partial=spoken)
                if question.hold_id is not None and spoken and not told:
                    await self._credits_later().settle(question.hold_id)
                elif question.hold_id is not None:
                    await self._credits_later().void(question.hold_id)


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
