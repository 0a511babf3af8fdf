"""Agent sessions, and the requests in them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from core.http.authority import requires
from core.http.events import EventStream, LastEventId
from core.http.idempotency import IdempotencyKey
from core.http.pages import NEWEST, Cursors, CursorText, Limit, OfUser, Page
from core.http.route import Injected
from modules.agents.contracts import AgentRequest, AgentSession, NewRequest, NewSession
from modules.agents.permits import CreateRequests, CreateSessions, DeleteRequests, ReadRequests, ReadSessions
from modules.agents.repositories import RequestRepository, SessionRepository
from modules.agents.services import AgentWork, Streams


class AgentSessionsController(Controller):
    """Sessions: requests that belong together, in order."""

    path = "/agent-sessions"
    tags = ("agents",)

    @post(
        "/",
        guards=[requires("create", "agent_sessions"), requires("read", "agent_sessions")],
        summary="Open a session",
    )
    async def open(
        self, data: JSONBody[NewSession], permit: Injected[CreateSessions], work: Injected[AgentWork]
    ) -> AgentSession:
        return await work.open(permit, data)

    @get("/", guards=[requires("read", "agent_sessions")], summary="The sessions that I may see, newest first")
    async def list_sessions(
        self,
        sessions: Injected[SessionRepository],
        permit: Injected[ReadSessions],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[AgentSession]:
        after = cursors.read(cursor, of="agent-sessions", start=NEWEST)
        visible = permit.rows.only(user_id)
        rows = await sessions.page(permit.caller.tenant_id, visible, after, limit + 1)
        return cursors.page(rows, limit, of="agent-sessions", key=lambda row: (row.created_at, row.id))

    @get(
        "/{session_id:uuid}",
        guards=[requires("read", "agent_sessions")],
        summary="One session, with the chain of its requests",
    )
    async def show_session(
        self, session_id: FromPath[UUID], permit: Injected[ReadSessions], sessions: Injected[SessionRepository]
    ) -> AgentSession:
        return await sessions.one(permit.caller.tenant_id, permit.rows, session_id)


class AgentRequestsController(Controller):
    """Requests: every call to a language model, those of chats, reviews and generations too."""

    path = "/agent-requests"
    tags = ("agents",)

    @post(
        "/",
        guards=[
            requires("create", "agent_requests"),
            requires("read", "agent_requests"),
            requires("create", "agent_sessions"),
        ],
        summary="Have something created, edited or researched",
    )
    async def submit(
        self,
        data: JSONBody[NewRequest],
        permit: Injected[CreateRequests],
        work: Injected[AgentWork],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[AgentRequest]:
        written = await work.submit(permit, data, idempotency_key)
        headers = {"location": f"/api/v1/agent-requests/{written.id}"}
        return Response(written, status_code=201, headers=headers)

    @get("/", guards=[requires("read", "agent_requests")], summary="The requests that I may see, newest first")
    async def list_requests(
        self,
        requests: Injected[RequestRepository],
        permit: Injected[ReadRequests],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
        session_id: Annotated[UUID | None, QueryParameter(description="Only those of this session.")] = None,
    ) -> Page[AgentRequest]:
        after = cursors.read(cursor, of="agent-requests", start=NEWEST)
        visible = permit.rows.only(user_id)
        rows = await requests.page(permit.caller.tenant_id, visible, after, limit + 1, session_id=session_id)
        return cursors.page(rows, limit, of="agent-requests", key=lambda row: (row.created_at, row.id))

    @get("/{request_id:uuid}", guards=[requires("read", "agent_requests")], summary="One request, and its answer")
    async def show_request(
        self, request_id: FromPath[UUID], permit: Injected[ReadRequests], requests: Injected[RequestRepository]
    ) -> AgentRequest:
        return await requests.one(permit.caller.tenant_id, permit.rows, request_id)

    @delete(
        "/{request_id:uuid}",
        guards=[requires("delete", "agent_requests"), requires("read", "agent_requests")],
        summary="Cancel a request",
    )
    async def cancel(
        self, request_id: FromPath[UUID], permit: Injected[DeleteRequests], work: Injected[AgentWork]
    ) -> None:
        await work.cancel(permit, request_id)

    @get(
        "/{request_id:uuid}/events",
        guards=[requires("read", "agent_requests")],
        summary="An answer's events, from the beginning or after the last one received",
    )
    async def events(
        self,
        request_id: FromPath[UUID],
        permit: Injected[ReadRequests],
        requests: Injected[RequestRepository],
        streams: Injected[Streams],
        last_event_id: LastEventId = None,
    ) -> EventStream | Response[None]:
        found = await requests.one(permit.caller.tenant_id, permit.rows, request_id)
        told = len(found.results.get("reply", "")) + 1
        if found.finished_at is not None and last_event_id is not None and last_event_id >= told:
            return Response(None, status_code=204)  # a browser's EventSource stops asking only then
        events = streams.events(found.user_id, permit.caller.tenant_id, request_id, last_event_id)
        return EventStream(events, after=last_event_id)
