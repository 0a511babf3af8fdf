"""Billing, as an operator looks at it.

`report` shows one month of one tenant: credits in and out, what was used by type and by day, which limits of the plan
were reached, and whatever is odd. It only reads, in one snapshot, as the owner of the tables. What is odd does not
change how it ends: 0, or 2 where nothing could be looked at.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from app import reach
from app.commands import exit_code, owner_of
from app.console import complain
from core.bootstrap import read_settings
from core.settings import Settings
from modules.billing.domain.periods import Month, calendar_month
from modules.billing.repositories.report import MonthReport, reports_of

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    return exit_code(lambda: _report(read_settings(), options), anything=True)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m scripts.billing", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True, metavar="command")
    said = "one month of one tenant: credits in and out, usage by type and by day, limits reached, what is odd"
    report = commands.add_parser("report", help=said, description=said, allow_abbrev=False)
    report.add_argument("--tenant", metavar="TENANT", required=True, help="its slug or id")
    report.add_argument("--month", metavar="YYYY-MM", help="such as 2026-10, in UTC; this one without it")
    report.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return found


def _report(settings: Settings, options: argparse.Namespace) -> int:
    month = _month(options.month, datetime.now(UTC))
    if month is None:
        complain(f"there is no month {_plain(options.month)}; it is said as 2026-10, and must have begun")
        return 2
    with reach.database(settings) as endpoints, reports_of(owner_of(endpoints)) as reports:
        tenant_id = reports.find(options.tenant)
        if tenant_id is None:
            complain(f"there is no tenant {_plain(options.tenant)}")
            return 2
        found = reports.run(tenant_id, month)
    if options.json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        _show(found)
    return 0


def _month(said: str | None, now: datetime) -> Month | None:
    """None for what is no month, or one that has not begun."""
    if said is None:
        return calendar_month(now)
    match = _MONTH.fullmatch(said)
    if match is None or (int(match[1]), int(match[2])) > (now.year, now.month) or match[1] == "0000":
        return None
    return calendar_month(datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC))


def _show(found: MonthReport) -> None:
    tenant = found.tenant
    print(
        f"{_plain(tenant.name)} ({tenant.slug}, {tenant.id}): {tenant.kind}, plan {tenant.plan}, members:"
        f" {tenant.members}\n{found.start:%B %Y}, UTC; now: balance {tenant.balance:,}, held {tenant.held:,}\n"
    )
    _print("credits", ["kind", "reason", "entries", "in", "out"], _credits(found))
    use = ["requests", "tokens", "cost", "users"]
    _print("usage by type", ["type", *use], [list(msgspec.structs.astuple(each)) for each in found.by_type])
    _print("usage by day", ["day", *use], [list(msgspec.structs.astuple(each)) for each in found.by_day])
    limits = [[each.metric, f"{each.percent}%", each.used, each.allowed, each.told_at] for each in found.limits]
    _print("limits reached", ["limit", "level", "used", "allowed", "told at"], limits)
    _print("odd", ["what", "id", "detail"], [list(msgspec.structs.astuple(each)) for each in found.odd])
    if found.all_odd > len(found.odd):
        print(f"and {found.all_odd - len(found.odd):,} more that are odd")


def _credits(found: MonthReport) -> list[list[Any]]:
    credited = sum(each.credits_in for each in found.credits)
    spent = sum(each.credits_out for each in found.credits)
    return [
        ["opening balance", "", "", found.opening, ""],
        *(list(msgspec.structs.astuple(each)) for each in found.credits),
        ["in and out", "", sum(each.entries for each in found.credits), credited, spent],
        ["closing balance", "", "", found.closing, ""],
    ]


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table, or that there is nothing to show; markup in what users wrote stays text."""
    if not rows:
        print(f"{title}: none\n")
        return
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(columns):
        is_number = any(isinstance(row[place], int | Decimal) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    Console(width=None if sys.stdout.isatty() else 160, markup=False, emoji=False, highlight=False).print(table)
    print()


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,}" if isinstance(value, int | Decimal) else _plain(str(value))


def _plain(text: str) -> str:
    """Without what would steer the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


if __name__ == "__main__":
    sys.exit(main())
