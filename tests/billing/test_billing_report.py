"""`python -m scripts.billing report`: what an operator sees of a tenant's month, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.database.roles import Endpoints
from modules.billing.domain.periods import Month, calendar_month, months_after
from modules.billing.repositories.report import MonthReport, MonthReports
from scripts.billing import main
from tests.billing.ledger import BOB, Ledger, soon
from tests.commands import Ended, run, variables_of

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
THIS = calendar_month(NOW)
JANUARY = calendar_month(datetime(2026, 1, 15, tzinfo=UTC))


def script(endpoints: Endpoints, *arguments: str) -> Ended:
    return run(main, *arguments, variables=variables_of(endpoints))


def use(ledger: Ledger, tenant: UUID, at: datetime, number: int = 1, *, by: UUID = BOB, kind: str = "chat") -> None:
    ledger.owner.execute(
        "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, cost, idempotency_key,"
        " occurred_at) SELECT %s, %s, %s, 10, 0.25, gen_random_uuid(), %s FROM generate_series(1, %s)",
        (tenant, by, kind, at, number),
    )


def reported(ledger: Ledger, tenant: UUID, month: Month = THIS) -> MonthReport:
    return MonthReports(ledger.owner).run(tenant, month)


def odd(ledger: Ledger, tenant: UUID, month: Month = THIS) -> dict[str, str]:
    """What is odd, and the detail of it."""
    return {each.what: each.detail for each in reported(ledger, tenant, month).odd}


@pytest.fixture
def tenant(ledger: Ledger) -> UUID:
    """Bob's, and nothing is odd about it."""
    tenant = ledger.tenant()
    ledger.owner.execute(
        "WITH made AS (INSERT INTO authz.roles (tenant_id, name, is_system) VALUES (%(tenant)s, 'admin', true)"
        " RETURNING id) INSERT INTO authz.memberships (tenant_id, user_id, role_id) SELECT %(tenant)s, %(bob)s, id"
        " FROM made",
        {"tenant": tenant, "bob": BOB},
    )
    return tenant


