"""Simulations with their personas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Integer, Text, bindparam, column, delete, func, insert, select, tuple_, update
from sqlalchemy.types import Uuid

from core.database.functions import NEW_ID
from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from core.http.pages import Position
from modules.simulations.contracts.simulations import Persona, Simulation, SimulationBody, SimulationSummary
from modules.simulations.domain import (
    Brief,
    Difficulty,
    Language,
    Mood,
    SimulationStatus,
    TeamMode,
)
from modules.simulations.drafts import SimulationDraft
from modules.simulations.repositories.quizzes import QUIZ_RESULT, SHOWN_QUIZ
from modules.simulations.resources import SIMULATIONS
from modules.simulations.tables import facts, personas, simulations

_WRITTEN = (
    "domain description overview field estimated_duration duration tech_stack tools learning_objectives"
    " functional_requirements non_functional_requirements milestones resources quiz rubric client_persona"
).split()


class Order(msgspec.Struct, frozen=True):
    """What a generation needs to know of a simulation, and which call writes it."""

    title: str
    context: str
    level: int
    difficulty: Difficulty
    client_mood: Mood
    language: Language
    team_mode: TeamMode
    seed: int
    request_id: UUID | None
    status: SimulationStatus


_this = (simulations.c.tenant_id == bindparam("tenant_id"), simulations.c.id == bindparam("simulation_id"))

_ADD = Statement.command(
    insert(simulations).values(
        id=bindparam("simulation_id"),
        tenant_id=bindparam("tenant_id"),
        user_id=bindparam("user_id"),
        request_id=bindparam("request_id"),
        **{
            name: bindparam(name)
            for name in (
                "title",
                "context",
                "level",
                "difficulty",
                "client_mood",
                "language",
                "team_mode",
                "seed",
            )
        },
    )
)
_ORDER = Statement(
    select(*(simulations.c[name] for name in Order.__struct_fields__)).where(*_this).with_for_update(),
    into=Order,
)
_IS_ONE = VisibleStatement(SIMULATIONS, lambda visible: select(simulations.c.id).where(*_this, visible), into=UUID)
_READY_IDS = VisibleStatement(
    SIMULATIONS,
    lambda visible: select(simulations.c.id).where(
        simulations.c.tenant_id == bindparam("tenant_id"), simulations.c.status == "ready", visible
    ),
    into=UUID,
)
_shown = {**dict(simulations.c), "quiz": SHOWN_QUIZ, "quiz_result": QUIZ_RESULT}
_SIMULATION = VisibleStatement(
    SIMULATIONS,
    lambda visible: select(*(_shown[name] for name in SimulationBody.__struct_fields__)).where(*_this, visible),
    into=SimulationBody,
)
_PERSONAS = Statement(
    select(*(personas.c[name] for name in Persona.__struct_fields__))
    .where(personas.c.tenant_id == bindparam("tenant_id"), personas.c.simulation_id == bindparam("simulation_id"))
    .order_by(personas.c.position),
    into=Persona,
)
_PAGE = VisibleStatement(
    SIMULATIONS,
    lambda visible: (
        select(*(simulations.c[name] for name in SimulationSummary.__struct_fields__))
        .where(
            simulations.c.tenant_id == bindparam("tenant_id"),
            visible,
            tuple_(simulations.c.created_at, simulations.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Uuid)),
        )
        .order_by(simulations.c.created_at.desc(), simulations.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
    into=SimulationSummary,
)
_READY = Statement.command(
    update(simulations)
    .where(*_this, simulations.c.status == "generating")
    .values(status="ready", **{name: bindparam(name) for name in _WRITTEN})
)
_FAILED = Statement.command(
    update(simulations)
    .where(
        simulations.c.tenant_id == bindparam("tenant_id"),
        simulations.c.request_id == bindparam("of_request", type_=Uuid),
        simulations.c.status == "generating",
    )
    .values(status="failed", error=bindparam("error"))
)
_PERSONA_PARTS = ("name", "role", "personality", "system_prompt", "initial_message")
_each = (
    func.unnest(*(bindparam(f"{part}_list", type_=ARRAY(Text)) for part in _PERSONA_PARTS))
    .table_valued(*_PERSONA_PARTS, with_ordinality="position")
    .render_derived(name="each")
)
_ADD_PERSONAS = Statement.command(
    insert(personas).from_select(
        ["tenant_id", "simulation_id", "user_id", *_PERSONA_PARTS, "position"],
        select(
            bindparam("tenant_id", type_=Uuid),
            bindparam("simulation_id", type_=Uuid),
            bindparam("user_id", type_=Uuid),
            *(_each.c[part] for part in _PERSONA_PARTS),
            _each.c.position - 1,
        ),
    )
)
_fact = (
    func.unnest(
        bindparam("facts", type_=ARRAY(Text)),
        bindparam("knowers", type_=ARRAY(Integer)),
        bindparam("fact_milestones", type_=ARRAY(Integer)),
    )
    .table_valued(
        column("fact", Text), column("knower", Integer), column("milestone", Integer), with_ordinality="position"
    )
    .render_derived(name="fact")
)
_ADD_FACTS = Statement.command(
    insert(facts).from_select(
        ["tenant_id", "simulation_id", "user_id", "persona_id", "fact", "milestone", "position"],
        select(
            personas.c.tenant_id,
            personas.c.simulation_id,
            personas.c.user_id,
            personas.c.id,
            _fact.c.fact,
            _fact.c.milestone,
            _fact.c.position - 1,
        )
        .select_from(personas.join(_fact, _fact.c.knower == personas.c.position))
        .where(
            personas.c.tenant_id == bindparam("tenant_id", type_=Uuid),
            personas.c.simulation_id == bindparam("simulation_id", type_=Uuid),
        ),
    )
)
_DELETE: VisibleStatement[None] = VisibleStatement(
    SIMULATIONS, lambda visible: delete(simulations).where(*_this, visible), into=None
)


class SimulationRepository:
    """Simulations of one tenant; rows that are not meant to be seen are not there."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def new_id(self) -> UUID:
        return await self._tx.one(NEW_ID)

    async def add(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID, *, brief: Brief, request_id: UUID) -> None:
        await self._tx.execute(
            _ADD,
            simulation_id=simulation_id,
            tenant_id=tenant_id,
            user_id=user_id,
            request_id=request_id,
            title=brief.title,
            context=brief.context,
            level=brief.level,
            difficulty=brief.difficulty,
            client_mood=brief.client_mood,
            language=brief.language,
            team_mode=brief.team_mode,
            seed=brief.seed,
        )

    async def order(self, tenant_id: UUID, simulation_id: UUID) -> Order | None:
        """What was ordered, locked until the end of the transaction."""
        return await self._tx.one_or_none(_ORDER, tenant_id=tenant_id, simulation_id=simulation_id)

    async def is_one(self, tenant_id: UUID, rows: Rows, simulation_id: UUID) -> bool:
        binds = {"tenant_id": tenant_id, "simulation_id": simulation_id}
        return await self._tx.one_or_none(_IS_ONE.on(rows), **binds, **rows.binds) is not None

    async def ready_ids(self, tenant_id: UUID, rows: Rows) -> list[UUID]:
        """All at once: for rows of one user."""
        return await self._tx.all(_READY_IDS.on(rows), tenant_id=tenant_id, **rows.binds)

    async def whole(self, tenant_id: UUID, rows: Rows, simulation_id: UUID) -> Simulation:
        """Raises `NotFound` where it is not one of the rows."""
        found = await self._tx.one(_SIMULATION.on(rows), tenant_id=tenant_id, simulation_id=simulation_id, **rows.binds)
        cast = await self._tx.all(_PERSONAS, tenant_id=tenant_id, simulation_id=simulation_id)
        return Simulation(**msgspec.structs.asdict(found), personas=cast)

    async def page(self, tenant_id: UUID, rows: Rows, after: Position, limit: int) -> list[SimulationSummary]:
        return await self._tx.all(
            _PAGE.on(rows), tenant_id=tenant_id, at=after.at, id=after.id, limit=limit, **rows.binds
        )

    async def finish(self, tenant_id: UUID, user_id: UUID, simulation_id: UUID, draft: SimulationDraft) -> bool:
        """Store what was written and make it ready; False where it is not being generated any more."""
        written = written_parts(draft)
        changed = await self._tx.execute(
            _READY,
            tenant_id=tenant_id,
            simulation_id=simulation_id,
            **{name: written[name] for name in _WRITTEN},
        )
        if not changed:
            return False
        await self._tx.execute(
            _ADD_PERSONAS,
            tenant_id=tenant_id,
            simulation_id=simulation_id,
            user_id=user_id,
            **{f"{part}_list": [getattr(persona, part) for persona in draft.personas] for part in _PERSONA_PARTS},
        )
        told = [(hidden, knower) for hidden in draft.hidden_facts for knower in sorted(set(hidden.known_by))]
        await self._tx.execute(
            _ADD_FACTS,
            tenant_id=tenant_id,
            simulation_id=simulation_id,
            facts=[hidden.fact for hidden, _ in told],
            knowers=[knower for _, knower in told],
            fact_milestones=[hidden.milestone for hidden, _ in told],
        )
        return True

    async def fail(self, tenant_id: UUID, request_id: UUID, error: str) -> None:
        """The call that was to write it came to nothing."""
        await self._tx.execute(_FAILED, tenant_id=tenant_id, of_request=request_id, error=error)

    async def delete(self, tenant_id: UUID, rows: Rows, simulation_id: UUID) -> bool:
        """False where it is not one of the rows."""
        return bool(
            await self._tx.execute(_DELETE.on(rows), tenant_id=tenant_id, simulation_id=simulation_id, **rows.binds)
        )


def written_parts(draft: SimulationDraft) -> dict[str, Any]:
    """The columns of what a model wrote: a milestone's rubric stands apart from what is told of the milestone."""
    written: dict[str, Any] = msgspec.to_builtins(draft)
    written["rubric"] = [milestone.pop("rubric") for milestone in written["milestones"]]
    return written
