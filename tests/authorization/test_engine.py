"""What a role's policies decide, and what they say of it."""

from __future__ import annotations

import tracemalloc
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from core.database.metadata import metadata
from core.database.visible import Kind, Resource, VisibleStatement, resources
from core.errors import Invalid
from modules.authorization.domain import Policy, Rule
from modules.authorization.domain.conditions import ALWAYS, NEVER, Compare, Owner, dump, parse, residual
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.domain.vocabulary import kinds
from modules.authorization.filters import rows
from modules.simulations import resources as simulations_resources

KINDS: Final[dict[str, dict[str, Kind]]] = {
    "things": {"id": "id", "user_id": "id", "level": "integer", "colour": "text"},
    "lists": {"names": "texts"},
    "shelves": {"id": "id"},
}
CONSTANTS: Final = {"subject.role": "mentor", "tenant.plan": "pro", "tenant.features": ("sso",)}
ROLE_ID: Final = uuid4()
COLUMNS: Final = [found for found in resources(metadata).values() if found.columns]
assert simulations_resources.SIMULATIONS in COLUMNS  # declared by being imported

_ids = count(1)


def policy(effect: str = "allow", resource: str = "things", *actions: str, **more: Any) -> Policy:
    """Of all rows, unless it says otherwise; later ones have greater ids."""
    said = {"effect": effect, "resource": resource, "actions": list(actions or ("read",)), "scope": "all", **more}
    return Policy(UUID(int=next(_ids)), ROLE_ID, Rule(**said))


def allow(resource: str = "things", *actions: str, **more: Any) -> Policy:
    return policy("allow", resource, *actions, **more)


def deny(resource: str = "things", *actions: str, **more: Any) -> Policy:
    return policy("deny", resource, *actions, **more)


def role(*policies: Policy) -> RolePolicies:
    return RolePolicies(policies, CONSTANTS, KINDS)


def compared(attribute: str, operator: str, value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}


LOW: Final = compared("resource.level", "lte", 3)
RED: Final = compared("resource.colour", "eq", "red")


# --- what is decided ---------------------------------------------------------------------------------------------


def test_what_nobody_allowed_is_refused() -> None:
    for policies in ((), (allow("things", "write"),), (allow("others"),), (deny(),)):
        assert not role(*policies).decide("read", "things", {"owner": True}).allowed
    decision = role().decide("read", "things", {})
    assert (decision.policy_id, decision.reason) == (None, "no policy allows to read things")


def test_a_deny_beats_every_allow_before_it_and_after_it() -> None:
    wide, own, denial = allow("*", "*"), allow(scope="own"), deny("*", "*")
    for policies in ((wide, own, denial), (denial, own, wide), (own, denial, wide)):
        decision = role(*policies).decide("read", "things", {"owner": True})
        assert (decision.allowed, decision.policy_id) == (False, denial.id)


def test_what_is_not_known_allows_nothing_and_denies_all() -> None:
    assert not role(allow(conditions=LOW)).decide("read", "things", {}).allowed
    assert not role(allow(scope="own")).decide("read", "things", {}).allowed
    assert role(allow(conditions=LOW)).decide("read", "things", {"resource.level": 3}).allowed
    denial = deny(conditions=LOW)
    assert role(allow(), denial).decide("read", "things", {}).policy_id == denial.id
    assert role(allow(), denial).decide("read", "things", {"resource.level": 4}).allowed
    assert not role(allow(), deny(conditions={"not": LOW})).decide("read", "things", {}).allowed


@pytest.mark.parametrize("resource", ["platform:tenants", "platform:", "platform:*"])
def test_a_star_is_never_what_belongs_to_the_platform(resource: str) -> None:
    everything = role(allow("*", "*"))
    assert everything.decide("read", "tenants", {}).allowed
    assert not everything.decide("read", resource, {}).allowed
    assert everything.opens("*", resource, {}) == NEVER
    assert not everything.covers("read", resource, "own")


@pytest.mark.parametrize(("effect", "open_to_all"), [("allow", True), ("deny", False)])
def test_a_star_is_every_resource_and_every_action(effect: str, open_to_all: bool) -> None:
    for said in (("*", "*"), ("things", "*"), ("*", "read")):
        decision = role(allow("things", "read"), policy(effect, *said)).decide("read", "things", {})
        assert decision.allowed is open_to_all


def test_ones_own_is_not_others_and_all_is_both() -> None:
    facts = ({"owner": True}, {"owner": False})
    found = {
        scope: [role(allow(scope=scope)).decide("read", "things", fact).allowed for fact in facts]
        for scope in ("own", "all")
    }
    assert found == {"own": [True, False], "all": [True, True]}
    denied = [role(allow(), deny(scope="own")).decide("read", "things", fact).allowed for fact in facts]
    assert denied == [False, True]


