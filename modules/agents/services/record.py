"""The record of calls, for whoever a child acts as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from core.container import Child
from core.database.visible import Rows
from core.http.idempotency import StillRunning
from core.http.pages import Position
from core.module import Events
from modules.agents.domain import (
    UNREACHABLE,
    CallFailed,
    ChatMessage,
    Ended,
    Exchange,
    Failure,
    Outcome,
    RequestStatus,
    SubjectExchange,
    Taken,
)
from modules.agents.models.protocol import AgentType, Model, Usage
from modules.agents.repositories import ConversationRepository, RequestRepository
from modules.agents.window import latest_that_fit
from modules.billing import Ledger, Priced
from modules.billing import Usage as MeteredUsage

_NOBODY_LEFT: Final = "Nobody was left to answer."
_EXCHANGES_AT_ONCE: Final = 100
_MOST_ABOUT_SUBJECTS: Final = 1000
_NOTHING: Final = Usage(0, 0)


class AgentRecord:
    """What is written down of calls. What ends one meters its tokens and settles its credits, in one transaction."""

    def __init__(
        self,
        child: Child,
        requests: RequestRepository,
        conversations: ConversationRepository,
        ledger: Ledger,
        model: Model,
        events: Events,
        context_tokens: int,
        admit: Callable[[UUID], None],
    ) -> None:
        self._child = child
        self._requests = requests
        self._conversations = conversations
        self._ledger = ledger
        self._model = model
        self._events = events
        self._context_tokens = context_tokens
        self._admit = admit

    async def begin(
        self,
        subject: str,
        agent_type: AgentType,
        content: str,
        prompt_version: str,
        *,
        price: Priced | None = None,
        waits: bool = False,
    ) -> UUID:
        tenant_id = self._child.tenant_id
        if not waits:
            self._admit(self._child.user_id)
        request_id = await self._requests.begin(
            tenant_id,
            self._child.user_id,
            subject,
            agent_type=agent_type,
            content=content,
            status="pending" if waits else "processing",
            provider=self._model.provider,
            model=self._model.name,
            prompt_version=prompt_version,
        )
        hold = None if price is None else await self._ledger.hold(price, reference=request_id)
        if hold is not None:
            await self._requests.reserve(tenant_id, request_id, hold.id)
        return request_id

    async def take(self, request_id: UUID) -> Taken | None:
        return await self._requests.take(self._child.tenant_id, request_id)

    async def postpone(self, request_id: UUID, error: str | None) -> None:
        await self._requests.postpone(self._child.tenant_id, request_id, error)

    async def complete(self, request_id: UUID, results: dict[str, Any], usage: Usage) -> bool:
        """False where the call has ended or was cancelled: then nothing else must be done."""
        ended = await self._requests.complete(self._child.tenant_id, request_id, results, usage)
        if ended is None:
            return False
        await self._meter_tokens(request_id, ended, usage)
        if ended.hold_id is not None:
            await self._ledger.settle(ended.hold_id)
        return True

    async def fail(
        self,
        request_id: UUID,
        error: str,
        *,
        cancelled: bool = False,
        said: str = "",
        failure: Failure = "failed",
        usage: Usage = _NOTHING,
    ) -> bool:
        """The call came to nothing, or to a part of an answer; False where it had ended before.

        Who cancels a conversation's answer in the middle has had a part of it, and pays. A part of anything else is
        worth nothing, and a model that fails is not paid.
        """
        status: RequestStatus = "cancelled" if cancelled else "failed"
        results = ({"reply": said} if said else {}) | ({} if cancelled else {"failure": failure})
        ended = await self._requests.fail(self._child.tenant_id, request_id, status, error, results, usage)
        if ended is None:
            return False
        await self._meter_tokens(request_id, ended, usage)
        had_a_part = bool(said) and cancelled and ended.agent_type == "chat"
        await self._told(request_id, ended, error, paid=had_a_part)
        return True

    async def cancel(self, request_id: UUID, rows: Rows, error: str) -> bool:
        """Say that nobody wants the answer any more; False where it is not one of the rows, or has ended."""
        stopped = await self._requests.cancel(self._child.tenant_id, rows, request_id, error)
        if stopped is not None and stopped.over:
            await self._told(request_id, stopped, error)
        return stopped is not None

    async def _told(self, request_id: UUID, ended: Ended, error: str, *, paid: bool = False) -> None:
        """Give back what was reserved for a call that came to nothing, unless `paid`, and tell whom it was for."""
        if ended.hold_id is not None:
            await (self._ledger.settle if paid else self._ledger.void)(ended.hold_id)
        await self._events.publish(
            CallFailed(self._child.tenant_id, ended.user_id, request_id, ended.agent_type, error)
        )

    async def give_up(self, request_id: UUID) -> bool:
        return await self.fail(request_id, UNREACHABLE, failure="unavailable")

    async def abandon(self, request_id: UUID) -> None:
        """End a call whose process died. What that had stored of an answer stays, and is metered by its length."""
        if (outcome := await self.outcome(request_id)) is not None:
            await self._end(request_id, outcome)

    async def stands(self, request_id: UUID) -> bool:
        """Whether an earlier call's answer stands, for `core.http.idempotency.Once`. Raises `StillRunning`.

        One that came to nothing is made again; whoever was answering and is taken for dead can neither answer nor be
        paid any more.
        """
        outcome = await self.outcome(request_id)
        if outcome is None:
            return False
        if outcome.abandoned:
            await self._end(request_id, outcome)
            return False
        if outcome.status in ("pending", "processing"):
            raise StillRunning
        return outcome.status == "completed" or (outcome.status == "cancelled" and outcome.reply is not None)

    async def outcome(self, request_id: UUID) -> Outcome | None:
        return await self._requests.outcome(self._child.tenant_id, self._child.user_id, request_id)

    async def exchanges(self, subject: str, *, beside: int, before: UUID | None = None) -> list[Exchange]:
        """The newest questions and answers that fit into the model's window beside so many tokens, oldest first.

        Only what was asked before the request `before`, where one is named.
        """
        found: list[Exchange] = []
        while True:
            older = await self._conversations.exchanges(
                self._child.tenant_id,
                self._child.user_id,
                subject,
                _EXCHANGES_AT_ONCE,
                skip=len(found),
                before=before,
            )
            found = older + found
            fitting = latest_that_fit(found, self._context_tokens - beside)
            if len(fitting) < len(found) or len(older) < _EXCHANGES_AT_ONCE:
                return fitting

    async def exchanges_about(self, subjects: Sequence[str]) -> list[SubjectExchange]:
        return await self._conversations.exchanges_about(
            self._child.tenant_id, self._child.user_id, subjects, _MOST_ABOUT_SUBJECTS
        )

    async def messages(self, subject: str, user_id: UUID, after: Position, limit: int) -> list[ChatMessage]:
        return await self._conversations.messages(self._child.tenant_id, user_id, subject, after, limit)

    async def _end(self, request_id: UUID, left: Outcome) -> None:
        await self.fail(request_id, _NOBODY_LEFT, usage=left.usage_left)

    async def _meter_tokens(self, request_id: UUID, ended: Ended, usage: Usage) -> None:
        if usage == _NOTHING:
            return
        await self._ledger.record(
            MeteredUsage(
                user_id=ended.user_id,
                event_type=ended.agent_type,
                tokens_used=usage.input_tokens + usage.output_tokens,
                idempotency_key=f"agent-request:{request_id}",
            )
        )
