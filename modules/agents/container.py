"""The agents module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.agents.functions  # noqa: F401  # declares them
from core.container import CoreContainer, Scoped
from core.http.idempotency import Once
from core.jobs import Housekeeping, Job
from core.module import Module, Subscription, provided
from core.settings import Settings
from modules.agents.http import AgentRequestsController, AgentSessionsController
from modules.agents.models.compatible import CompatibleModel, Timeouts
from modules.agents.models.offline import Author, OfflineModel
from modules.agents.models.protocol import AgentType, Model
from modules.agents.repositories import CallsEverywhere, ConversationRepository, RequestRepository, SessionRepository
from modules.agents.services import (
    AbandonedCalls,
    AgentRecord,
    AgentWork,
    AssignmentJob,
    Calls,
    HoldExpiredHandler,
    Running,
    Streams,
    Watch,
)
from modules.agents.services.assignments import JOB
from modules.billing import HoldExpired, Ledger


def choose_model(settings: Settings, authors: Mapping[AgentType, Author]) -> Model:
    """The endpoint of `LLM_BASE_URL`, or the offline model where there is none."""
    if settings.llm_base_url is None:
        return OfflineModel(authors)
    return CompatibleModel(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        name=settings.llm_model,
        timeouts=Timeouts(
            first_byte=settings.llm_first_byte_seconds,
            idle=settings.llm_idle_seconds,
            total=settings.llm_total_seconds,
        ),
    )


class AgentsContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    ledger: providers.Dependency[Ledger] = providers.Dependency()
    authors: providers.Dependency[Mapping[AgentType, Author]] = providers.Dependency()

    model = providers.Singleton(choose_model, settings=core.settings, authors=authors)
    running = providers.Singleton(Running)
    sessions = Scoped(SessionRepository, transaction=core.transaction)
    requests = Scoped(RequestRepository, transaction=core.transaction)
    everywhere = Scoped(CallsEverywhere, transaction=core.transaction)
    conversations = Scoped(ConversationRepository, transaction=core.transaction)
    agents = Scoped(
        AgentRecord,
        child=core.child,
        requests=requests,
        conversations=conversations,
        ledger=ledger,
        model=model,
        events=core.events,
        context_tokens=core.settings.provided.llm_context_tokens,
        admit=running.provided.admit,
    )
    watch = providers.Singleton(Watch, database=core.database, calls=everywhere.provider)
    calls = providers.Singleton(
        Calls, database=core.database, model=model, record=agents.provider, watch=watch, running=running
    )
    streams = providers.Singleton(Streams, database=core.database, running=running, watch=watch, record=agents.provider)
    once = Scoped(Once, transaction=core.transaction, caller=core.child)
    work = Scoped(
        AgentWork,
        child=core.child,
        transaction=core.transaction,
        sessions=sessions,
        requests=requests,
        record=agents,
        calls=calls,
        jobs=core.jobs,
        once=once,
        authorizer=core.authorizer,
    )
    assignment_job = providers.Singleton(AssignmentJob, database=core.database, record=agents.provider, calls=calls)
    hold_expired = Scoped(HoldExpiredHandler, record=agents)
    abandoned_calls = providers.Singleton(
        AbandonedCalls, database=core.database, calls=everywhere.provider, record=agents.provider
    )


def agents_module(
    core: CoreContainer, *, ledger: Callable[[], Ledger], authors: Mapping[AgentType, Author]
) -> tuple[Module, AgentsContainer]:
    container = AgentsContainer(core=core, ledger=ledger, authors=providers.Object(authors))
    job: AssignmentJob = container.assignment_job()
    calls: Calls = container.calls()
    module = Module(
        name="agents",
        container=container,
        routes=[
            partial(
                Router,
                path="/",
                route_handlers=[AgentSessionsController, AgentRequestsController],
                dependencies={
                    name: provided(getattr(container, name)) for name in ("sessions", "requests", "streams", "work")
                },
            )
        ],
        handlers=[Subscription(HoldExpired, container.hold_expired)],
        jobs=[Job(JOB, job.run, job.give_up)],
        housekeeping=[Housekeeping("end calls whose process died", container.abandoned_calls())],
        close=calls.close,
    )
    return module, container
