"""Talking to the people of a project: a question is written down, put to the model, and its answer told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Final
from uuid import UUID

import msgspec

from core.database.transaction import Transaction
from core.errors import NotFound
from core.http.authority import Authorizer
from core.http.caller import Caller
from core.http.events import ServerEvent
from core.http.idempotency import Once
from core.http.pages import Position
from modules.agents import Agents, Call, Calls, ChatMessage, ModelRequest, Streams, tokens_needed
from modules.simulations.contracts.catalogue import Task
from modules.simulations.contracts.conversations import NewMessage, Reply
from modules.simulations.domain import Conversation, Turn
from modules.simulations.permits import CreateMessages, ReadMessages, ReadSimulations
from modules.simulations.prompts import CHAT_VERSION, chat_request
from modules.simulations.repositories import CatalogueRepository, ProgressRepository, SceneRepository
from modules.simulations.repositories.scenes import Scene
from modules.simulations.services.own_simulations import OwnSimulations

_NOT_YOURS: Final = "Only the intern whose project it is talks to its personas."


class Asked(msgspec.Struct, frozen=True):
    """A question that is written down: what is remembered under its Idempotency-Key."""

    request_id: UUID


class Dialogue:
    """One user's questions, and the answers to them, about whatever subject; each is answered once."""

    def __init__(
        self,
        transaction: Transaction,
        agents: Agents,
        calls: Calls,
        streams: Streams,
        once: Once,
        progress: Callable[[], ProgressRepository],
    ) -> None:
        self._tx = transaction
        self._agents = agents
        self._calls = calls
        self._streams = streams
        self._once = once
        self._progress = progress

    async def ask(
        self,
        caller: Caller,
        subject: str,
        message: NewMessage,
        render: Callable[[list[Turn]], ModelRequest],
        *,
        project_id: str,
        route: str,
        idempotency_key: str | None,
    ) -> Asked:
        """Write the question down, reserve its price, commit, and begin the answer; or find the first one's.

        What is answered moves the progress on the project.

        `render` makes the request of what was said before. Raises `InsufficientCredits`, `StillRunning`, `OtherBody`.
        """
        begun: list[Call] = []

        async def put() -> Asked:
            history = [
                turn
                for exchange in await self._agents.exchanges(subject, beside=tokens_needed(render([])))
                for turn in (Turn("user", exchange.question), Turn("assistant", exchange.reply or ""))
            ]
            request_id = await self._agents.begin(subject, "chat", message.content, CHAT_VERSION, price="chat")
            begun.append(Call(request_id, caller.user_id, caller.tenant_id, render(history)))
            return Asked(request_id)

        async def move(_: str) -> None:
            await self._progress().touch(caller.tenant_id, caller.user_id, project_id)

        asked = await self._once(
            route, idempotency_key, _Asking(subject, message), put, into=Asked, stands=self._stands
        )
        await self._tx.commit()
        for call in begun:
            self._calls.speak(call, move)
        return asked

    async def reply(self, caller: Caller, asked: Asked) -> Reply:
        """The whole answer at once. Raises `ModelUnavailable`, `ModelTimedOut`, `ModelFailed` and `Cancelled`."""
        said = await self._streams.whole(caller.user_id, caller.tenant_id, asked.request_id)
        return Reply(said.text, asked.request_id)

    def stream(self, caller: Caller, asked: Asked) -> AsyncGenerator[ServerEvent, None]:
        """The answer as it is spoken; it goes on, and is kept, also where the client leaves in the middle."""
        return self._streams.events(caller.user_id, caller.tenant_id, asked.request_id)

    async def messages(self, subject: str, user_id: UUID, after: Position, limit: int) -> list[ChatMessage]:
        return await self._agents.messages(subject, user_id, after, limit)

    async def _stands(self, asked: Asked) -> bool:
        return await self._agents.stands(asked.request_id)


