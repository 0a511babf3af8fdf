"""The authorization module's registrations, and the module itself."""

from __future__ import annotations

from dependency_injector import containers, providers
from litestar import Router

import modules.authorization.functions  # noqa: F401  # declares them
from core.container import CoreContainer, Scoped
from core.module import Module, Subscription, provided
from modules.authorization.http import OperatorTenantsController
from modules.authorization.repositories import TenantRepository
from modules.authorization.services import OwnerGone, PersonalTenant, PolicyAuthorizer, PolicyCache, TenantEntrance
from modules.user import ArrivedForTenant, UserAnonymised, UserSignedUp


class AuthorizationContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()

    cache = providers.Singleton(PolicyCache)
    tenants = Scoped(TenantRepository, transaction=core.transaction)
    authorizer = Scoped(PolicyAuthorizer, tenants=tenants, cache=cache)
    personal_tenant = Scoped(PersonalTenant, tenants=tenants, events=core.events)
    tenant_entrance = Scoped(TenantEntrance, transaction=core.transaction, tenants=tenants)
    owner_gone = Scoped(OwnerGone, tenants=tenants)


def authorization_module(core: CoreContainer) -> tuple[Module, AuthorizationContainer]:
    container = AuthorizationContainer(core=core)
    routes = Router(
        path="/",
        route_handlers=[OperatorTenantsController],
        dependencies={"tenants": provided(container.tenants)},
    )
    module = Module(
        name="authorization",
        container=container,
        routes=[routes],
        handlers=[
            Subscription(UserSignedUp, container.personal_tenant),
            Subscription(ArrivedForTenant, container.tenant_entrance),
            Subscription(UserAnonymised, container.owner_gone),
        ],
    )
    return module, container
