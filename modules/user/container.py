"""The user module's registrations, and the module itself."""

from __future__ import annotations

from functools import partial

from dependency_injector import containers, providers
from litestar import Router

import modules.user.functions  # noqa: F401  # declares them
from core.container import CoreContainer, Scoped
from core.http.addresses import ClientAddresses
from core.jobs import Housekeeping, Job
from core.mail import mailer_of
from core.module import Module, provided
from core.storage import storage_of
from modules.user.devices import KnownDevices
from modules.user.http import (
    AvatarsController,
    EntryController,
    MeController,
    OperatorsController,
    RecoveryController,
    SessionsController,
)
from modules.user.http.browser import Browser
from modules.user.http.oauth import OAuthController
from modules.user.issuers.book import IssuerBook
from modules.user.issuers.tokens import IssuedTokens
from modules.user.oauth import Flow, Landings, providers_of
from modules.user.passwords import Passwords
from modules.user.repositories import AccountRepository, SessionRepository, TokenRepository, UserRepository
from modules.user.repositories.operators import OperatorRepository, UserRecords
from modules.user.services.arrivals import Arrivals
from modules.user.services.avatars import Avatars, Pictures
from modules.user.services.enrolment import Enrolment
from modules.user.services.entry import Entry
from modules.user.services.mailed_tokens import MAIL_TOKEN, MAIL_WAITS, Forgetting, MailedTokens, TokenMail
from modules.user.services.me import Me, MyPassword
from modules.user.services.oauth import OAuthSignIn
from modules.user.services.operators import OperatorEntry, UserCare
from modules.user.services.purge import Purge
from modules.user.services.recovery import Recovery, Verification
from modules.user.services.sessions import SessionStart
from modules.user.services.throttle import Throttle


class UserContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    secret = core.settings.provided.secret_key

    passwords = providers.Singleton(Passwords)
    devices = providers.Singleton(KnownDevices, secret, production=core.settings.provided.production)
    addresses = providers.Singleton(ClientAddresses, core.settings.provided.trusted_networks)
    browser = providers.Singleton(Browser, core.sessions, devices, addresses)
    mailer = providers.Singleton(mailer_of, core.settings)
    token_mail = providers.Singleton(TokenMail, core.database, mailer, secret, core.settings.provided.origin)
    forgetting = providers.Singleton(Forgetting, core.database)

    users = Scoped(UserRepository, transaction=core.transaction)
    sessions = Scoped(SessionRepository, transaction=core.transaction)
    tokens = Scoped(TokenRepository, transaction=core.transaction)
    accounts = Scoped(AccountRepository, transaction=core.transaction)
    operators = Scoped(OperatorRepository, transaction=core.transaction)
    records = Scoped(UserRecords, transaction=core.transaction)

    throttle = Scoped(
        Throttle, transaction=core.transaction, database=core.database, devices=devices, secret_key=secret
    )
    mailed_tokens = Scoped(MailedTokens, transaction=core.transaction, tokens=tokens, jobs=core.jobs, secret_key=secret)
    session_start = Scoped(
        SessionStart, users=users, sessions=sessions, tokens=core.sessions, ttl_hours=core.session_ttl_hours
    )
    enrolment = Scoped(Enrolment, users=users, sessions=sessions, events=core.events)
    entry = Scoped(
        Entry,
        transaction=core.transaction,
        users=users,
        passwords=passwords,
        throttle=throttle,
        mailed_tokens=mailed_tokens,
        session_start=session_start,
        enrolment=enrolment,
    )
    recovery = Scoped(
        Recovery,
        users=users,
        sessions=sessions,
        accounts=accounts,
        passwords=passwords,
        mailed_tokens=mailed_tokens,
        throttle=throttle,
    )
    verification = Scoped(Verification, caller=core.caller, users=users, mailed_tokens=mailed_tokens, throttle=throttle)
    arrivals = Scoped(
        Arrivals, transaction=core.transaction, users=users, accounts=accounts, recovery=recovery, enrolment=enrolment
    )
    storage = providers.Singleton(storage_of, core.settings)
    pictures = providers.Singleton(Pictures, storage, secret, core.settings.provided.origin)
    avatars = Scoped(Avatars, transaction=core.transaction, caller=core.caller, users=users, pictures=pictures)
    purge = providers.Singleton(Purge, core.database, core.events, pictures)
    issuer_book = providers.Singleton(IssuerBook, core.database)
    issued_tokens = providers.Singleton(
        IssuedTokens,
        issuer_book,
        database=core.database,
        secrets=core.secrets,
        clock=core.clock,
        arrivals=arrivals.provider,
        events=core.events,
    )
    oauth_flow = providers.Singleton(Flow, secret, production=core.settings.provided.production)
    oauth_landings = providers.Singleton(
        Landings, core.settings.provided.origin, core.settings.provided.allowed_origins
    )
    oauth_providers = providers.Singleton(providers_of, core.settings, clock=core.clock)
    oauth = Scoped(
        OAuthSignIn,
        transaction=core.transaction,
        providers=oauth_providers,
        flow=oauth_flow,
        landings=oauth_landings,
        arrivals=arrivals,
        session_start=session_start,
        clock=core.clock,
    )
    me = Scoped(
        Me,
        caller=core.caller,
        users=users,
        sessions=sessions,
        enrolment=enrolment,
        pictures=pictures,
        transaction=core.transaction,
    )
    my_password = Scoped(
        MyPassword,
        transaction=core.transaction,
        caller=core.caller,
        users=users,
        sessions=sessions,
        passwords=passwords,
        throttle=throttle,
        tokens=core.sessions,
    )
    operator_entry = Scoped(
        OperatorEntry,
        transaction=core.transaction,
        operators=operators,
        passwords=passwords,
        throttle=throttle,
        tokens=core.sessions,
    )
    user_care = Scoped(
        UserCare,
        transaction=core.transaction,
        records=records,
        users=users,
        sessions=sessions,
        passwords=passwords,
        mailed_tokens=mailed_tokens,
        enrolment=enrolment,
    )


def user_module(core: CoreContainer) -> tuple[Module, UserContainer]:
    container = UserContainer(core=core)
    routes = partial(
        Router,
        path="/",
        route_handlers=[
            AvatarsController,
            EntryController,
            MeController,
            OAuthController,
            OperatorsController,
            RecoveryController,
            SessionsController,
        ],
        dependencies={
            name: provided(provider)
            for name, provider in (
                ("avatars", container.avatars),
                ("browser", container.browser),
                ("entry", container.entry),
                ("me", container.me),
                ("my_password", container.my_password),
                ("oauth", container.oauth),
                ("oauth_flow", container.oauth_flow),
                ("operator", core.operator),
                ("operator_entry", container.operator_entry),
                ("operators", container.operators),
                ("pictures", container.pictures),
                ("recovery", container.recovery),
                ("user_care", container.user_care),
                ("sessions", container.sessions),
                ("verification", container.verification),
            )
        },
    )
    module = Module(
        name="user",
        container=container,
        routes=[routes],
        jobs=[Job(MAIL_TOKEN, container.token_mail(), waits=MAIL_WAITS)],
        housekeeping=[Housekeeping("forget tokens and attempts", container.forgetting())],
    )
    return module, container
