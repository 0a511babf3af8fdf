"""Talking to personas, and to the clients of predefined projects."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from core.http.authority import requires
from core.http.caller import Caller
from core.http.events import EventStream, wants_events, while_connected
from core.http.idempotency import IdempotencyKey
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.agents import ChatMessage
from modules.simulations.contracts.conversations import NewMessage, Reply
from modules.simulations.permits import CreateMessages, ReadMessages
from modules.simulations.services import Asked, Dialogue, PersonaChat, TaskChat

Slug = Annotated[str, PathParameter(max_length=100)]
Whose = Annotated[UUID | None, QueryParameter(name="user_id", description="Whose conversation; your own without it.")]


async def answered(
    request: Request[Any, Any, Any], caller: Caller, dialogue: Dialogue, asked: Asked
) -> Response[Reply] | EventStream:
    """The answer as the client wants it: told as it is spoken, or at once."""
    if wants_events(request):
        return EventStream(dialogue.stream(caller, asked))
    return Response(await while_connected(request, dialogue.reply(caller, asked)), status_code=201)


class ChatController(Controller):
    """A persona's conversation with the caller."""

    path = "/simulations/{simulation_id:uuid}/personas/{persona_id:uuid}/messages"
    tags = ("simulations",)

    @post(
        "/",
        guards=[requires("create", "messages"), requires("read", "messages")],
        summary="Say something to a persona; its answer can be streamed",
    )
    async def say(
        self,
        simulation_id: FromPath[UUID],
        persona_id: FromPath[UUID],
        data: JSONBody[NewMessage],
        permit: Injected[CreateMessages],
        chat: Injected[PersonaChat],
        dialogue: Injected[Dialogue],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Reply] | EventStream:
        asked = await chat.ask(permit, simulation_id, persona_id, data, idempotency_key)
        return await answered(request, permit.caller, dialogue, asked)

    @get("/", guards=[requires("read", "messages")], summary="The conversation, oldest first")
    async def messages(
        self,
        simulation_id: FromPath[UUID],
        persona_id: FromPath[UUID],
        permit: Injected[ReadMessages],
        chat: Injected[PersonaChat],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[ChatMessage]:
        of = f"messages {persona_id}"
        after = cursors.read(cursor, of=of, start=OLDEST)
        rows = await chat.messages(permit, simulation_id, persona_id, after, limit + 1)
        return cursors.page(rows, limit, of=of, key=lambda row: (row.created_at, row.id))


class TaskChatController(Controller):
    """The caller's conversation with the client of a predefined project."""

    path = "/tasks/{task_id:str}/messages"
    tags = ("catalogue",)

    @post(
        "/",
        guards=[requires("create", "messages"), requires("read", "messages")],
        summary="Say something to a predefined project's client; the answer can be streamed",
    )
    async def say_to_client(
        self,
        task_id: Slug,
        data: JSONBody[NewMessage],
        permit: Injected[CreateMessages],
        task_chat: Injected[TaskChat],
        dialogue: Injected[Dialogue],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Reply] | EventStream:
        asked = await task_chat.ask(permit, task_id, data, idempotency_key)
        return await answered(request, permit.caller, dialogue, asked)

    @get("/", guards=[requires("read", "messages")], summary="The conversation with the client, oldest first")
    async def client_messages(
        self,
        task_id: Slug,
        permit: Injected[ReadMessages],
        task_chat: Injected[TaskChat],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: Whose = None,
    ) -> Page[ChatMessage]:
        of = f"messages {task_id} {user_id}"
        after = cursors.read(cursor, of=of, start=OLDEST)
        rows = await task_chat.messages(permit, task_id, user_id, after, limit + 1)
        return cursors.page(rows, limit, of=of, key=lambda row: (row.created_at, row.id))
