"""A decision for a tenant with 10 to 10,000 policies: ours, pycasbin's and Cedar's, of the same policies.

Ten policies speak of each resource, and all ten match what is asked. One denies; five have a condition on the resource
or on it and the subject; five open one's own without one. No question can be answered from a cache of answers: they go
round all resources and 2,000 combinations of facts, the same at every size.

Each peer is measured twice. "Usual" is what its documentation shows first: casbin's `eval()` for conditions that stand
in the policies, Cedar's policies as text. "Tuned" is the best that we found for it, and the stricter comparison:
casbin's `FastEnforcer`, which looks at the role's policies of the resource only, with conditions that are Python
functions made before; Cedar's policies parsed once (a `PolicySet`). What a peer is asked with is ready made, too.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from app.composition import compose
from core.bootstrap import Parent, bootstrap
from core.container import Child
from core.database.roles import Endpoints
from core.database.transaction import Transaction
from core.http.caller import Caller
from modules.authorization.domain import MEMBER, SYSTEM_RULES, Policy, Rule
from modules.authorization.domain.engine import RolePolicies
from modules.simulations.resources import SIMULATIONS
from scripts.bench.peers.policies import ACTION, PEERS, Facts, Peer, Question
from scripts.bench.report import Goal, Section
from scripts.bench.stage import BenchError

_LIMIT_MICROSECONDS: Final = 2.0
_LIMIT_RATIO: Final = 1.5
_EACH: Final = 10  # policies that speak of one resource
_ROLE: Final = UUID(int=1)
_CALLER: Final = Caller(None, UUID(int=2), UUID(int=3), _ROLE, 0, False)
_NOWHERE: Final = Endpoints(runtime="host=/nowhere dbname=none")
_OWN: Final = (["read"], ["read", "update"], ["delete", "read"], ["create", "read"], ["create", "delete", "read"])

T = TypeVar("T")


class Plan(msgspec.Struct, frozen=True):
    """How much is measured: ours in `rounds`, a peer for at most `seconds` and `most` questions at each size."""

    sizes: tuple[int, ...] = (10, 100, 1000, 10_000)
    rounds: int = 40
    questions: int = 2000
    most: int = 200
    seconds: float = 2.0
    alone: bool = False
    """Without the peers that are not installed."""


class Role(msgspec.Struct, frozen=True):
    """What is decided by, at one size."""

    policies: list[Policy]
    engine: RolePolicies
    questions: list[Question]
    building: float
    """Microseconds to make `engine`."""
    first: float
    """Microseconds of a decision on a resource that nobody had asked about."""


def measure(plan: Plan) -> Section:
    facts = _facts(plan.questions)
    roles = {size: _role(size, facts) for size in plan.sizes}
    with _settled():
        ours = _ours(roles, plan)
        permits, seeded = asyncio.run(_permits(roles, plan))
    peers: dict[str, dict[int, float]] = {}
    compared: dict[str, int] = {}
    for name, (package, peer) in PEERS.items():
        if plan.alone and importlib.util.find_spec(package) is None:
            continue
        found = {size: _theirs(name, peer, role, plan) for size, role in roles.items()}
        peers[name] = {size: statistics.median(times) for size, times in found.items()}
        compared[name] = sum(len(times) for times in found.values())
    return _section(plan, roles, ours, permits, seeded, peers, compared)


def _policies(size: int) -> Iterator[Policy]:
    number = 0
    for place in range(size // _EACH):
        name = "simulations" if place == 0 else f"simulations_{place}"
        for (effect, said), actions in zip(_conditions(1 + place % 4), _OWN, strict=True):
            for rule in (
                Rule(effect=effect, resource=name, actions=[ACTION], conditions=said, scope="all"),
                Rule(resource=name, actions=actions),
            ):
                number += 1
                yield Policy(UUID(int=number), _ROLE, rule)


def _conditions(level: int) -> list[tuple[Any, dict[str, Any]]]:
    def of(name: str, operator: str, value: object) -> dict[str, Any]:
        return {"attribute": f"resource.{name}", "operator": operator, "value": value}

    ready, others = of("status", "eq", "ready"), of("user_id", "ne", {"attribute": "subject.id"})
    return [
        ("deny", of("status", "eq", "failed")),
        ("allow", of("level", "lte", level)),
        ("allow", {"all": [ready, of("level", "lte", level + 2)]}),
        ("allow", {"all": [others, of("difficulty", "eq", "easy")]}),
        ("allow", {"any": [of("language", "eq", "ar"), of("level", "gte", 8)]}),
    ]


def _facts(number: int) -> list[Facts]:
    chance = random.Random(7)
    people = [str(UUID(int=person)) for person in range(1, 21)]
    found: list[Facts] = []
    for _ in range(number):
        subject = chance.choice(people)
        owner = subject if chance.random() < 1 / 3 else chance.choice(people)
        found.append(
            {
                "subject.id": subject,
                "owner": owner == subject,
                "resource.user_id": owner,
                "resource.level": chance.randint(1, 8),
                "resource.status": chance.choice(["generating", "ready", "ready", "failed"]),
                "resource.difficulty": chance.choice(["easy", "medium", "hard"]),
                "resource.language": chance.choice(["en", "en", "ar"]),
            }
        )
    return found


def _role(size: int, facts: Sequence[Facts]) -> Role:
    policies = list(_policies(size))
    names = [policy.rule.resource for policy in policies[::_EACH]]  # as a guard's literal, one object each
    resources = dict.fromkeys(names, SIMULATIONS.kinds)
    building: list[float] = []
    first: list[float] = []
    for _ in range(max(1, 200 // size)):
        engine, took = _timed(partial(RolePolicies, policies, {"subject.role": MEMBER}, resources))
        building.append(took)
        first += (_timed(partial(engine.decide, ACTION, name, facts[0]))[1] for name in names)
    questions = [(names[place % len(names)], each) for place, each in enumerate(facts)]
    return Role(policies, engine, questions, statistics.median(building), statistics.median(first))


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    """What it answers, and the microseconds of processor time that it took."""
    started = time.process_time()
    answer = call()
    return answer, (time.process_time() - started) * 1e6


def _ours(roles: Mapping[int, Role], plan: Plan) -> dict[int, list[float]]:
    """Microseconds a warm decision, a round of every size in turns; each begins with a pass that is not timed."""
    found: dict[int, list[float]] = {size: [] for size in roles}
    for _ in range(plan.rounds):
        for size, role in roles.items():
            decide, questions = role.engine.decide, role.questions
            for timed in (False, True, True, True):
                started = time.process_time()
                for resource, facts in questions:
                    decide(ACTION, resource, facts)
                if timed:
                    found[size].append((time.process_time() - started) / len(questions) * 1e6)
    return found


async def _permits(roles: Mapping[int, Role], plan: Plan) -> tuple[dict[int, float], float]:
    """Microseconds of what a route's guard calls, at each size; and with the seeds' policies of a member."""
    parent = bootstrap(compose, {"APP_ENV": "test"}, endpoints=_NOWHERE)
    seeded = RolePolicies(Policy(UUID(int=place), _ROLE, rule) for place, rule in enumerate(SYSTEM_RULES[MEMBER]))
    of_sizes = {size: await _permit(parent, role.engine, plan) for size, role in roles.items()}
    return of_sizes, await _permit(parent, seeded, plan)


async def _permit(parent: Parent, engine: RolePolicies, plan: Plan) -> float:
    authorization = next(module.container for module in parent.modules if module.name == "authorization")
    authorization.providers["cache"]().put(_CALLER, engine)
    times: list[float] = []
    with Child(Transaction(parent.database), caller=_CALLER):
        authorizer = authorization.providers["authorizer"]()
        for _ in range(plan.rounds):
            started = time.process_time()
            for _ in range(100):
                await authorizer.permit(_CALLER, ACTION, "simulations")
            times.append((time.process_time() - started) * 1e4)
    return statistics.median(times)


def _theirs(name: str, peer: Peer, role: Role, plan: Plan) -> list[float]:
    """Microseconds of each decision. Every one of them is compared with ours; raises `BenchError` where they differ."""
    questions = role.questions[: plan.most]
    asks = peer(role.policies, questions)
    asks[0]()
    times: list[float] = []
    with _settled():
        until = time.perf_counter() + plan.seconds
        for ask, (resource, facts) in zip(asks, questions, strict=True):
            allowed, took = _timed(ask)
            times.append(took)
            if allowed != role.engine.decide(ACTION, resource, facts).allowed:
                raise BenchError(f"{name} says {allowed} of {resource} and {facts}, Interna does not")
            if time.perf_counter() > until:
                break
    return times


@contextmanager
def _settled() -> Iterator[None]:
    """What is there already is no garbage, so that no collection in the middle looks at it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _section(
    plan: Plan,
    roles: Mapping[int, Role],
    ours: Mapping[int, list[float]],
    permits: Mapping[int, float],
    seeded: float,
    peers: Mapping[str, Mapping[int, float]],
    compared: Mapping[str, int],
) -> Section:
    warm = {size: statistics.median(times) for size, times in ours.items()}
    least, most = min(plan.sizes), max(plan.sizes)
    ratio = statistics.median(large / small for small, large in zip(ours[least], ours[most], strict=True))
    slowest = max(warm.values())
    agreed = ", ".join(f"{name} {number}" for name, number in compared.items())
    return Section(
        name="decisions",
        title="a decision, of so many policies",
        columns=["median us (times ours)", *(f"{size:,}" for size in plan.sizes)],
        rows=[
            ["Interna", *(f"{took:.2f}" for took in warm.values())],
            *(
                [name, *(f"{took:,.0f} ({took / warm[size]:,.0f})" for size, took in found.items())]
                for name, found in peers.items()
            ),
            ["Interna, the first about a resource", *(f"{role.first:,.0f}" for role in roles.values())],
            ["Interna, loading the policies", *(f"{role.building:,.0f}" for role in roles.values())],
            ["Interna, a route's guard", *(f"{permits[size]:.1f}" for size in plan.sizes)],
        ],
        goals=[
            Goal(
                f"a warm decision: {_LIMIT_MICROSECONDS:g} us or less at every size",
                f"{slowest:.2f} us",
                slowest <= _LIMIT_MICROSECONDS,
            ),
            Goal(
                f"at most {_LIMIT_RATIO:g} times slower with {most:,} policies than with {least:,}",
                f"{ratio:.2f} times",
                ratio <= _LIMIT_RATIO,
            ),
        ],
        notes=[
            f"Processor time; ours in {plan.rounds} rounds of three times {len(roles[least].questions):,} questions,"
            f" sizes in turns; a peer at most {plan.most} questions or {plan.seconds:g} s at each size, because many"
            " policies take it long.",
            f"Every decision of a peer that was measured was compared with ours; all agree ({agreed or 'no peers'}).",
            "The guard is `PolicyAuthorizer.permit`, which says which rows are open too; with the seeds' policies of a"
            f" member it takes {seeded:.1f} us. The first decision about a resource compiles what speaks of it.",
        ],
    )
