"""One policy, three readings: the decision in Python, the filter of lists in SQL, and row-level security.

Arbitrary policies, callers and rows must mean the same in all three. HYPOTHESIS_PROFILE=nightly tries a thousand of
each, every time others.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, delete, select, update

from core.database.pool import Database
from core.database.roles import Endpoints
from core.database.statement import Statement
from core.database.visible import Kind, Rows, VisibleStatement
from core.errors import Invalid
from modules.authorization.domain import Rule
from modules.authorization.domain.conditions import ALWAYS, NEVER, compiled, dump, parse, residual
from modules.authorization.filters import rows
from modules.authorization.resources import USERS
from modules.simulations.resources import SIMULATIONS
from modules.simulations.tables import simulations
from tests.authorization import arbitrary
from tests.authorization.arbitrary import ACME_ID, KNOWN_AT_ONCE, WHOLE, Person, Row
from tests.authorization.stage import BOB, MEMBER, SEEN, TOKEN_HASH, Connection, Facts, Scene, as_json, requesting, role

settings.register_profile("every push", deadline=None, max_examples=40, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=1_000)
PROFILE: Final = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "every push"))
OFTEN: Final = settings(PROFILE, max_examples=3 * PROFILE.max_examples)

CONDITIONS: Final = (arbitrary.conditions(WHOLE["simulations"]), arbitrary.conditions(WHOLE["users"]))
DENIES: Final = arbitrary.rules(WHOLE, "simulations", "deny")


# --- one decision ------------------------------------------------------------------------------------------------


@given(arbitrary.roles(WHOLE), arbitrary.subjects, arbitrary.tenants, arbitrary.simulation(), st.data())
@OFTEN
def test_a_deny_beats_every_allow_and_order_changes_nothing(
    rules: list[Rule], subject: Facts, tenant: Facts, sim: Row, data: st.DataObject
) -> None:
    facts = {**subject, **tenant, **arbitrary.moments, **sim.facts()}
    plain = role(rules).decide("read", "simulations", facts).allowed
    reordered = data.draw(st.permutations(rules))
    mixed = [msgspec.structs.replace(rule, actions=rule.actions[::-1]) for rule in reordered]
    assert role(mixed).decide("read", "simulations", facts).allowed is plain
    assert {rule.digest for rule in mixed} == {rule.digest for rule in rules}

    denial = data.draw(DENIES)
    with_it = role([*rules, denial]).decide("read", "simulations", facts).allowed
    as_allow = role([msgspec.structs.replace(denial, effect="allow")]).decide("read", "simulations", facts).allowed
    assert with_it is (plain and not as_allow)
    assert not role([rule for rule in rules if rule.effect == "deny"]).decide("read", "simulations", facts).allowed


@given(arbitrary.roles(WHOLE), arbitrary.subjects, arbitrary.tenants, arbitrary.simulation(), st.data())
@OFTEN
def test_what_is_worked_in_early_decides_the_same_and_what_is_unknown_opens_nothing(
    rules: list[Rule], subject: Facts, tenant: Facts, sim: Row, data: st.DataObject
) -> None:
    caller = {**subject, **tenant, **arbitrary.moments}
    facts = {**caller, **sim.facts()}
    early, late = role(rules, {**tenant, "subject.role": "member"}), role(rules)
    decision = late.decide("read", "simulations", facts)
    assert early.decide("read", "simulations", facts).allowed is decision.allowed
    opens = early.opens("read", "simulations", caller)
    assert compiled(opens)(facts) is decision.allowed
    assert early.possible("read", "simulations", caller).allowed is (opens != NEVER)
    forgotten = data.draw(st.sets(st.sampled_from(sorted(facts))))
    some = {name: value for name, value in facts.items() if name not in forgotten}
    assert decision.allowed or not late.decide("read", "simulations", some).allowed


@given(st.lists(st.one_of(CONDITIONS), min_size=4, max_size=8), st.data())
@OFTEN
def test_what_is_left_of_a_condition_says_with_the_rest_what_it_said_with_everything(
    said: list[dict[str, Any]], data: st.DataObject
) -> None:
    facts = data.draw(_facts())
    first = data.draw(st.sets(st.sampled_from(sorted(facts))))
    early = {name: value for name, value in facts.items() if name in first}
    late = data.draw(st.sampled_from([facts, {name: value for name, value in facts.items() if name not in first}]))
    for condition in [parse(one, {**WHOLE["simulations"], **WHOLE["users"]}) for one in said]:
        left, verdict = residual(condition, early), compiled(condition)
        assert compiled(left)(late) is verdict({**early, **late})
        assert residual(left, late) == residual(condition, {**early, **late})
        assert verdict(early) is {ALWAYS: True, NEVER: False}.get(left)


@st.composite
def _facts(draw: st.DrawFn) -> Facts:
    told = {**draw(arbitrary.subjects), **draw(arbitrary.tenants), **arbitrary.moments}
    about = draw(st.one_of(arbitrary.simulation(), arbitrary.people.map(lambda found: found[0])))
    return {**told, **about.facts()}


# --- the database ------------------------------------------------------------------------------------------------

PEOPLE: Final = VisibleStatement(USERS, lambda visible: select(USERS.columns["id"]).where(visible), into=UUID)
DELETE: Final[VisibleStatement[None]] = VisibleStatement(
    SIMULATIONS,
    lambda visible: delete(simulations).where(simulations.c.tenant_id == bindparam("tenant_id"), visible),
    into=None,
)
CHANGE_ALL: Final = Statement.command(update(simulations).values(seed=1))
DELETE_ALL: Final = Statement.command(delete(simulations))


@pytest.fixture(scope="module")
def owner(shared_endpoints: Endpoints) -> Iterator[Connection]:
    assert shared_endpoints.owner is not None
    with psycopg.connect(shared_endpoints.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO users.sessions (user_id, token_hash, expires_at) VALUES (%s, %s, 'infinity')",
            (BOB, TOKEN_HASH),
        )
        yield connection


@pytest.fixture(scope="module")
async def database(shared_endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Database]:
    found = Database(shared_endpoints.runtime, size=2)
    await found.open()
    yield found
    await found.close()


def scenes(about: Mapping[str, Mapping[str, Kind]]) -> st.SearchStrategy[Scene]:
    return st.builds(Scene, arbitrary.roles(about), arbitrary.subjects, arbitrary.tenants, arbitrary.simulations)


@pytest.mark.anyio
@given(scenes(WHOLE))
@PROFILE
async def test_a_list_is_what_is_allowed_one_by_one_and_row_level_security_hides_none_of_it(
    owner: Connection, database: Database, scene: Scene
) -> None:
    scene.arrange(owner)
    async with requesting(database) as request:
        for action in ("read", "update", "delete"):
            opened = await request.opens(action)
            assert _filtered(owner, SEEN, opened) & scene.here == scene.allowed(action), action
        behind = await request.seen()
        assert await request.seen(await request.opens("read")) == scene.allowed("read") <= behind <= scene.here
        opened = await request.opens("delete")
        deleted = await request.transaction.execute(DELETE.on(opened), tenant_id=UUID(ACME_ID), **opened.binds)
        assert deleted == len(scene.allowed("delete") & behind)  # what nobody sees, a filter does not find
    facts = owner.execute("SELECT authz.facts(%s, %s, %s)", (ACME_ID, MEMBER, BOB)).fetchone()
    assert facts == (msgspec.to_builtins(_listed({**scene.subject, **scene.tenant})),)


@pytest.mark.anyio
@given(scenes(KNOWN_AT_ONCE))
@PROFILE
async def test_row_level_security_alone_is_what_is_allowed_where_conditions_speak_of_no_row(
    owner: Connection, database: Database, scene: Scene
) -> None:
    scene.arrange(owner)
    async with requesting(database) as request:
        assert await request.seen() == scene.allowed("read")
        changed = await request.transaction.execute(CHANGE_ALL)
        answered = scene.allowed("update", resource="progress")  # a quiz is answered in its simulation's row
        assert changed == len(scene.allowed("update") | scene.allowed("delete") | answered)
        assert await request.transaction.execute(DELETE_ALL) == len(scene.allowed("delete"))


@pytest.mark.anyio
@given(scenes(WHOLE), arbitrary.rules(WHOLE, "simulations", "deny"))
@PROFILE
async def test_one_more_deny_never_shows_more_and_without_policies_nothing_is_seen(
    owner: Connection, database: Database, scene: Scene, denial: Rule
) -> None:
    found: list[tuple[set[UUID], set[UUID]]] = []
    more = [rule for rule in scene.rules if rule.digest != denial.digest]
    for rules in (scene.rules, [*more, denial], []):
        msgspec.structs.replace(scene, rules=rules).arrange(owner)
        async with requesting(database) as request:
            found.append((await request.seen(), await request.seen(await request.opens("read"))))
    assert found[0][0] >= found[1][0]
    assert found[0][1] >= found[1][1]
    assert found[2] == (set(), set())


@given(st.lists(CONDITIONS[0], min_size=8, max_size=8), scenes(WHOLE))
@PROFILE
def test_a_filter_of_simulations_is_what_is_allowed_one_by_one(
    owner: Connection, said: list[dict[str, Any]], scene: Scene
) -> None:
    with owner.transaction(force_rollback=True):
        scene.arrange(owner)
        for conditions in said:
            policies = role([Rule(resource="simulations", actions=["read"], conditions=conditions, scope="all")])
            opened = policies.opens("read", "simulations", scene.caller)
            found = _filtered(owner, SEEN, rows(opened, BOB))
            assert found & scene.here == scene.allowed("read", policies), conditions


@given(st.lists(CONDITIONS[1], min_size=8, max_size=8), arbitrary.subjects, arbitrary.tenants, arbitrary.people)
@PROFILE
def test_a_filter_over_lists_and_what_may_be_null_is_what_is_allowed_one_by_one(
    owner: Connection, said: list[dict[str, Any]], subject: Facts, tenant: Facts, people: list[Person]
) -> None:
    me = people[0].id
    caller = {**subject, **tenant, **arbitrary.moments, "subject.id": me}
    with owner.transaction(force_rollback=True):
        for person in people:
            add(owner, person)
        for conditions in said:
            policies = role([Rule(resource="users", actions=["read"], conditions=conditions, scope="all")])
            found = _filtered(owner, PEOPLE, rows(policies.opens("read", "users", caller), UUID(me)))
            for person in people:
                decision = policies.decide("read", "users", {**caller, **person.facts(me)})
                assert (UUID(person.id) in found) is decision.allowed, (conditions, person)


def add(owner: Connection, person: Person) -> None:
    owner.execute(
        "INSERT INTO users.users (id, email, email_verified_at) VALUES (%s, %s, CASE WHEN %s THEN now() END)",
        (person.id, f"{person.id}@example.com", person.email_verified),
    )
    owner.execute(
        "UPDATE users.profiles SET field = %s, experience_level = %s, region = %s, interests = %s WHERE user_id = %s",
        (person.field, person.experience_level, person.region, list(person.interests), person.id),
    )


@given(arbitrary.conditions(KNOWN_AT_ONCE["*"]), arbitrary.subjects, arbitrary.tenants, st.data())
@OFTEN
def test_a_condition_holds_in_the_database_as_in_python_known_or_not(
    owner: Connection, said: dict[str, Any], subject: Facts, tenant: Facts, data: st.DataObject
) -> None:
    facts = {**subject, **tenant, "owner": data.draw(st.booleans())}
    unknown = data.draw(st.sets(st.sampled_from(sorted(facts))))
    told = {name: value for name, value in facts.items() if name not in unknown}
    condition = parse(said, KNOWN_AT_ONCE["*"])
    row = owner.execute("SELECT authz.holds(%s, %s)", (as_json(dump(condition)), as_json(told))).fetchone()
    assert row == (compiled(condition)(told),)


@given(arbitrary.conditions(WHOLE["simulations"]) | arbitrary.lists_of_texts)
@OFTEN
def test_a_condition_comes_back_from_the_database_as_it_was_kept(owner: Connection, said: dict[str, Any]) -> None:
    known = WHOLE["simulations"]
    try:
        condition = parse(said, known)
    except Invalid:
        assert len(msgspec.json.encode(said)) > 3_000
        return
    kept = dump(condition)
    row = owner.execute("SELECT %s::jsonb, length((%s::jsonb)::text)", [as_json(kept)] * 2).fetchone()
    assert row is not None
    assert row[0] == kept == dump(parse(kept, known))
    assert parse(row[0], known) == condition
    assert row[1] <= 4096


def _filtered(owner: Connection, statement: VisibleStatement[UUID], visible: Rows) -> set[UUID]:
    """By the filter alone: the owner sees the rows of all tenants."""
    found = statement.on(visible)
    return {row[0] for row in owner.execute(found.sql.encode(), found.binds(visible.binds))}


def _listed(facts: Facts) -> Facts:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