async def test_credits_are_told_by_kind_and_reason_between_two_balances(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(100)
        await books.credits.grant(tenant, 50, "bonus [bold]")
        spent = await books.spend(30)
        await books.spend(5)
        await books.refund(spent.id, 10)
    found = reported(ledger, tenant)
    assert (found.opening, found.closing, found.tenant.balance) == (0, 125, 125)
    assert [(each.kind, each.reason, each.entries, each.credits_in, each.credits_out) for each in found.credits] == [
        ("grant", "bonus [bold]", 1, 50, 0),
        ("grant", "test", 1, 100, 0),
        ("refund", "test", 1, 10, 0),
        ("spend", "test", 2, 0, 35),
    ]
    before, after = (reported(ledger, tenant, calendar_month(THIS.start + timedelta(days=days))) for days in (-1, 40))
    assert (before.opening, before.closing, before.credits) == (0, 0, [])
    assert (after.opening, after.closing, after.credits) == (125, 125, [])
    assert found.odd == []


async def test_usage_is_told_by_type_and_by_day(ledger: Ledger, tenant: UUID) -> None:
    use(ledger, tenant, THIS.start, 2)
    use(ledger, tenant, THIS.start + timedelta(hours=30), kind="review")
    use(ledger, tenant, THIS.start - timedelta(microseconds=1), 9)
    use(ledger, tenant, THIS.end, 9)
    found = reported(ledger, tenant)
    assert [(each.event_type, each.requests, each.tokens, str(each.cost), each.users) for each in found.by_type] == [
        ("chat", 2, 20, "0.500000", 1),
        ("review", 1, 10, "0.250000", 1),
    ]
    first = THIS.start.date()
    assert [(each.day, each.requests) for each in found.by_day] == [(first, 2), (first + timedelta(days=1), 1)]


async def test_the_limits_that_were_reached_are_told(ledger: Ledger, tenant: UUID) -> None:
    ledger.owner.execute(
        "INSERT INTO billing.usage_alerts (tenant_id, metric, percent, used, allowed, period_start, period_end)"
        " VALUES (%s, 'tokens', 80, 8, 10, %s, %s)",
        (tenant, THIS.start, THIS.end),
    )
    (reached,) = reported(ledger, tenant).limits
    assert (reached.metric, reached.percent, reached.used, reached.allowed) == ("tokens", 80, 8, 10)


async def test_a_balance_that_is_not_the_sum_of_its_entries_is_odd(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10)
    ledger.owner.execute("UPDATE billing.credit_accounts SET balance = 9 WHERE tenant_id = %s", (tenant,))
    assert odd(ledger, tenant)["balance is not the sum of the entries"] == "expected 10, found 9"


async def test_a_hold_that_is_open_for_long_is_odd(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10)
        hold = await books.hold(3)
    assert odd(ledger, tenant) == {}
    ledger.owner.execute(
        "UPDATE billing.credit_holds SET created_at = now() - interval '61 minutes' WHERE id = %s", (hold.id,)
    )
    assert odd(ledger, tenant)["a hold is open for long"].startswith("3 credits for test, since ")


async def test_credits_that_have_expired_and_are_still_there_are_odd(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(10, expires_at=soon(hours=1))
    assert odd(ledger, tenant) == {}
    ledger.owner.execute(
        "UPDATE billing.credit_grants SET expires_at = now() - interval '11 minutes' WHERE tenant_id = %s", (tenant,)
    )
    found = odd(ledger, tenant)["a grant has expired and was not taken away"]
    assert found.startswith("10 of 10 credits (test), expired ")


async def test_usage_of_nobody_is_odd(ledger: Ledger, tenant: UUID) -> None:
    alice = UUID("00000000-0000-4000-8000-000000000001")
    use(ledger, tenant, THIS.start)
    use(ledger, tenant, THIS.start, 3, by=alice)
    (found,) = reported(ledger, tenant).odd
    assert (found.what, found.id) == ("usage of somebody who is no member", str(alice))
    assert found.detail == "3 requests, 30 tokens"


async def test_a_total_that_is_not_what_its_events_come_to_is_odd(ledger: Ledger, tenant: UUID) -> None:
    use(ledger, tenant, THIS.start, 2)
    ledger.owner.execute("UPDATE billing.usage_totals SET tokens = 21 WHERE tenant_id = %s", (tenant,))
    found = odd(ledger, tenant)["a total is not what its events come to"]
    assert found == f"chat of {BOB}: 2 requests, 21 tokens, cost 0.500000; the events say 2, 20, 0.500000"


async def test_totals_outlive_the_events_of_a_month_that_was_dropped(ledger: Ledger, tenant: UUID) -> None:
    month = calendar_month(months_after(THIS.start, -20))
    use(ledger, tenant, month.start)
    assert "events lie in the default partition" in odd(ledger, tenant, month)
    ledger.owner.execute("DELETE FROM billing.usage_events_default WHERE tenant_id = %s", (tenant,))
    assert odd(ledger, tenant, month) == {}
    assert reported(ledger, tenant, month).by_day[0].requests == 1


async def test_a_day_with_five_times_as_much_as_before_is_odd(ledger: Ledger, tenant: UUID) -> None:
    for day in range(28):
        use(ledger, tenant, THIS.start - timedelta(days=28 - day), 40)
    use(ledger, tenant, THIS.start, 200)
    ledger.owner.execute("SELECT billing.keep_usage_months(NULL)")
    assert odd(ledger, tenant) == {}
    use(ledger, tenant, THIS.start, 1)
    assert odd(ledger, tenant) == {
        "a day has five times the requests of the days before": "201 requests; 40 a day in the four weeks before"
    }


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("credited_until = now() - interval '2 hours'", "a month's credits are due and were not granted"),
        (
            "current_period_end = now() - interval '25 hours'",
            "a subscription's period is over, and nothing was heard of the next",
        ),
    ],
)
async def test_a_subscription_that_nobody_looks_after_is_odd(
    ledger: Ledger, tenant: UUID, change: str, what: str
) -> None:
    ledger.owner.execute(
        "INSERT INTO billing.subscriptions (tenant_id, provider, provider_subscription_id, plan, status,"
        " current_period_start, current_period_end, credited, credited_until)"
        " VALUES (%(tenant)s, 'stripe', %(name)s, 'pro', 'active', now() - interval '20 days', now() + interval"
        " '10 days', 200, now() + interval '10 days')",
        {"tenant": tenant, "name": f"sub_{tenant}"},
    )
    assert odd(ledger, tenant) == {}
    ledger.owner.execute(f"UPDATE billing.subscriptions SET {change} WHERE tenant_id = %s".encode(), (tenant,))
    assert odd(ledger, tenant)[what].startswith(("plan pro, granted until ", "plan pro, active, until "))


