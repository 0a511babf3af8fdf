"""The time, as an argument. Rules that a test wants to hold still take a `Clock`; SQL uses the server's now()."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)
