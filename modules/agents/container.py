"""The agents module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dependency_injector import containers, providers

from core.container import CoreContainer, Scoped
from core.module import Module
from core.settings import Settings
from modules.agents.models.compatible import CompatibleModel, Timeouts
from modules.agents.models.offline import Author, OfflineModel
from modules.agents.models.protocol import AgentType, Model
from modules.agents.repositories import AgentRepository
from modules.agents.services import AgentRecord
from modules.billing import Meter


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
    meter: providers.Dependency[Meter] = providers.Dependency()
    authors: providers.Dependency[Mapping[AgentType, Author]] = providers.Dependency()

    model = providers.Singleton(choose_model, settings=core.settings, authors=authors)
    repository = Scoped(AgentRepository, transaction=core.transaction)
    agents = Scoped(AgentRecord, child=core.child, repository=repository, meter=meter, model=model)


def agents_module(
    core: CoreContainer, *, meter: Callable[[], Meter], authors: Mapping[AgentType, Author]
) -> tuple[Module, AgentsContainer]:
    container = AgentsContainer(core=core, meter=meter, authors=providers.Object(authors))
    return Module(name="agents", container=container), container
