"""Assignments: things to create, edit or research, worked on by a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from core.container import Child
from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import Denied
from core.http.authority import Authorizer
from core.http.idempotency import Once
from core.jobs import Jobs
from modules.agents.contracts import AgentRequest, AgentSession, NewRequest, NewSession
from modules.agents.domain import (
    MOST_WAITING,
    AlreadyEnded,
    Assignment,
    Call,
    Cancelled,
    OfAConversation,
    TooManyRunning,
    is_assigned,
    subject_of,
)
from modules.agents.models.protocol import ModelFailed, ModelTimedOut
from modules.agents.permits import CreateRequests, CreateSessions, DeleteRequests, ReadRequests, ReadSessions
from modules.agents.prompts import ASSIGNMENT_VERSION, assignment_request
from modules.agents.repositories import CallsEverywhere, RequestRepository, SessionRepository
from modules.agents.services.calls import Calls
from modules.agents.services.record import AgentRecord
from modules.agents.window import tokens_needed
from modules.billing import HoldExpired

JOB: Final = "agents.answer"
_BY_HAND: Final = "It was cancelled."


class AgentWork:
    """What a client asks of sessions and requests, in the request's transaction."""

    def __init__(
        self,
        child: Child,
        transaction: Transaction,
        sessions: SessionRepository,
        requests: RequestRepository,
        record: AgentRecord,
        calls: Calls,
        jobs: Jobs,
        once: Once,
        authorizer: Authorizer,
    ) -> None:
        self._child = child
        self._tx = transaction
        self._sessions = sessions
        self._requests = requests
        self._record = record
        self._calls = calls
        self._jobs = jobs
        self._once = once
        self._authorizer = authorizer

    async def open(self, permit: CreateSessions, wish: NewSession) -> AgentSession:
        permit.demand()
        state = {} if wish.title is None else {"title": wish.title.strip()}
        return await self._sessions.open(self._child.tenant_id, self._child.user_id, state)

    async def submit(self, permit: CreateRequests, wish: NewRequest, idempotency_key: str | None) -> AgentRequest:
        """Write the request down and enqueue it, both or neither; or the first one with this key, as it now stands.

        Raises `NotFound` and `Denied` for a session that is not one's own, `OfAConversation` for one that was not
        opened by hand, `TooManyRunning`, `StillRunning` and `OtherBody`.
        """
        permit.demand(agent_type=wish.agent_type, status="pending")
        first = await self._once(
            "POST /agent-requests", idempotency_key, wish, lambda: self._submit(permit, wish), into=AgentRequest
        )
        if idempotency_key is None:
            return first
        return await self._requests.one(permit.caller.tenant_id, permit.rows, first.id)

    async def cancel(self, permit: DeleteRequests, request_id: UUID) -> None:
        """Nobody wants the answer any more: what waits never begins, what is being answered ends in a moment.

        Raises `NotFound`, `AlreadyEnded`, and `Denied` where the caller may see it and no more.
        """
        if not await self._record.cancel(request_id, permit.rows, _BY_HAND):
            reading: ReadRequests = await self._authorizer.permit(permit.caller, "read", "agent_requests")
            found = await self._requests.one(permit.caller.tenant_id, reading.rows, request_id)
            if found.finished_at is not None or found.status == "cancelled":
                raise AlreadyEnded
            raise Denied("Your role may not cancel this request.")
        await self._tx.commit()
        self._calls.cancel(request_id, _BY_HAND)

    async def _submit(self, permit: CreateRequests, wish: NewRequest) -> AgentRequest:
        tenant_id, user_id = self._child.tenant_id, self._child.user_id
        if await self._requests.ordered(tenant_id, user_id) >= MOST_WAITING:
            raise TooManyRunning(retry_after=10)
        if wish.session_id is None:
            session_id = (await self._sessions.open(tenant_id, user_id, {})).id
        else:
            reading: ReadSessions = await self._authorizer.permit(permit.caller, "read", "agent_sessions")
            session = await self._sessions.one(tenant_id, reading.rows, wish.session_id)
            if session.user_id != user_id:
                raise Denied("Only whoever opened a session asks something in it.")
            if session.subject != subject_of(session.id):
                raise OfAConversation
            session_id = session.id
        request_id = await self._record.begin(
            subject_of(session_id), wish.agent_type, wish.content, ASSIGNMENT_VERSION, waits=True
        )
        await self._jobs.enqueue(self._tx, JOB, tenant_id=tenant_id, user_id=user_id, request_id=request_id)
        return await self._requests.one(tenant_id, permit.rows, request_id)


class AssignmentJob:
    """Answers one request. It may run twice: whoever finishes first has answered it."""

    def __init__(self, database: Database, record: Callable[[], AgentRecord], calls: Calls) -> None:
        self._database = database
        self._record = record
        self._calls = calls

    async def run(self, tenant_id: UUID, user_id: UUID, request_id: UUID) -> None:
        """Raises `ModelUnavailable`, so that it is tried again."""
        async with self._database.unit(Acting(user_id, tenant_id)):
            taken = await self._record().take(request_id)
            if taken is None or not is_assigned(taken.agent_type):
                return
            asked = assignment_request(Assignment(agent_type=taken.agent_type, content=taken.content, history=[]))
            history = await self._record().exchanges(
                subject_of(taken.session_id), beside=tokens_needed(asked), before=request_id
            )
        request = assignment_request(Assignment(agent_type=taken.agent_type, content=taken.content, history=history))
        try:
            await self._calls.recite(Call(request_id, user_id, tenant_id, request))
        except (ModelFailed, ModelTimedOut, Cancelled):
            return  # it is written down

    async def give_up(self, tenant_id: UUID, user_id: UUID, request_id: UUID) -> None:
        """The model stayed unavailable."""
        async with self._database.unit(Acting(user_id, tenant_id)):
            await self._record().give_up(request_id)


class HoldExpiredHandler:
    """A reservation that ran out ends the call that it was for."""

    def __init__(self, record: AgentRecord) -> None:
        self._record = record

    async def __call__(self, event: HoldExpired) -> None:
        await self._record.fail(event.reference, "It took too long.")


class AbandonedCalls:
    """Housekeeping: ends calls whose process died, and gives back what was reserved for them."""

    def __init__(
        self, database: Database, calls: Callable[[], CallsEverywhere], record: Callable[[], AgentRecord]
    ) -> None:
        self._database = database
        self._calls = calls
        self._record = record

    async def __call__(self) -> int:
        async with self._database.unit(Acting(None, None)):
            abandoned = await self._calls().abandoned()
        for each in abandoned:
            async with self._database.unit(Acting(each.user_id, each.tenant_id)):
                await self._record().abandon(each.id)
        return len(abandoned)
