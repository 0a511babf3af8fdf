"""What the commands print: one line a step, with what it took, and tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.table import Table


class Steps:
    """Progress for a person who waits: each step's name at once, its outcome when it is done."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._console = Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        self._console.print(f"  {line}", markup=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Append to the list what came of it."""
        started = time.perf_counter()
        outcome: list[str] = []
        yield outcome
        took = time.perf_counter() - started
        self.say(f"{name:<12}{'; '.join(outcome) or 'done'} ({took:.2f} s)")

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self._started


def print_rows(rows: Sequence[msgspec.Struct], *, as_json: bool, title: str | None = None) -> None:
    """A table for people, or JSON for machines, of Structs of one type."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    table = Table(title=title, title_justify="left")
    names = rows[0].__struct_fields__ if rows else ()
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(str(getattr(row, name)) for name in names))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def complain(line: str) -> None:
    sys.stderr.write(f"interna: {line}\n")