def test_a_resource_without_owners_is_nobodys_own() -> None:
    mine = role(allow("shelves", scope="own"))
    facts = {"owner": False}
    assert mine.opens("read", "shelves", facts) == NEVER
    assert not mine.possible("read", "shelves", facts).allowed
    assert mine.refusal("read", "shelves", facts).reason == "does not hold: owner"


def test_what_is_the_same_for_the_whole_role_is_worked_in() -> None:
    pro = role(allow(conditions=compared("tenant.plan", "eq", "pro")))
    assert pro.opens("read", "things", {}) == ALWAYS
    assert pro.decide("read", "things", {}).allowed
    free = role(allow(conditions={"all": [compared("tenant.plan", "eq", "free"), LOW]}))
    assert free.opens("read", "things", {}) == NEVER
    assert free.matching("read", "things").attributes == frozenset()
    shared = role(allow("lists", conditions=compared("subject.field", "in", {"attribute": "tenant.features"})))
    assert shared.opens("read", "lists", {}) == Compare("subject.field", "in", ("sso",))


def test_what_is_said_twice_is_what_is_said_once() -> None:
    """So that whoever has a right by two policies can still hand it on."""
    twice = role(allow(scope="own"), allow("*", scope="own"), allow("things", "read", "write", scope="own"))
    assert twice.opens("read", "things", {}) == Owner()
    assert twice.covers("read", "things", "own")
    owner = role(allow(scope="own", conditions={"operator": "owner"}))
    assert owner.covers("read", "things", "own")
    assert not owner.covers("read", "things", "all")


def test_what_holds_only_today_covers_nothing() -> None:
    """Under another contract, or another name of the role, it would hold no more."""
    for condition in (compared("tenant.plan", "eq", "pro"), compared("subject.role", "eq", "mentor")):
        pro = role(allow(conditions=condition))
        assert pro.opens("read", "things", {}) == ALWAYS
        assert not pro.covers("read", "things", "all")
        assert not pro.covers("read", "things", "own")
    free = role(allow(), deny(conditions=compared("tenant.plan", "eq", "free")))
    assert free.opens("read", "things", {}) == ALWAYS
    assert not free.covers("read", "things", "all")


def test_one_policy_that_covers_is_enough_whatever_others_say() -> None:
    both = role(allow(scope="own"), allow(conditions=LOW))
    assert both.covers("read", "things", "own")
    assert not both.covers("read", "things", "all")


@pytest.mark.parametrize("denied", [("things", "read"), ("*", "read"), ("things", "*"), ("*", "*")])
def test_a_deny_spoils_whatever_it_might_speak_of(denied: tuple[str, str]) -> None:
    found = role(allow("*", "*"), deny(*denied, scope="own", conditions=LOW))
    spoilt = [
        (resource, action)
        for resource in ("things", "others", "*")
        for action in ("read", "write", "*")
        if not found.covers(action, resource, "own")
    ]
    resource, action = denied
    assert spoilt == [
        (about, done)
        for about in ("things", "others", "*")
        for done in ("read", "write", "*")
        if "*" in (about, resource) or about == resource
        if "*" in (done, action) or done == action
    ]


# --- what is said of it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"owner": False, "resource.level": 1, "resource.colour": "red"}, "does not hold: owner"),
        ({"owner": True, "resource.level": 4, "resource.colour": "red"}, "does not hold: resource.level lte 3"),
        ({"owner": True, "resource.colour": "blue"}, 'does not hold: resource.colour eq "red"'),
        ({"owner": True, "resource.colour": "red"}, "cannot be told: resource.level lte 3"),
        ({}, "cannot be told: owner"),
    ],
)
def test_a_refusal_names_the_clause_that_failed_of_the_policy_that_came_nearest(
    facts: dict[str, Any], reason: str
) -> None:
    condition = allow(scope="own", conditions={"all": [LOW, RED]})
    decision = role(condition).decide("read", "things", facts)
    assert (decision.allowed, decision.policy_id, decision.reason) == (False, condition.id, reason)


def test_a_decision_names_the_policy_and_what_it_says() -> None:
    some, all_ = allow(scope="own", conditions=LOW), allow(conditions=compared("tenant.plan", "eq", "pro"))
    decision = role(some, all_).decide("read", "things", {})
    assert decision.policy_id == all_.id
    assert decision.reason == 'allowed by policy: tenant.plan eq "pro"'
    denial = deny(conditions={"any": [LOW, {"not": RED}]})
    decision = role(some, all_, denial).decide("read", "things", {"resource.level": 1})
    assert decision.policy_id == denial.id
    assert decision.reason == 'denied by policy: (resource.level lte 3 or not resource.colour eq "red")'


