"""The catalogue, which production needs too, and one ready simulation for development."""

from __future__ import annotations

from uuid import UUID

import msgspec

from core.database.seeding import Plot
from modules.simulations.catalogue import RESOURCES, SHOWCASE, TASKS
from modules.simulations.offline import write_simulation
from modules.simulations.repositories.simulations import written_parts
from modules.simulations.rows import FactInsert, PersonaInsert, ResourceInsert, SimulationInsert, TaskInsert
from modules.simulations.tables import facts, personas, resources, simulations, tasks


def seed_catalogue(plot: Plot) -> None:
    plot.plant(tasks, [TaskInsert(**msgspec.structs.asdict(task)) for task in TASKS])
    plot.plant(resources, [ResourceInsert(**msgspec.structs.asdict(resource)) for resource in RESOURCES])


def seed_showcase(plot: Plot, *, tenant_id: UUID, user_id: UUID) -> None:
    """One simulation that is ready to be worked on, with its personas."""
    simulation_id = UUID("50000000-0000-4000-8000-000000000001")
    written = write_simulation(SHOWCASE)
    draft = written_parts(written)
    cast, hidden = draft.pop("personas"), draft.pop("hidden_facts")
    plot.plant(
        simulations,
        [
            SimulationInsert(
                tenant_id=tenant_id,
                id=simulation_id,
                user_id=user_id,
                title=SHOWCASE.title,
                context=SHOWCASE.context,
                level=SHOWCASE.level,
                difficulty=SHOWCASE.difficulty,
                client_mood=SHOWCASE.client_mood,
                team_mode=SHOWCASE.team_mode,
                language=SHOWCASE.language,
                seed=SHOWCASE.seed,
                status="ready",
                **draft,
            )
        ],
    )
    plot.plant(
        personas,
        [
            PersonaInsert(
                tenant_id=tenant_id,
                id=UUID(f"60000000-0000-4000-8000-{place:012d}"),
                simulation_id=simulation_id,
                user_id=user_id,
                position=place - 1,
                **persona,
            )
            for place, persona in enumerate(cast, start=1)
        ],
    )
    told = [(fact, knower) for fact in hidden for knower in sorted(set(fact["known_by"]))]
    plot.plant(
        facts,
        [
            FactInsert(
                tenant_id=tenant_id,
                id=UUID(f"61000000-0000-4000-8000-{place:012d}"),
                simulation_id=simulation_id,
                persona_id=UUID(f"60000000-0000-4000-8000-{knower + 1:012d}"),
                user_id=user_id,
                position=place - 1,
                fact=fact["fact"],
                milestone=fact["milestone"],
            )
            for place, (fact, knower) in enumerate(told, start=1)
        ],
    )
