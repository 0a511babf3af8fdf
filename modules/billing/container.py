"""The billing module's registrations, and the module itself."""

from __future__ import annotations

from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.billing.resources  # noqa: F401  # declares them
from core.container import CoreContainer, Scoped
from core.http.idempotency import Once
from core.jobs import Housekeeping
from core.module import Module, Subscription, provided
from modules.authorization import TenantCreated
from modules.billing.http import CreditsController, OperatorCreditsController
from modules.billing.repositories import CreditRepository, UsageRepository
from modules.billing.services import CreditsByHand, HoldExpiry, TenantCredits, WelcomeAccount


class BillingContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()

    repository = Scoped(CreditRepository, transaction=core.transaction)
    usage = Scoped(UsageRepository, transaction=core.transaction)
    credits = Scoped(TenantCredits, child=core.child, credits=repository, usage=usage)
    welcome = Scoped(WelcomeAccount, credits=repository)
    once = Scoped(Once, transaction=core.transaction, caller=core.child)
    credits_by_hand = Scoped(
        CreditsByHand, transaction=core.transaction, operator=core.operator, credits=repository, once=once
    )
    hold_expiry = providers.Singleton(
        HoldExpiry, database=core.database, credits=repository.provider, events=core.events
    )


def billing_module(core: CoreContainer) -> tuple[Module, BillingContainer]:
    container = BillingContainer(core=core)
    routes = partial(
        Router,
        path="/",
        route_handlers=[CreditsController, OperatorCreditsController],
        dependencies={
            "credits": provided(container.repository),
            "credits_by_hand": provided(container.credits_by_hand),
        },
    )
    module = Module(
        name="billing",
        container=container,
        routes=[routes],
        handlers=[Subscription(TenantCreated, container.welcome)],
        housekeeping=[Housekeeping("void expired holds", container.hold_expiry())],
    )
    return module, container
