"""The simulations module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.simulations.functions  # noqa: F401  # declares them
from core.container import CoreContainer, Scoped
from core.http.idempotency import Once
from core.jobs import Housekeeping, Job
from core.module import Module, Subscription, provided
from modules.agents import Agents, CallFailed, Calls, Streams
from modules.simulations.http import (
    AnalysesController,
    CatalogueController,
    ChatController,
    InterviewsController,
    ProgressController,
    QuizController,
    ReviewsController,
    SimulationsController,
    TaskChatController,
)
from modules.simulations.repositories import (
    AnalysisRepository,
    CatalogueRepository,
    InterviewRepository,
    ProgressRepository,
    QuizRepository,
    ReviewRepository,
    SceneRepository,
    SimulationRepository,
)
from modules.simulations.services import (
    AbandonedInterviews,
    Analyses,
    Dialogue,
    Generation,
    GenerationEnded,
    GenerationJob,
    Interviews,
    OwnSimulations,
    PersonaChat,
    ProjectProgress,
    Quizzes,
    ReviewRecord,
    Reviews,
    TaskChat,
)
from modules.simulations.services.generation import JOB

_INJECTED = (
    *("generation", "chat", "dialogue", "once", "simulations", "progress", "catalogue", "work"),
    *("reviews", "review_rows", "quizzes"),
    *("interviews", "interview_rows", "analyses", "task_chat"),
)


class SimulationsContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    agents: providers.Dependency[Agents] = providers.Dependency()
    calls: providers.Dependency[Calls] = providers.Dependency()
    streams: providers.Dependency[Streams] = providers.Dependency()

    simulations = Scoped(SimulationRepository, transaction=core.transaction)
    progress = Scoped(ProgressRepository, transaction=core.transaction)
    catalogue = Scoped(CatalogueRepository, transaction=core.transaction)
    once = Scoped(Once, transaction=core.transaction, caller=core.child)
    generation = Scoped(
        Generation,
        child=core.child,
        transaction=core.transaction,
        simulations=simulations,
        agents=agents,
        calls=calls,
        streams=streams,
        jobs=core.jobs,
        authorizer=core.authorizer,
    )
    dialogue = Scoped(
        Dialogue,
        transaction=core.transaction,
        agents=agents,
        calls=calls,
        streams=streams,
        once=once,
        progress=progress.provider,
    )
    scenes = Scoped(SceneRepository, transaction=core.transaction)
    own = Scoped(OwnSimulations, simulations=simulations, authorizer=core.authorizer)
    chat = Scoped(PersonaChat, scenes=scenes, own=own, dialogue=dialogue, authorizer=core.authorizer)
    task_chat = Scoped(TaskChat, catalogue=catalogue, dialogue=dialogue)
    work = Scoped(
        ProjectProgress,
        progress=progress,
        catalogue=catalogue,
        simulations=simulations,
        authorizer=core.authorizer,
    )
    review_rows = Scoped(ReviewRepository, transaction=core.transaction)
    review_record = Scoped(ReviewRecord, reviews=review_rows, progress=progress)
    reviews = Scoped(
        Reviews,
        transaction=core.transaction,
        reviews=review_rows,
        record=review_record.provider,
        own=own,
        agents=agents,
        calls=calls,
        once=once,
    )
    quiz_rows = Scoped(QuizRepository, transaction=core.transaction)
    quizzes = Scoped(Quizzes, own=own, quizzes=quiz_rows, progress=progress)
    interview_rows = Scoped(InterviewRepository, transaction=core.transaction)
    interviews = Scoped(
        Interviews,
        transaction=core.transaction,
        interviews=interview_rows.provider,
        agents=agents,
        calls=calls,
        streams=streams,
        once=once,
        authorizer=core.authorizer,
        context_tokens=core.settings.provided.llm_context_tokens,
    )
    abandoned_interviews = providers.Singleton(
        AbandonedInterviews, database=core.database, interviews=interview_rows.provider
    )
    analysis_rows = Scoped(AnalysisRepository, transaction=core.transaction)
    analyses = Scoped(
        Analyses,
        transaction=core.transaction,
        analyses=analysis_rows.provider,
        own=own,
        agents=agents,
        calls=calls,
        once=once,
        context_tokens=core.settings.provided.llm_context_tokens,
    )
    generation_job = providers.Singleton(
        GenerationJob, database=core.database, simulations=simulations.provider, agents=agents.provider, calls=calls
    )
    generation_ended = Scoped(GenerationEnded, simulations=simulations)


def simulations_module(
    core: CoreContainer,
    *,
    agents: Callable[[], Agents],
    calls: Callable[[], Calls],
    streams: Callable[[], Streams],
) -> Module:
    container = SimulationsContainer(core=core, agents=agents, calls=calls, streams=streams)
    routes = partial(
        Router,
        path="/",
        route_handlers=[
            SimulationsController,
            ChatController,
            TaskChatController,
            CatalogueController,
            ProgressController,
            QuizController,
            ReviewsController,
            InterviewsController,
            AnalysesController,
        ],
        dependencies={name: provided(getattr(container, name)) for name in _INJECTED},
    )
    job: GenerationJob = container.generation_job()
    return Module(
        name="simulations",
        container=container,
        routes=[routes],
        handlers=[Subscription(CallFailed, container.generation_ended)],
        jobs=[Job(JOB, job.run, job.give_up)],
        housekeeping=[Housekeeping("abandon old interviews", container.abandoned_interviews())],
    )
