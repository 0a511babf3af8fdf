"""From the environment to a parent container: the only place that reads the process's variables."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from dependency_injector import containers, providers

import core.database.functions  # noqa: F401  # declares them
from core.container import Child, CoreContainer, Counterparts
from core.database.identity import Acting, Identity
from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from core.http.caller import Caller, Operator, Sessions
from core.http.idempotency import Forgetting
from core.http.pages import Cursors
from core.jobs import Housekeeping, Jobs
from core.module import Events, Module
from core.settings import NamedSecrets, Settings, SettingsError, load_settings

Compose = Callable[[CoreContainer], Sequence[Module]]


class WiringError(Exception):
    """A provider cannot make what it promises. It is a bug, found before the first request."""


class Parent:
    """The parent container of one process: the graph, and the modules it is made of."""

    def __init__(self, settings: Settings, core: CoreContainer, modules: Sequence[Module]) -> None:
        self.settings = settings
        self.core = core
        self.modules = tuple(modules)

    @property
    def database(self) -> Database:
        return self.core.database()

    def child(self, identity: Identity | None = None, *, caller: Caller | None = None) -> Child:
        """A request-scoped child container; `with` it to resolve from the graph."""
        return Child(Transaction(self.database, identity), caller=caller)

    def counterparts(self, other: Parent) -> Counterparts:
        """Our providers by those of `other`, a parent of the same composition."""
        ours, theirs = self._containers(), other._containers()
        if [name for name, _ in ours] != [name for name, _ in theirs]:
            raise WiringError("parents of different compositions cannot share their routes")
        return {
            their.providers[name]: provider
            for (_, our), (_, their) in zip(ours, theirs, strict=True)
            for name, provider in our.providers.items()
        }

    def _containers(self) -> list[tuple[str, containers.Container]]:
        return [("core", self.core), *((module.name, module.container) for module in self.modules)]

    def verify(self) -> None:
        """Resolve every provider of every module once. Raises `WiringError`."""
        for module in self.modules:
            for name, provider in module.container.providers.items():
                if not isinstance(provider, providers.DependenciesContainer):
                    self._resolve(f"{module.name}.{name}", provider)

    def _resolve(self, name: str, provider: Callable[[], object]) -> None:
        """In a child of its own, which nothing may keep: a singleton must not hold a request's transaction."""
        nobody = UUID(int=0)
        caller = Caller(nobody, nobody, nobody, nobody, 0, False)
        with self.child(Acting(nobody, nobody), caller=caller) as child:
            child.operator = Operator(nobody, nobody)
            transaction = weakref.ref(child.transaction)
            try:
                provider()
            except SettingsError:
                raise
            except Exception as error:
                raise WiringError(f"{name}: {error}") from error
        del child
        if transaction() is not None:
            raise WiringError(f"{name}: it outlives the request whose transaction it holds")

    async def open(self) -> None:
        await self.database.open()
        await self.core.jobs().open()

    async def close(self) -> None:
        for module in reversed(self.modules):
            if module.close is not None:
                await module.close()
        await self.core.jobs().close()
        await self.database.close()


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ`, or in the process's environment. Raises `core.settings.SettingsError`."""
    return load_settings(os.environ if environ is None else environ)


def bootstrap(
    compose: Compose, environ: Mapping[str, str] | None = None, *, endpoints: Endpoints | None = None
) -> Parent:
    """Read the environment once, build the graph and check it.

    `endpoints` overrides where the database is: the embedded server knows only once it runs.
    """
    settings = read_settings(environ)
    conninfo = endpoints.runtime if endpoints else settings.database_url
    if conninfo is None:
        raise WiringError("the embedded server must be started first; pass its endpoints")
    database = Database(
        conninfo,
        size=settings.db_pool_size,
        idle_seconds=settings.db_pool_idle_seconds,
        connect_timeout=settings.db_connect_timeout_seconds,
        slow_query_ms=settings.slow_query_ms,
    )
    events, jobs = Events(), Jobs(database)
    core = CoreContainer(
        settings=settings,
        database=database,
        events=events,
        jobs=jobs,
        secrets=NamedSecrets(os.environ if environ is None else environ),
        sessions=Sessions(settings.secret_key, production=settings.production),
        cursors=Cursors(settings.secret_key),
    )
    modules = compose(core)
    jobs.register([], [Housekeeping("forget idempotency keys", Forgetting(database))])
    for module in modules:
        events.subscribe(module.handlers)
        jobs.register(module.jobs, module.housekeeping)
    parent = Parent(settings, core, modules)
    parent.verify()
    return parent
