"""Arbitrary policies, callers and rows: few values, so that what is compared is often equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import msgspec
from hypothesis import strategies as st

from core.database.visible import Kind
from modules.authorization.domain import Effect, Rule
from modules.authorization.domain.conditions import dump, parse
from modules.authorization.domain.conditions.reading import DEEPEST
from modules.authorization.domain.vocabulary import GENERIC, SUBJECT, TENANT, kinds
from modules.authorization.resources import USERS
from modules.simulations.resources import SIMULATIONS
from tests.authorization.organization import ALICE_ID, BOB_ID

Said: TypeAlias = dict[str, Any]
ACME_ID: Final = "10000000-0000-4000-8000-000000000001"
GLOBEX_ID: Final = "10000000-0000-4000-8000-000000000002"
NOW: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
INSTANTS: Final = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in (3, 5) for hour in (9, 18)] + [NOW]
PEOPLE: Final = [BOB_ID, ALICE_ID]
ROWS: Final = [f"50000000-0000-4000-8000-00000000000{number}" for number in range(8)]
FIELDS: Final = ["backend", "data"]
LEVELS: Final = ["student", "junior"]
WORDS: Final = [*FIELDS, *LEVELS, "easy", "en", "ar", "solo", "failed", "pro", "sso", "end", "", "بيانات", "a'b\\%_"]

WHOLE: Final = {"simulations": kinds(SIMULATIONS.kinds), "users": kinds(USERS.kinds), "*": kinds(GENERIC)}
KNOWN_AT_ONCE: Final = {resource: {**SUBJECT, **TENANT} for resource in WHOLE}
"""What row-level security knows too, besides whose a row is."""

_LITERALS: Final[dict[Kind, st.SearchStrategy[Any]]] = {
    "text": st.sampled_from(WORDS),
    "integer": st.sampled_from([*range(1, 9), 12, 100, -1, 1 << 53]),
    "boolean": st.booleans(),
    "instant": st.sampled_from([instant.isoformat() for instant in INSTANTS]),
    "id": st.sampled_from([*PEOPLE, ACME_ID, ROWS[0]]),
}
_OPERATORS: Final[dict[Kind, list[str]]] = {
    "text": ["eq", "ne", "in", "contains"],
    "boolean": ["eq", "ne", "in"],
    "id": ["eq", "ne", "in"],
    "integer": ["eq", "ne", "in", "lt", "lte", "gt", "gte"],
    "instant": ["eq", "ne", "in", "lt", "lte", "gt", "gte"],
    "texts": ["contains"],
}


_NEAR: Final = {
    "field": FIELDS,
    "experience_level": LEVELS,
    "difficulty": ["easy", "hard"],
    "language": ["en", "ar"],
    "team_mode": ["solo", "group"],
    "status": ["generating", "failed"],
    "plan": ["free", "pro"],
    "contract_type": ["standard", "enterprise"],
}
_PARTS: Final = ["", "a", "er", "e"]
_LEAVES: Final = st.sampled_from(["comparison", "comparison", "comparison", "owner"])
_FORMS: Final = st.one_of(_LEAVES, st.sampled_from(["all", "any", "not"]))
_NUMBERS: Final = st.integers(1, 3)


def comparisons(known: Mapping[str, Kind]) -> st.SearchStrategy[Said]:
    """All strategies are made beforehand: that takes longer than to draw from them."""
    attributes = _some(known)
    pairs = [(name, operator) for name, kind in known.items() for operator in _OPERATORS[kind]]
    values = {pair: _values(*pair, known) for pair in pairs}
    operators = {kind: st.sampled_from(those) for kind, those in _OPERATORS.items()}

    @st.composite
    def compared(draw: st.DrawFn) -> Said:
        attribute = draw(attributes)
        operator = draw(operators[known[attribute]])
        return {"attribute": attribute, "operator": operator, "value": draw(values[attribute, operator])}

    return compared()


def _values(attribute: str, operator: str, known: Mapping[str, Kind]) -> st.SearchStrategy[Any]:
    kind = known[attribute]
    literal: st.SearchStrategy[Any] = _LITERALS["text" if kind == "texts" else kind]
    if kind == "text":
        near = _NEAR.get(attribute.partition(".")[2], WORDS)
        literal |= st.sampled_from([*near, *_PARTS] if operator == "contains" else near)
    if operator == "in":
        literal = st.lists(literal, min_size=1, max_size=4)
    elif operator in ("eq", "ne"):
        literal |= st.none()
    others = [name for name in known if _comparable(kind, operator, known[name])]
    return literal | _some(others).map(lambda other: {"attribute": other}) if others else literal


def _some(names: Iterable[str]) -> st.SearchStrategy[str]:
    """Those of the resource more often than all the others, which are many."""
    known = sorted(names)
    told = [name for name in known if name.startswith("resource.")]
    return st.sampled_from(told) | st.sampled_from(known) if told else st.sampled_from(known)


def _comparable(kind: Kind, operator: str, other: Kind) -> bool:
    if operator == "in":
        return (kind, other) == ("text", "texts")
    if operator == "contains":
        return (kind, other) == ("texts", "text")
    return kind == other


def conditions(known: Mapping[str, Kind]) -> st.SearchStrategy[Said]:
    comparison = comparisons(known)

    @st.composite
    def nested(draw: st.DrawFn) -> Said:
        def one(depth: int) -> Said:
            form = draw(_FORMS if depth < DEEPEST else _LEAVES)
            if form == "comparison":
                return draw(comparison)
            if form == "owner":
                return {"operator": "owner"}
            if form == "not":
                return {"not": one(depth + 1)}
            return {form: [one(depth + 1) for _ in range(draw(_NUMBERS))]}

        return one(1)

    return nested().filter(lambda said: len(msgspec.json.encode(said)) < 2_500)


lists_of_texts: Final = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60), min_size=1, max_size=100
).map(lambda texts: {"attribute": "subject.region", "operator": "in", "value": texts})


EVERYTHING: Final = Rule(resource="*", actions=["*"], scope="all")


def rules(about: Mapping[str, Mapping[str, Kind]], resource: str, *effects: Effect) -> st.SearchStrategy[Rule]:
    """As the service keeps them."""
    known = about[resource]
    return st.builds(
        Rule,
        effect=st.sampled_from(effects or ("allow", "allow", "deny")),
        resource=st.just(resource),
        actions=st.sampled_from([["*"], ["delete"], ["delete", "read"], ["read"], ["read", "update"], ["update"]]),
        conditions=st.just({}) | conditions(known).map(lambda said: dump(parse(said, known))),
        scope=st.sampled_from(["own", "all"]),
    )


def roles(about: Mapping[str, Mapping[str, Kind]], resource: str = "simulations") -> st.SearchStrategy[list[Rule]]:
    """The rules of one role, no two of which say the same."""
    anything = rules(about, resource) | rules(about, resource) | rules(about, "*")
    several = st.lists(anything, max_size=5, unique_by=lambda rule: rule.digest)
    return several | several.map(lambda found: [rule for rule in found if rule != EVERYTHING] + [EVERYTHING])


subjects = st.fixed_dictionaries(
    {
        "subject.id": st.just(BOB_ID),
        "subject.role": st.just("member"),
        "subject.email_verified": st.booleans(),
        "subject.field": st.sampled_from(FIELDS),
        "subject.experience_level": st.sampled_from(LEVELS),
        "subject.region": st.none() | st.sampled_from(WORDS),
        "subject.interests": st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    }
)
tenants = st.fixed_dictionaries(
    {
        "tenant.id": st.just(ACME_ID),
        "tenant.kind": st.just("organization"),
        "tenant.plan": st.sampled_from(["free", "pro"]),
        "tenant.contract_type": st.sampled_from(["standard", "enterprise"]),
        "tenant.features": st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
        "tenant.max_users": st.sampled_from([5, 8, 12]),
    }
)
moments: Final = {"context.now": NOW, "context.hour": NOW.hour, "context.weekday": NOW.isoweekday()}


class Row(msgspec.Struct, frozen=True):
    """A simulation, as much of it as policies may speak of."""

    tenant_id: str
    id: str
    user_id: str
    level: int
    difficulty: str
    language: str
    team_mode: str
    status: str
    field: str | None
    created_at: datetime

    def facts(self) -> dict[str, Any]:
        told = {f"resource.{name}": getattr(self, name) for name in SIMULATIONS.kinds}
        return {**told, "owner": self.user_id == BOB_ID}


def simulation(row_id: str = ROWS[0]) -> st.SearchStrategy[Row]:
    return st.builds(
        Row,
        tenant_id=st.sampled_from([ACME_ID, ACME_ID, ACME_ID, GLOBEX_ID]),
        id=st.just(row_id),
        user_id=st.sampled_from(PEOPLE),
        level=st.integers(1, 8),
        difficulty=st.sampled_from(["easy", "hard"]),
        language=st.sampled_from(["en", "ar"]),
        team_mode=st.sampled_from(["solo", "group"]),
        status=st.sampled_from(["generating", "failed"]),
        field=st.none() | st.sampled_from(FIELDS),
        created_at=st.sampled_from(INSTANTS),
    )


simulations = st.tuples(*(simulation(row_id) for row_id in ROWS))


class Person(msgspec.Struct, frozen=True):
    """A user with a profile, as much of them as policies may speak of. Nothing keeps nulls out of the interests."""

    id: str
    email_verified: bool
    field: str
    experience_level: str
    region: str | None
    interests: tuple[str | None, ...]

    def facts(self, subject_id: str = BOB_ID) -> dict[str, Any]:
        told = {f"resource.{name}": getattr(self, name) for name in USERS.kinds}
        return {**told, "owner": self.id == subject_id}


people = st.lists(
    st.builds(
        Person,
        id=st.uuids(version=4).map(str),
        email_verified=st.booleans(),
        field=st.sampled_from(FIELDS),
        experience_level=st.sampled_from(LEVELS),
        region=st.none() | st.sampled_from(WORDS),
        interests=st.lists(st.none() | st.sampled_from(WORDS), max_size=3).map(tuple),
    ),
    min_size=3,
    max_size=6,
    unique_by=lambda person: person.id,
)