async def test_other_tenants_are_not_in_it(ledger: Ledger, tenant: UUID) -> None:
    other = ledger.tenant()
    use(ledger, other, THIS.start, 3)
    async with ledger.books(other) as books:
        await books.grant(7)
    found = reported(ledger, tenant)
    assert (found.credits, found.by_type, found.closing, found.odd) == ([], [], 0, [])


async def test_a_hundred_oddities_of_a_kind_are_shown_and_all_are_counted(ledger: Ledger, tenant: UUID) -> None:
    async with ledger.books(tenant) as books:
        await books.grant(500)
        for _ in range(105):
            await books.hold(1)
    ledger.owner.execute(
        "UPDATE billing.credit_holds SET created_at = now() - interval '2 hours' WHERE tenant_id = %s", (tenant,)
    )
    found = reported(ledger, tenant)
    assert (len(found.odd), found.all_odd) == (100, 105)


@pytest.mark.slow
def test_the_seeds_month_is_shown_as_tables(shared_endpoints: Endpoints) -> None:
    shown = script(shared_endpoints, "report", "--tenant", "acme", "--month", "2026-01")
    assert (shown.code, shown.complained) == (0, "")
    assert "enterprise" in shown.said
    assert "January 2026" in shown.said
    assert "2026-01-02" in shown.said
    assert "generate" in shown.said
    assert "limits reached: none" in shown.said


@pytest.mark.slow
def test_this_month_is_shown_without_a_question_and_for_machines_it_is_json(shared_endpoints: Endpoints) -> None:
    found: dict[str, Any] = json.loads(
        script(shared_endpoints, "report", "--tenant", "10000000-0000-4000-8000-000000000001", "--json").said
    )
    assert found["start"] == calendar_month(datetime.now(UTC)).start.isoformat().replace("+00:00", "Z")
    assert (found["tenant"]["slug"], found["tenant"]["balance"], found["closing"]) == ("acme", 2000, 2000)


@pytest.mark.slow
def test_what_users_wrote_neither_steers_the_terminal_nor_the_table(
    shared_endpoints: Endpoints, ledger: Ledger
) -> None:
    tenant = ledger.tenant()
    use(ledger, tenant, NOW - timedelta(seconds=1), kind="\x1b[31m[bold]:smile: x")
    shown = script(shared_endpoints, "report", "--tenant", str(tenant))
    assert shown.code == 0
    assert "\N{REPLACEMENT CHARACTER}[31m[bold]:smile: x" in shown.said
    assert "\x1b" not in shown.said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--tenant", "nobody"), "there is no tenant nobody"),
        (("--tenant", ""), "there is no tenant "),
        (("--tenant", "acme", "--month", "2026-13"), "there is no month 2026-13"),
        (("--tenant", "acme", "--month", "0000-01"), "there is no month 0000-01"),
        (("--tenant", "acme", "--month", "9999-12"), "there is no month 9999-12"),
        (("--tenant", "acme", "--month", "october"), "there is no month october"),
    ],
)
def test_a_tenant_or_a_month_that_there_is_not_is_one_line_and_2(
    shared_endpoints: Endpoints, arguments: tuple[str, ...], said: str
) -> None:
    refused = script(shared_endpoints, "report", *arguments)
    assert (refused.code, refused.said) == (2, "")
    assert len(refused.complained.splitlines()) == 1
    assert refused.complained.startswith(f"interna: {said}")


@pytest.mark.slow
def test_help_says_what_can_be_asked(shared_endpoints: Endpoints) -> None:
    assert "one month of one tenant" in script(shared_endpoints, "--help").said
    shown = script(shared_endpoints, "report", "--help").said
    assert all(option in shown for option in ("--tenant", "--month", "--json"))
