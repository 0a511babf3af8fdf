"""What was found in the conversations of a project."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.simulations.contracts.analyses import ChatAnalysis
from modules.simulations.tables import analyses


class _Stored(msgspec.Struct, frozen=True):
    analysis: ChatAnalysis


_ADD = Statement.command(
    insert(analyses).values(
        **{name: bindparam(name) for name in "tenant_id user_id simulation_id agent_request_id analysis".split()}
    )
)
_OF_CALL = Statement(
    select(analyses.c.analysis).where(
        analyses.c.tenant_id == bindparam("tenant_id"),
        analyses.c.user_id == bindparam("user_id"),
        analyses.c.agent_request_id == bindparam("agent_request_id"),
    ),
    into=_Stored,
)


class AnalysisRepository:
    """Analyses of one tenant."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def add(
        self, tenant_id: UUID, user_id: UUID, simulation_id: UUID, agent_request_id: UUID, analysis: ChatAnalysis
    ) -> None:
        await self._tx.execute(
            _ADD,
            tenant_id=tenant_id,
            user_id=user_id,
            simulation_id=simulation_id,
            agent_request_id=agent_request_id,
            analysis=analysis,
        )

    async def of_call(self, tenant_id: UUID, user_id: UUID, agent_request_id: UUID) -> ChatAnalysis:
        """What one of the user's calls found. Raises `NotFound`."""
        found = await self._tx.one(_OF_CALL, tenant_id=tenant_id, user_id=user_id, agent_request_id=agent_request_id)
        return found.analysis
