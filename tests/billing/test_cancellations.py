"""Tenants and accounts that are deleted while they pay: they are charged no more, whatever the provider does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Acting
from tests.authorization.scenes import agree, found, let_in
from tests.billing.stripe_server import (
    KEY,
    SECRET,
    StripeServer,
    deliver,
    event,
    hang,
    running,
    status,
)
from tests.billing.subscribers import billing, connect, events, kept, organization, personal_tenant, soon
from tests.client import Person, sign_up

pytestmark = pytest.mark.anyio

Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> Person:
    return await sign_up(client)


async def subscribe(parent: Parent, stripe: StripeServer, tenant: str, name: str = "sub_1") -> None:
    stripe.subscriptions[name] = running(name, customer=f"cus_{name}", metadata={"tenant_id": tenant})
    await billing(parent).sync()(name)


def endings(owner: psycopg.Connection) -> list[tuple[str, bool, str | None]]:
    """What was to be ended: the provider's id, whether it was, and what went wrong."""
    query = "SELECT provider_subscription_id, ended_at IS NOT NULL, error FROM billing.cancellations ORDER BY 1"
    return owner.execute(query).fetchall()


def running_at(stripe: StripeServer) -> set[str]:
    return {name for name, found in stripe.subscriptions.items() if found["status"] != "canceled"}


async def test_a_tenant_is_deleted_at_once_and_its_subscription_ends_at_the_provider(
    admin: Person, parent: Parent, owner: psycopg.Connection, stripe: StripeServer, start_worker: Working
) -> None:
    tenant = await found(admin)
    await subscribe(parent, stripe, tenant)
    assert (await admin.delete(f"/tenants/{tenant}")).status_code == 204
    assert endings(owner) == [("sub_1", False, None)]
    assert "DELETE" not in {asked.method for asked in stripe.asked}
    async with start_worker():
        assert await soon(lambda: endings(owner) == [("sub_1", True, None)])
    assert running_at(stripe) == set()


@pytest.mark.parametrize("failing", [status(500), status(429), status(403), hang()], ids=["500", "429", "403", "hang"])
async def test_while_the_provider_fails_it_is_tried_again_and_never_given_up(
    parent: Parent, owner: psycopg.Connection, stripe: StripeServer, start_worker: Working, failing: object
) -> None:
    tenant = str(organization(owner, "leaving"))
    await parent.open()
    await subscribe(parent, stripe, tenant)
    connect(parent, stripe, seconds=1)
    stripe.failures.extend([failing] * 9)  # type: ignore[list-item]
    owner.execute("DELETE FROM authz.tenants WHERE id = %s", (tenant,))
    owner.execute("UPDATE billing.cancellations SET attempts = 1000")
    row = owner.execute("SELECT id FROM billing.cancellations").fetchone()
    assert row is not None
    await billing(parent).ending_job()(row[0])
    (_, ended, why), waits = endings(owner)[0], "SELECT next_attempt_at - now() FROM billing.cancellations"
    assert not ended
    assert why is not None
    assert KEY not in why
    wait = owner.execute(waits).fetchone()
    assert wait is not None
    assert 5 * 3600 < wait[0].total_seconds() <= 6 * 3600
    assert await billing(parent).catching_up()() == 0  # not before its time
    stripe.failures.clear()
    owner.execute("UPDATE billing.cancellations SET next_attempt_at = now()")
    assert [await billing(parent).catching_up()() for _ in range(2)] == [1, 0]
    async with start_worker():
        assert await soon(lambda: endings(owner) == [("sub_1", True, None)])
    assert running_at(stripe) == set()


async def test_what_was_ended_before_or_is_unknown_there_is_done_and_asked_for_once(
    parent: Parent, owner: psycopg.Connection, stripe: StripeServer
) -> None:
    tenant = str(organization(owner, "leaving"))
    await parent.open()
    await subscribe(parent, stripe, tenant)
    stripe.subscriptions.clear()
    owner.execute("DELETE FROM authz.tenants WHERE id = %s", (tenant,))
    row = owner.execute("SELECT id FROM billing.cancellations").fetchone()
    assert row is not None
    stripe.asked.clear()
    for _ in range(2):
        await billing(parent).ending_job()(row[0])
    assert endings(owner) == [("sub_1", True, None)]
    assert [(asked.method, asked.path) for asked in stripe.asked] == [("DELETE", "/v1/subscriptions/sub_1")]
    await parent.close()


async def test_what_was_canceled_already_is_not_ended_again(
    admin: Person, parent: Parent, owner: psycopg.Connection, stripe: StripeServer
) -> None:
    tenant = await found(admin)
    await subscribe(parent, stripe, tenant)
    stripe.subscriptions["sub_1"] |= {"status": "canceled"}
    await billing(parent).sync()("sub_1")
    assert (await admin.delete(f"/tenants/{tenant}")).status_code == 204
    assert endings(owner) == []


async def test_a_deletion_that_is_refused_ends_nothing(
    admin: Person, client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection, stripe: StripeServer
) -> None:
    tenant = await found(admin)
    await subscribe(parent, stripe, tenant)
    await let_in(admin, tenant, await sign_up(client))
    assert (await admin.delete(f"/tenants/{tenant}")).status_code == 409
    assert endings(owner) == []
    assert kept(owner, tenant) == [("sub_1", "pro", "active")]


async def test_the_event_that_the_end_brings_is_nothing_to_worry_about(
    admin: Person, parent: Parent, owner: psycopg.Connection, stripe: StripeServer, client: httpx.AsyncClient
) -> None:
    tenant = await found(admin)
    await subscribe(parent, stripe, tenant)
    await admin.delete(f"/tenants/{tenant}")
    stripe.subscriptions["sub_1"] |= {"status": "canceled"}
    await deliver(client, event("customer.subscription.deleted", {"id": "sub_1"}))
    row = owner.execute("SELECT id FROM billing.webhook_events").fetchone()
    assert row is not None
    await billing(parent).event_job()(row[0])
    assert events(owner) == [("evt_1", "ignored", None)]


async def test_a_deleted_account_ends_what_it_alone_paid_for_and_nothing_else(
    admin: Person, client: httpx.AsyncClient, parent: Parent, owner: psycopg.Connection, stripe: StripeServer
) -> None:
    other = await sign_up(client)
    alone, shared = await found(admin, "Alone"), await found(admin, "Shared")
    await let_in(admin, shared, other, "admin")
    await agree(other, shared)
    tenants = {"sub_personal": await personal_tenant(admin), "sub_alone": alone, "sub_shared": shared}
    for name, tenant in {**tenants, "sub_other": await personal_tenant(other)}.items():
        await subscribe(parent, stripe, tenant, name)
    assert (await admin.delete("/users/me")).status_code == 204
    assert endings(owner) == [("sub_alone", False, None), ("sub_personal", False, None)]


async def test_nobody_ends_subscriptions_without_being_deleted(
    admin: Person, parent: Parent, owner: psycopg.Connection, stripe: StripeServer
) -> None:
    tenant = await personal_tenant(admin)
    await subscribe(parent, stripe, tenant)
    async with parent.database.unit(Acting(UUID(admin.user["id"]), UUID(tenant))):
        await billing(parent).cancellations().end_mine()
    assert endings(owner) == []
