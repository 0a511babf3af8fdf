"""Usage: taking events in, and telling what they come to as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec

from core.clock import Clock
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import Invalid
from core.http.pages import Position
from modules.billing.contracts.usage import NewUsageEvent, NewUsageEvents, UsageTaken, UsageTotal
from modules.billing.domain.usage import METADATA_BYTES, Days, Grouping, NotAMember, Window, cost_error, window
from modules.billing.permits import CreateUsage, ReadUsage
from modules.billing.repositories import UsageRepository, UsageTotals
from modules.billing.repositories.totals import FIRST, place_of

_LINES_AT_ONCE: Final = 1_000
# Full-width signs too: East Asian versions of spreadsheets read them as the others.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class UsageIntake:
    """Takes events of a tenant's users, all of a request or none."""

    def __init__(self, usage: UsageRepository, clock: Clock, kept_months: int | None) -> None:
        self._usage = usage
        self._clock = clock
        self._kept_months = kept_months

    async def take(self, permit: CreateUsage, batch: NewUsageEvents) -> UsageTaken:
        """Raises `Invalid` naming the first event that does not fit, `NotAMember`, and `NotAllowed`."""
        events, caller = batch.events, permit.caller
        taken = window(self._clock(), self._kept_months)
        for place, event in enumerate(events):
            _check(event, taken, f"events[{place}]")
        for user_id, event_type in {(event.user_id or caller.user_id, event.event_type) for event in events}:
            permit.demand(event_type=event_type, user_id=user_id)
        await self._check_members(permit, events)
        accepted = await self._usage.add(caller.tenant_id, caller.user_id, events)
        return UsageTaken(accepted, len(events) - accepted)

    async def _check_members(self, permit: CreateUsage, events: Sequence[NewUsageEvent]) -> None:
        others = {event.user_id for event in events if event.user_id not in (None, permit.caller.user_id)}
        strangers = await self._usage.strangers([user for user in others if user is not None]) if others else set()
        for place, event in enumerate(events):
            if event.user_id in strangers:
                raise NotAMember(path=f"events[{place}].user_id")


class UsageTable:
    """A tenant's totals as CSV (RFC 4180), told a part at a time.

    The request's transaction is over by then: each part is read in a short one of its own, as the same caller, and
    nothing is held while the client reads.
    """

    def __init__(self, database: Database, transaction: Transaction) -> None:
        self._database = database
        self._identity = transaction.identity

    async def lines(self, permit: ReadUsage, days: Days, groups: tuple[Grouping, ...]) -> AsyncGenerator[bytes, None]:
        names = ["user_id" if name == "user" else name for name in groups]
        yield _csv([[*names, "requests", "tokens", "cost"]])
        after = FIRST
        while True:
            async with self._database.unit(self._identity, read_only=True) as unit:
                totals = UsageTotals(unit.transaction)
                found = await totals.page(permit.caller.tenant_id, permit.rows, days, groups, after, _LINES_AT_ONCE)
            if found:
                yield _csv([_cells(total, names) for total in found])
            if len(found) < _LINES_AT_ONCE:
                return
            after = Position(*place_of(found[-1]))


def _check(event: NewUsageEvent, taken: Window, path: str) -> None:
    if (error := taken.error(event.occurred_at)) is not None:
        raise Invalid(error, path=f"{path}.occurred_at")
    if event.cost and (error := cost_error(event.cost)) is not None:
        raise Invalid(error, path=f"{path}.cost")
    if event.metadata and len(msgspec.json.encode(event.metadata)) > METADATA_BYTES:
        raise Invalid(f"Metadata take at most {METADATA_BYTES:,} bytes.", path=f"{path}.metadata")


def _cells(total: UsageTotal, names: list[str]) -> list[Any]:
    return [*(_harmless(getattr(total, name)) for name in names), total.requests, total.tokens, total.cost]


def _harmless(value: Any) -> Any:
    """A cell that a spreadsheet shows and never computes (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
