"""What a run found, for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

from core.database.migrations import ROOT

DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
_ALONE: Final = re.compile(r"<!-- ([a-z-]+) -->\n(.*?)<!-- end -->", re.DOTALL)
_TEMPLATE: Final = Path(__file__).with_name("template.md")


class Goal(msgspec.Struct, frozen=True):
    """What was wanted and what came out, already worded."""

    wanted: str
    found: str
    met: bool


class Section(msgspec.Struct, frozen=True):
    """One benchmark: a table, its goals, and what the reader should know about how it came to be."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal]
    notes: Sequence[str] = ()


def show(section: Section) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(title=section.title, title_justify="left")
    for place, column in enumerate(section.columns):
        table.add_column(column, justify="right" if place else "left")
    for row in section.rows:
        table.add_row(*row)
    console.print(table)
    for goal in section.goals:
        console.print(f"  {_verdict(goal)}: {goal.wanted}; found {goal.found}", markup=False, soft_wrap=True)
    for note in section.notes:
        console.print(f"  {note}", markup=False, soft_wrap=True)
    console.print()


def write(sections: Sequence[Section], document: Path = DOCUMENT) -> None:
    """Write docs/benchmarks.md out of a complete run; what was measured by itself stays in it."""
    parts = {section.name: _markdown(section) for section in sections}
    goals = [goal for section in sections for goal in section.goals]
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        parts,
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        machine=machine(),
        met=f"{sum(goal.met for goal in goals)} of {len(goals)} goals met",
    )
    before = document.read_text(encoding="utf-8") if document.exists() else ""
    for name, kept in _ALONE.findall(before):
        text = _replaced(text, name, kept)
    document.parent.mkdir(exist_ok=True)
    document.write_text(text, encoding="utf-8")


def write_alone(section: Section, document: Path = DOCUMENT) -> None:
    """Write one benchmark that no complete run measures into its place, or at the end where there is none yet."""
    text = document.read_text(encoding="utf-8") if document.exists() else ""
    if section.name not in dict(_ALONE.findall(text)):
        text = f"{text.rstrip()}\n\n## {section.title}\n\n<!-- {section.name} -->\n<!-- end -->\n"
    said = f"Measured on {datetime.now(UTC):%Y-%m-%d}, on {machine()}.\n\n{_markdown(section)}\n"
    document.write_text(_replaced(text, section.name, said), encoding="utf-8")


def _replaced(text: str, name: str, said: str) -> str:
    return _ALONE.sub(lambda found: f"<!-- {name} -->\n{said}<!-- end -->" if found[1] == name else found[0], text)


def machine() -> str:
    """Processor, cores, memory, system, Python, and how busy it was."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores of {_processor()}, {pages / 2**30:.0f} GiB, {platform.system()} "
        f"{platform.release()}, {platform.python_implementation()} {platform.python_version()}; load average at the "
        f"end of the run {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _markdown(section: Section) -> str:
    lines = [
        "| " + " | ".join(section.columns) + " |",
        "|---" + "|---:" * (len(section.columns) - 1) + "|",
        *("| " + " | ".join(row) + " |" for row in section.rows),
        "",
        "| goal | found | |",
        "|---|---|---|",
        *(f"| {goal.wanted} | {goal.found} | {_verdict(goal)} |" for goal in section.goals),
    ]
    if section.notes:
        lines += ["", *(f"- {note}" for note in section.notes)]
    return "\n".join(lines)


def _verdict(goal: Goal) -> str:
    return "met" if goal.met else "**not met**"
