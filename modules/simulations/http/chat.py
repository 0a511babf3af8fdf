"""Talking to personas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody

from core.http.authority import requires
from core.http.events import EventStream, wants_events, while_connected
from core.http.idempotency import IdempotencyKey
from core.http.pages import OLDEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.agents import ChatMessage
from modules.simulations.contracts import NewMessage, Reply
from modules.simulations.permits import CreateMessages, ReadMessages
from modules.simulations.services import PersonaChat


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
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Reply] | EventStream:
        question = await chat.ask(permit, simulation_id, persona_id, data, idempotency_key)
        if wants_events(request):
            return EventStream(chat.stream(question))
        return Response(await while_connected(request, chat.reply(question)), status_code=201)

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
