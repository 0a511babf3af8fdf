"""The parent container, and the child that lives as long as one request.

The graph of providers is built once, in the parent. A child holds only what belongs to one request (its
transaction, its caller, its id) and the instances made for it; everything else it finds in the parent, and
it dies with the request. `Scoped` is the provider that says "one instance a child".

A decision worth keeping: dependency-injector's own way, a DeclarativeContainer instantiated for each request, copies
every provider deeply: about a millisecond with four modules, and passing it the parent's providers keeps it alive
for ever. The child here is a small object in a context variable; `make bench` prints both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, Token
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast
from uuid import UUID

from dependency_injector import containers, providers

from core.clock import system_clock
from core.settings import NamedSecrets, Settings

if TYPE_CHECKING:
    from core.database.pool import Database
    from core.database.transaction import Transaction
    from core.http.authority import Authorizer, Permit
    from core.http.caller import Caller, Operator, Sessions, TrustedIssuers
    from core.http.pages import Cursors
    from core.jobs import Jobs
    from core.module import Events

T = TypeVar("T")
Counterparts: TypeAlias = "Mapping[Callable[[], Any], Callable[[], Any]]"
"""A parent's providers, by those of another parent of the same composition."""

_current: ContextVar[Child] = ContextVar("interna_child")


class Child:
    """A request-scoped child container: `with` makes it the current one of this task."""

    __slots__ = (
        "__weakref__",
        "_token",
        "caller",
        "counterparts",
        "instances",
        "operator",
        "permits",
        "request_id",
        "transaction",
    )

    def __init__(
        self,
        transaction: Transaction,
        *,
        caller: Caller | None = None,
        request_id: str = "",
        counterparts: Counterparts | None = None,
    ) -> None:
        self.transaction = transaction
        self.caller = caller
        self.operator: Operator | None = None
        self.permits: list[Permit[Any, Any]] = []  # what the route's guards were answered, in their order
        self.request_id = request_id
        self.counterparts = counterparts
        self.instances: dict[Scoped[Any], Any] = {}  # whatever the graph provides, by its provider
        self._token: Token[Child] | None = None

    @property
    def user_id(self) -> UUID:
        """Whoever acts, be it a caller or a job's user; raises `LookupError` where nobody does."""
        return self._acting("user_id")

    @property
    def tenant_id(self) -> UUID:
        """The tenant that is acted for; raises `LookupError` where there is none."""
        return self._acting("tenant_id")

    def own(self, provider: Callable[[], Any]) -> Callable[[], Any]:
        """What this child's parent has in the place of a provider of the parent that the routes were registered with.

        Raises `LookupError` where it has nothing: another parent's must never be used instead.
        """
        return provider if self.counterparts is None else self.counterparts[provider]

    def _acting(self, part: str) -> UUID:
        source = self.caller or self.transaction.identity
        found: UUID | None = getattr(source, part, None)
        if found is None:
            raise LookupError(f"this child acts for no {part.removesuffix('_id')}")
        return found

    def __enter__(self) -> Child:
        self._token = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _current.reset(self._token)
            self._token = None
        self.instances.clear()


def current_child() -> Child:
    return _current.get()


def _operator_of(child: Child) -> Operator:
    """Which operator is calling; only routes of operators may ask."""
    if child.operator is None:
        raise LookupError("this child has no operator")
    return child.operator


def _caller_of(child: Child) -> Caller:
    """Who is calling; routes that are open to everybody have none and must not ask."""
    if child.caller is None:
        raise LookupError("this child has no caller")
    return child.caller


def _permit_of(child: Child) -> Permit[Any, Any]:
    """What the route's first `requires(...)` was answered."""
    if not child.permits:
        raise LookupError("this route requires no right")
    return child.permits[0]


class _Overridable(providers.Provider[T]):
    """A provider whose overriding costs one attribute to look at, not a lock."""

    _replacement: Callable[[], Any] | None = None  # tests may put anything in its place

    def override(self, provider: Any) -> Any:
        context: Any = super().override(provider)
        self._replacement = self.last_overriding
        return context

    def reset_last_overriding(self) -> None:
        super().reset_last_overriding()
        self._replacement = self.last_overriding

    def reset_override(self) -> None:
        super().reset_override()
        self._replacement = None


class FromChild(_Overridable[T]):
    """A provider of one of the request's own values."""

    def __init__(self, read: Callable[[Child], T]) -> None:
        self._read = read
        super().__init__()

    def __call__(self) -> T:  # type: ignore[override]  # nothing is ever passed or awaited
        if self._replacement is not None:
            return cast(T, self._replacement())
        return self._read(_current.get())

    def __deepcopy__(self, memo: dict[Any, Any] | None = None) -> FromChild[T]:
        return self


class Scoped(_Overridable[T]):
    """A provider that makes one instance a child, by calling `factory` with its injected arguments.

    Dependencies between containers are followed once, at the first call; what they end at is called each time,
    so overriding that provider (as tests do) is seen.
    """

    def __init__(self, factory: Callable[..., T], **kwargs: object) -> None:
        self._factory = factory
        self._kwargs = kwargs
        self._plan: tuple[tuple[str, Callable[[], Any]], ...] | None = None
        super().__init__()

    def __call__(self) -> T:  # type: ignore[override]  # nothing is ever passed or awaited
        if self._replacement is not None:
            return cast(T, self._replacement())
        instances = _current.get().instances
        made = instances.get(self)
        if made is None:
            plan = self._plan
            if plan is None:
                plan = self._plan = tuple((name, _source(given)) for name, given in self._kwargs.items())
            made = instances[self] = self._factory(**{name: get() for name, get in plan})
        return cast(T, made)

    def __deepcopy__(self, memo: dict[Any, Any] | None = None) -> Scoped[T]:
        memo = {} if memo is None else memo
        copied: Scoped[T] | None = memo.get(id(self))
        if copied is None:
            copied = memo[id(self)] = type(self)(self._factory)
            copied._kwargs = providers.deepcopy(self._kwargs, memo)
        return copied

    @property
    def related(self) -> Iterator[Any]:
        yield from (given for given in self._kwargs.values() if isinstance(given, providers.Provider))
        yield from super().related


def _source(given: Any) -> Callable[[], Any]:  # an injection: a provider or a plain value
    if isinstance(given, providers.Delegate):
        later = given.provides
        return lambda: _source(later)
    while isinstance(given, providers.Dependency) and given.last_overriding is not None:
        given = given.last_overriding
    if isinstance(given, providers.Provider):
        return cast("Callable[[], Any]", given)
    return lambda: given


class CoreContainer(containers.DeclarativeContainer):
    """What every module may ask for."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    clock = providers.Object(system_clock)
    database: providers.Dependency[Database] = providers.Dependency()
    jobs: providers.Dependency[Jobs] = providers.Dependency()
    events: providers.Dependency[Events] = providers.Dependency()
    sessions: providers.Dependency[Sessions] = providers.Dependency()
    cursors: providers.Dependency[Cursors] = providers.Dependency()

    session_ttl_hours = settings.provided.session_ttl_hours
    authorizer: providers.Dependency[Authorizer] = providers.Dependency()
    issuers: providers.Dependency[TrustedIssuers] = providers.Dependency()
    secrets: providers.Dependency[NamedSecrets] = providers.Dependency()
    child = FromChild(lambda child: child)
    transaction = FromChild(attrgetter("transaction"))
    caller = FromChild(_caller_of)
    operator = FromChild(_operator_of)
    permit = FromChild(_permit_of)