def test_every_worker_names_the_same_policy_in_whatever_order_it_read_them() -> None:
    policies = [allow(conditions=LOW), allow(conditions=RED), deny(conditions=LOW), deny(conditions=RED)]
    facts = {"resource.level": 1, "resource.colour": "red"}
    for some in (policies, policies[:2]):
        there, back = role(*some), role(*reversed(some))
        assert there.decide("read", "things", facts) == back.decide("read", "things", facts)
        assert there.opens("read", "things", {}) == back.opens("read", "things", {})
        assert there.decide("read", "things", {}) == back.decide("read", "things", {})


def test_a_refusal_of_all_rows_because_of_a_null_names_the_deny() -> None:
    """The resource's names are not known yet, but they contain no null whatever they are."""
    denial = deny("lists", conditions={"not": compared("resource.names", "contains", {"attribute": "subject.region"})})
    found, facts = role(allow("lists"), denial), {"subject.region": None}
    assert found.opens("read", "lists", facts) == NEVER
    assert found.refusal("read", "lists", facts).policy_id == denial.id
    assert found.possible("read", "lists", facts).policy_id == denial.id


# --- policies that cannot be read any more -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "conditions",
    [
        compared("resource.gone", "eq", 1),
        compared("resource.level", "matches", 1),
        {"all": []},
        {"no": "condition"},
        {"any": [{"operator": "owner"}, compared("resource.gone", "eq", 1)]},
    ],
)
def test_what_cannot_be_read_any_more_never_allows_and_always_denies(conditions: dict[str, Any]) -> None:
    facts = {"owner": True, "resource.level": 1, "resource.gone": 1}
    for scope in ("own", "all"):
        lost, wall = allow(conditions=conditions, scope=scope), deny(conditions=conditions, scope=scope)
        refused = role(lost).decide("read", "things", facts)
        assert (refused.allowed, refused.policy_id) == (False, lost.id)
        assert role(lost, allow()).decide("read", "things", facts).allowed
        assert role(allow(), wall).decide("read", "things", facts).policy_id == wall.id
    assert role(lost).opens("read", "things", {}) == NEVER
    assert role(allow(), wall).opens("read", "things", {}) == NEVER


# --- how much it costs -------------------------------------------------------------------------------------------


def test_whoever_asks_for_made_up_resources_fills_no_memory() -> None:
    found = role(allow())

    def ask(first: int, last: int) -> int:
        for number in range(first, last):
            found.decide("read", f"made-up-{number}", {})
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        full = ask(0, 4_000)
        assert ask(4_000, 14_000) < full * 1.5
    finally:
        tracemalloc.stop()
    assert found.decide("read", "things", {}).allowed


def test_ten_thousand_policies_are_compiled_when_they_are_needed() -> None:
    """What nobody asks for is not even read: an unreadable one costs nothing, and the rest is not looked at."""
    policies = [allow(f"r{number % 1_000}", f"a{number // 1_000}", conditions=LOW) for number in range(10_000)]
    tracemalloc.start()
    try:
        found = RolePolicies(policies, CONSTANTS, {"r7": KINDS["things"]})
        before = tracemalloc.get_traced_memory()[0]
        assert found.decide("a3", "r7", {"resource.level": 1}).policy_id == policies[3_007].id
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
    assert len(found.matching("a3", "r7").allows) == 1


# --- filters -----------------------------------------------------------------------------------------------------

LITERALS: Final[dict[Kind, Any]] = {
    "text": "x",
    "integer": 1,
    "boolean": True,
    "instant": "2026-03-01T00:00:00Z",
    "id": str(ROLE_ID),
    "texts": "x",
}


@pytest.mark.parametrize("about", COLUMNS, ids=lambda about: about.name)
def test_whatever_a_condition_may_say_of_a_resource_is_a_filter(about: Resource) -> None:
    said: list[str] = []
    known = kinds(about.kinds)
    statement: VisibleStatement[Any] = VisibleStatement(
        about, lambda visible: select(next(iter(about.columns.values()))).where(visible), into=_type_of(about)
    )
    for name, kind in about.kinds.items():
        for operator in ("eq", "ne", "in", "lt", "lte", "gt", "gte", "contains"):
            for value in (LITERALS[kind], [LITERALS[kind]], None, {"attribute": f"resource.{name}"}):
                try:
                    condition = parse(compared(f"resource.{name}", operator, value), known)
                except Invalid:
                    continue
                for whole in (condition, parse({"not": dump(condition)}, known)):
                    found = rows(residual(whole, {}), ROLE_ID)
                    statement.on(found).binds(found.binds)
                said.append(name)
    assert set(said) == set(about.kinds)


def _type_of(about: Resource) -> type:
    return UUID if next(iter(about.kinds.values())) == "id" else str
