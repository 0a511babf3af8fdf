"""Writing a request down as the last of its session's chain: one statement, as somebody waits for the first word."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Text, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from modules.agents.tables import agent_requests, agent_sessions

_WRITTEN = ("user_id", "agent_type", "content", "status", "provider", "model", "prompt_version")
_new_id = select(func.app.uuidv7(type_=Uuid).label("id")).cte("new_id")
_chained = upsert(agent_sessions).from_select(
    ["tenant_id", "user_id", "subject", "request_chain"],
    select(
        bindparam("tenant_id", type_=Uuid),
        bindparam("user_id", type_=Uuid),
        bindparam("subject", type_=Text),
        array([_new_id.c.id]),
    ),
)
_chain = (
    _chained.on_conflict_do_update(
        index_elements=["tenant_id", "user_id", "subject"],
        set_={"request_chain": func.array_cat(agent_sessions.c.request_chain, _chained.excluded.request_chain)},
    )
    .returning(agent_sessions.c.tenant_id, agent_sessions.c.id)
    .cte("chain")
)
BEGIN = Statement(
    insert(agent_requests)
    .from_select(
        ["tenant_id", "session_id", "id", *_WRITTEN],
        select(
            _chain.c.tenant_id,
            _chain.c.id,
            _new_id.c.id,
            *(bindparam(name, type_=agent_requests.c[name].type) for name in _WRITTEN),
        ),
    )
    .returning(agent_requests.c.id),
    into=UUID,
)
