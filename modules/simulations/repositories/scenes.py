"""A persona on its stage: all that it knows when it answers, by one statement, as somebody waits for its first word."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Text, bindparam, cast, func, or_, select
from sqlalchemy.types import Uuid

from core.database.transaction import Transaction
from core.database.visible import Rows, VisibleStatement
from modules.simulations.domain import Language, Milestone, Mood
from modules.simulations.resources import SIMULATIONS
from modules.simulations.tables import facts, personas, reviews, simulations


class Scene(msgspec.Struct, frozen=True):
    """A project that is written, one of its personas, and the hidden facts that it may tell by now."""

    user_id: UUID
    title: str
    context: str
    level: int
    language: Language
    client_mood: Mood
    overview: str | None
    duration: str | None
    tech_stack: list[str]
    tools: list[str]
    functional_requirements: list[str]
    non_functional_requirements: list[str]
    milestones: list[Milestone]
    persona_name: str
    persona_role: str
    personality: str
    system_prompt: str
    """For the model only."""
    known: list[str]


_tenant = bindparam("tenant_id", type_=Uuid)
_simulation = bindparam("simulation_id", type_=Uuid)
_persona = bindparam("persona_id", type_=Uuid)
_reached = (
    select(func.count(func.distinct(reviews.c.milestone)))
    .where(reviews.c.tenant_id == _tenant, reviews.c.project_id == cast(_simulation, Text), reviews.c.approved)
    .scalar_subquery()
)
# What a persona may tell is decided here, not in its prompt: no model is ever given what it must not say.
_known = func.array(
    select(facts.c.fact)
    .where(
        facts.c.tenant_id == _tenant,
        facts.c.simulation_id == _simulation,
        facts.c.persona_id == _persona,
        or_(facts.c.milestone.is_(None), facts.c.milestone <= _reached),
    )
    .order_by(facts.c.position)
    .scalar_subquery(),
    type_=ARRAY(Text),
)
_of_persona = {
    "persona_name": personas.c.name,
    "persona_role": personas.c.role,
    "personality": personas.c.personality,
    "system_prompt": personas.c.system_prompt,
    "known": _known,
}
_SCENE = VisibleStatement(
    SIMULATIONS,
    lambda visible: (
        select(*((_of_persona | dict(simulations.c))[name].label(name) for name in Scene.__struct_fields__))
        .join_from(
            simulations,
            personas,
            (personas.c.tenant_id == simulations.c.tenant_id) & (personas.c.simulation_id == simulations.c.id),
        )
        .where(
            simulations.c.tenant_id == _tenant,
            simulations.c.id == _simulation,
            simulations.c.status != "generating",
            personas.c.id == _persona,
            visible,
        )
    ),
    into=Scene,
)


class SceneRepository:
    """Personas of one tenant's simulations, for whoever talks to them."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def scene(self, tenant_id: UUID, rows: Rows, simulation_id: UUID, persona_id: UUID) -> Scene | None:
        """None where the simulation is not one of the rows or is being written, or has no such persona."""
        return await self._tx.one_or_none(
            _SCENE.on(rows), tenant_id=tenant_id, simulation_id=simulation_id, persona_id=persona_id, **rows.binds
        )
