"""What a subscription's status opens and closes, and that nobody but the provider's word changes it."""

from __future__ import annotations

from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

from core.bootstrap import Parent
from core.database.identity import Acting
from core.errors import InternaError
from modules.billing.services import SubscriptionSync
from tests.authorization.scenes import found, let_in, problem, version
from tests.billing.provider import ENTERPRISE, FREE, NOW, PRO, Provider, by_provider
from tests.billing.subscribers import account, billing, kept, monthly, organization
from tests.client import sign_up

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("status", "opened_plan"),
    [
        ("trialing", "pro"),
        ("active", "pro"),
        ("past_due", "pro"),
        ("unpaid", "free"),
        ("incomplete", "free"),
        ("canceled", "free"),
    ],
)
async def test_a_status_opens_the_plan_or_closes_it_and_leaves_the_credits_that_are_there(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync, status: str, opened_plan: str
) -> None:
    tenant = organization(owner, "status")
    provider.told["sub_1"] = by_provider("sub_1", tenant)
    await sync("sub_1")
    before = version(owner, str(tenant))
    provider.told["sub_1"] = by_provider("sub_1", tenant, status=status, paid=False, ended_at=NOW)
    await sync("sub_1")
    assert account(owner, tenant) == (PRO if opened_plan == "pro" else msgspec.structs.replace(FREE, balance=200))
    assert (version(owner, str(tenant)) > before) == (opened_plan == "free")


async def test_a_first_payment_that_failed_brings_nothing_until_it_is_made(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    tenant = organization(owner, "first")
    provider.told["sub_1"] = by_provider("sub_1", tenant, status="incomplete", paid=False)
    await sync("sub_1")
    assert account(owner, tenant) == FREE
    provider.told["sub_1"] = by_provider("sub_1", tenant)
    await sync("sub_1")
    assert account(owner, tenant) == PRO


async def test_a_bigger_plan_opens_at_once_with_the_difference_of_the_credits_and_back_again_takes_none(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    tenant = organization(owner, "bigger")
    for plan in ("pro", "enterprise", "pro", "enterprise"):
        provider.told["sub_1"] = by_provider("sub_1", tenant, plan=plan)
        await sync("sub_1")
    assert account(owner, tenant) == ENTERPRISE
    assert monthly(owner, tenant) == [200, 1800]


async def test_if_the_plan_cannot_be_written_the_subscription_is_not_either(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    tenant = organization(owner, "together")
    owner.execute("DELETE FROM billing.credit_accounts WHERE tenant_id = %s", (tenant,))
    provider.told["sub_1"] = by_provider("sub_1", tenant)
    with pytest.raises(InternaError):
        await sync("sub_1")
    assert kept(owner, tenant) == []
    plan = owner.execute("SELECT plan FROM authz.tenant_attributes WHERE tenant_id = %s", (tenant,)).fetchone()
    assert plan == ("free",)


async def test_a_plan_with_fewer_seats_throws_nobody_out_and_lets_nobody_in(
    client: httpx.AsyncClient, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    admin = await sign_up(client)
    tenant = await found(admin, "Crowded")
    provider.told["sub_1"] = by_provider("sub_1", UUID(tenant))
    await sync("sub_1")
    for _ in range(6):
        await let_in(admin, tenant, await sign_up(client))
    provider.told["sub_1"] = by_provider("sub_1", UUID(tenant), status="unpaid", paid=False)
    await sync("sub_1")
    shown = (await admin.get(f"/tenants/{tenant}")).json()
    assert (shown["members"], shown["max_users"]) == (7, 5)
    late = await sign_up(client)
    answer = await admin.post(f"/tenants/{tenant}/members", {"email": late.email, "role": "member"})
    assert problem(answer) == (409, "tenant-full")


async def test_a_right_that_hangs_on_the_plan_is_gone_with_it_on_the_next_request(
    client: httpx.AsyncClient, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    admin, member = await sign_up(client), await sign_up(client)
    tenant = await found(admin, "Policies")
    await let_in(admin, tenant, member)
    roles = (await admin.get(f"/tenants/{tenant}/roles")).json()["items"]
    role_id = next(role["id"] for role in roles if role["name"] == "member")
    paid = {"attribute": "tenant.plan", "operator": "eq", "value": "pro"}
    wish = {"role_id": role_id, "effect": "allow", "resource": "subscriptions", "actions": ["read"], "scope": "all"}
    answer = await admin.post(f"/tenants/{tenant}/policies", {**wish, "conditions": paid})
    assert answer.status_code == 201, answer.text
    provider.told["sub_1"] = by_provider("sub_1", UUID(tenant))
    seen = []
    for status in ("active", "unpaid"):
        provider.told["sub_1"] = by_provider("sub_1", UUID(tenant), status=status)
        await sync("sub_1")
        seen.append((await member.get("/billing/subscription", headers={"x-tenant-id": tenant})).status_code)
    assert seen == [200, 403]


async def test_no_transaction_of_a_user_writes_a_plan_or_a_subscription(
    opened: Parent, owner: psycopg.Connection, provider: Provider, sync: SubscriptionSync
) -> None:
    acme = UUID("10000000-0000-4000-8000-000000000001")
    alice = UUID("00000000-0000-4000-8000-000000000001")
    provider.told["sub_1"] = by_provider("sub_1", acme)
    container = billing(opened)
    with pytest.raises(InternaError):
        async with opened.database.unit(Acting(alice, acme)):
            await container.keeping().keep(acme, provider.told["sub_1"], asked_at=NOW, at=NOW)
    async with opened.database.unit(Acting(alice, acme)) as unit:
        connection = await unit.transaction.connection()
        row = await (await connection.execute("SELECT authz.apply_plan('free', 'standard', '{}', 1)")).fetchone()
    assert row == (False,)
    assert account(owner, acme).plan == "enterprise"
