"""The record of calls, for whoever a child acts as."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.container import Child
from core.http.pages import Position
from modules.agents.domain import ChatMessage, Exchange, Outcome
from modules.agents.models.protocol import AgentType, Model, Usage
from modules.agents.repositories import AgentRepository
from modules.billing import Meter
from modules.billing import Usage as MeteredUsage


class AgentRecord:
    """What other modules see as `Agents`."""

    def __init__(self, child: Child, repository: AgentRepository, meter: Meter, model: Model) -> None:
        self._child = child
        self._repository = repository
        self._meter = meter
        self._model = model

    async def session(self, subject: str) -> UUID:
        return await self._repository.session(self._child.tenant_id, self._child.user_id, subject)

    async def begin(self, session_id: UUID, agent_type: AgentType, content: str, prompt_version: str) -> UUID:
        return await self._repository.begin(
            self._child.tenant_id,
            self._child.user_id,
            session_id,
            agent_type=agent_type,
            content=content,
            provider=self._model.provider,
            model=self._model.name,
            prompt_version=prompt_version,
        )

    async def complete(self, request_id: UUID, results: dict[str, Any], usage: Usage) -> None:
        agent_type = await self._repository.complete(self._child.tenant_id, request_id, results, usage)
        if agent_type is not None:
            await self._meter.record(
                MeteredUsage(
                    user_id=self._child.user_id,
                    event_type=agent_type,
                    tokens_used=usage.input_tokens + usage.output_tokens,
                    idempotency_key=f"agent-request:{request_id}",
                )
            )

    async def fail(self, request_id: UUID, error: str, *, cancelled: bool = False, partial: str = "") -> None:
        await self._repository.fail(
            self._child.tenant_id,
            request_id,
            "cancelled" if cancelled else "failed",
            error,
            {"reply": partial} if partial else {},
        )

    async def outcome(self, request_id: UUID) -> Outcome | None:
        return await self._repository.outcome(self._child.tenant_id, self._child.user_id, request_id)

    async def exchanges(self, session_id: UUID, limit: int) -> list[Exchange]:
        return await self._repository.exchanges(self._child.tenant_id, session_id, limit)

    async def messages(self, subject: str, user_id: UUID, after: Position, limit: int) -> list[ChatMessage]:
        return await self._repository.messages(self._child.tenant_id, user_id, subject, after, limit)
