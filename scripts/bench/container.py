"""A request's child container: to spawn it, resolve what `POST /simulations` needs, and close it.

Against the way that dependency-injector suggests: the same declarative containers, instantiated for each request.
"""

from __future__ import annotations

import gc
import statistics
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from dependency_injector import containers, providers

from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.container import Child, FromChild
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from core.http.caller import Caller
from scripts.bench.report import Goal, Section

LIMIT_MICROSECONDS: Final = 15.0
# Module and provider: the guard's authorizer, then what the handler takes.
_GRAPH: Final = (("authorization", "authorizer"), ("simulations", "generation"), ("simulations", "once"))
_NOWHERE: Final = Endpoints(runtime="host=/nowhere dbname=none")
_NOBODY: Final = UUID(int=0)
_CALLER: Final = Caller(_NOBODY, _NOBODY, _NOBODY, _NOBODY, 0, False)

Request = Callable[[], object]


class Plan(msgspec.Struct, frozen=True):
    """How much is measured: `batches` of `size` requests (a hundredth of that the naive way)."""

    batches: int = 40
    size: int = 1000
    children: int = 10_000


def measure(plan: Plan) -> Section:
    parent = bootstrap(compose, {"APP_ENV": "test"}, endpoints=_NOWHERE)
    child, naive = _child_request(parent), _naive_request(parent)
    child(), naive()
    ours, theirs = [], []
    for _ in range(plan.batches):
        ours.append(_microseconds(child, plan.size))
        theirs.append(_microseconds(naive, max(1, plan.size // 100)))
    alive, naively_alive = _alive(child, plan.children), _alive(naive, max(1, plan.children // 100))
    took = statistics.median(ours)
    return Section(
        name="container",
        title=f"a container for each request, {len(parent.modules)} modules registered",
        columns=["spawn, resolve, close", "us (median)", "us (best)", "alive afterwards"],
        rows=[
            ["child container", f"{took:.1f}", f"{min(ours):.1f}", f"{alive} of {plan.children:,}"],
            [
                "DeclarativeContainer",
                f"{statistics.median(theirs):,.0f}",
                f"{min(theirs):,.0f}",
                f"{naively_alive} of {max(1, plan.children // 100):,}",
            ],
        ],
        goals=[
            Goal(f"at most {LIMIT_MICROSECONDS:.0f} microseconds", f"{took:.1f}", took <= LIMIT_MICROSECONDS),
            Goal(f"0 of {plan.children:,} children alive afterwards", str(alive), alive == 0),
        ],
        notes=[
            f"The graph is what `POST /simulations` resolves ({_made(parent)} instances); time is processor time.",
            "Counted through weak references with the garbage collector off: the child dies by itself, the other"
            " waits to be collected.",
        ],
    )


def _child_request(parent: Parent) -> Request:
    graph = [_provider(parent, module, name) for module, name in _GRAPH]

    def request() -> Child:
        with Child(Transaction(parent.database), caller=_CALLER) as child:
            for provide in graph:
                provide()
        return child

    return request


def _naive_request(parent: Parent) -> Request:
    """Every module's container instantiated as its module does it, on a core container of the request's own."""
    places = {
        id(provider): (module.name, name)
        for module in parent.modules
        for name, provider in module.container.providers.items()
    }
    mine = {
        name: provider.last_overriding or provider
        for name, provider in parent.core.providers.items()
        if not isinstance(provider, FromChild)
    }
    values, circular = _given(mine, places)
    fields: dict[str, Any] = {name: providers.Dependency() for name in parent.core.providers}
    declare: Any = type(containers.DeclarativeContainer)
    own_core = declare("Core", (containers.DeclarativeContainer,), fields)
    wiring = [
        (module.name, module.container.declarative_parent, *_given(_dependencies(module.container), places))
        for module in parent.modules
    ]

    def request() -> object:
        with Child(Transaction(parent.database), caller=_CALLER) as child:
            core = own_core(child=child, transaction=child.transaction, caller=_CALLER, **values)
            made: dict[str, Any] = {}
            for name, declared, plain, wires in wiring:
                others = {wire: getattr(made[module], source) for wire, (module, source) in wires.items()}
                made[name] = declared(core=core, **plain, **others)
            for wire, (module, source) in circular.items():
                getattr(core, wire).override(getattr(made[module], source))
            for module, name in _GRAPH:
                getattr(made[module], name)()
        return core

    return request


def _dependencies(container: containers.Container) -> dict[str, Any]:
    return {
        name: provider.last_overriding
        for name, provider in container.providers.items()
        if isinstance(provider, providers.Dependency)
    }


def _given(
    sources: dict[str, Any], places: dict[int, tuple[str, str]]
) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """What the composition gave a container: plain values, and the places of other modules' providers."""
    wires = {name: places[id(source)] for name, source in sources.items() if id(source) in places}
    return {name: source() for name, source in sources.items() if name not in wires}, wires


def _provider(parent: Parent, module: str, name: str) -> Callable[[], Any]:
    container = next(found.container for found in parent.modules if found.name == module)
    provider: Callable[[], Any] = container.providers[name]
    return provider


def _made(parent: Parent) -> int:
    with Child(Transaction(parent.database), caller=_CALLER) as child:
        for module, name in _GRAPH:
            _provider(parent, module, name)()
        return len(child.instances)


def _microseconds(request: Request, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        request()
    return (time.process_time() - started) / times * 1e6


def _alive(request: Request, times: int) -> int:
    gc.collect()
    gc.disable()
    try:
        seen: Sequence[weakref.ref[object]] = [weakref.ref(request()) for _ in range(times)]
        return sum(reference() is not None for reference in seen)
    finally:
        gc.enable()
        gc.collect()
