"""Tenants that subscribe, and what became of them, as the database has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast
from uuid import UUID

import msgspec
import psycopg

from core.bootstrap import Parent
from modules.billing.container import BillingContainer
from tests.billing.stripe_server import StripeServer
from tests.client import Person


class Account(msgspec.Struct, frozen=True):
    """What a tenant has of its plan."""

    plan: str
    contract_type: str
    features: list[str]
    max_users: int
    balance: int


def billing(parent: Parent) -> BillingContainer:
    return cast(BillingContainer, next(module.container for module in parent.modules if module.name == "billing"))


def connect(parent: Parent, server: StripeServer, *, seconds: float = 5.0) -> None:
    """From now on, this Stripe is the one."""
    stripe = billing(parent).stripe()
    stripe.api_url, stripe.seconds = server.url, seconds


def organization(owner: psycopg.Connection, slug: str) -> UUID:
    """A tenant on the free plan, without anybody in it."""
    row = owner.execute(
        "INSERT INTO authz.tenants (name, slug, kind) VALUES (%s, %s, 'organization') RETURNING id", (slug, slug)
    ).fetchone()
    assert row is not None
    owner.execute("INSERT INTO authz.tenant_attributes (tenant_id) VALUES (%s)", row)
    owner.execute("INSERT INTO billing.credit_accounts (tenant_id) VALUES (%s)", row)
    return UUID(str(row[0]))


def account(owner: psycopg.Connection, tenant: UUID | str) -> Account:
    row = owner.execute(
        "SELECT plan, contract_type, features, max_users, balance FROM authz.tenant_attributes"
        " JOIN billing.credit_accounts USING (tenant_id) WHERE tenant_id = %s",
        (tenant,),
    ).fetchone()
    assert row is not None
    return Account(*row)


def kept(owner: psycopg.Connection, tenant: UUID | str) -> list[tuple[str, str, str]]:
    """The tenant's subscriptions: the provider's id, plan and status."""
    return owner.execute(
        "SELECT provider_subscription_id, plan, status FROM billing.subscriptions WHERE tenant_id = %s ORDER BY 1",
        (tenant,),
    ).fetchall()


def monthly(owner: psycopg.Connection, tenant: UUID | str) -> list[int]:
    """All monthly credits that were granted, oldest first."""
    rows = owner.execute(
        "SELECT amount FROM billing.credit_entries WHERE tenant_id = %s AND reason = 'monthly credits'"
        " ORDER BY created_at, id",
        (tenant,),
    ).fetchall()
    return [row[0] for row in rows]


def events(owner: psycopg.Connection) -> list[tuple[str, str | None, str | None]]:
    """All that were stored: the provider's id, what became of it, and what went wrong."""
    return owner.execute("SELECT event_id, outcome, error FROM billing.webhook_events ORDER BY 1").fetchall()


async def personal_tenant(person: Person) -> str:
    return str((await person.get("/tenants")).json()["items"][0]["id"])


async def soon(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
