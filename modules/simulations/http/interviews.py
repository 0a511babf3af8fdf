"""Practising interviews."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, JSONBody

from core.http.authority import requires
from core.http.events import EventStream, while_connected
from core.http.idempotency import IdempotencyKey
from core.http.pages import NEWEST, Cursors, CursorText, Limit, OfUser, Page
from core.http.route import Injected
from modules.simulations.contracts.conversations import Reply
from modules.simulations.contracts.interviews import Feedback, Interview, InterviewSummary, NewAnswer, NewInterview
from modules.simulations.http.chat import answered
from modules.simulations.permits import CreateInterviews, ReadInterviews
from modules.simulations.repositories import InterviewRepository
from modules.simulations.services import Dialogue, Interviews

_LIST = "interviews"
_PRACTISE = [requires("create", "interviews"), requires("read", "interviews")]
_READ = [requires("read", "interviews")]


class InterviewsController(Controller):
    """One's own interviews, and of others what policies open."""

    path = "/interviews"
    tags = ("interviews",)

    @post("/", guards=_PRACTISE, summary="Begin an interview; the first question comes with it")
    async def begin(
        self,
        data: JSONBody[NewInterview],
        permit: Injected[CreateInterviews],
        interviews: Injected[Interviews],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Interview]:
        begun = await interviews.begin(permit, data, idempotency_key)
        interview = await while_connected(request, interviews.opened(permit, begun))
        return Response(interview, status_code=201, headers={"location": f"/api/v1/interviews/{interview.id}"})

    @get("/", guards=_READ, summary="The interviews that I may see, newest first, without what was said")
    async def list_visible(
        self,
        permit: Injected[ReadInterviews],
        interview_rows: Injected[InterviewRepository],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
        user_id: OfUser = None,
    ) -> Page[InterviewSummary]:
        after = cursors.read(cursor, of=_LIST, start=NEWEST)
        visible = permit.rows.only(user_id)
        rows = await interview_rows.page(permit.caller.tenant_id, visible, after, limit + 1)
        return cursors.page(rows, limit, of=_LIST, key=lambda row: (row.created_at, row.id))

    @get("/{interview_id:uuid}", guards=_READ, summary="One interview, with all that was said")
    async def show(
        self,
        interview_id: FromPath[UUID],
        permit: Injected[ReadInterviews],
        interview_rows: Injected[InterviewRepository],
    ) -> Interview:
        return await interview_rows.whole(permit.caller.tenant_id, permit.rows, interview_id)

    @post("/{interview_id:uuid}/messages", guards=_PRACTISE, summary="Answer; the next question can be streamed")
    async def answer(
        self,
        interview_id: FromPath[UUID],
        data: JSONBody[NewAnswer],
        permit: Injected[CreateInterviews],
        interviews: Injected[Interviews],
        dialogue: Injected[Dialogue],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[Reply] | EventStream:
        asked = await interviews.answer(permit, interview_id, data, idempotency_key)
        return await answered(request, permit.caller, dialogue, asked)

    @post("/{interview_id:uuid}/feedback", guards=_PRACTISE, status_code=200, summary="End it, and get feedback")
    async def assess(
        self,
        interview_id: FromPath[UUID],
        permit: Injected[CreateInterviews],
        interviews: Injected[Interviews],
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
    ) -> Feedback:
        assessing = await interviews.assess(permit, interview_id, idempotency_key)
        return await while_connected(request, interviews.feedback(permit, assessing))

    @delete("/{interview_id:uuid}", guards=_PRACTISE, summary="Abandon an interview")
    async def abandon(
        self, interview_id: FromPath[UUID], permit: Injected[CreateInterviews], interviews: Injected[Interviews]
    ) -> None:
        await interviews.abandon(permit, interview_id)
