"""The billing module's registrations, and the module itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.billing.functions  # declares them
import modules.billing.resources  # noqa: F401
from core.container import CoreContainer, Scoped
from core.http.idempotency import Once
from core.jobs import Housekeeping, Job
from core.mail import mailer_of
from core.module import Module, Subscription, provided
from modules.authorization import TenantCreated, TenantPlans
from modules.billing.domain.landings import Landings
from modules.billing.http import (
    CreditsController,
    OperatorCreditsController,
    PlansController,
    SubscriptionsController,
    UsageController,
    WebhooksController,
)
from modules.billing.repositories import (
    AlertRepository,
    CancellationRepository,
    CreditRepository,
    ExpiryRepository,
    HoldRepository,
    PlanRepository,
    SubscriptionRepository,
    UsageMonths,
    UsageRepository,
    UsageTotals,
    WebhookRepository,
)
from modules.billing.services import (
    APPLY_EVENT,
    END_SUBSCRIPTION,
    MAIL_USAGE_ALERT,
    MAIL_WAITS,
    SYNC_SUBSCRIPTION,
    AlertMail,
    CatchingUp,
    CreditExpiry,
    CreditsByHand,
    EndingJob,
    EventJob,
    HoldExpiry,
    LimitCheck,
    LimitWatch,
    MonthlyCredits,
    PayerGone,
    PlanKeeping,
    Subscribing,
    SubscriptionSync,
    SyncJob,
    TenantCredits,
    UsageIntake,
    UsageMonthsKept,
    UsageTable,
    Webhooks,
    WelcomeAccount,
)
from modules.billing.stripe import Library, Signatures, Stripe
from modules.user import UserDeleted


class BillingContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    tenant_plans: providers.Dependency[TenantPlans] = providers.Dependency()

    repository = Scoped(CreditRepository, transaction=core.transaction)
    usage = Scoped(UsageRepository, transaction=core.transaction)
    holds = Scoped(HoldRepository, transaction=core.transaction)
    expiry = Scoped(ExpiryRepository, transaction=core.transaction)
    credits = Scoped(TenantCredits, child=core.child, credits=repository, holds=holds, usage=usage)
    welcome = Scoped(WelcomeAccount, credits=repository)
    once = Scoped(Once, transaction=core.transaction, caller=core.child)
    credits_by_hand = Scoped(
        CreditsByHand, transaction=core.transaction, operator=core.operator, credits=repository, once=once
    )
    hold_expiry = providers.Singleton(HoldExpiry, database=core.database, holds=holds.provider, events=core.events)
    credit_expiry = providers.Singleton(CreditExpiry, database=core.database, expiry=expiry.provider)

    library = providers.Singleton(Library)
    stripe = providers.Singleton(Stripe, core.settings.provided.stripe_secret_key, library)
    signatures = providers.Singleton(Signatures, core.settings.provided.stripe_webhook_secrets, library)
    landings = providers.Singleton(Landings, core.settings.provided.origin, core.settings.provided.allowed_origins)
    plans = Scoped(PlanRepository, transaction=core.transaction)
    subscriptions = Scoped(SubscriptionRepository, transaction=core.transaction)
    webhook_events = Scoped(WebhookRepository, transaction=core.transaction)
    cancellations = Scoped(CancellationRepository, transaction=core.transaction)
    payer_gone = Scoped(PayerGone, cancellations=cancellations)
    ending_job = providers.Singleton(
        EndingJob, database=core.database, cancellations=cancellations.provider, provider=stripe
    )
    subscribing = Scoped(
        Subscribing,
        transaction=core.transaction,
        subscriptions=subscriptions,
        plans=plans,
        stripe=stripe,
        landings=landings,
        clock=core.clock,
    )
    webhooks = Scoped(
        Webhooks, transaction=core.transaction, events=webhook_events, signatures=signatures, jobs=core.jobs
    )
    keeping = Scoped(
        PlanKeeping, subscriptions=subscriptions, plans=plans, credits=repository, tenant_plans=tenant_plans
    )
    monthly_credits = providers.Singleton(
        MonthlyCredits,
        database=core.database,
        subscriptions=subscriptions.provider,
        keeping=keeping.provider,
        clock=core.clock,
    )
    sync = providers.Singleton(
        SubscriptionSync,
        database=core.database,
        provider=stripe,
        subscriptions=subscriptions.provider,
        keeping=keeping.provider,
        clock=core.clock,
    )
    event_job = providers.Singleton(EventJob, database=core.database, events=webhook_events.provider, sync=sync)
    sync_job = providers.Singleton(SyncJob, database=core.database, subscriptions=subscriptions.provider, sync=sync)
    catching_up = providers.Singleton(
        CatchingUp,
        database=core.database,
        events=webhook_events.provider,
        subscriptions=subscriptions.provider,
        cancellations=cancellations.provider,
        jobs=core.jobs,
        stripe=stripe,
    )

    mailer = providers.Singleton(mailer_of, core.settings)
    kept_months = core.settings.provided.usage_retention_months
    usage_totals = Scoped(UsageTotals, transaction=core.transaction)
    usage_alerts = Scoped(AlertRepository, transaction=core.transaction)
    usage_months = Scoped(UsageMonths, transaction=core.transaction)
    usage_intake = Scoped(UsageIntake, usage=usage, clock=core.clock, kept_months=kept_months)
    usage_table = Scoped(UsageTable, database=core.database, transaction=core.transaction)
    limit_check = Scoped(
        LimitCheck,
        transaction=core.transaction,
        alerts=usage_alerts,
        subscriptions=subscriptions,
        plans=plans,
        jobs=core.jobs,
    )
    limit_watch = providers.Singleton(
        LimitWatch,
        database=core.database,
        alerts=usage_alerts.provider,
        check=limit_check.provider,
        clock=core.clock,
    )
    alert_mail = providers.Singleton(
        AlertMail,
        database=core.database,
        alerts=usage_alerts.provider,
        mailer=mailer,
        origin=core.settings.provided.origin,
    )
    months_kept = providers.Singleton(
        UsageMonthsKept,
        database=core.database,
        months=usage_months.provider,
        clock=core.clock,
        kept_months=kept_months,
    )


def billing_module(core: CoreContainer, *, tenant_plans: Callable[[], TenantPlans]) -> tuple[Module, BillingContainer]:
    container = BillingContainer(core=core, tenant_plans=tenant_plans)
    routes = partial(
        Router,
        path="/",
        route_handlers=[
            PlansController,
            SubscriptionsController,
            UsageController,
            WebhooksController,
            CreditsController,
            OperatorCreditsController,
        ],
        dependencies={
            "plans": provided(container.plans),
            "subscribing": provided(container.subscribing),
            "webhooks": provided(container.webhooks),
            "clock": provided(core.clock),
            "usage_intake": provided(container.usage_intake),
            "usage_totals": provided(container.usage_totals),
            "usage_alerts": provided(container.usage_alerts),
            "usage_table": provided(container.usage_table),
            "credits": provided(container.repository),
            "credits_by_hand": provided(container.credits_by_hand),
        },
    )
    module = Module(
        name="billing",
        container=container,
        routes=[routes],
        handlers=[
            Subscription(TenantCreated, container.welcome),
            Subscription(UserDeleted, container.payer_gone),
        ],
        jobs=[
            Job(APPLY_EVENT, container.event_job()),
            Job(SYNC_SUBSCRIPTION, container.sync_job()),
            Job(END_SUBSCRIPTION, container.ending_job()),
            Job(MAIL_USAGE_ALERT, container.alert_mail(), waits=MAIL_WAITS),
        ],
        housekeeping=[
            Housekeeping("grant monthly credits", container.monthly_credits()),
            Housekeeping("catch up with the payment provider", container.catching_up()),
            Housekeeping("void expired holds", container.hold_expiry()),
            Housekeeping("expire credits", container.credit_expiry()),
            Housekeeping("keep the months of usage", container.months_kept()),
            Housekeeping("watch the limits of plans", container.limit_watch()),
        ],
    )
    return module, container
