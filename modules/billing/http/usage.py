"""The tenant's usage: events in, totals out."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody, QueryParameter
from litestar.types import Receive, Scope, Send

from core.clock import Clock
from core.http.authority import requires
from core.http.pages import Cursors, Limit
from core.http.route import Injected
from modules.billing.contracts.usage import NewUsageEvents, UsageReport, UsageTaken
from modules.billing.domain.usage import asked_day, asked_days, asked_groups
from modules.billing.permits import CreateUsage, ReadUsage
from modules.billing.repositories import AlertRepository, UsageTotals
from modules.billing.repositories.totals import FIRST, place_of
from modules.billing.services import UsageIntake, UsageTable

BATCH_LIMIT = 8 << 20
"""Bytes: 10,000 events of 800 bytes, which is long for one."""
_CSV = "text/csv"
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")

_DAY = {"format": "date"}
# Read as text: a refusal would name the argument, and `from` can be no argument's name.
First = Annotated[
    str | None,
    QueryParameter(
        name="from", schema_extra=_DAY, description="The first day, in UTC; the first of the month without it."
    ),
]
Last = Annotated[
    str | None, QueryParameter(name="to", schema_extra=_DAY, description="The last day, in UTC; today without it.")
]
GroupBy = Annotated[
    str,
    QueryParameter(max_length=40, description="What is told apart: some of `day,event_type,user`, with commas."),
]


# Longer than other lists' cursors: an event type is in it, a hundred characters of up to four bytes.
Place = Annotated[
    str | None,
    QueryParameter(name="cursor", max_length=1024, description="The `next_cursor` of the page before."),
]


class UsageController(Controller):
    """What the tenant's users have used."""

    path = "/billing"
    tags = ("billing",)

    @post(
        "/usage-events",
        guards=[requires("create", "usage")],
        request_max_body_size=BATCH_LIMIT,
        summary="Report usage, one event or 10,000",
    )
    async def report(
        self, data: JSONBody[NewUsageEvents], permit: Injected[CreateUsage], usage_intake: Injected[UsageIntake]
    ) -> UsageTaken:
        return await usage_intake.take(permit, data)

    @get("/usage", guards=[requires("read", "usage")], summary="What was used: totals, or a table as CSV")
    async def usage(
        self,
        request: Request[Any, Any, Any],
        permit: Injected[ReadUsage],
        usage_totals: Injected[UsageTotals],
        usage_alerts: Injected[AlertRepository],
        usage_table: Injected[UsageTable],
        cursors: Injected[Cursors],
        clock: Injected[Clock],
        first: First = None,
        last: Last = None,
        group_by: GroupBy = "day,event_type",
        limit: Limit = 20,
        cursor: Place = None,
    ) -> UsageReport | Response[bytes]:
        today, groups = clock().astimezone(UTC).date(), asked_groups(group_by)
        days = asked_days(asked_day(first, "from"), asked_day(last, "to"), today)
        if _wants_csv(request.headers.get("accept", "")):
            name = f"usage-{days.first}-{days.last}.csv"
            return Csv(usage_table.lines(permit, days, groups), name)
        tenant_id, of = permit.caller.tenant_id, f"usage {','.join(groups)} {days.first} {days.last}"
        after = cursors.read(cursor, of=of, start=FIRST)
        rows = await usage_totals.page(tenant_id, permit.rows, days, groups, after, limit + 1)
        page = cursors.page(rows, limit, of=of, key=place_of)
        total = await usage_totals.sum(tenant_id, permit.rows, days)
        alerts = await usage_alerts.current(tenant_id)
        return UsageReport(page.items, page.next_cursor, total, alerts, days.first, days.last)


class Csv(Response[bytes]):
    """A table that goes on after the transaction is committed; where it fails, the connection ends in the middle."""

    def __init__(self, lines: AsyncGenerator[bytes, None], name: str) -> None:
        super().__init__(b"", media_type=_CSV)
        self._lines = lines
        self._name = name

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:  # Litestar's own union of ASGI applications
        return self._stream

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/csv; charset=utf-8"),
            (b"content-disposition", f'attachment; filename="{self._name}"'.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with aclosing(self._lines) as lines:
            async for line in lines:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _wants_csv(accept: str) -> bool:
    """Whether the client names CSV, and likes it no less than JSON (RFC 9110, section 12.5.1)."""
    weights = dict(map(_weight, accept.lower().split(",")))
    csv = weights.get(_CSV, weights.get("text/*", 0))
    json = weights.get("application/json", weights.get("application/*", weights.get("*/*", 0)))
    return 0 < csv >= json


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    said = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    return media_type, float(said) if _WEIGHT.fullmatch(said) else 0
