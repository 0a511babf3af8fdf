"""Whose usage may be reported, and read: one's own, others', and no other tenant's."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from core.database.errors import RowDenied
from core.database.identity import Acting
from modules.billing.contracts.usage import NewUsageEvent
from modules.billing.repositories import UsageRepository
from tests.billing.ledger import BOB, Ledger
from tests.billing.usage import (
    Owner,
    admin,
    ago,
    books,
    event,
    member,
    refused,
    report,
    stored,
    summed,
    taken,
    without_reading_usage,
)
from tests.client import log_in, sign_up
from tests.operators import alice_of_acme

pytestmark = pytest.mark.anyio

__all__ = ["books"]
ACME = {"x-tenant-id": "acme"}
ACME_ID = "10000000-0000-4000-8000-000000000001"


async def test_events_of_people_who_are_no_members_are_refused(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, tenant = await admin(shared_client, books)
    stranger = await sign_up(shared_client)
    for user_id in (stranger.user["id"], str(uuid4())):
        answer = await report(person, event(), event(user_id=person.user["id"]), event(user_id=user_id))
        assert answer.status_code == 400
        assert answer.json()["errors"] == [
            {"path": "events[2].user_id", "message": "The user is no member of the tenant."}
        ]
    assert stored(books, tenant) == 0


async def test_an_admin_reports_what_others_used_and_a_member_nothing(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, tenant = await admin(shared_client, books)
    intern = await member(shared_client, books, tenant)
    theirs = event(user_id=intern.user["id"])
    assert await refused(intern, theirs, headers={"x-tenant-id": tenant}) == (403, "")
    assert await taken(person, theirs) == (1, 0)
    assert [user for _, _, user in summed(books, tenant)] == [intern.user["id"]]


async def test_who_may_report_only_what_is_their_own_reports_for_nobody_else(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, tenant = await admin(shared_client, books)
    rule = {"resource": "usage", "actions": ["create"]}
    meter = await member(shared_client, books, tenant, rule)
    here = {"x-tenant-id": tenant}
    assert (await refused(meter, event(), event(user_id=person.user["id"]), headers=here))[0] == 403
    assert stored(books, tenant) == 0
    one = event()
    assert await taken(meter, one, headers=here) == (1, 0)  # though they may read none
    assert await taken(meter, one, headers=here) == (0, 1)
    assert (await meter.get("/billing/usage", headers=here)).status_code == 403


async def test_what_one_uses_is_metered_in_a_role_that_may_not_read_usage(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    bob = await log_in(shared_client, "bob@example.com", "bob-in-development")
    chat = "/simulations/50000000-0000-4000-8000-000000000001/personas"
    persona = (await bob.get(chat.removesuffix("/personas"), headers=ACME)).json()["personas"][0]["id"]
    before = summed(books, ACME_ID)
    with without_reading_usage(books, ACME_ID):
        said = await bob.post(f"{chat}/{persona}/messages", {"content": "Hi"}, headers=ACME)
        assert said.status_code == 201, said.text
        assert (await bob.get("/billing/usage", headers=ACME)).status_code == 403
    ((place, total),) = summed(books, ACME_ID).items() - before.items()
    assert place[1:] == ("chat", bob.user["id"])
    assert total[0] == 1


async def test_usage_of_another_tenant_can_neither_be_reported_nor_read(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    alice, bob = (
        await alice_of_acme(shared_client),
        await log_in(shared_client, "bob@example.com", "bob-in-development"),
    )
    globex = {"x-tenant-id": "globex"}
    assert await refused(bob, event(), headers=globex) == (404, "")
    assert (await bob.get("/billing/usage", headers=globex)).status_code == 404
    before = summed(books, ACME_ID)
    assert await taken(alice, event(event_type="elsewhere"), headers=globex) == (1, 0)
    assert summed(books, ACME_ID) == before


async def test_the_database_takes_no_event_for_a_tenant_that_is_not_acted_for(ledger: Ledger) -> None:
    mine, theirs = ledger.tenant(), ledger.tenant()
    one = NewUsageEvent(event_type="render", occurred_at=ago(seconds=5), idempotency_key="k")

    async def add(acting: UUID, tenant: UUID) -> int:
        async with ledger.database.unit(Acting(BOB, acting)) as unit:
            return await UsageRepository(unit.transaction).add(tenant, BOB, [one])

    with pytest.raises(RowDenied):
        await add(mine, theirs)
    assert stored(ledger.owner, str(theirs)) == 0
    assert await add(mine, mine) == 1


async def test_a_member_reads_what_is_their_own_and_an_admin_everything(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, tenant = await admin(shared_client, books)
    intern, other = [await member(shared_client, books, tenant) for _ in range(2)]
    people = (person, intern, other)
    await taken(person, *(event(user_id=each.user["id"], tokens_used=5) for each in people))
    here = {"x-tenant-id": tenant}
    asked = {"group_by": "user"}
    seen = [(await each.get("/billing/usage", params=asked, headers=here)).json() for each in people]
    assert [page["total"]["tokens"] for page in seen] == [15, 5, 5]
    assert [[row["user_id"] for row in page["items"]] for page in seen[1:]] == [[intern.user["id"]], [other.user["id"]]]
    table = await intern.get("/billing/usage", params=asked, headers={**here, "accept": "text/csv"})
    assert table.text.splitlines()[1:] == [f"{intern.user['id']},1,5,0.000000"]
