"""What of a long conversation a model is given: the newest, as much as its window holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from modules.agents import ModelRequest, tokens_needed, tokens_of

T = TypeVar("T")


def newest_that_fit(parts: Sequence[T], cost: Callable[[T], int], budget: int, *, least: int = 0) -> list[T]:
    """The last of the parts that cost at most `budget` tokens together; the last `least` of them in any case."""
    kept: list[T] = []
    for part in reversed(parts):
        budget -= cost(part)
        if budget < 0 and len(kept) >= least:
            break
        kept.append(part)
    return kept[::-1]


def tokens_with_schema(request: ModelRequest, shape: type[msgspec.Struct]) -> int:
    """For what is asked and what may be answered at most, with the schema of a structured answer."""
    # The model reads a schema's root twice: as such, and among the definitions.
    return tokens_needed(request) + 2 * tokens_of(msgspec.json.encode(msgspec.json.schema(shape)).decode())
