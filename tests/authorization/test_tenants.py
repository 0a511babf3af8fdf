"""Tenants: founded, shown, renamed and deleted; and nobody leaves one without an admin behind."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from modules.authorization.domain import MOST_TENANTS, slug_of
from tests.authorization.scenes import found, is_id, let_in, problem, tally
from tests.client import BRIEF, Person, log_in, sign_up
from tests.operators import alice_of_acme, walk

pytestmark = pytest.mark.anyio
ACME = "10000000-0000-4000-8000-000000000001"
DANA = "00000000-0000-4000-8000-000000000003"


async def bob(client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


async def test_who_founds_a_tenant_is_its_admin_and_it_begins_with_nothing(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    answer = await nadia.post("/tenants", {"name": "  Crumb & Co "})
    assert answer.status_code == 201
    tenant = answer.json()
    assert answer.headers["location"] == f"/api/v1/tenants/{tenant['id']}"
    assert (await nadia.get(f"/tenants/{tenant['id']}")).json() == tenant
    assert is_id(tenant.pop("id"))
    assert is_id(tenant["role"].pop("id"))
    assert tenant.pop("created_at")
    assert tenant == {
        "name": "Crumb & Co",
        "slug": "crumb-co",
        "kind": "organization",
        "plan": "free",
        "contract_type": "standard",
        "features": [],
        "max_users": 5,
        "members": 1,
        "role": {"name": "admin"},
    }
    here = {"x-tenant-id": "crumb-co"}
    assert (await nadia.get("/billing/credits", headers=here)).json() == {"balance": 0, "held": 0}
    assert (await nadia.post("/simulations", BRIEF, headers=here)).status_code == 402
    assert await nadia.credits() == (10, 0)
    assert {found["name"] for found in await walk(nadia, "/tenants/crumb-co/roles")} == {"admin", "member"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bread Academy", "bread-academy"),
        ("  Crème & Brûlée, Inc. ", "creme-brulee-inc"),
        ("أكاديمية الخبز", "tenant"),
        ("--", "tenant"),
        ("Personal trainers", "the-personal-trainers"),
        ("10000000-0000-4000-8000-000000000001", "the-10000000-0000-4000-8000-000000000001"),
        ("x" * 255, "x" * 50),
        ("a" * 49 + " b", "a" * 49),
    ],
)
def test_a_slug_is_made_of_what_can_be_in_one(name: str, slug: str) -> None:
    assert slug_of(name) == slug


async def test_two_tenants_of_one_name_have_two_slugs(shared_client: httpx.AsyncClient) -> None:
    nadia, omar = await sign_up(shared_client), await sign_up(shared_client)
    answers = await asyncio.gather(*(who.post("/tenants", {"name": "Acme"}) for who in (nadia, omar) for _ in range(3)))
    assert tally(answers) == {201: 6}
    slugs = {answer.json()["slug"] for answer in answers}
    assert len(slugs) == 6
    assert all(slug.startswith("acme-") for slug in slugs)


async def test_a_slug_that_was_chosen_is_this_one_or_none(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    assert problem(await nadia.post("/tenants", {"name": "Mine", "slug": "acme"})) == (409, "slug-taken")
    answers = await asyncio.gather(*(nadia.post("/tenants", {"name": "Mine", "slug": "chosen"}) for _ in range(5)))
    assert tally(answers) == {201: 1, 409: 4}
    assert [tenant["slug"] for tenant in await walk(nadia, "/tenants")][1:] == ["chosen"]


BAD_SLUGS = ["", "Acme", "a b", "a_b", "é", "a" * 256, "acme\n", "personal-x", ACME, str(uuid4()), 5, ["acme"]]
BAD_NAMES = ["", "   ", "\u3000", "a" * 256, "a\0b", "a\nb", "a\u2028b", "\x7f", 5, None, {"en": "Bread"}]


async def test_a_tenant_that_cannot_be_called_so_is_not_founded(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    mine = await found(nadia)
    wishes: list[Any] = [{"name": "Mine", "slug": slug} for slug in BAD_SLUGS]
    wishes += [{"name": name} for name in BAD_NAMES]
    wishes += [{}, {"slug": "x"}, [], None, "Mine", {"name": "Mine", "kind": "personal"}, {"name": "M", "max_users": 9}]
    before = shared_owner.execute("SELECT count(*), max(name) FROM authz.tenants").fetchone()
    for wish in wishes:
        answer = await nadia.post("/tenants", wish)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), wish
        assert (await nadia.patch(f"/tenants/{mine}", wish or [])).status_code == 400 or wish in ({}, {"slug": "x"})
    assert shared_owner.execute("SELECT count(*), max(name) FROM authz.tenants").fetchone() == before
    reserved = (await nadia.post("/tenants", {"name": "Mine", "slug": ACME})).json()
    assert reserved["errors"][0]["path"] == "slug"


async def test_my_tenants_are_listed_the_personal_one_first_then_the_oldest(shared_client: httpx.AsyncClient) -> None:
    alice, nadia = await alice_of_acme(shared_client), await sign_up(shared_client)
    await found(nadia, "Elsewhere")
    made = [await found(alice, f"Bakery {number}") for number in range(3)]
    for limit in (1, 2, 100):
        listed = await walk(alice, "/tenants", limit=limit)
        assert listed[0]["kind"] == "personal"
        assert [tenant["slug"] for tenant in listed[1:3]] == ["acme", "globex"]
        assert [tenant["id"] for tenant in listed[3:]] == made
    assert [(tenant["members"], tenant["max_users"]) for tenant in listed[:3]] == [(1, 5), (2, 100), (2, 25)]
    assert listed[1]["features"] == ["advanced-analytics", "sso", "audit-log"]
    assert problem(await alice.get("/tenants?cursor=x")) == (400, "invalid")
    assert (await alice.get("/tenants?limit=0")).status_code == 400


async def test_the_personal_tenant_is_first_also_for_who_was_let_into_an_older_one(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    omar, nadia = await sign_up(shared_client), await sign_up(shared_client)
    tenant = await found(omar)
    shared_owner.execute("UPDATE authz.tenants SET created_at = now() - interval '1 year' WHERE id = %s", (tenant,))
    await let_in(omar, tenant, nadia)
    assert [(found["kind"], found["role"]["name"]) for found in await walk(nadia, "/tenants")] == [
        ("personal", "admin"),
        ("organization", "member"),
    ]


async def test_the_path_names_the_tenant_by_id_or_slug_whatever_the_header_says(
    shared_client: httpx.AsyncClient,
) -> None:
    alice = await alice_of_acme(shared_client)
    for name in ("acme", ACME, ACME.upper()):
        for headers in ({}, {"x-tenant-id": "globex"}, {"x-tenant-id": "no-such-tenant"}):
            answer = await alice.get(f"/tenants/{name}", headers=headers)
            assert (answer.status_code, answer.json()["slug"]) == (200, "acme")


async def test_a_tenant_of_others_is_as_good_as_none(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    ways: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("GET", "/members", None),
        ("POST", "/members", {"email": nadia.email, "role": "admin"}),
        ("PATCH", f"/members/{nadia.user['id']}", {"role": "admin"}),
        ("DELETE", f"/members/{nadia.user['id']}", None),
        ("GET", "/roles", None),
        ("POST", "/roles", {"name": "x"}),
        ("GET", "/invitations", None),
        ("POST", "/invitations", {"email": nadia.email, "role": "admin"}),
        ("DELETE", f"/invitations/{uuid4()}", None),
    ]
    for method, path, body in ways:
        problems = []
        for tenant in ("acme", ACME, "no-such-tenant", str(uuid4()), "%00", "a" * 255):
            answer = await nadia.request(method, f"/tenants/{tenant}{path}", json=body)
            problems.append({**answer.json(), "instance": "", "request_id": ""})
        assert problems[0]["status"] == 404, (method, path)
        assert [told for told in problems if told != problems[0] and told["status"] != 400] == [], (method, path)


async def test_a_plain_member_sees_the_tenant_and_changes_nothing_of_it(shared_client: httpx.AsyncClient) -> None:
    alice, member = await alice_of_acme(shared_client), await bob(shared_client)
    assert (await member.get("/tenants/acme")).json()["role"]["name"] == "member"
    assert problem(await member.patch("/tenants/acme", {"name": "Mine"})) == (403, "not-allowed")
    assert problem(await member.delete("/tenants/acme")) == (403, "not-allowed")
    assert (await alice.get("/tenants/acme")).json()["name"] == "Acme"


async def test_a_tenant_is_renamed_and_then_found_by_its_new_slug_only(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    tenant = await found(nadia, slug="before")
    renamed = await nadia.patch("/tenants/before", {"name": "After", "slug": "after"})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["slug"]) == (200, "After", "after")
    assert (await nadia.get("/tenants/before")).status_code == 404
    assert (await nadia.get("/tenants/after")).json() == renamed.json()
    again = await nadia.patch("/tenants/after", {"name": " Afterwards", "slug": "after"})
    assert (again.json()["name"], again.json()["slug"]) == ("Afterwards", "after")
    assert (await nadia.patch(f"/tenants/{tenant}", {})).json() == again.json()
    assert problem(await nadia.patch("/tenants/after", {"slug": "acme"})) == (409, "slug-taken")


async def test_a_personal_tenant_keeps_its_slug_and_stays(shared_client: httpx.AsyncClient) -> None:
    nadia = await sign_up(shared_client)
    slug = f"personal-{UUID(nadia.user['id']).hex}"
    assert (await nadia.patch(f"/tenants/{slug}", {"name": "Mine", "slug": slug})).json()["name"] == "Mine"
    assert problem(await nadia.patch(f"/tenants/{slug}", {"slug": "mine"})) == (409, "slug-fixed")
    assert problem(await nadia.delete(f"/tenants/{slug}")) == (409, "personal-stays")
    assert (await nadia.get("/users/me")).status_code == 200


async def test_nobody_founds_more_than_fifty_tenants(
    shared_client: httpx.AsyncClient, shared_owner: psycopg.Connection
) -> None:
    nadia = await sign_up(shared_client)
    shared_owner.execute(
        "INSERT INTO authz.tenants (name, slug, kind, founder_id) SELECT 'Many', 'many-' || n, 'organization', %s"
        " FROM generate_series(1, %s) n",
        (nadia.user["id"], MOST_TENANTS - 2),  # and the personal one; whoever runs them
    )
    answers = await asyncio.gather(*(nadia.post("/tenants", {"name": "One more"}) for _ in range(4)))
    assert tally(answers) == {201: 1, 409: 3}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (*problem(refused), refused.json()["most"]) == (409, "too-many-tenants", 50)
