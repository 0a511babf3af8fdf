"""The user module's registrations, and the module itself."""

from __future__ import annotations

from dependency_injector import containers, providers
from litestar import Router

from core.container import CoreContainer, Scoped
from core.module import Module, provided
from modules.user.http import EntryController, MeController
from modules.user.passwords import Passwords
from modules.user.repositories import SessionRepository, UserRepository
from modules.user.services import Entry, Me


class UserContainer(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()

    passwords = providers.Singleton(Passwords)
    users = Scoped(UserRepository, transaction=core.transaction)
    sessions = Scoped(SessionRepository, transaction=core.transaction)
    entry = Scoped(
        Entry,
        transaction=core.transaction,
        users=users,
        sessions=sessions,
        passwords=passwords,
        tokens=core.sessions,
        events=core.events,
        ttl_hours=core.session_ttl_hours,
    )
    me = Scoped(Me, caller=core.caller, users=users, sessions=sessions)


def user_module(core: CoreContainer) -> Module:
    container = UserContainer(core=core)
    routes = Router(
        path="/",
        route_handlers=[EntryController, MeController],
        dependencies={
            "entry": provided(container.entry),
            "me": provided(container.me),
            "tokens": provided(core.sessions),
        },
    )
    return Module(name="user", container=container, routes=[routes])