class PersonaChat:
    """Conversations with the personas of one's simulations."""

    def __init__(
        self, scenes: SceneRepository, own: OwnSimulations, dialogue: Dialogue, authorizer: Authorizer
    ) -> None:
        self._scenes = scenes
        self._own = own
        self._dialogue = dialogue
        self._authorizer = authorizer

    async def ask(
        self,
        permit: CreateMessages,
        simulation_id: UUID,
        persona_id: UUID,
        message: NewMessage,
        idempotency_key: str | None,
    ) -> Asked:
        """Raises `NotFound`, `Denied` where it is not one's own, `NotReady`, and what `Dialogue.ask` raises."""
        caller = permit.caller
        reading: ReadSimulations = await self._authorizer.permit(caller, "read", "simulations")
        scene = await self._scenes.scene(caller.tenant_id, reading.rows, simulation_id, persona_id)
        if scene is None or scene.user_id != caller.user_id:
            await self._own.ready(caller, simulation_id, refusal=_NOT_YOURS)
        permit.demand()
        if scene is None:
            raise NotFound

        def render(history: list[Turn]) -> ModelRequest:
            return chat_request(_conversation(scene, history, message), scene.system_prompt)

        return await self._dialogue.ask(
            caller,
            persona_subject(persona_id),
            message,
            render,
            project_id=str(simulation_id),
            route="POST /simulations/{simulation_id}/personas/{persona_id}/messages",
            idempotency_key=idempotency_key,
        )

    async def messages(
        self, permit: ReadMessages, simulation_id: UUID, persona_id: UUID, after: Position, limit: int
    ) -> list[ChatMessage]:
        """The conversation of the project's intern with a persona. Raises `NotFound` and `Denied`."""
        simulation = await self._own.visible(permit.caller, simulation_id)
        permit.demand(user_id=simulation.user_id)
        if all(persona.id != persona_id for persona in simulation.personas):
            raise NotFound
        return await self._dialogue.messages(persona_subject(persona_id), simulation.user_id, after, limit)


class TaskChat:
    """Conversations with the clients of predefined projects: everybody has their own."""

    def __init__(self, catalogue: CatalogueRepository, dialogue: Dialogue) -> None:
        self._catalogue = catalogue
        self._dialogue = dialogue

    async def ask(
        self, permit: CreateMessages, task_id: str, message: NewMessage, idempotency_key: str | None
    ) -> Asked:
        """Raises `NotFound`, `Denied`, and what `Dialogue.ask` raises."""
        task = await self._catalogue.task(task_id)
        permit.demand()

        def render(history: list[Turn]) -> ModelRequest:
            prompt = f"You are the client of this project. Who you are: {task.client_persona}"
            return chat_request(_with_client(task, history, message), prompt)

        return await self._dialogue.ask(
            permit.caller,
            _task_subject(task_id),
            message,
            render,
            project_id=task_id,
            route="POST /tasks/{task_id}/messages",
            idempotency_key=idempotency_key,
        )

    async def messages(
        self, permit: ReadMessages, task_id: str, user_id: UUID | None, after: Position, limit: int
    ) -> list[ChatMessage]:
        """The caller's conversation, or another user's. Raises `NotFound` and `Denied`."""
        await self._catalogue.task(task_id)
        whose = permit.caller.user_id if user_id is None else user_id
        permit.demand(user_id=whose)
        return await self._dialogue.messages(_task_subject(task_id), whose, after, limit)


class _Asking(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for."""

    subject: str
    message: NewMessage


def persona_subject(persona_id: UUID) -> str:
    return f"persona:{persona_id}"


def _task_subject(task_id: str) -> str:
    return f"task:{task_id}"


def client_name(persona: str) -> str:
    """The first words of a client's description: those that begin with a capital, or else the very first."""
    words: list[str] = []
    for word in persona.split():
        if words and (not word[0].isupper() or words[-1].endswith((",", "،"))):
            break
        words.append(word)
    return " ".join(words).rstrip(",،")


def _conversation(scene: Scene, history: list[Turn], message: NewMessage) -> Conversation:
    return Conversation(
        persona_name=scene.persona_name,
        persona_role=scene.persona_role,
        personality=scene.personality,
        mood=scene.client_mood,
        language=message.language or scene.language,
        level=scene.level,
        project_title=scene.title,
        project_context=scene.context,
        overview=scene.overview or "",
        duration=scene.duration or "",
        tech_stack=list(dict.fromkeys([*scene.tech_stack, *scene.tools])),
        functional_requirements=scene.functional_requirements,
        non_functional_requirements=scene.non_functional_requirements,
        milestones=scene.milestones,
        history=history,
        question=message.content,
        known=scene.known,
        code_context=message.code_context,
    )


def _with_client(task: Task, history: list[Turn], message: NewMessage) -> Conversation:
    return Conversation(
        persona_name=client_name(task.client_persona),
        persona_role="Client",
        personality=task.client_persona,
        mood=task.client_mood,
        language=message.language or "en",
        level=task.level,
        project_title=task.title,
        project_context=task.description,
        overview=task.description,
        duration=task.duration,
        tech_stack=task.tools,
        functional_requirements=[],
        non_functional_requirements=[],
        milestones=[],
        history=history,
        question=message.content,
        code_context=message.code_context,
    )
