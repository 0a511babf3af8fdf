"""What usage comes to: always what the events say, right after they were taken, as pages and as a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database.identity import Acting
from modules.billing.contracts.usage import NewUsageEvent
from modules.billing.repositories import UsageRepository
from tests.billing.ledger import BOB, Ledger, Owner
from tests.billing.usage import admin, ago, books, event, summed, taken
from tests.client import Person
from tests.operators import walk

pytestmark = pytest.mark.anyio

__all__ = ["books"]
CSV = {"accept": "text/csv"}
NOON = datetime.combine(ago(days=40).date(), time(12), UTC)
YEAR = {"from": str((NOON - timedelta(days=300)).date()), "to": str((NOON + timedelta(days=40)).date())}


async def usage(person: Person, **asked: Any) -> dict[str, Any]:
    answer = await person.get("/billing/usage", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def table(person: Person, accept: str = "text/csv", **asked: Any) -> list[list[str]]:
    answer = await person.get("/billing/usage", params=asked, headers={"accept": accept})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8", answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))


async def test_totals_are_there_when_the_answer_is(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    for number in range(1, 4):
        await taken(person, event(tokens_used=number, cost="0.1"))
        assert (await usage(person))["total"] == {
            "requests": number,
            "tokens": number * (number + 1) // 2,
            "cost": f"{number / 10:.6f}",
        }


async def test_without_questions_it_is_this_month_by_day_and_type(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, _ = await admin(shared_client, books)
    moment = datetime.now(UTC)
    long_ago = event(occurred_at=moment.replace(day=1) - timedelta(days=1))
    await taken(person, event(occurred_at=moment), event(event_type="chat", occurred_at=moment), long_ago)
    found = await usage(person)
    today = str(moment.date())
    assert (found["from"], found["to"], found["alerts"]) == (today[:8] + "01", today, [])
    assert [(row["day"], row["event_type"], row["requests"]) for row in found["items"]] == [
        (today, "chat", 1),
        (today, "render", 1),
    ]
    assert all("user_id" not in row for row in found["items"])


async def test_a_day_begins_and_ends_at_midnight_of_utc(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    midnight = datetime.combine(NOON.date(), time(), UTC)
    tick = timedelta(microseconds=1)
    await taken(
        person, *(event(occurred_at=midnight + step) for step in (-tick, timedelta(0), timedelta(days=1) - tick))
    )
    found = await usage(person, **YEAR, group_by="day")
    assert [(row["day"], row["requests"]) for row in found["items"]] == [
        (str(NOON.date() - timedelta(days=1)), 1),
        (str(NOON.date()), 2),
    ]


@pytest.mark.parametrize("group_by", ["day", "event_type", "user", "day,event_type", "user,event_type,day"])
async def test_pages_together_are_the_whole_and_each_shows_its_sum(
    shared_client: httpx.AsyncClient, books: Owner, group_by: str
) -> None:
    person, _ = await admin(shared_client, books)
    # Types of up to four bytes a character, and as long as they may be, are in the cursors.
    types = ["a", "Z", "ä" * 100, "🥐" * 100, "=1+1", "a b", "zz"]
    events = [
        event(event_type=kind, occurred_at=NOON - timedelta(days=day), tokens_used=day + 1)
        for kind in types
        for day in range(3)
    ]
    await taken(person, *events)
    whole = (await usage(person, **YEAR, group_by=group_by, limit=100))["items"]
    assert await walk(person, "/billing/usage", **YEAR, group_by=group_by, limit=2) == whole
    assert sum(row["requests"] for row in whole) == 21
    page = await usage(person, **YEAR, group_by=group_by, limit=1)
    assert (page["total"]["requests"], page["total"]["tokens"]) == (21, 42)
    named = {"day": "day", "event_type": "event_type", "user": "user_id"}
    seen = {tuple(row[named[name]] for name in group_by.split(",")) for row in whole}
    assert len(seen) == len(whole)


async def test_a_cursor_of_other_groups_or_other_days_is_refused(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, _ = await admin(shared_client, books)
    await taken(person, event(event_type="a"), event(event_type="b"))
    cursor = (await usage(person, limit=1))["next_cursor"]
    for asked in ({"group_by": "day"}, {"from": "2026-01-01"}):
        answer = await person.get("/billing/usage", params={"cursor": cursor, **asked})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "cursor")


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, "to"),
        ({"from": "2025-01-01", "to": "2026-01-02"}, "from"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "20260101"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"group_by": "day,hour"}, "group_by"),
        ({"group_by": "day,day"}, "group_by"),
        ({"group_by": ""}, "group_by"),
        ({"group_by": "tenant_id"}, "group_by"),
        ({"limit": "101"}, "limit"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
async def test_what_cannot_be_asked_is_refused(
    shared_client: httpx.AsyncClient, books: Owner, asked: dict[str, str], path: str, accept: str
) -> None:
    person, _ = await admin(shared_client, books)
    answer = await person.get("/billing/usage", params=asked, headers={"accept": accept})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_the_first_and_the_last_day_there_are_can_be_asked_for(
    shared_client: httpx.AsyncClient, books: Owner
) -> None:
    person, _ = await admin(shared_client, books)
    for asked in ({"from": "9999-12-31"}, {"to": "0001-01-01"}):
        assert (await usage(person, **asked))["items"] == []


async def test_a_table_quotes_what_it_must_and_computes_nothing(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    types = ['say "hi", twice', "two\nlines", *(f"{sign}cmd|' /C calc'!A0" for sign in "=+-@\t\r＝")]
    await taken(person, *(event(event_type=kind, occurred_at=NOON, cost="1.5", tokens_used=2) for kind in types))
    head, *rows = await table(person, **YEAR, group_by="event_type,day")
    assert head == ["day", "event_type", "requests", "tokens", "cost"]
    assert all(row[2:] == ["1", "2", "1.500000"] and row[0] == str(NOON.date()) for row in rows)
    shown = {row[1] for row in rows}
    assert shown == {*types[:2], *(f"'{kind}" for kind in types[2:])}


async def test_a_table_is_whole_however_long_it_is(shared_client: httpx.AsyncClient, books: Owner) -> None:
    person, _ = await admin(shared_client, books)
    await taken(person, *(event(event_type=f"type {number:04}", occurred_at=NOON) for number in range(2_300)))
    rows = await table(person, **YEAR, group_by="event_type,user")
    assert rows[0] == ["event_type", "user_id", "requests", "tokens", "cost"]
    assert [row[0] for row in rows[1:]] == [f"type {number:04}" for number in range(2_300)]
    answer = await person.get("/billing/usage", params=YEAR, headers=CSV)
    name = f"usage-{YEAR['from']}-{YEAR['to']}.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        ("text/csv", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv, application/json;q=0.9", True),
        ("application/json;q=0.5, text/csv;q=0.8", True),
        ("text/csv, */*", True),
        ("text/*", True),
        ("", False),
        ("*/*", False),
        ("application/json, text/csv;q=0.9", False),
        ("text/csv;q=0", False),
        ("text/csv;q=0, */*", False),
        ("text/csv;q=0.1, */*;q=0.2", False),
        ("text/csv;q=high", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("text/csvx", False),
    ],
)
async def test_the_client_says_whether_it_wants_a_table(
    shared_client: httpx.AsyncClient, books: Owner, accept: str, is_csv: bool
) -> None:
    person, _ = await admin(shared_client, books)
    answer = await person.get("/billing/usage", headers={"accept": accept})
    assert answer.headers["content-type"].startswith("text/csv" if is_csv else "application/json")


_batches = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 12),
            st.sampled_from(["a", "b"]),
            st.integers(0, 3),
            st.integers(0, 2**31 - 1),
            st.decimals(0, 99_999_999, places=6),
        ),
        min_size=1,
        max_size=12,
    ),
    min_size=1,
    max_size=4,
)


async def test_totals_always_equal_the_events(ledger: Ledger) -> None:
    """Whatever comes how often, in which batches: an event is the first of its key and moment, and counted once."""
    base = datetime.combine(date.today(), time(23, 59, 58), UTC) - timedelta(days=3)

    async def check(batches: list[list[tuple[int, str, int, int, Decimal]]]) -> None:
        tenant = ledger.tenant()
        expected: dict[tuple[str, datetime], tuple[str, int, Decimal]] = {}
        for batch in batches:
            events = [
                NewUsageEvent(
                    event_type=kind,
                    occurred_at=base + timedelta(seconds=second),
                    idempotency_key=f"k{key}",
                    tokens_used=tokens,
                    cost=cost,
                )
                for key, kind, second, tokens, cost in batch
            ]
            async with ledger.database.unit(Acting(BOB, tenant)) as unit:
                accepted = await UsageRepository(unit.transaction).add(tenant, BOB, events)
            before = len(expected)
            for each in events:
                said = (each.event_type, each.tokens_used, each.cost)
                expected.setdefault((each.idempotency_key, each.occurred_at), said)
            assert accepted == len(expected) - before
        kept = summed(ledger.owner, str(tenant))
        assert kept == summed(ledger.owner, str(tenant), kept=False)
        assert sum(total[0] for total in kept.values()) == len(expected)

    for batches in _examples():
        await check(batches)


def _examples() -> list[Any]:
    """What hypothesis thinks of; it cannot itself await."""
    found: list[Any] = []

    @settings(max_examples=25, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(_batches)
    def collect(batches: list[Any]) -> None:
        found.append(batches)

    collect()
    return found
