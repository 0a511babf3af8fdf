"""Alerts: at 80 and at 100 percent of what a plan allows, once a month each, and a mail to the tenant's admins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from modules.billing.domain.periods import calendar_month, months_after
from modules.billing.domain.usage import levels_reached
from modules.billing.services import LimitWatch
from tests.billing.subscribers import billing, soon
from tests.billing.usage import Owner, ago, event, member, taken, tenant_of
from tests.client import Person, sign_up

pytestmark = pytest.mark.anyio

StartWorker = Callable[[], AbstractAsyncContextManager[None]]
FREE = 1_000_000
"""Tokens a month."""


class Watch:
    """The chore, at moments that a test chooses."""

    def __init__(self, parent: Parent) -> None:
        self.at = datetime.now(UTC)
        container = billing(parent)
        self.chore = LimitWatch(parent.database, container.usage_alerts, container.limit_check, lambda: self.at)

    async def __call__(self, **later: float) -> int:
        """How many alerts are new when it looks so much later."""
        self.at += timedelta(**(later or {"minutes": 1}))
        return await self.chore()


@pytest.fixture
def watch(app: object, parent: Parent) -> Watch:
    return Watch(parent)


def alerts(owner: Owner, tenant: str) -> list[tuple[str, int, int, int]]:
    return owner.execute(
        "SELECT metric, percent, used, allowed FROM billing.usage_alerts WHERE tenant_id = %s ORDER BY 1, 2", (tenant,)
    ).fetchall()


def mails(environ: dict[str, str]) -> list[EmailMessage]:
    files = sorted((Path(environ["DATA_DIR"]) / "outbox").glob("*.eml"))
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail for mail in found if "are used" in str(mail["subject"])]


async def use(person: Person, tokens: int, **said: Any) -> None:
    assert await taken(person, event(tokens_used=tokens, **said)) == (1, 0)


async def test_each_level_is_told_once_a_month(
    client: httpx.AsyncClient, owner: psycopg.Connection, watch: Watch
) -> None:
    person = await sign_up(client)
    tenant = tenant_of(owner, person)
    await use(person, FREE * 8 // 10 - 1)
    assert await watch() == 0
    await use(person, 1)
    assert await watch() == 1
    assert await watch() == 0
    await use(person, FREE // 10)
    assert await watch() == 0
    await use(person, FREE)
    assert await watch() == 1
    await use(person, 5 * FREE)
    assert await watch() == 0
    assert alerts(owner, tenant) == [("tokens", 80, FREE * 8 // 10, FREE), ("tokens", 100, FREE * 19 // 10, FREE)]


async def test_requests_count_as_well_as_tokens(
    client: httpx.AsyncClient, owner: psycopg.Connection, watch: Watch
) -> None:
    person = await sign_up(client)
    await taken(person, *(event(tokens_used=0) for _ in range(800)))
    assert await watch() == 1
    assert alerts(owner, tenant_of(owner, person)) == [("requests", 80, 800, 1000)]


async def test_credits_count_where_the_plan_limits_them(
    client: httpx.AsyncClient, owner: psycopg.Connection, parent: Parent, watch: Watch
) -> None:
    person = await sign_up(client)
    tenant = tenant_of(owner, person)
    owner.execute("UPDATE billing.plans SET limits = limits || '{\"credits\": 10}' WHERE id = 'free'")
    owner.execute(
        "INSERT INTO billing.credit_entries (tenant_id, amount, kind, reason, balance_after)"
        " VALUES (%s, -8, 'spend', 'test', 2)",
        (tenant,),
    )
    await use(person, 1)  # only who uses something is looked at
    assert await watch() == 1
    assert alerts(owner, tenant) == [("credits", 80, 8, 10)]


async def test_the_next_month_is_told_anew(client: httpx.AsyncClient, owner: psycopg.Connection, watch: Watch) -> None:
    person = await sign_up(client)
    await use(person, FREE)
    assert await watch() == 2
    next_month = months_after(calendar_month(watch.at).start, 1)
    owner.execute(
        "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, idempotency_key, occurred_at)"
        " VALUES (%s, %s, 'render', %s, 'k', %s)",
        (tenant_of(owner, person), person.user["id"], FREE, next_month + timedelta(days=1)),
    )
    watch.at = next_month + timedelta(days=1)
    assert await watch() == 2


async def test_what_is_told_late_is_seen_within_the_hour(
    client: httpx.AsyncClient, owner: psycopg.Connection, watch: Watch
) -> None:
    """The month of a subscription may have begun long ago; a client may tell of its days when it is nearly over."""
    person = await sign_up(client)
    tenant = tenant_of(owner, person)
    owner.execute(
        "INSERT INTO billing.subscriptions (tenant_id, provider, provider_subscription_id, plan, status,"
        " current_period_start, current_period_end) VALUES (%s, 'stripe', 'sub_late', 'pro', 'active', %s, %s)",
        (tenant, ago(days=25), ago(days=-5)),
    )
    assert await watch() == 0
    await use(person, 16_000_000, occurred_at=ago(days=20))
    assert await watch(minutes=1) == 0
    assert await watch(hours=1) == 1
    assert alerts(owner, tenant) == [("tokens", 80, 16_000_000, 20_000_000)]


async def test_admins_get_one_mail_about_the_highest_level_and_members_none(
    client: httpx.AsyncClient,
    owner: psycopg.Connection,
    environ: dict[str, str],
    watch: Watch,
    start_worker: StartWorker,
) -> None:
    person = await sign_up(client)
    tenant = tenant_of(owner, person)
    await member(client, owner, tenant)
    await use(person, 2 * FREE)
    assert await watch() == 2
    async with start_worker():
        assert await soon(lambda: bool(mails(environ)))
        await asyncio.sleep(0.5)
    (mail,) = mails(environ)
    assert mail["to"] == person.email
    assert mail["subject"] == "100% of your plan's tokens are used"
    text = " ".join(mail.get_content().split())
    assert "has used 2,000,000 of the 1,000,000 tokens" in text
    month = calendar_month(watch.at)
    assert f"from {month.start:%d %B %Y} to {month.end:%d %B %Y}" in text


async def test_the_job_run_twice_sends_the_same_message(
    client: httpx.AsyncClient, owner: psycopg.Connection, environ: dict[str, str], parent: Parent, watch: Watch
) -> None:
    person = await sign_up(client)
    await use(person, FREE * 9 // 10)
    assert await watch() == 1
    row = owner.execute("SELECT tenant_id, id FROM billing.usage_alerts").fetchone()
    assert row is not None
    job = billing(parent).alert_mail()
    await job(*row)
    await job(*row)
    sent = mails(environ)
    assert len(sent) == 2
    assert len({mail["message-id"] for mail in sent}) == 1


async def test_an_alert_that_is_gone_is_not_written_about(
    client: httpx.AsyncClient, owner: psycopg.Connection, environ: dict[str, str], parent: Parent
) -> None:
    person = await sign_up(client)
    await billing(parent).alert_mail()(UUID(tenant_of(owner, person)), uuid4())
    assert mails(environ) == []


async def test_admins_see_the_months_alerts_with_the_usage_and_members_do_not(
    client: httpx.AsyncClient, owner: psycopg.Connection, watch: Watch
) -> None:
    person = await sign_up(client)
    tenant = tenant_of(owner, person)
    intern = await member(client, owner, tenant)
    await use(person, FREE * 8 // 10)
    await watch()
    owner.execute(
        "INSERT INTO billing.usage_alerts (tenant_id, metric, percent, used, allowed, period_start, period_end)"
        " VALUES (%s, 'tokens', 100, 1, 1, '2025-01-01', '2025-02-01')",
        (tenant,),
    )
    (shown,) = (await person.get("/billing/usage")).json()["alerts"]
    assert (shown["metric"], shown["percent"], shown["used"], shown["allowed"]) == ("tokens", 80, 800_000, FREE)
    assert (await intern.get("/billing/usage", headers={"x-tenant-id": tenant})).json()["alerts"] == []


async def test_two_workers_that_look_at_the_same_time_tell_once(
    client: httpx.AsyncClient, owner: psycopg.Connection, parent: Parent, app: object
) -> None:
    person = await sign_up(client)
    await use(person, FREE)
    found = await asyncio.gather(*(Watch(parent)() for _ in range(4)))
    assert sum(found) == 2
    assert len(alerts(owner, tenant_of(owner, person))) == 2
    jobs = owner.execute("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'mail_usage_alert'").fetchone()
    assert jobs == (1,)


def test_what_is_not_limited_is_never_near_its_limit() -> None:
    assert levels_reached({"requests": 10**9, "tokens": 0, "credits": 5}, {"requests": None, "tokens": 0}) == []
