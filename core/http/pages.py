"""Keyset pages: `{"items": [...], "next_cursor": ...}`, with a cursor that cannot be made up.

A cursor is the sort key of the last row shown, so a page costs the same wherever it is, and rows that come or go
meanwhile are neither shown twice nor skipped. It is signed, and bound to its list: a cursor of another list, or one
that was tampered with, is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from core.errors import Invalid
from core.keys import key_for

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many items at most.")]
CursorText = Annotated[
    str | None,
    QueryParameter(name="cursor", max_length=512, description="The `next_cursor` of the page before."),
]
OfUser = Annotated[
    UUID | None, QueryParameter(name="user_id", description="Only what is this user's; everybody's without it.")
]
_TAG: Final = 12


class Page(msgspec.Struct, Generic[T], frozen=True):
    items: list[T]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the time and the key of its last row. Keys are text so that slugs fit as well as ids."""

    at: datetime
    key: str

    @property
    def id(self) -> UUID:
        return UUID(self.key)


NEWEST: Final = Position(datetime(9999, 1, 1, tzinfo=UTC), "ffffffff-ffff-ffff-ffff-ffffffffffff")
OLDEST: Final = Position(datetime(1, 1, 2, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")
FIRST_SLUG: Final = Position(datetime(1, 1, 2, tzinfo=UTC), "")


class Cursors:
    """Makes and reads the cursors of one application."""

    def __init__(self, secret_key: str) -> None:
        self._key = key_for("cursor", secret_key)

    def read(self, cursor: str | None, *, of: str, start: Position) -> Position:
        """The position in the list named `of`; `start` where there is no cursor. Raises `Invalid`."""
        if cursor is None:
            return start
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            payload, tag = raw[:-_TAG], raw[-_TAG:]
            if not hmac.compare_digest(tag, self._tag(payload, of)):
                raise Invalid("The cursor is not one of this list.", path="cursor")
            return msgspec.msgpack.decode(payload, type=Position)
        except (binascii.Error, ValueError, msgspec.MsgspecError):
            raise Invalid("The cursor is not one of this list.", path="cursor") from None

    def page(self, rows: list[T], limit: int, *, of: str, key: Callable[[T], tuple[datetime, UUID | str]]) -> Page[T]:
        """A page out of `limit + 1` rows: the one too many says that there are more."""
        if len(rows) <= limit:
            return Page(rows, None)
        shown = rows[:limit]
        at, last = key(shown[-1])
        payload = msgspec.msgpack.encode(Position(at, str(last)))
        cursor = base64.urlsafe_b64encode(payload + self._tag(payload, of)).rstrip(b"=").decode()
        return Page(shown, cursor)

    def _tag(self, payload: bytes, of: str) -> bytes:
        return hmac.digest(self._key, of.encode() + b"\0" + payload, "sha256")[:_TAG]
