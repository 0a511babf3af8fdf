"""The months of usage events: made ahead, filled from the default partition, dropped when their time is over."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from core.bootstrap import Parent
from core.database.errors import Contended
from core.database.identity import Anonymous
from core.database.migrations import upgrade
from core.database.pool import Database
from core.database.roles import Endpoints, set_up_roles
from core.settings import SettingsError, load_settings
from modules.billing.domain.periods import months_after
from modules.billing.repositories import UsageMonths
from modules.billing.services import UsageMonthsKept
from modules.billing.tables import usage_events
from seeds import seed_all
from tests.billing.ledger import BOB, Owner, owner_of
from tests.billing.subscribers import billing
from tests.billing.usage import summed
from tests.database import Cluster

pytestmark = pytest.mark.anyio

ACME = "10000000-0000-4000-8000-000000000001"
MONTH = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def partition(months: int) -> str:
    """Of so many months from now."""
    return f"usage_events_{months_after(MONTH, months):%Y_%m}"


def partitions(owner: Owner) -> set[str]:
    rows = owner.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'billing.usage_events'::regclass"
    ).fetchall()
    return {str(row[0]) for row in rows}


def lies_in(owner: Owner, key: str) -> str | None:
    """The partition of the event with this key."""
    row = owner.execute(
        "SELECT tableoid::regclass::text FROM billing.usage_events WHERE idempotency_key = %s", (key,)
    ).fetchone()
    return None if row is None else str(row[0]).removeprefix("billing.")


def add(owner: Owner, key: str, occurred_at: datetime) -> None:
    owner.execute(
        "INSERT INTO billing.usage_events (tenant_id, user_id, event_type, tokens_used, idempotency_key, occurred_at)"
        " VALUES (%s, %s, 'render', 7, %s, %s)",
        (ACME, BOB, key, occurred_at),
    )


@pytest.fixture
async def database(endpoints: Endpoints, anyio_backend: str) -> AsyncIterator[Database]:
    found = Database(endpoints.runtime, size=4)
    await found.open()
    yield found
    await found.close()


async def keep(database: Database, kept_months: int | None = None) -> int:
    async with database.unit(Anonymous()) as unit:
        return await UsageMonths(unit.transaction).keep(kept_months)


async def test_a_fresh_database_has_this_month_and_the_next_three(owner: psycopg.Connection) -> None:
    assert {partition(months) for months in range(4)} | {"usage_events_default"} <= partitions(owner)


async def test_the_seeds_events_lie_in_their_months(owner: psycopg.Connection) -> None:
    rows = owner.execute(
        "SELECT tableoid::regclass::text, to_char(occurred_at, 'YYYY_MM') FROM billing.usage_events"
    ).fetchall()
    assert rows
    assert all(table == f"billing.usage_events_{month}" for table, month in rows)


async def test_the_months_are_there_without_the_seeds_too(cluster: Cluster) -> None:
    fresh = cluster.endpoints(f"{cluster.template}_bare")
    assert fresh.owner is not None
    set_up_roles(fresh)
    try:
        upgrade(fresh.owner)
        with owner_of(fresh) as owner:
            assert partitions(owner) == {*(partition(months) for months in range(4)), "usage_events_default"}
        seed_all(fresh.owner, development=False)
        with owner_of(fresh) as owner:
            assert len(partitions(owner)) == 5
    finally:
        with psycopg.connect(cluster.admin, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {cluster.template}_bare WITH (FORCE)".encode())


async def test_a_month_that_is_missing_is_made_and_takes_its_events_out_of_the_default_one(
    database: Database, owner: psycopg.Connection
) -> None:
    for months in (1, -5):
        owner.execute(f"DROP TABLE IF EXISTS billing.{partition(months)}".encode())
    moments = {"ahead": months_after(MONTH, 1), "last of it": months_after(MONTH, 2) - timedelta(microseconds=1)}
    moments |= {"before": months_after(MONTH, -5) + timedelta(days=3)}
    for key, moment in moments.items():
        add(owner, key, moment)
        assert lies_in(owner, key) == "usage_events_default"
    before = summed(owner, ACME)
    assert await keep(database) == 2
    assert lies_in(owner, "ahead") == lies_in(owner, "last of it") == partition(1)
    assert lies_in(owner, "before") == partition(-5)
    assert summed(owner, ACME) == before == summed(owner, ACME, kept=False)
    with pytest.raises(psycopg.errors.UniqueViolation):
        add(owner, "ahead", moments["ahead"])
    assert await keep(database) == 0


async def test_a_month_made_at_run_time_is_as_closed_as_the_others(
    database: Database, owner: psycopg.Connection, endpoints: Endpoints
) -> None:
    owner.execute(f"DROP TABLE billing.{partition(2)}".encode())
    await keep(database)
    (secured,) = owner.execute(
        "SELECT relrowsecurity, relforcerowsecurity, relowner::regrole::text,"
        " has_table_privilege('interna_runtime', oid, 'select, insert, update, delete, truncate')"
        " FROM pg_class WHERE relname = %s",
        (partition(2),),
    ).fetchall()
    assert secured == (True, True, "interna_owner", False)
    indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = %s"
    made, planted = (owner.execute(indexes, (partition(months),)).fetchone() for months in (2, 1))
    assert made == planted == (len(usage_events.indexes) + 1,)
    with psycopg.connect(endpoints.runtime) as runtime, pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute(f"SELECT * FROM billing.{partition(2)}".encode())


async def test_the_runtime_makes_and_drops_no_partition_by_itself(endpoints: Endpoints) -> None:
    for command in (
        f"DROP TABLE billing.{partition(0)}",
        f"TRUNCATE billing.{partition(0)}",
        "CREATE TABLE billing.usage_events_1999_01 PARTITION OF billing.usage_events"
        " FOR VALUES FROM ('1999-01-01') TO ('1999-02-01')",
    ):
        with psycopg.connect(endpoints.runtime) as runtime, pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute(command.encode())


async def test_what_is_older_than_it_is_kept_is_dropped_and_stays_in_the_totals(
    database: Database, owner: psycopg.Connection
) -> None:
    # Two days before the oldest month that is kept, and its first moment; the same while it lies in the default one.
    oldest = months_after(MONTH, -4)
    add(owner, "too old", oldest - timedelta(days=2))
    add(owner, "old enough", oldest)
    await keep(database)
    assert lies_in(owner, "too old") == partition(-5)
    add(owner, "older still", datetime(1999, 12, 31, tzinfo=UTC))
    before = summed(owner, ACME)
    assert await keep(database, 4) >= 1
    assert [lies_in(owner, key) for key in ("too old", "older still", "old enough")] == [None, None, partition(-4)]
    assert partitions(owner) == {*(partition(months) for months in (-4, *range(4))), "usage_events_default"}
    assert summed(owner, ACME) == before


@pytest.mark.parametrize("kept_months", [-1_000, -1, 0, 1, 3])
async def test_three_months_and_the_running_one_are_never_dropped(
    database: Database, owner: psycopg.Connection, kept_months: int
) -> None:
    for months in range(-4, 1):
        add(owner, f"{months}", months_after(MONTH, months))
    await keep(database)
    await keep(database, kept_months)
    assert [lies_in(owner, f"{months}") is not None for months in range(-4, 1)] == [False, True, True, True, True]


async def test_without_a_setting_nothing_is_ever_dropped(parent: Parent, owner: psycopg.Connection) -> None:
    add(owner, "old", months_after(MONTH, -100))
    await parent.open()
    try:
        assert await billing(parent).months_kept()() == 1
    finally:
        await parent.close()
    assert lies_in(owner, "old") == partition(-100)


async def test_a_month_whose_lock_is_not_got_in_time_is_left_and_keeps_no_new_one_from_being_made(
    database: Database, owner: psycopg.Connection, endpoints: Endpoints
) -> None:
    add(owner, "old", months_after(MONTH, -6))
    await keep(database)
    owner.execute(f"DROP TABLE billing.{partition(3)}".encode())
    with owner_of(endpoints) as reader:
        reader.execute(f"BEGIN; LOCK TABLE billing.{partition(-6)} IN ACCESS SHARE MODE".encode())
        started = time.perf_counter()
        assert await keep(database, 3) >= 1
        assert time.perf_counter() - started < 3
        assert {partition(3), partition(-6)} <= partitions(owner)
    assert await keep(database, 3) == 1
    assert partition(-6) not in partitions(owner)


async def test_whoever_is_in_the_way_of_a_new_month_is_waited_for_briefly_and_tried_again(
    opened: Parent, owner: psycopg.Connection, endpoints: Endpoints
) -> None:
    months, at = billing(opened).usage_months, datetime.now(UTC)
    owner.execute(f"DROP TABLE billing.{partition(3)}".encode())
    chore = UsageMonthsKept(opened.database, months, lambda: at, None)
    with owner_of(endpoints) as writer:
        writer.execute("BEGIN; LOCK TABLE billing.usage_events_default IN ROW EXCLUSIVE MODE")
        started = time.perf_counter()
        with pytest.raises(Contended):
            await keep(opened.database)
        assert await chore() == 0
        assert time.perf_counter() - started < 3
    assert await chore() == 0  # not yet: others come first
    at += timedelta(minutes=1)
    assert await chore() == 1
    assert partition(3) in partitions(owner)


async def test_two_that_keep_the_months_at_once_do_not_wait_for_each_other(
    database: Database, owner: psycopg.Connection
) -> None:
    owner.execute(f"DROP TABLE billing.{partition(3)}".encode())
    async with database.unit(Anonymous()) as first:
        assert await UsageMonths(first.transaction).keep(None) == 1
        assert await keep(database) == 0


@pytest.mark.parametrize("said", ["2", "0", "-1", "1.5", "for ever"])
def test_fewer_than_three_months_cannot_be_set(said: str) -> None:
    with pytest.raises(SettingsError, match="USAGE_RETENTION_MONTHS"):
        load_settings({"APP_ENV": "test", "USAGE_RETENTION_MONTHS": said})
