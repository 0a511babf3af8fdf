"""What of a long conversation a model is given: the newest, as much as its window holds beside the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from modules.agents.domain import Exchange
from modules.agents.models.protocol import ModelRequest

T = TypeVar("T")


def tokens_of(text: str) -> int:
    """How many tokens a text takes at most: a token of any common vocabulary has three bytes or more on average."""
    return -(-len(text.encode()) // 3)


def tokens_needed(request: ModelRequest, shape: type[msgspec.Struct] | None = None) -> int:
    """For what is asked and what may be answered at most, with the schema of a structured answer."""
    asked = request.max_output_tokens + sum(tokens_of(message.content) for message in request.messages)
    if shape is None:
        return asked
    # The model reads a schema's root twice: as such, and among the definitions.
    return asked + 2 * tokens_of(msgspec.json.encode(msgspec.json.schema(shape)).decode())


def newest_that_fit(parts: Sequence[T], cost: Callable[[T], int], budget: int, *, least: int = 0) -> list[T]:
    """The last of the parts that cost at most `budget` tokens together; the last `least` of them in any case."""
    kept: list[T] = []
    for part in reversed(parts):
        budget -= cost(part)
        if budget < 0 and len(kept) >= least:
            break
        kept.append(part)
    return kept[::-1]


def latest_that_fit(exchanges: Sequence[Exchange], budget: int) -> list[Exchange]:
    """The newest of the exchanges (oldest first, and so answered) that take at most `budget` tokens together."""
    return newest_that_fit(exchanges, lambda each: tokens_of(each.question) + tokens_of(each.reply or ""), budget)
