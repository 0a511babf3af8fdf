"""How much a tenant may say, and how little that can cost: one check, one report, one evaluation in the database."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import select

from core.database.visible import VisibleStatement
from core.http.caller import Caller
from modules.authorization.domain import Policy, Rule, Said, TooManyPolicies, check_room
from modules.authorization.domain import engine as engine_module
from modules.authorization.domain.conditions import Compare, Some, written_size
from modules.authorization.domain.engine import RolePolicies
from modules.authorization.filters import rows
from modules.authorization.services.decisions import PolicyCache
from modules.simulations.resources import SIMULATIONS
from modules.simulations.tables import simulations
from tests.authorization.scenes import found, problem, role, tally
from tests.client import Person, sign_up

pytestmark = pytest.mark.anyio

EMPTY: Final = Said(policies=0, actions=0, size=0, about=0, size_about=0)
ORDINARY: Final = {"attribute": "resource.status", "operator": "eq", "value": "ready"}
ROLE_ID: Final = uuid4()
LARGE: Final = {"any": [{"attribute": "context.hour", "operator": "ne", "value": 1_000 + n} for n in range(60)]}
KEEP = (
    "INSERT INTO authz.policies (tenant_id, role_id, effect, resource, actions, conditions, scope, digest)"
    " SELECT %(tenant)s, %(role)s, 'allow', replace(%(resource)s, '?', (n / 10)::text), ARRAY['a' || n, %(action)s],"
    " CASE WHEN n %% 2 = 0 THEN %(conditions)s ELSE '{}' END, 'all', decode(md5(n || %(resource)s), 'hex')"
    " FROM generate_series(1, %(number)s) n"
)


def keep(owner: psycopg.Connection, tenant: str, role_id: str, resource: str, number: int, **more: Any) -> None:
    """Policies of a role; half of them have the conditions, ten are about each resource where its name has a `?`."""
    said = {"tenant": tenant, "role": role_id, "resource": resource, "number": number}
    owner.execute(KEEP, {"action": "read", "conditions": Jsonb(more.pop("conditions", {})), **said, **more})


async def write(admin: Person, tenant: str, role_id: str, resource: str, action: str, **more: Any) -> httpx.Response:
    wish = {"role_id": role_id, "effect": "allow", "resource": resource, "actions": [action], "scope": "all", **more}
    return await admin.post(f"/tenants/{tenant}/policies", wish)


def wide(number: int, **more: Any) -> list[Policy]:
    every = [Rule(resource="*", actions=["*", f"a{n}"], scope="all", **more) for n in range(number)]
    return [Policy(UUID(int=n), ROLE_ID, rule) for n, rule in enumerate(every, start=1)]


# --- what may be said ----------------------------------------------------------------------------------------------


def test_ten_thousand_ordinary_policies_fit_and_ten_thousand_large_ones_do_not() -> None:
    size, large = written_size(ORDINARY), written_size(LARGE)
    assert 3_500 < large <= 4_096
    last = Said(policies=9_999, actions=19_998, size=5_000 * size, about=9, size_about=5 * size)
    check_room(last, Rule(resource="simulations", actions=["read", "update"], conditions=ORDINARY))
    fitting = next(n for n in range(10_000) if not _fits(Said(n, n, n * large, 0, 0), LARGE))
    assert fitting < 300


def _fits(said: Said, conditions: dict[str, Any]) -> bool:
    try:
        check_room(said, Rule(resource="simulations", actions=["read"], conditions=conditions))
    except TooManyPolicies:
        return False
    return True


@pytest.mark.parametrize(
    ("full", "most", "word"),
    [
        (Said(10_000, 0, 0, 0, 0), 10_000, "10,000 policies"),
        (Said(0, 39_999, 0, 0, 0), 40_000, "40,000 actions"),
        (Said(0, 0, 1 << 20, 0, 0), 1 << 20, "1,048,576 bytes"),
        (Said(0, 0, 0, 100, 0), 100, "100 policies about one resource"),
        (Said(0, 0, 0, 0, 16 << 10), 16 << 10, "16,384 bytes"),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_each_bound_refuses_what_is_one_too_many_and_says_so(full: Said, most: int, word: str) -> None:
    rule = Rule(resource="simulations", actions=["read", "update"], conditions=ORDINARY)
    check_room(EMPTY, rule)
    with pytest.raises(TooManyPolicies, match=word) as refused:
        check_room(full, rule)
    assert refused.value.facts == {"most": most}


@pytest.mark.parametrize("resource", ["*", "simulations", "made_up"])
async def test_a_role_has_a_hundred_policies_about_one_resource(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection, resource: str
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    guest, other = await role(nadia, tenant, "guest"), await role(nadia, tenant, "other")
    keep(shared_owner, tenant, guest, resource, 99)
    answers = await asyncio.gather(*(write(nadia, tenant, guest, resource, f"b{n}") for n in range(4)))
    assert tally(answers) == {201: 1, 409: 3}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (*problem(refused), refused.json()["most"]) == (409, "too-many-policies", 100)
    made = next(answer for answer in answers if answer.status_code == 201)
    path = f"/tenants/{tenant}/policies/{made.json()['id']}"
    assert (await nadia.patch(path, {"actions": ["c"]})).status_code == 200
    assert (await write(nadia, tenant, other, resource, "b")).status_code == 201
    elsewhere = (await write(nadia, tenant, guest, "elsewhere", "b")).json()["id"]
    moved = await nadia.patch(f"/tenants/{tenant}/policies/{elsewhere}", {"resource": resource})
    assert problem(moved) == (409, "too-many-policies")
    assert (await nadia.delete(path)).status_code == 204
    assert (await write(nadia, tenant, guest, resource, "d")).status_code == 201


async def test_a_role_says_16_kilobytes_of_conditions_about_one_resource(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    guest = await role(nadia, tenant, "guest")
    answers = [await write(nadia, tenant, guest, "*", f"a{n}", conditions=LARGE) for n in range(5)]
    assert [answer.status_code for answer in answers] == [201] * 4 + [409]
    assert "16,384 bytes" in answers[-1].json()["detail"]
    assert (await write(nadia, tenant, guest, "*", "b")).status_code == 201


async def test_a_tenant_of_ten_thousand_policies_is_served_and_gets_no_more(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    guest = await role(nadia, tenant, "guest")
    keep(shared_owner, tenant, guest, "made_up_?", 9_986, conditions=ORDINARY)  # and the thirteen of every tenant
    assert (await write(nadia, tenant, guest, "one_more", "read")).status_code == 201
    refused = await write(nadia, tenant, guest, "one_more", "update")
    assert (*problem(refused), refused.json()["most"]) == (409, "too-many-policies", 10_000)
    report = await nadia.get(f"/tenants/{tenant}/access-report")
    assert report.status_code == 200
    rights = next(each["rights"] for each in report.json()["roles"] if each["name"] == "guest")
    assert (
        len(rights) == 9_986 + 999 + 1
    )  # an action of its own each, `read` on each of 1,000 resources, and the one more


async def test_a_tenant_has_a_hundred_roles(shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    insert = "INSERT INTO authz.roles (tenant_id, name) SELECT %s, 'role ' || n FROM generate_series(1, 97) n"
    shared_owner.execute(insert, (tenant,))
    answers = await asyncio.gather(*(nadia.post(f"/tenants/{tenant}/roles", {"name": f"x{n}"}) for n in range(4)))
    assert tally(answers) == {201: 1, 409: 3}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (*problem(refused), refused.json()["most"]) == (409, "too-many-roles", 100)


# --- what it costs -------------------------------------------------------------------------------------------------


async def test_a_report_that_would_name_too_many_policies_is_refused(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia)
    guest = await role(nadia, tenant, "guest")
    keep(shared_owner, tenant, guest, "*", 100, action="*")
    keep(shared_owner, tenant, guest, "made_up_?", 2_000)
    refused = await nadia.get(f"/tenants/{tenant}/access-report")
    assert (*problem(refused), refused.json()["most"]) == (409, "report-too-long", 200_000)


def test_a_hundred_questions_about_what_nobody_names_compile_each_policy_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[Any] = []
    parse = engine_module.parse
    monkeypatch.setattr(engine_module, "parse", lambda said, known: compiled.append(said) or parse(said, known))
    asked = RolePolicies(wide(4, conditions=LARGE))
    for number in range(100):
        assert asked.decide(f"do-{number}", f"made-up-{number}", {"context.hour": 3}).allowed
        assert asked.decide("a3", f"made-up-{number}", {"context.hour": 3}).allowed
    assert len(compiled) == 4


def test_what_is_remembered_of_questions_is_bounded_by_the_policies_that_it_holds() -> None:
    named = [Policy(uuid4(), ROLE_ID, Rule(resource=f"r{n}", actions=["*"], scope="all")) for n in range(20)]
    asked = RolePolicies([*wide(100), *named])

    asked.matching("a0", "r0")
    tracemalloc.start()
    try:
        for number in range(2_000):
            assert len(asked.matching(f"a{number // 20}", f"r{number % 20}").allows) == 101
        assert tracemalloc.get_traced_memory()[0] < 1_000_000  # all 202,000 take several times that
    finally:
        tracemalloc.stop()


def test_a_few_tenants_that_say_all_they_may_do_not_fill_a_workers_memory() -> None:
    cache = PolicyCache(weight=10_000_000)
    heavy = [Policy(UUID(int=n), ROLE_ID, Rule(resource="x", actions=["read"]), size=4_000) for n in range(1, 51)]
    callers = [Caller(None, uuid4(), uuid4(), ROLE_ID, 1, False) for _ in range(5)]
    for caller in callers:
        cache.put(caller, RolePolicies(heavy))
        cache.put(caller, RolePolicies(heavy))  # again, of a newer version: the older one is no weight any more
    assert [cache.get(caller) is not None for caller in callers] == [False, False, False, True, True]


def test_filters_that_are_long_push_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = VisibleStatement(SIMULATIONS, lambda visible: select(simulations.c.id).where(visible), into=UUID)

    def shape(number: int) -> Any:
        level = [Compare("resource.level", "eq" if number >> bit & 1 else "ne", 1) for bit in range(12)]
        return rows(Some(tuple(level * 40)), ROLE_ID)

    monkeypatch.setattr(VisibleStatement, "_LONGEST", 100_000)
    kept = [statement.on(shape(number)) for number in range(12)]
    assert statement.on(shape(11)) is kept[11]
    assert sum(map(len, (found.sql for found in kept))) > 200_000
    assert statement.on(shape(0)) is not kept[0]


def test_the_database_evaluates_a_policy_once_however_many_rights_it_speaks_of(
    shared_owner: psycopg.Connection,
) -> None:
    """Even a hundred times what one may write takes a moment; evaluated for each right it took seconds."""
    acme = "10000000-0000-4000-8000-000000000001"
    with shared_owner.transaction(force_rollback=True):
        made = shared_owner.execute(
            "INSERT INTO authz.roles (tenant_id, name) VALUES (%s, 'wide') RETURNING id", (acme,)
        ).fetchone()
        assert made is not None
        started = time.perf_counter()
        keep(shared_owner, acme, str(made[0]), "*", 200, conditions=LARGE)
        assert time.perf_counter() - started < 2
