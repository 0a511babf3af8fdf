"""Two processes count together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.app.test_serve import Served, none_left

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
CONNECTIONS = 20


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(tmp_path / "data", WORKERS="2")
    yield found
    if found.process.poll() is None:
        found.process.kill()
    found.process.communicate(timeout=10)
    assert none_left(found.directory) == []


async def guesses(url: str, count: int) -> Counter[int]:
    """Answers by status of guesses at one account, over twenty connections, which both processes get some of."""
    found: Counter[int] = Counter()

    async def guess() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            for number in range(count // CONNECTIONS):
                body = {"email": "bob@example.com", "password": f"no such password {number}"}
                found[(await client.post("/api/v1/auth/login", json=body)).status_code] += 1

    await asyncio.gather(*(guess() for _ in range(CONNECTIONS)))
    return found


async def test_of_a_thousand_wrong_passwords_at_two_processes_ten_are_tried(served: Served) -> None:
    served.wait_until_ready()
    assert await guesses(served.url, 1000) == {401: 10, 429: 990}
    served.end()
