"""The simulations module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable

from dependency_injector import containers, providers
from litestar import Router

from core.container import CoreContainer, Scoped
from core.http.idempotency import Once
from core.jobs import Job
from core.module import Module, Subscription, provided
from modules.agents import Agents, Model
from modules.billing import Credits, HoldExpired
from modules.simulations.http import (
    CatalogueController,
    ChatController,
    ProgressController,
    SimulationsController,
)
from modules.simulations.repositories import CatalogueRepository, ProgressRepository, SimulationRepository
from modules.simulations.services import (
    Generation,
    GenerationJob,
    HoldExpiredHandler,
    PersonaChat,
    ProjectProgress,
)
from modules.simulations.services.generation import JOB


class SimulationsContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    credits: providers.Dependency[Credits] = providers.Dependency()
    agents: providers.Dependency[Agents] = providers.Dependency()
    model: providers.Dependency[Model] = providers.Dependency()

    simulations = Scoped(SimulationRepository, transaction=core.transaction)
    progress = Scoped(ProgressRepository, transaction=core.transaction)
    catalogue = Scoped(CatalogueRepository, transaction=core.transaction)
    once = Scoped(Once, transaction=core.transaction, caller=core.child)
    generation = Scoped(
        Generation,
        child=core.child,
        transaction=core.transaction,
        simulations=simulations,
        credits=credits,
        jobs=core.jobs,
        authorizer=core.authorizer,
    )
    chat = Scoped(
        PersonaChat,
        transaction=core.transaction,
        database=core.database,
        simulations=simulations,
        agents=agents,
        agents_later=agents.provider,
        credits=credits,
        credits_later=credits.provider,
        once=once,
        model=model,
        authorizer=core.authorizer,
    )
    work = Scoped(ProjectProgress, child=core.child, progress=progress, catalogue=catalogue, simulations=simulations)
    generation_job = providers.Singleton(
        GenerationJob,
        database=core.database,
        simulations=simulations.provider,
        agents=agents.provider,
        credits=credits.provider,
        model=model,
    )
    hold_expired = Scoped(HoldExpiredHandler, simulations=simulations)


def simulations_module(
    core: CoreContainer,
    *,
    credits: Callable[[], Credits],
    agents: Callable[[], Agents],
    model: Callable[[], Model],
) -> Module:
    container = SimulationsContainer(core=core, credits=credits, agents=agents, model=model)
    routes = Router(
        path="/",
        route_handlers=[SimulationsController, ChatController, CatalogueController, ProgressController],
        dependencies={
            name: provided(getattr(container, name))
            for name in ("generation", "chat", "once", "simulations", "progress", "catalogue", "work")
        },
    )
    job: GenerationJob = container.generation_job()
    return Module(
        name="simulations",
        container=container,
        routes=[routes],
        handlers=[Subscription(HoldExpired, container.hold_expired)],
        jobs=[Job(JOB, job.run, job.give_up)],
    )
